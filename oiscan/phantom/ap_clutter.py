"""What lies on the picture without belonging to the person, or was put in by a surgeon."""

from __future__ import annotations

import numpy as np

from oiscan.phantom.ap_shape import Vertebra
from oiscan.phantom.canvas import Canvas, bezier, ellipse
from oiscan.scan import FloatArray

# Strokes of the side markers and an arrow in a unit square, y down
_SYMBOLS = (
    [(0, 0), (0, 1), (0.6, 1)],
    [(0, 1), (0, 0), (0.55, 0.1), (0.55, 0.45), (0, 0.5), (0.6, 1)],
    [(0.3, 1), (0.3, 0), (0, 0.35), (0.3, 0), (0.6, 0.35)],
)


def draw_hardware(rng: np.random.Generator, canvas: Canvas, spine: list[Vertebra]) -> None:
    """Add two rods along the spine, held by pedicle screws, hooks or sublaminar wires."""
    first, last = int(rng.integers(2, 10)), int(rng.integers(11, 17))
    size = spine[8].width / 31
    value, thick = rng.uniform(1, 4), rng.uniform(3.5, 6) * size
    apart, wires, share = rng.uniform(0.22, 0.36), rng.random() < 0.3, rng.uniform(0.4, 1)
    for side in (-1, 1):
        held = [v.project(-1.1 * v.depth, side * apart * v.width, 0) for v in spine[first : last + 1]]
        canvas.stroke(_smooth(np.array(held)), value, thick, 0.2)
        for vertebra, at in zip(spine[first : last + 1], held, strict=True):
            if rng.random() > share:
                continue
            if wires:
                loop = ellipse(at, 0.7 * thick, 0.3 * vertebra.height, rng.uniform(-0.5, 0.5))
                canvas.stroke(loop, value, 1.1, closed=True)
            else:
                _screw(rng, canvas, vertebra, side, value)
    if rng.random() < 0.4:
        vertebra = spine[int(rng.integers(first, last))]
        y = apart * vertebra.width
        canvas.stroke(vertebra.project(-1.1 * vertebra.depth, [-y, y], 0), value, thick, 0.2)


def _screw(rng: np.random.Generator, canvas: Canvas, vertebra: Vertebra, side: int, value: float) -> None:
    """A pedicle screw, seen nearly end on, with its head."""
    width, height = vertebra.width, vertebra.arch_height
    y, z, half_width, _ = vertebra.pedicle * [width, height, width, height]
    shaft = vertebra.project([-1.0 * vertebra.depth, 0.2 * vertebra.depth], [side * y, side * 0.4 * y], [z, z])
    canvas.stroke(shaft, value, 1.3 * half_width, 0.2)
    canvas.fill(ellipse(shaft[0], 0.13 * width, 0.15 * width, rng.uniform(-1, 1)), value, 0.3)


def _smooth(line: FloatArray) -> FloatArray:
    """A rod bends less than the spine: a cubic through the vertebrae."""
    t = np.linspace(0, 1, len(line))
    degree = min(3, len(line) - 1)
    return np.stack([np.polyval(np.polyfit(t, column, degree), t) for column in line.T], 1)


def draw_clutter(rng: np.random.Generator, canvas: Canvas, style: float) -> None:
    """Add clothing, buttons, jewellery, cables, side markers and marks no one can name."""
    presence = 1 - 0.6 * style
    for draw, mean in ((_buttons, 0.2), (_cloth, 0.2), (_cable, 0.15), (_symbol, 0.25), (_lines, 0.4), (_shapes, 0.6)):
        for _ in range(rng.poisson(mean * presence)):
            draw(rng, canvas)


def _anywhere(rng: np.random.Generator, canvas: Canvas, points: int = 1) -> FloatArray:
    height, width = canvas.values.shape
    return np.asarray(rng.uniform(0, 1, (points, 2)) * [width, height] / canvas.pixels_per_mm + canvas.origin_mm)


def _buttons(rng: np.random.Generator, canvas: Canvas) -> None:
    """A row of round buttons, or a ring or stud of metal."""
    at, radius, value = _anywhere(rng, canvas)[0], rng.uniform(1.5, 8), rng.uniform(0.1, 1.5)
    for k in range(int(rng.integers(1, 5))):
        place = np.add(at, [rng.normal(0, 1), k * rng.uniform(25, 90)])
        button = ellipse(place, radius, radius * rng.uniform(0.6, 1))
        if rng.random() < 0.6:
            canvas.fill(button, value, 0.2)
        canvas.stroke(button, value, 0.8, 0.1, closed=True)


def _cloth(rng: np.random.Generator, canvas: Canvas) -> None:
    """A waistband, brace or strap: parallel edges across the trunk."""
    ends = _anywhere(rng, canvas, 2)
    reach = (ends[1] - ends[0]) * 3
    line = bezier([ends[0] - reach, *ends + rng.normal(0, 10, (2, 2)), ends[1] + reach])
    width, value = rng.uniform(4, 40), rng.uniform(-0.15, 0.25)
    canvas.stroke(line, value, width, rng.uniform(0.2, 2))
    for offset in (-0.5, 0.5):
        canvas.stroke(np.add(line, [0, offset * width]), abs(value), 0.8, 0.3)


def _cable(rng: np.random.Generator, canvas: Canvas) -> None:
    """A catheter, tube or cable: a smooth bright line with two walls."""
    line, value = bezier(_anywhere(rng, canvas, 4), 30), rng.uniform(0.1, 0.8)
    width = rng.uniform(0.8, 4)
    canvas.stroke(line, value, width, 0.2)
    if width > 2:
        canvas.stroke(line, -0.6 * value, 0.5 * width, 0.2)


def _symbol(rng: np.random.Generator, canvas: Canvas) -> None:
    """A side marker or arrow of lead."""
    shape = np.array(_SYMBOLS[int(rng.integers(len(_SYMBOLS)))]) * rng.uniform(6, 22)
    canvas.stroke(shape + _anywhere(rng, canvas), rng.uniform(0.4, 3), rng.uniform(1, 3), 0.1)


def _lines(rng: np.random.Generator, canvas: Canvas) -> None:
    """A straight ruler line, upright or level, with or without ticks."""
    at, value = _anywhere(rng, canvas)[0], rng.uniform(0.05, 1.0)
    along = np.array([1.0, 0.0] if rng.random() < 0.5 else [0.0, 1.0])
    canvas.stroke([at - 600 * along, at + 600 * along], value, rng.uniform(0.4, 1.2))
    if rng.random() < 0.4:
        tick = rng.uniform(2, 6) * along[::-1]
        for k in range(-15, 16):
            canvas.stroke([at + 10 * k * along, at + 10 * k * along + tick], value, 0.6)


def _shapes(rng: np.random.Generator, canvas: Canvas) -> None:
    """Faint ellipses and smudges, bright or dark, outlined or solid."""
    wide, high = np.exp(rng.uniform(1, 4, 2))
    shape = ellipse(_anywhere(rng, canvas)[0], wide, high, rng.uniform(0, 3), 0.05, rng)
    value = rng.uniform(-0.35, 0.35)
    if rng.random() < 0.5:
        canvas.fill(shape, value, rng.uniform(0.3, 5))
    else:
        canvas.stroke(shape, value, rng.uniform(0.6, 3), rng.uniform(0, 1), closed=True)
