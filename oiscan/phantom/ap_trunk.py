"""Everything soft around an AP spine: skin, lungs, heart, abdominal organs and gas."""

from __future__ import annotations

import numpy as np

from oiscan.phantom.ap_shape import Vertebra
from oiscan.phantom.canvas import Canvas, bezier, ellipse, noise_field
from oiscan.scan import FloatArray


def draw_trunk(rng: np.random.Generator, canvas: Canvas, spine: list[Vertebra], style: float) -> None:
    """Add soft tissue; a DXA (`style` 1) has subtracted nearly all of it."""
    strength = (1 - style) ** 1.5 + 0.06 * rng.uniform() ** 2
    size = spine[8].width / 31
    middle = float(np.mean([v.centre[0] for v in spine[4:]])) + rng.normal(0, 4)
    _skin(rng, canvas, middle, size, strength)
    _chest(rng, canvas, spine, middle, size, strength)
    _abdomen(rng, canvas, spine, size, strength)
    for _ in range(rng.poisson(5 * (1 - style) + 0.5)):
        _gas(rng, canvas, spine, size, rng.uniform(0.1, 0.9) * strength)
    if rng.random() < 0.5:
        _stomach(rng, canvas, spine, size, rng.uniform(0.2, 1.2) * strength)
    if rng.random() < 0.4 * (1 - style):
        _stool(rng, canvas, spine, size, rng.uniform(0.05, 0.25) * strength)


def _skin(rng: np.random.Generator, canvas: Canvas, middle: float, size: float, strength: float) -> None:
    """The trunk against air, where the picture is wide enough to show its edge."""
    y = np.linspace(-400, 400, 14) * size
    waist = rng.uniform(110, 180) * size * (1 - rng.uniform(0, 0.25) * np.exp(-(((y - 120 * size) / (70 * size)) ** 2)))
    outline = np.vstack([np.stack([middle + waist, y], 1), np.stack([middle - waist, y], 1)[::-1]])
    canvas.fill(outline, rng.uniform(0.4, 2.0) * strength, rng.uniform(2, 12))


def _chest(
    rng: np.random.Generator, canvas: Canvas, spine: list[Vertebra], middle: float, size: float, strength: float
) -> None:
    """Two lungs above the domes of the diaphragm, the mediastinum between them, heart and breasts."""
    uniform = rng.uniform
    dome = spine[int(rng.integers(8, 12))].centre[1] + uniform(-10, 10)
    air, soft = -uniform(0.25, 1.8) * strength, uniform(0.3, 5)
    if rng.random() < 0.9:
        h, w = canvas.values.shape
        vessels = noise_field(rng, h, w, uniform(3, 9) * canvas.pixels_per_mm) * np.float32(uniform(0, 0.07))
        for side in (-1, 1):
            lung = _lung(spine, side, uniform(85, 115) * size, dome + uniform(-8, 8), uniform(15, 60) * size, rng)
            canvas.fill(lung, air * uniform(0.85, 1.1), soft, vessels)
            if rng.random() < 0.4:  # the deep recess behind the dome is half dark
                canvas.fill(np.add(lung, [0, uniform(10, 35) * size]), 0.4 * air, 2 + soft)
    if rng.random() < 0.7:
        at = [middle + uniform(0, 30) * size, dome - uniform(20, 50) * size]
        heart = ellipse(at, 52 * size, 45 * size, uniform(0, 1))
        canvas.fill(heart, uniform(0.05, 0.6) * strength, uniform(2, 8))
    if rng.random() < 0.5:  # aorta along the left of the spine
        line = np.array([np.add(v.centre, [uniform(0.3, 0.75) * v.width, 0]) for v in spine[4:15]])
        canvas.stroke(line, uniform(0.03, 0.2) * strength, uniform(14, 26) * size, uniform(1, 4))
    if rng.random() < 0.3:
        for side in (-1, 1):
            at = [middle + side * uniform(50, 85) * size, dome + uniform(-40, 30) * size]
            breast = ellipse(at, uniform(35, 60) * size, uniform(25, 50) * size, side * uniform(0, 0.6))
            canvas.fill(breast, uniform(0.05, 0.35) * strength, uniform(0.5, 4))


def _lung(
    spine: list[Vertebra], side: int, reach: float, dome: float, arch: float, rng: np.random.Generator
) -> FloatArray:
    """A lung: beside the spine at a varying distance, over the dome, up the chest wall."""
    gap = rng.uniform(0.5, 0.95) + np.linspace(0.1, 0, 11) * rng.uniform(0, 4)
    beside = np.array([np.add(v.centre, [side * g * v.width, 0]) for v, g in zip(spine[:11], gap, strict=True)])
    medial = beside[beside[:, 1] < dome]
    foot = np.array([medial[-1, 0], dome + 0.4 * arch * rng.uniform(0, 1)])
    wall = np.array([medial[:, 0].mean() + side * reach, dome + arch])
    rise, fall = [0.25 * side * reach, -0.7 * arch], [wall[0] - 0.1 * side * reach, dome - 0.5 * arch]
    base = bezier(np.array([foot, foot + rise, fall, wall]))
    top = np.array([medial[0] + [side * 0.7 * reach, 0], medial[0] - [0, 20]])
    return np.vstack([medial, base, top])


def _abdomen(rng: np.random.Generator, canvas: Canvas, spine: list[Vertebra], size: float, strength: float) -> None:
    """Psoas, liver, kidneys and spleen: broad faint masses with one fairly sharp edge."""
    uniform = rng.uniform
    if rng.random() < 0.6:
        for side in (-1, 1):
            upper, lower = spine[12], spine[17]
            ends = np.array([upper.centre, lower.centre, lower.centre, upper.centre])
            ends[:3, 0] += side * np.array([0.5 * upper.width, uniform(0.9, 1.5) * lower.width, 0.3 * lower.width])
            ends[2, 1] += 30 * size
            canvas.fill(ends, uniform(0.03, 0.2) * strength, uniform(1, 5))
    if rng.random() < 0.5:  # the pelvis is thick, and the lowest levels drown in it
        haze = ellipse(np.add(spine[17].centre, [0, uniform(0, 60) * size]), 150 * size, uniform(40, 90) * size)
        canvas.fill(haze, uniform(0.1, 1.5) * strength, uniform(10, 30) * size)
    for side, low, high in ((-1, 40, 75), (1, 20, 45)):  # liver, then spleen
        if rng.random() < 0.6:
            at = np.add(spine[12].centre, [side * uniform(55, 90) * size, uniform(-30, 20) * size])
            organ = ellipse(at, uniform(low, high) * size, uniform(35, 65) * size, uniform(-0.5, 0.5))
            canvas.fill(organ, uniform(0.03, 0.25) * strength, uniform(1.5, 8))
        if rng.random() < 0.4:
            at = np.add(spine[13].centre, [side * uniform(45, 65) * size, uniform(-15, 25) * size])
            kidney = ellipse(at, 27 * size, 50 * size, side * -0.25)
            canvas.fill(kidney, uniform(0.03, 0.15) * strength, uniform(1, 4))


def _gas(rng: np.random.Generator, canvas: Canvas, spine: list[Vertebra], size: float, value: float) -> None:
    """A bubble of gas, sometimes with a fluid level or folds, most often below the diaphragm."""
    at = spine[int(rng.integers(10, 18))].centre + rng.normal(0, 1, 2) * [50 * size, 12 * size]
    wide = np.exp(rng.uniform(np.log(4), np.log(30))) * size
    high = wide * np.exp(rng.normal(0, 0.4))
    bubble = ellipse(at, wide, high, rng.uniform(-1, 1), 0.07, rng, 18)
    if rng.random() < 0.25:
        bubble[:, 1] = np.minimum(bubble[:, 1], at[1] + rng.uniform(0, 0.6) * high)
    canvas.fill(bubble, -value, rng.uniform(0.6, 2.5))
    if rng.random() < 0.5:
        canvas.stroke(bubble, 0.25 * value, rng.uniform(0.8, 2), 0.6, closed=True)
    if rng.random() < 0.25:
        fold = at + rng.uniform(-0.8, 0.8, (2, 2)) * [wide, high]
        canvas.stroke(fold, 0.5 * value, rng.uniform(1, 3), 0.6)


def _stomach(rng: np.random.Generator, canvas: Canvas, spine: list[Vertebra], size: float, value: float) -> None:
    """Gas under the left dome of the diaphragm, often above a fluid level."""
    at = spine[int(rng.integers(9, 13))].centre + np.array([rng.uniform(35, 75), rng.uniform(-15, 15)]) * size
    high = rng.uniform(12, 35) * size
    bubble = ellipse(at, rng.uniform(20, 42) * size, high, rng.uniform(-0.4, 0.4), 0.03, rng)
    if rng.random() < 0.6:
        bubble[:, 1] = np.minimum(bubble[:, 1], at[1] + rng.uniform(-0.2, 0.7) * high)
    canvas.fill(bubble, -value, rng.uniform(0.5, 2))


def _stool(rng: np.random.Generator, canvas: Canvas, spine: list[Vertebra], size: float, value: float) -> None:
    """A length of colon full of grainy stool, here and there across the spine."""
    h, w = canvas.values.shape
    grain = noise_field(rng, h, w, rng.uniform(1, 3) * canvas.pixels_per_mm) * np.float32(rng.uniform(0.2, 1.0))
    grain += noise_field(rng, h, w, rng.uniform(5, 14) * canvas.pixels_per_mm) * np.float32(rng.uniform(0.2, 1.0))
    start = spine[int(rng.integers(12, 18))].centre + rng.normal(0, 50, 2) * size
    steps = rng.normal(0, 45, (3, 2)) * size
    colon = bezier(np.vstack([start, start + np.cumsum(steps, 0)]))
    canvas.stroke(colon, -value, rng.uniform(18, 45) * size, rng.uniform(1, 3), texture=grain)
