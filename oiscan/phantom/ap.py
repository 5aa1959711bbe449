"""The anteroposterior picture of a simulated spine, and what is true in it.

Canvas coordinates are x = the person's left and y = down the body, in mm (`Anatomy` y and z): the picture's right is
the person's left. `style` runs from 0, a radiograph, to 1, a DXA with soft tissue subtracted.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from oiscan.phantom.anatomy import SACRUM, Anatomy
from oiscan.phantom.ap_bones import draw_look, draw_pelvis, draw_ribs, draw_vertebra
from oiscan.phantom.ap_clutter import draw_clutter, draw_hardware
from oiscan.phantom.ap_shape import Vertebra, vertebrae
from oiscan.phantom.ap_trunk import draw_trunk
from oiscan.phantom.canvas import DENSE, Canvas
from oiscan.scan import BoolArray, FloatArray

_OUTLINE_PIXELS_PER_MM = 4.0


def draw_ap(rng: np.random.Generator, anatomy: Anatomy, canvas: Canvas, style: float) -> BoolArray:
    """Add an AP picture's attenuation to a canvas; returns where metal lies, (rows, columns).

    Parameters
    ----------
    rng
        Draws everything that is not part of `anatomy`: brightness of the parts, soft tissue, clutter.
    anatomy
        The person.
    canvas
        x is anatomy y and y is anatomy z, in mm.
    style
        0 a radiograph, 1 a DXA, between them a mixture.
    """
    spine = vertebrae(anatomy)
    look = draw_look(rng, anatomy, canvas, style)
    draw_trunk(rng, canvas, spine, style)
    draw_ribs(rng, canvas, spine, look)
    draw_pelvis(rng, canvas, spine[SACRUM], look)
    for vertebra in spine[:SACRUM]:
        draw_vertebra(canvas, vertebra, look)
    before = canvas.values.copy()
    if rng.random() < 0.06:
        draw_hardware(rng, canvas, spine)
    metal = canvas.values - before > DENSE
    draw_clutter(rng, canvas, style)
    return metal


def ap_corners(anatomy: Anatomy) -> FloatArray:
    """Corners of the bodies T1 to L5 and S1.

    Returns
    -------
    FloatArray
        (18, 4, 2) in canvas mm: superior left, superior right, inferior right, inferior left (of the picture), where
        the rims of the endplates meet the side walls.
    """
    return np.stack([vertebra.corners() for vertebra in vertebrae(anatomy)])


def ap_outline(anatomy: Anatomy, wanted: npt.ArrayLike = True) -> list[FloatArray]:
    """What densitometry counts as each vertebra, T1 to L5.

    Parameters
    ----------
    wanted
        Whether the outline of each is wanted (17,): those not wanted get their four corners, which cost nothing.

    Returns
    -------
    list of FloatArray
        17 closed polygons (n, 2) in canvas mm: the body with its waist, the pedicles and the articular processes,
        between the lines through the middle of the discs above and below; no transverse and no spinous process.
    """
    spine = vertebrae(anatomy)
    exact = np.broadcast_to(np.asarray(wanted, bool), SACRUM)
    return [_outline(spine, k) if exact[k] else spine[k].corners() for k in range(SACRUM)]


def _outline(spine: list[Vertebra], k: int) -> FloatArray:
    vertebra = spine[k]
    parts = [vertebra.section(x * vertebra.depth) for x in (-0.25, 0, 0.25)] + [vertebra.rim(True), vertebra.rim(False)]
    parts += [shape(side) for side in (-1, 1) for shape in (vertebra.pedicle_ring, vertebra.articular, vertebra.lamina)]
    points = np.vstack(parts)
    origin = points.min(0) - 2
    width, height = (np.ceil((np.ptp(points, axis=0) + 4) * _OUTLINE_PIXELS_PER_MM)).astype(int)
    mask = np.zeros((height, width), np.uint8)
    for part in parts:
        cv2.fillPoly(mask, [np.round((part - origin) * _OUTLINE_PIXELS_PER_MM).astype(np.int32)], 1)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((13, 13), np.uint8))  # readers draw no 3 mm notches
    for neighbour, keep_below in ((spine[k - 1] if k else None, True), (spine[k + 1], False)):
        if neighbour is not None:
            mask *= _half_plane(mask.shape, origin, vertebra, neighbour, keep_below)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    contour = cv2.approxPolyDP(max(contours, key=cv2.contourArea), 1.0, True)[:, 0]
    return np.asarray(contour / _OUTLINE_PIXELS_PER_MM + origin)


def _half_plane(
    shape: tuple[int, ...], origin: FloatArray, vertebra: Vertebra, neighbour: Vertebra, keep_below: bool
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The side of the intervertebral line on which `vertebra` lies."""
    upper, lower = (neighbour, vertebra) if keep_below else (vertebra, neighbour)
    left, right = 0.5 * (upper.corners()[[3, 2]] + lower.corners()[[0, 1]])
    x = origin[0] + np.arange(shape[1])[None] / _OUTLINE_PIXELS_PER_MM
    y = origin[1] + np.arange(shape[0])[:, None] / _OUTLINE_PIXELS_PER_MM
    below = y > left[1] + (x - left[0]) * (right[1] - left[1]) / (right[0] - left[0])
    return np.asarray(below if keep_below else ~below, np.uint8)
