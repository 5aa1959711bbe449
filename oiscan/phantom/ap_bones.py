"""Bones of the AP picture: how bright each part is in this picture, then vertebrae, ribs and pelvis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oiscan.phantom.anatomy import N_BODIES, Anatomy
from oiscan.phantom.ap_shape import Vertebra, round_off
from oiscan.phantom.canvas import Canvas, bezier, ellipse, noise_field
from oiscan.scan import FloatArray, ImageArray

# How bright the parts are in a radiograph and in a DXA: chosen by eye
_BRIGHTNESS = {
    "body": (0.2, 0.36),
    "endplate": (0.17, 0.2),
    "wall": (0.13, 0.06),
    "pedicle": (0.06, 0.1),
    "ring": (0.12, 0.16),
    "articular": (0.08, 0.24),
    "articular_edge": (0.12, 0.14),
    "lamina": (0.09, 0.2),
    "spinous": (0.08, 0.2),
    "spinous_edge": (0.17, 0.36),
    "transverse": (0.06, 0.05),
    "rib": (0.12, 0.12),
    "pelvis": (0.2, 0.22),
}


@dataclass(frozen=True)
class Look:
    """How one picture shows bone.

    Parameters
    ----------
    value
        Attenuation of each part of `_BRIGHTNESS`.
    visibility
        (18,) factor of each level: haze may swallow the upper or the lower spine.
    texture
        Trabecular pattern of the whole canvas, a share of the attenuation.
    line_mm, blur_mm
        Width and softness of cortical lines.
    rim
        Strength of the front and the back rim of the endplates.
    dense_lines_mm
        Depths below the endplates of growth-arrest lines, one for each infusion of a bisphosphonate.
    synchondrosis
        Darkness of the cartilage between a small child's body and arch.
    asymmetry
        (2,) factor of the left and right side: the beam is seldom centred.
    sclerosis
        (18, 2) attenuation of worn, dense joints left and right, which adults have.
    """

    value: dict[str, float]
    visibility: FloatArray
    texture: ImageArray
    line_mm: float
    blur_mm: float
    rim: FloatArray
    dense_lines_mm: FloatArray
    synchondrosis: float
    asymmetry: FloatArray
    sclerosis: FloatArray


def draw_look(rng: np.random.Generator, anatomy: Anatomy, canvas: Canvas, style: float) -> Look:
    """Draw how this picture shows bone: crisp or faint, shell or mass."""
    uniform = rng.uniform
    gain = anatomy.density * np.exp(rng.normal(0.3 * (1 - style), 0.25))
    value = {
        part: gain * ((1 - style) * film + style * dxa) * np.exp(rng.normal(0, 0.4))
        for part, (film, dxa) in _BRIGHTNESS.items()
    }
    shell = np.exp(rng.normal(0.1 if anatomy.density < 0.7 else 0, 0.35))  # brittle bone: the shell outlasts the core
    value["pedicle"] *= uniform(-0.8, 1.2)  # a ring may hold less than the joint it lies over
    for part in ("endplate", "wall", "ring", "articular_edge", "spinous_edge"):
        value[part] *= shell
    h, w = canvas.values.shape
    scale = canvas.pixels_per_mm
    texture = noise_field(rng, h, w, uniform(0.9, 2.0) * scale) * np.float32(uniform(0, 0.16))
    texture += noise_field(rng, h, w, uniform(4, 10) * scale) * np.float32(uniform(0, 0.12))
    treated = anatomy.child and rng.random() < 0.35
    lines = np.cumsum(uniform(0.9, 2.6, int(rng.integers(1, 5)))) if treated else np.zeros(0)
    return Look(
        value=value,
        visibility=_visibility(rng, style),
        texture=texture,
        line_mm=uniform(0.5, 1.1),
        blur_mm=uniform(0.1, 0.6),
        rim=uniform(0.1, 0.9, 2),
        dense_lines_mm=lines,
        synchondrosis=uniform(0.05, 0.25) * gain if anatomy.age_years < 8 else 0.0,
        asymmetry=np.exp(rng.normal(0, 0.12, 2)),
        sclerosis=_sclerosis(rng, anatomy.age_years) * value["articular"],
    )


def _visibility(rng: np.random.Generator, style: float) -> FloatArray:
    """Factor of each level: level, or fading to one end, or dipping where the diaphragm or the pelvis lies."""
    k = np.arange(N_BODIES)
    floor = rng.uniform(0.12, 1.0) if rng.random() < 0.6 - 0.4 * style else 1.0
    upwards = rng.random() < 0.5
    centre, width = rng.uniform(4, 12) if upwards else rng.uniform(9, 17), rng.uniform(0.4, 3) * (-1 if upwards else 1)
    fade = floor + (1 - floor) / (1 + np.exp((k - centre) / width))
    return np.asarray(fade * np.exp(rng.normal(0, 0.08, N_BODIES)))


def _sclerosis(rng: np.random.Generator, age_years: float) -> FloatArray:
    """Strength of worn joints: from about 40 years on, more with age and towards the lower levels."""
    wear = np.clip((age_years - 40) / 40, 0, 1) * np.interp(np.arange(N_BODIES), [6, 15], [0.1, 1])[:, None]
    present = rng.random((N_BODIES, 2)) < 0.7 * wear
    return np.asarray(present * rng.uniform(0.3, 2.0, (N_BODIES, 2)))


def draw_vertebra(canvas: Canvas, vertebra: Vertebra, look: Look) -> None:
    """Add a vertebra, T1 to L5 (S1 belongs to the pelvis)."""
    if not _near(canvas, vertebra.centre, 2.5 * vertebra.width):
        return
    value = {part: v * look.visibility[vertebra.index] for part, v in look.value.items()}
    draw_body(canvas, vertebra, value, look)
    for side in (-1, 1):
        _half_arch(canvas, vertebra, side, {p: v * look.asymmetry[max(side, 0)] for p, v in value.items()}, look)
    spinous = vertebra.spinous_process()
    canvas.fill(spinous, value["spinous"], look.blur_mm, look.texture)
    canvas.stroke(spinous, value["spinous_edge"], 1.2 * look.line_mm, look.blur_mm, closed=True)


def draw_body(canvas: Canvas, vertebra: Vertebra, value: dict[str, float], look: Look) -> None:
    """Add a body: its mass in two slices, front and back, the rims and middles of its endplates, and its walls."""
    for x in (-0.28, 0.28):
        canvas.fill(vertebra.section(x * vertebra.depth), 0.5 * value["body"], 0.5 * look.blur_mm, look.texture)
    for superior in (True, False):
        _endplate(canvas, vertebra, superior, value["endplate"], look)
        for depth in look.dense_lines_mm[look.dense_lines_mm < 0.4 * vertebra.height]:
            line = vertebra.plate(superior, inset_mm=depth)[1:-1]
            canvas.stroke(line, 0.7 * value["endplate"], look.line_mm, look.blur_mm)
    for side in (-1, 1):
        canvas.stroke(vertebra.wall(side), value["wall"], look.line_mm, look.blur_mm)


def _endplate(canvas: Canvas, vertebra: Vertebra, superior: bool, value: float, look: Look) -> None:
    """Add an endplate: its rim, near and far, and its sunken middle; level with the beam they fall into one line."""
    rim = vertebra.rim(superior)
    canvas.fill(rim, 0.35 * value, look.blur_mm)
    quarter = len(rim) // 4
    front, back = np.roll(rim, quarter, axis=0)[: 2 * quarter + 1], rim[quarter : 3 * quarter + 1]
    canvas.stroke(front, look.rim[0] * value, look.line_mm, look.blur_mm)
    canvas.stroke(back, look.rim[1] * value, look.line_mm, look.blur_mm)
    canvas.stroke(vertebra.plate(superior), 0.7 * value, look.line_mm, look.blur_mm)


def _half_arch(canvas: Canvas, vertebra: Vertebra, side: int, value: dict[str, float], look: Look) -> None:
    """Add the parts of the arch on one side: pedicle, articular processes, lamina, transverse process."""
    blur, thin = look.blur_mm, look.line_mm
    ring, articular = vertebra.pedicle_ring(side), vertebra.articular(side)
    lamina, transverse = vertebra.lamina(side), vertebra.transverse_process(side)
    canvas.fill(ring, value["pedicle"], blur, look.texture)
    canvas.stroke(ring, value["ring"], 1.2 * thin, blur, closed=True)
    canvas.stroke(ring[5:13], 0.9 * value["ring"], 1.6 * thin, blur)  # the inner cortex is the thicker one
    canvas.fill(articular, value["articular"], 0.6 + blur, look.texture)
    canvas.stroke(articular, value["articular_edge"], thin, blur, closed=True)
    canvas.fill(lamina, value["lamina"], 0.8 + blur, look.texture)
    canvas.stroke(lamina[:-2], 0.8 * value["articular_edge"], thin, blur)
    canvas.fill(transverse, value["transverse"], 0.4 + blur, look.texture)
    canvas.stroke(transverse, 0.5 * value["transverse"], thin, blur)
    worn = look.sclerosis[vertebra.index, max(side, 0)]
    if worn:
        canvas.fill(ellipse(articular.mean(0), 0.12 * vertebra.width, 0.3 * vertebra.height), worn, 2.0)
    if look.synchondrosis:
        canvas.stroke(vertebra.pedicle_ring(side, 1.3)[6:12], -look.synchondrosis, 1.3, 0.4)


def draw_ribs(rng: np.random.Generator, canvas: Canvas, spine: list[Vertebra], look: Look) -> None:
    """Add twelve pairs of ribs, the lowest two floating; they droop where the chest is turned."""
    uniform = rng.uniform
    if rng.random() < 0.08:
        return
    chest = uniform(3.3, 4.6) * spine[8].width
    middle = float(np.mean([v.centre[0] for v in spine[2:12]]))
    droop = uniform(0.1, 0.7) + uniform(-0.25, 0.25) * np.array([-1, 1])
    thickness = uniform(0.2, 0.36) * spine[8].width
    last_mm = uniform(10, 130) * spine[11].width / 38
    edge, front = uniform(0.3, 0.9), uniform(0, 0.7) if rng.random() < 0.6 else 0.0
    for vertebra in spine[:12]:
        for side in (-1, 1):
            reach = (0.62 + 0.38 * min(1, vertebra.index / 6)) * chest * uniform(0.95, 1.05)
            line = _rib(rng, vertebra, side, middle + side * reach, droop[max(side, 0)], last_mm)
            value = look.value["rib"] * np.exp(rng.normal(0, 0.2)) * (1.3 if vertebra.index > 9 else 1)
            _band(canvas, line, thickness * uniform(0.8, 1.15), value, edge, look)
            if front and 1 < vertebra.index < 10:
                _band(canvas, _front_rib(line, middle, chest), 1.3 * thickness, front * value, 0.4 * edge, look)


def _rib(
    rng: np.random.Generator, vertebra: Vertebra, side: int, wall_x: float, droop: float, last_mm: float
) -> FloatArray:
    """The back part of a rib, from its head beside the upper endplate to the chest wall."""
    start = vertebra.project(-0.5 * vertebra.depth, side * 0.5 * vertebra.width, -0.45 * vertebra.height)
    k = vertebra.index
    if k >= 10:  # floating
        length = (rng.uniform(0.9, 1.5) * 80 * vertebra.width / 38) if k == 10 else last_mm
        slope = rng.uniform(0.2, 0.9) + 0.3 * (k - 10) + 0.3 * droop
        step = length * np.array([side, slope]) / np.hypot(1, slope)
        return bezier([start, start + 0.3 * step - [0, 0.12 * length], start + 0.7 * step, start + step], 12)
    span = wall_x - start[0]
    rise = rng.uniform(0.0, 0.2) * abs(span)
    end = np.array([wall_x, start[1] + (droop + 0.05 * k) * abs(span)])
    shoulder = [start[0] + 0.95 * span, start[1]]
    return bezier(np.array([start, np.add(start, [0.35 * span, -rise]), shoulder, end]), 16)


def _front_rib(back: FloatArray, middle: float, chest: float) -> FloatArray:
    """The front part of a rib, running on from the chest wall down towards the sternum."""
    end = back[-1]
    inner = middle + 0.35 * (end[0] - middle)
    drop = 0.3 * chest
    low = end[1] + drop
    return bezier([end, np.add(end, [0, 0.4 * drop]), [inner + 0.3 * (end[0] - inner), low], [inner, low]])


def _band(canvas: Canvas, line: FloatArray, width: float, value: float, edge: float, look: Look) -> None:
    """Add a flat bone along a line: a faint band between two brighter edges."""
    canvas.stroke(line, value, width, 0.5 + look.blur_mm, texture=look.texture)
    along = np.gradient(line, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], 1) / (np.linalg.norm(along, axis=1, keepdims=True) + 1e-9)
    for offset, share in ((-0.46, 0.6), (0.46, 1.2)):
        shifted = line + np.sign(along[0, 0]) * offset * width * normal
        canvas.stroke(shifted, share * edge * value, look.line_mm, look.blur_mm)


def draw_pelvis(rng: np.random.Generator, canvas: Canvas, sacrum: Vertebra, look: Look) -> None:
    """Add S1, the sacrum with its foramina, the sacroiliac joints and the iliac wings."""
    if not _near(canvas, sacrum.centre, 5 * sacrum.width):
        return
    value = {part: v * look.visibility[sacrum.index] for part, v in look.value.items()}
    uniform = rng.uniform
    shows = uniform(0, 0.9) if rng.random() < 0.75 else 1.0  # a sacrum seen along its slope is often no more than haze
    bone, edge = shows * value["pelvis"], 0.6 * shows * value["pelvis"]
    _endplate(canvas, sacrum, True, shows * value["endplate"], look)
    canvas.fill(sacrum.section(), 0.5 * shows * value["body"], 1.0, look.texture)
    worn = 0.4 * shows * value["endplate"]  # what is left of the disc between S1 and S2
    canvas.stroke(sacrum.plate(False), worn, look.line_mm, look.blur_mm)
    w, h, long = sacrum.width, sacrum.height, uniform(2.2, 3.4)
    crest, wing = uniform(-2.2, -0.5), uniform(1.9, 2.6)
    half = np.array([(0.5, -0.5), (0.75, -0.35), (1.1, -0.1), (1.0, 0.9), (0.6, 0.6 * long), (0.2, long)])
    whole = round_off(round_off(np.vstack([half, half[::-1] * [-1, 1]])))
    canvas.fill(_at(sacrum, whole), 0.8 * bone, 1.0, look.texture)
    for side in (-1, 1):
        iliac = value["pelvis"] * uniform(0.4, 1.2)
        ilium = _ilium(crest, wing, uniform(0.85, 1.05)) * [side, 1]
        canvas.fill(_at(sacrum, ilium), iliac, 0.8, look.texture)
        canvas.stroke(_at(sacrum, ilium[:18]), iliac * uniform(0.3, 1.2), uniform(1, 2.5), 0.3)
        joint = _at(sacrum, [(side * 1.08, -0.15), (side * 1.0, 0.6), (side * 0.75, 1.3), (side * 0.65, 1.8)])
        canvas.stroke(joint, -0.5 * bone, 1.5, 0.7)
        canvas.stroke(np.add(joint, [1.5, 0]), edge, look.line_mm, look.blur_mm)
        for row in range(3):
            hole = ellipse(_at(sacrum, [(side * (0.42 - 0.05 * row), 0.55 + 0.8 * row)])[0], 0.09 * w, 0.16 * h)
            canvas.fill(hole, -0.5 * bone, 0.8)
            canvas.stroke(hole[9:22], edge, look.line_mm, look.blur_mm)


def _ilium(crest: float, wing: float, joint: float) -> FloatArray:
    """The right wing in sacral widths and heights: over the crest, then round the pelvic brim."""
    over = bezier([(joint, 0.3), (0.9 * joint, 1.2 * crest), (0.8 * wing, 1.6 * crest), (wing, 0.2 * crest)], 18)
    under = [(wing, 1.2), (0.85 * wing, 2.6), (0.75 * wing, 4.5), (1.3, 4.5), (1.25, 3.0), (0.75, 1.9)]
    return np.vstack([over, round_off(np.array(under))[:-2]])


def _at(sacrum: Vertebra, shape: FloatArray | list[tuple[float, float]]) -> FloatArray:
    """Points in sacral widths and heights, turned with the sacrum in the picture plane only."""
    points = np.asarray(shape) * [sacrum.width, sacrum.height]
    c, s = np.cos(sacrum.coronal), np.sin(sacrum.coronal)
    return np.asarray(points @ np.array([[c, s], [-s, c]]) + sacrum.centre)


def _near(canvas: Canvas, point: FloatArray, reach_mm: float) -> bool:
    column, row = canvas.to_pixels(point)
    height, width = canvas.values.shape
    reach = reach_mm * canvas.pixels_per_mm
    return bool(-reach < row < height + reach and -reach < column < width + reach)
