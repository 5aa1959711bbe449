"""The spine seen from the side: exact landmarks, and bone drawn on a canvas.

Canvas coordinates are (x, z) of the anatomy: the patient faces right, head up.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from oiscan.phantom.anatomy import N_BODIES, SACRUM, Anatomy
from oiscan.phantom.canvas import Canvas, bezier, ellipse
from oiscan.scan import FloatArray, ImageArray

RIM = 0.08
"""Share of an endplate's length, front and back, that is flat: the bony rim stands where the middle has sunk.
Unverified. Without it a deep endplate would end in points too thin to show, and nobody could see its corners."""


@dataclass(frozen=True)
class Body:
    """One vertebral body from the side.

    Parameters
    ----------
    centre, forward, down
        (2,) position, and unit vectors to the front and along the body's axis.
    superior, anterior, inferior, posterior
        Its four edges as lines (n, 2): upper endplate back to front, front wall down, lower endplate front to back,
        back wall up.
    landmarks
        (6, 2) in the order of `oiscan.anatomy.LATERAL_LANDMARKS`.
    """

    centre: FloatArray
    forward: FloatArray
    down: FloatArray
    depth: float
    height: float
    superior: FloatArray
    anterior: FloatArray
    inferior: FloatArray
    posterior: FloatArray
    landmarks: FloatArray

    @property
    def outline(self) -> FloatArray:
        """Closed outline (n, 2)."""
        return np.vstack([self.superior, self.anterior[1:], self.inferior[1:], self.posterior[1:-1]])

    def at(self, forward: float, down: float) -> FloatArray:
        """A point measured from the middle of the back wall, in mm along the body's own axes."""
        return self.centre + self.forward * (forward - self.depth / 2) + self.down * down


def lateral_bodies(anatomy: Anatomy) -> list[Body]:
    """All 18 bodies; deterministic, so that truth and drawing agree."""
    return [_body(anatomy, k) for k in range(N_BODIES)]


def lateral_landmarks(bodies: list[Body]) -> FloatArray:
    """(18, 6, 2) landmarks in mm."""
    return np.stack([body.landmarks for body in bodies])


def _body(anatomy: Anatomy, k: int) -> Body:
    tilt, depth = anatomy.sagittal_tilt[k], anatomy.depth_mm[k]
    hp, ha, share = anatomy.posterior_mm[k], anatomy.anterior_mm[k], anatomy.tilt_superior[k]
    extra, half = ha - hp, depth / 2
    lean = anatomy.taper[k] * half / 2  # the upper endplate is the shorter one
    lost = [height - np.sqrt(height**2 - 4 * lean**2) for height in (hp, ha)]  # what leaning walls lack in rise
    # details of the outline, fixed per body
    shape = np.random.default_rng([int(anatomy.centre_mm[k, 2] * 1e3) % (1 << 31), k])
    corners = np.array(
        [
            [-half + lean, (-hp + lost[0]) / 2],
            [half - lean, (-hp + lost[1]) / 2 - extra * share],
            [half + lean, (hp - lost[1]) / 2 + extra * (1 - share)],
            [-half - lean, (hp - lost[0]) / 2],
        ]
    )
    dips = np.array([anatomy.dip_superior_mm[k], anatomy.dip_inferior_mm[k]]) - sum(lost) / 4
    t = np.linspace(0, 1, 13)[:, None]
    inner = np.clip((t - RIM) / (1 - 2 * RIM), 0, 1)
    bow_superior, bow_inferior = (_bow(inner, shape.uniform(0.6, 1.3), shape.uniform(-0.12, 0.12)) for _ in range(2))
    waist_front, waist_back = shape.uniform(-0.01, 0.08) * depth, shape.uniform(-0.01, 0.06) * depth
    swell_front, swell_back = shape.uniform(0, 0.025) * depth, shape.uniform(0, 0.045) * depth
    superior = corners[0] + (corners[1] - corners[0]) * t + [0, dips[0]] * bow_superior
    inferior = corners[2] + (corners[3] - corners[2]) * t - [0, dips[1]] * bow_inferior
    sunk_front = waist_front * _bow(t, 1, 0) - swell_front * _rounded(t)
    sunk_back = waist_back * _bow(t, 1, 0) - swell_back * _rounded(t)
    anterior = corners[1] + (corners[2] - corners[1]) * t - [1, 0] * sunk_front
    posterior = corners[3] + (corners[0] - corners[3]) * t + [1, 0] * sunk_back
    _round_front(superior, anterior, inferior, anatomy.corner_rounding * depth)
    forward, down = np.array([np.cos(tilt), np.sin(tilt)]), np.array([-np.sin(tilt), np.cos(tilt)])
    frame, centre = np.stack([forward, down]), anatomy.centre_mm[k, [0, 2]]
    local = np.stack([corners[0], superior[6], corners[1], corners[2], inferior[6], corners[3]])
    return Body(
        centre=centre,
        forward=forward,
        down=down,
        depth=float(depth),
        height=float(0.5 * (ha + hp)),
        superior=superior @ frame + centre,
        anterior=anterior @ frame + centre,
        inferior=inferior @ frame + centre,
        posterior=posterior @ frame + centre,
        landmarks=local @ frame + centre,
    )


def _bow(t: FloatArray, power: float, skew: float) -> FloatArray:
    """0 at both ends and 1 in the middle."""
    return np.asarray((4 * t * (1 - t)) ** power * (1 + skew * (2 * t - 1)))


def _rounded(t: FloatArray) -> FloatArray:
    """0 at both ends and 1 between: a wall stands out a little beyond its rounded corners, where readers click."""
    return np.asarray(np.minimum(1, 6 * np.minimum(t, 1 - t)))


def _round_front(superior: FloatArray, anterior: FloatArray, inferior: FloatArray, radius: float) -> None:
    """Take the front corners off: a child's ring apophysis is cartilage and does not show."""
    for edge, end in ((superior, -1), (anterior, 0), (anterior, -1), (inferior, 0)):
        inward = -edge[end] / np.linalg.norm(edge[end])
        edge[end] += 0.7 * radius * inward


@dataclass(frozen=True)
class BoneLook:
    """How strongly the parts of bone show in one picture."""

    fill: float
    rim: float
    wall: float
    posterior: float
    hole: float
    disc: float
    fade: FloatArray
    thin: FloatArray
    texture: ImageArray


def draw_bone_look(rng: np.random.Generator, anatomy: Anatomy, style: float, texture: ImageArray) -> BoneLook:
    """Draw the look of one picture; `style` 0 is a radiograph, 1 a DXA picture with its bright posterior elements."""
    uniform = rng.uniform
    visible = (uniform(0.2, 0.6) if rng.random() < 0.45 else uniform(0.6, 1.2)) * anatomy.density**0.5
    index = np.arange(N_BODIES)
    weak_posterior = style <= 0.5 and rng.random() < 0.6
    return BoneLook(
        fill=uniform(0.03, 0.45) * (1 + 0.5 * style) * visible,
        rim=uniform(0.08, 0.7) * visible,
        wall=uniform(0.02, 0.35) * visible,
        posterior=uniform(0.08, 0.6) * (1 + 1.2 * style) * (0.3 + 0.7 * visible)
        * (uniform(0.1, 0.7) if weak_posterior else uniform(0.6, 1.4)),
        hole=uniform(0, 0.6),
        disc=uniform(0, 0.35) * float(rng.random() < 0.7),
        fade=np.interp(index, [0, 5, 11, 17], np.exp(rng.normal(0, 0.35, 4))),
        thin=np.where(index < 11, uniform(0.15, 1), 1.0),
        texture=texture,
    )


def draw_lateral_bones(
    rng: np.random.Generator, anatomy: Anatomy, bodies: list[Body], canvas: Canvas, look: BoneLook, style: float
) -> None:
    """Sacrum and pelvis, posterior elements, discs and bodies, from the back of the picture to its front."""
    _sacrum_and_pelvis(rng, anatomy, bodies, canvas, look, style)
    for k in range(SACRUM):
        _posterior_elements(rng, bodies[k], k, anatomy.size, canvas, look)
    for upper, lower in pairwise(bodies):
        gap = np.vstack([upper.inferior, lower.superior])
        canvas.fill(gap, -look.disc * rng.uniform(0.4, 1.2), 0.7)
    for k, body in enumerate(bodies):
        lean = anatomy.width_mm[k] / 2 * np.sin(anatomy.coronal_tilt[k])
        _draw_body(rng, body, k, lean, canvas, look, anatomy)


def _draw_body(
    rng: np.random.Generator, body: Body, k: int, lean: float, canvas: Canvas, look: BoneLook, anatomy: Anatomy
) -> None:
    """Spongy bone inside, bright endplates, fainter walls; a leaning body shows each endplate twice."""
    uniform = rng.uniform
    fade = look.fade[k]
    fill = look.fill * uniform(0.6, 1.3) * fade * look.thin[k]
    rim, wall = look.rim * uniform(0.5, 1.4) * fade, look.wall * uniform(0.3, 1.6) * fade
    canvas.fill(body.outline, fill, uniform(0.35, 0.9), look.texture)
    for edge, outward in ((body.superior, -body.down), (body.inferior, body.down)):
        _draw_endplate(rng, edge, outward, body, lean, rim, fill, canvas, look)
    canvas.stroke(body.anterior, wall * uniform(0.3, 1.4), uniform(0.8, 1.6), uniform(0.3, 0.7))
    canvas.stroke(body.posterior, wall * uniform(0.2, 1.2), uniform(0.8, 1.6), uniform(0.3, 0.7))
    if rng.random() < (0.3 if anatomy.child else 0.08):  # zebra lines: one a bisphosphonate infusion
        for offset in np.cumsum(uniform(0.05, 0.2, int(rng.integers(1, 4)))):
            for edge in (body.superior, body.inferior):
                line = body.centre + (edge - body.centre) * (1 - offset)
                canvas.stroke(line, rim * uniform(0.2, 0.8), uniform(0.6, 1.2), 0.4)
    if not anatomy.child and rng.random() < 0.12:  # osteophyte
        tip = body.landmarks[2 if rng.random() < 0.5 else 3] + body.forward * uniform(0, 0.06) * body.depth
        canvas.fill(ellipse(tip, uniform(1, 3), uniform(1, 2.5), points=10), fill * uniform(0.3, 1), 0.5)


def _draw_endplate(
    rng: np.random.Generator,
    edge: FloatArray,
    outward: FloatArray,
    body: Body,
    lean: float,
    rim: float,
    fill: float,
    canvas: Canvas,
    look: BoneLook,
) -> None:
    uniform = rng.uniform
    width = uniform(0.8, 1.8)
    for side in (-1, 1) if abs(lean) > 0.7 else (0,):
        canvas.stroke(edge + side * lean * body.down, rim * uniform(0.4, 1.2), width, uniform(0.3, 0.7))
    if rng.random() < 0.75:  # dense bone under the endplate
        canvas.stroke(edge - outward * uniform(0.8, 2.2), rim * uniform(0, 0.6), uniform(1.5, 3.5), uniform(0.6, 1.4))
    if rng.random() < 0.8:  # the ring of the rim, flatter than the endplate's middle
        t = np.linspace(0, 1, 9)[:, None]
        ring = edge[0] + (edge[-1] - edge[0]) * t + outward * 4 * t * (1 - t) * rng.normal(0, 0.025) * body.depth
        canvas.stroke(ring, rim * uniform(0, 0.7), uniform(0.7, 1.4), uniform(0.3, 0.9))
        if rng.random() < 0.5:
            canvas.fill(np.vstack([ring, edge[::-1]]), fill * uniform(0, 0.8), 0.6, look.texture)


def _posterior_elements(
    rng: np.random.Generator, body: Body, k: int, size: float, canvas: Canvas, look: BoneLook
) -> None:
    """Pedicles, joints, foramen, transverse and spinous processes: everything behind the body."""
    uniform, normal = rng.uniform, rng.normal
    lumbar, hp = k > 11, body.height
    bright = look.posterior * uniform(0.6, 1.3) * look.fade[k]
    reach = (9 if lumbar else 7) * size
    for _ in range(2):  # left and right never quite coincide
        shift = normal(0, 1.3, 2) * size
        pedicle = [
            body.at(2, -0.42 * hp),
            body.at(2, uniform(-0.02, 0.12) * hp),
            body.at(-reach, uniform(0, 0.12) * hp),
            body.at(-reach, -0.45 * hp),
        ]
        canvas.fill(np.array(pedicle) + shift, bright * 0.55, 0.9 * size, look.texture)
        if rng.random() < 0.6:  # pedicle or rib head over the back wall
            at = body.at(uniform(-4, 3) * size, -0.2 * hp) + shift
            head = ellipse(at, uniform(4, 6.5) * size, uniform(4, 6.5) * size)
            canvas.fill(head, bright * uniform(0, 0.5), 0.7 * size)
        joint = np.array(
            [
                body.at(-reach * uniform(0.6, 1.1), -uniform(0.7, 1.0) * hp),
                body.at(-reach * uniform(1.1, 1.5), -0.05 * hp),
                body.at(-reach * uniform(1.5, 2.2), uniform(0.75, 1.1) * hp),
            ]
        )
        value, width, blur = bright * uniform(0.15, 0.65), uniform(4.5, 9) * size, uniform(0.8, 1.8) * size
        canvas.stroke(joint + shift, value, width, blur, texture=look.texture)
    foramen = ellipse(
        body.at(-reach * uniform(0.45, 0.7), uniform(0.35, 0.6) * hp),
        reach * uniform(0.35, 0.55),
        hp * uniform(0.22, 0.36),
        float(np.arctan2(body.forward[1], body.forward[0])),
        0.06,
        rng,
        14,
    )
    canvas.fill(foramen, -(bright * look.hole + look.hole * 0.4) * uniform(0.3, 1.2), 0.9 * size)
    if rng.random() < 0.8:
        at = body.at(-reach * uniform(0.5, 1.5), -0.1 * hp)
        process = ellipse(at, uniform(3, 7) * size, uniform(3, 7) * size, 0, 0.08, rng, 14)
        canvas.fill(process, bright * uniform(0, 0.5), 0.8 * size)
    _spinous_process(rng, body, lumbar, reach, size, bright, canvas, look)


def _spinous_process(
    rng: np.random.Generator,
    body: Body,
    lumbar: bool,
    reach: float,
    size: float,
    bright: float,
    canvas: Canvas,
    look: BoneLook,
) -> None:
    """Broad and level in the lumbar spine, long and pointing down in the thorax."""
    uniform = rng.uniform
    length, slope = (uniform(22, 32), uniform(0.1, 0.45)) if lumbar else (uniform(28, 45), uniform(0.7, 1.6))
    base = body.at(-reach * 1.6, uniform(0, 0.3) * body.height)
    run = length * size / np.hypot(1, slope)
    tip = base - body.forward * run + body.down * run * slope
    half = body.down * (uniform(7, 11) if lumbar else uniform(3, 5)) * size
    blade = np.array([base - 0.7 * half, tip - half, tip + half, base + 0.7 * half])
    canvas.fill(blade, bright * uniform(0.15, 0.75), uniform(1, 2.4) * size, look.texture)
    if rng.random() < 0.5:
        canvas.stroke(blade, bright * uniform(0, 0.2), 1.2, 0.7, closed=True)


def _sacrum_and_pelvis(
    rng: np.random.Generator, anatomy: Anatomy, bodies: list[Body], canvas: Canvas, look: BoneLook, style: float
) -> None:
    uniform, size = rng.uniform, anatomy.size
    last, pelvis = bodies[SACRUM], uniform(0, 1)
    angle = anatomy.sagittal_tilt[SACRUM]
    at, depth, height = 0.5 * (last.landmarks[3] + last.landmarks[5]), last.depth, last.height
    for _ in range(4):  # S2 to S5
        angle += np.radians(uniform(4, 16))
        depth, height = depth * uniform(0.7, 0.88), height * uniform(0.75, 0.92)
        forward, down = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        half = forward * depth / 2
        piece = np.array([at - half, at + half, at + 0.9 * half + down * height, at - 0.9 * half + down * height])
        canvas.fill(piece, look.fill * uniform(0.6, 1.1), 0.8, look.texture)
        canvas.stroke(piece[:2], uniform(0, 0.3), 1.2, 0.6)
        at = at + down * (height + 1.5 * size)
    back = last.landmarks[5]
    median_crest = np.array([back - 8 * size * last.forward, back - 25 * size * last.forward, at - [35 * size, 0], at])
    canvas.fill(median_crest, look.posterior * uniform(0.4, 1), 2.5 * size, look.texture)
    crest = rng.normal(24 if anatomy.child else 18, 9)
    for _ in range(2):  # left and right iliac wing
        # the crests reach the disc between L4 and L5, a little lower in children
        top = bodies[15].centre + np.array([uniform(-25, 20), crest + rng.normal(0, 3)]) * size
        wing = bezier(
            [
                top + [-uniform(35, 70) * size, uniform(25, 60) * size],
                top + [-30 * size, -6 * size],
                top + [25 * size, -6 * size],
                top + [uniform(35, 80) * size, uniform(30, 80) * size],
            ],
            16,
        )
        closed = np.vstack([wing, top + [30 * size, 130 * size], top + [-20 * size, 140 * size]])
        canvas.fill(closed, pelvis * uniform(0.15, 0.7) * (1 + style), uniform(0.6, 2.5) * size, look.texture)
        canvas.stroke(wing, pelvis * uniform(0.1, 0.6), uniform(1.5, 4) * size, 0.8)
    if rng.random() < 0.5:  # femoral head
        at = at + [uniform(20, 50) * size, uniform(0, 25) * size]
        canvas.fill(ellipse(at, 23 * size, 23 * size), pelvis * uniform(0.2, 0.6), 1)
