"""One simulated picture with its truth: the fast route, drawn in two and a half dimensions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from oiscan.anatomy import View
from oiscan.phantom.anatomy import SACRUM, Anatomy
from oiscan.phantom.ap import ap_corners, ap_outline, draw_ap
from oiscan.phantom.canvas import DENSE, Canvas, noise_field
from oiscan.phantom.display import display
from oiscan.phantom.lateral import draw_bone_look, draw_lateral_bones, lateral_bodies, lateral_landmarks
from oiscan.phantom.lateral_trunk import draw_lateral_hardware, draw_lateral_trunk
from oiscan.scan import BoolArray, FloatArray, ImageArray

RADIOGRAPH = 0.5
"""Styles below this are radiographs, others DXA pictures."""


@dataclass(frozen=True)
class Scene:
    """A picture and the truth about it.

    Parameters
    ----------
    picture
        (rows, columns) between 0 and 1, bone bright; a lateral patient faces right.
    landmarks_px
        (18, 6, 2) lateral or (18, 4, 2) AP, as (column, row) from the centre of the first pixel, for T1 to L5 and S1;
        points may lie outside the picture.
    outlines_px
        17 closed polygons (n, 2), the same way: T1 to L5. Far outside the picture they are the corners only.
    pixels_per_mm
        Resolution.
    anatomy
        The person, tilted as the beam sees it.
    metal
        (rows, columns), True where metal lies; None where there is none.
    """

    picture: ImageArray
    landmarks_px: FloatArray
    outlines_px: tuple[FloatArray, ...]
    pixels_per_mm: float
    anatomy: Anatomy
    metal: BoolArray | None = None


def draw_scene(
    rng: np.random.Generator,
    view: View,
    anatomy: Anatomy,
    shape: tuple[int, int],
    pixels_per_mm: float,
    origin_mm: FloatArray,
    style: float,
    chain: Callable[[np.random.Generator, ImageArray, float], ImageArray] = display,
) -> Scene:
    """Draw a person from one side.

    Parameters
    ----------
    origin_mm
        The point at the centre of the first pixel: (x, z) of the anatomy for a lateral picture, (y, z) for an AP one.
    style
        0 a radiograph, 1 a DXA picture.
    chain
        Turns attenuation into a picture: `display`, as hard as it gets, or one of `oiscan.phantom.looks`.
    """
    canvas = Canvas(*shape, pixels_per_mm, origin_mm)
    if view is View.LATERAL:
        landmarks, outlines, metal = _draw_lateral(rng, anatomy, canvas, style)
    else:
        anatomy = _under_a_beam(rng, anatomy) if style < RADIOGRAPH else anatomy
        metal = draw_ap(rng, anatomy, canvas, style)
        landmarks = ap_corners(anatomy)
        outlines = ap_outline(anatomy, _near(canvas, landmarks[:SACRUM]))
    return Scene(
        picture=chain(rng, canvas.values, pixels_per_mm),
        landmarks_px=canvas.to_pixels(landmarks),
        outlines_px=tuple(canvas.to_pixels(outline) for outline in outlines),
        pixels_per_mm=pixels_per_mm,
        anatomy=anatomy,
        metal=metal if metal.any() else None,
    )


def _under_a_beam(rng: np.random.Generator, anatomy: Anatomy) -> Anatomy:
    """As a radiograph's diverging beam sees it: the further from the film's centre, the more tilted.

    A DXA scanner's fan does not diverge along the body. L5 and S1 of a whole-spine film are so foreshortened that they
    look like nothing else in the column.
    """
    rows = anatomy.centre_mm[:, 2]
    off_centre = rows - rows[int(rng.integers(6, 15))]
    tilt = np.arctan(off_centre / (anatomy.size * rng.uniform(900, 1800)))
    return replace(anatomy, sagittal_tilt=anatomy.sagittal_tilt + tilt)


def _near(canvas: Canvas, corners: FloatArray) -> npt.NDArray[np.bool_]:
    """Which vertebrae (n, 4, 2) may have a part in the picture: the others need no exact outline."""
    pixels = canvas.to_pixels(corners)
    reach = np.ptp(pixels, axis=1).max(-1)[:, None]
    height, width = canvas.values.shape
    inside = (pixels.max(1) > -reach) & (pixels.min(1) < [width, height] + reach)
    return np.asarray(inside.all(1))


def _draw_lateral(
    rng: np.random.Generator, anatomy: Anatomy, canvas: Canvas, style: float
) -> tuple[FloatArray, list[FloatArray], BoolArray]:
    bodies = lateral_bodies(anatomy)
    height, width = canvas.values.shape
    fine = noise_field(rng, height, width, rng.uniform(1.2, 2.5) * canvas.pixels_per_mm) * rng.uniform(0.03, 0.2)
    coarse = noise_field(rng, height, width, rng.uniform(4, 9) * canvas.pixels_per_mm) * rng.uniform(0, 0.12)
    look = draw_bone_look(rng, anatomy, style, (fine + coarse).astype(np.float32) * np.float32(rng.uniform(0.3, 1.6)))
    draw_lateral_trunk(rng, anatomy, bodies, canvas, style)
    draw_lateral_bones(rng, anatomy, bodies, canvas, look, style)
    before = canvas.values.copy()
    draw_lateral_hardware(rng, anatomy, bodies, canvas)
    return lateral_landmarks(bodies), [body.outline for body in bodies[:17]], canvas.values - before > DENSE
