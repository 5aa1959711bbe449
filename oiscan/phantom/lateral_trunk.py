"""What lies round the spine in a lateral picture: soft tissue, lungs, ribs, arms, bowel, metal, clutter."""

from __future__ import annotations

import numpy as np

from oiscan.phantom.anatomy import SACRUM, Anatomy
from oiscan.phantom.canvas import Canvas, bezier, ellipse, noise_field
from oiscan.phantom.lateral import Body
from oiscan.scan import FloatArray


def draw_lateral_trunk(
    rng: np.random.Generator, anatomy: Anatomy, bodies: list[Body], canvas: Canvas, style: float
) -> None:
    """Everything behind the bones; `style` 0 is a radiograph full of soft tissue, 1 a DXA picture nearly free of it."""
    soft = (1 - 0.75 * style) * rng.uniform(0.6, 1.3)
    diaphragm = 9 + int(rng.integers(-1, 4))
    centres = np.stack([body.centre for body in bodies])
    _trunk(rng, anatomy, bodies, centres, canvas, soft, diaphragm)
    _lungs(rng, anatomy, bodies, canvas, soft, diaphragm)
    _chest(rng, anatomy, centres, canvas, soft)
    _bowel(rng, anatomy, centres, canvas, soft)
    _clutter(rng, anatomy, centres, canvas)
    _ribs(rng, anatomy, bodies, canvas)


def _trunk(
    rng: np.random.Generator,
    anatomy: Anatomy,
    bodies: list[Body],
    centres: FloatArray,
    canvas: Canvas,
    soft: float,
    diaphragm: int,
) -> None:
    uniform, size = rng.uniform, anatomy.size
    top, bottom = centres[0, 1] - 200 * size, centres[SACRUM, 1] + 260 * size
    skin = np.stack([b.centre - b.forward * (b.depth / 2 + (48 + 10 * (k > 11)) * size) for k, b in enumerate(bodies)])
    hump = uniform(0, 25) * size * float(rng.random() < 0.3)
    back_x = np.r_[skin[:, 0].min() - hump, skin[:, 0] - uniform(0, 22) * size, skin[-1, 0] - uniform(10, 40) * size]
    back = np.c_[back_x, np.r_[top, skin[:, 1], bottom]]
    rows = np.linspace(top, bottom, 9)
    front = np.interp(rows, centres[:, 1], centres[:, 0]) + uniform(90, 210) * size + rng.normal(0, 12, 9) * size
    body = np.vstack([back, np.c_[front, rows][::-1]])
    canvas.fill(body, soft * uniform(1.0, 2.5), uniform(2, 9) * size)
    canvas.fill(body, soft * uniform(0.3, 1.5), uniform(12, 30) * size)
    left, right = centres[0, 0] - 250, centres[0, 0] + 400
    for row, low, high in ((centres[diaphragm, 1], -0.1, 1.2), (centres[15, 1] + uniform(-20, 40) * size, -0.2, 1.0)):
        below = np.array([[left, row], [right, row], [right, bottom], [left, bottom]])
        canvas.fill(below, soft * uniform(low, high), uniform(12, 40) * size)


def _lungs(
    rng: np.random.Generator, anatomy: Anatomy, bodies: list[Body], canvas: Canvas, soft: float, diaphragm: int
) -> None:
    """Two lobes, each with its own dome, fissures and vessels."""
    uniform, size = rng.uniform, anatomy.size
    walls = np.stack([0.5 * (b.landmarks[0] + b.landmarks[5]) for b in bodies])
    for _ in range(2):
        back = walls[1 : diaphragm + 1] - [uniform(5, 30) * size, 0]
        reach, foot, head = uniform(60, 130) * size, back[-1], back[0]
        dome = bezier(
            [
                foot + [0, uniform(0, 40) * size],
                foot + [uniform(5, 30) * size, uniform(-60, 10) * size],
                foot + [0.6 * reach, uniform(-80, -20) * size],
                foot + [reach, uniform(-60, 20) * size],
            ],
            14,
        )
        front = bezier(
            [
                dome[-1],
                dome[-1] + [uniform(-20, 30) * size, -80 * size],
                head + [uniform(60, 130) * size, 50 * size],
                head + [25 * size, -25 * size],
            ],
            10,
        )
        canvas.fill(np.vstack([back, dome, front]), -soft * uniform(0.3, 1.1), uniform(0.6, 3) * size)
        if rng.random() < 0.6:
            canvas.stroke(dome, soft * uniform(0, 0.25), uniform(1.5, 4) * size, uniform(0.5, 1.5))
    if rng.random() < 0.6:  # vessels too fine to draw one by one
        height, width = canvas.values.shape
        mottle = noise_field(rng, height, width, uniform(1.5, 4) * canvas.pixels_per_mm * size)
        chest = ellipse(bodies[5].centre + [uniform(10, 50) * size, 0], 90 * size, 130 * size)
        canvas.fill(chest, soft * uniform(0.02, 0.15), 8 * size, mottle * np.float32(uniform(0.3, 1.5)))
    strength = uniform(0.5, 2.5)
    for _ in range(int(rng.integers(0, 40))):
        start = bodies[int(rng.integers(1, 10))].centre + [uniform(-20, 90) * size, rng.normal(0, 20) * size]
        bends = [start + rng.normal(0, 22, 2) * size * k + [0, 6 * k] for k in (1, 2, 3)]
        vessel, value = bezier([start, *bends], 12), soft * strength * uniform(-0.03, 0.16)
        canvas.stroke(vessel, value, uniform(1, 5) * size, uniform(0.5, 1.6))


def _chest(rng: np.random.Generator, anatomy: Anatomy, centres: FloatArray, canvas: Canvas, soft: float) -> None:
    """Heart, shoulders, and arms or shoulder blades across the upper spine."""
    uniform, size = rng.uniform, anatomy.size
    if rng.random() < 0.6:
        at = centres[7] + [uniform(45, 95) * size, uniform(-30, 30) * size]
        heart = ellipse(at, uniform(25, 45) * size, uniform(35, 65) * size, uniform(-0.6, 0.6))
        canvas.fill(heart, soft * uniform(0.2, 0.9), uniform(3, 9) * size)
    if rng.random() < 0.6:
        at = centres[int(rng.integers(0, 6))] + [uniform(-10, 80) * size, 0]
        offsets = np.array(
            [[0, -180], [0, 0], [uniform(60, 150), uniform(20, 140)], [330, uniform(-60, 150)], [330, -250]]
        )
        canvas.fill(at + offsets * size, soft * uniform(0.3, 1.6), uniform(0.8, 7) * size)
    if rng.random() < 0.45:
        for _ in range(int(rng.integers(1, 3))):
            start = centres[int(rng.integers(0, 5))] + np.array([uniform(-35, 70), uniform(-30, 20)]) * size
            end = start + np.array([uniform(-60, 140), uniform(20, 110)]) * size
            shaft = np.array([start, 0.5 * (start + end) + rng.normal(0, 8, 2) * size, end])
            bright = uniform(0.1, 0.5)
            canvas.stroke(shaft, bright, uniform(9, 22) * size, uniform(0.6, 1.5) * size)
            canvas.stroke(shaft, -bright * uniform(0.2, 0.6), uniform(4, 9) * size, 1.2 * size)


def _bowel(rng: np.random.Generator, anatomy: Anatomy, centres: FloatArray, canvas: Canvas, soft: float) -> None:
    uniform, size = rng.uniform, anatomy.size
    for _ in range(int(rng.integers(0, 9))):
        at = centres[int(rng.integers(11, 17))] + [uniform(5, 150) * size, rng.normal(0, 25) * size]
        gas = ellipse(at, uniform(4, 24) * size, uniform(4, 18) * size, uniform(0, 3), 0.12, rng, 14)
        canvas.fill(gas, soft * uniform(-0.6, 0.15), uniform(0.6, 3) * size)
    if rng.random() < 0.3:
        height, width = canvas.values.shape
        grain = noise_field(rng, height, width, max(1.5, 5 * canvas.pixels_per_mm * size))
        at = centres[14] + [uniform(40, 110) * size, uniform(-20, 60) * size]
        stool = ellipse(at, uniform(30, 60) * size, uniform(40, 90) * size)
        amount = soft * uniform(0.05, 0.25)
        canvas.fill(stool, amount, 8 * size, grain)


def _clutter(rng: np.random.Generator, anatomy: Anatomy, centres: FloatArray, canvas: Canvas) -> None:
    """Skin folds, fat planes, clothing, edges of organs: lines and blobs that are no bone."""
    uniform, normal, size = rng.uniform, rng.normal, anatomy.size
    strength = uniform(0, 0.3)
    for _ in range(int(rng.integers(0, 26))):
        at = centres[int(rng.integers(0, 18))] + np.array([normal(10, 45), normal(0, 25)]) * size
        kind = rng.random()
        if kind < 0.55:
            step = normal(0, 18, 2) * size
            fold = bezier([at] + [at + k * step + normal(0, 3 * (k + 1), 2) * size for k in (1, 2, 3)], 12)
            canvas.stroke(fold, strength * uniform(-0.5, 1), uniform(0.8, 7) * size, uniform(0.4, 2))
        elif kind < 0.8:
            blob = ellipse(at, uniform(3, 22) * size, uniform(3, 30) * size, uniform(0, 3), 0.15, rng, 12)
            canvas.fill(blob, strength * uniform(-1, 1), uniform(0.6, 4) * size)
        else:  # a half-plane with a bent edge
            angle = uniform(0, 2 * np.pi)
            along = np.array([np.cos(angle), np.sin(angle)]) * 260 * size
            across = np.array([-along[1], along[0]])
            bend = at + normal(0, 12, 2) * size
            edge = np.array([at - along, bend, at + along, at + along + across, at - along + across])
            canvas.fill(edge, strength * uniform(-1, 1), uniform(0.6, 5) * size)


def _ribs(rng: np.random.Generator, anatomy: Anatomy, bodies: list[Body], canvas: Canvas) -> None:
    uniform, size = rng.uniform, anatomy.size
    bright = uniform(0.02, 0.2) if rng.random() < 0.6 else uniform(0.1, 0.4)
    sweep, drop, behind = uniform(70, 170), uniform(40, 120), uniform(14, 38)
    for k in range(12):
        length = (1.0 if k < 9 else (1.0, 0.8, 0.5)[k - 9]) * uniform(0.85, 1.1)
        for _ in range(2):
            start = 0.5 * (bodies[k].landmarks[0] + bodies[k].landmarks[5]) + (rng.normal(0, 3, 2) + [-2, -4]) * size
            bends = np.array(
                [
                    [-behind * 1.3, uniform(-4, 10)],
                    [-behind * 0.5, drop * 0.55],
                    [sweep * length - 20, drop * length * uniform(0.8, 1.2)],
                ]
            )
            rib = bezier([start, *(start + bends * size)], 18)
            width, value = uniform(6, 10) * size, bright * uniform(0.5, 1.3)
            canvas.stroke(rib, value, width, uniform(0.4, 1.2))
            canvas.stroke(rib, -value * uniform(0.2, 0.9), width * 0.6, 0.8)


def draw_lateral_hardware(rng: np.random.Generator, anatomy: Anatomy, bodies: list[Body], canvas: Canvas) -> None:
    """Rods and screws, cages, and things worn: drawn last, over everything."""
    uniform, normal, size = rng.uniform, rng.normal, anatomy.size
    if rng.random() < 0.14:
        first = int(rng.integers(2, 14))
        last = min(SACRUM, first + int(rng.integers(2, 12)))
        metal, screws, heads = uniform(0.8, 2.5), rng.random() < 0.8, []
        for body in bodies[first:last]:
            for _ in range(int(rng.integers(1, 3))):
                head = body.at(-uniform(14, 22) * size, -uniform(0.1, 0.35) * body.height) + normal(0, 1.5, 2)
                tip = body.at(uniform(0.4, 0.92) * body.depth, -uniform(-0.05, 0.25) * body.height) + normal(0, 1.5, 2)
                if screws:
                    canvas.stroke(np.array([head, tip]), 0.6 * metal, uniform(3.5, 6) * size, 0.3)
                    canvas.fill(ellipse(head, 5 * size, 6 * size, points=10), 0.6 * metal, 0.4)
            heads.append(head)
        canvas.stroke(np.array(heads), 0.6 * metal, uniform(4, 6) * size, 0.3)
    if rng.random() < 0.05:
        at = bodies[int(rng.integers(4, 17))].centre + normal(0, 5, 2)
        cage = ellipse(at, uniform(4, 14) * size, uniform(3, 9) * size, uniform(0, 3), 0.15, rng, 10)
        canvas.fill(cage, uniform(0.6, 2), 0.4)
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.4 else 0):
        at = bodies[int(rng.integers(0, 18))].centre + [uniform(-60, 150), normal(0, 30)]
        ring = ellipse(at, uniform(2, 7), uniform(2, 7), points=16)
        canvas.stroke(ring, uniform(0.2, 1.2), uniform(1, 2), 0.3, closed=True)
