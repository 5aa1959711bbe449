"""The bones of a person as closed solids, made from the shapes whose outlines are the truth of both views.

A vertebra is built in its own frame (x to the front, y to the person's left, z down, origin in the middle of the body):
the lateral picture's outline says where its front, back and endplates lie, the AP picture's how wide it is and what its
arch looks like. Then it is posed as the person's spine is curved, once for each view. The side view follows the
definition of the lateral truth: a body is not turned about its long axis there, its arch is.

Ribs, sacrum and iliac wings are tubes and plates of round proportions (unverified): they carry no truth, but shadows.
Everything follows from the anatomy alone, so that both views and the bone mass show one person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from oiscan.anatomy import View
from oiscan.phantom.anatomy import SACRUM, Anatomy
from oiscan.phantom.ap_shape import ROUNDNESS, Vertebra, vertebrae
from oiscan.phantom.canvas import bezier
from oiscan.phantom.lateral import Body, lateral_bodies
from oiscan.phantom.project import Mesh, joined, loft
from oiscan.scan import FloatArray

Arches = Callable[[Vertebra], Mesh]
"""Gives a vertebra its arch, in the vertebra's own frame."""

_ROUND = np.linspace(0, 2 * np.pi, 32, endpoint=False)
_COS = np.sign(np.cos(_ROUND)) * np.abs(np.cos(_ROUND)) ** (2 / ROUNDNESS)
_SIN = np.sign(np.sin(_ROUND)) * np.abs(np.sin(_ROUND)) ** (2 / ROUNDNESS)
_DOWN = np.linspace(0, 1, 13)
_OUT = np.linspace(0, 1, 7)[:-1]

# Where the parts of the arch lie along x (in depths of the body), how large they are there, how far they sink (in
# heights of the arch)
_PEDICLE = ([-0.38, -0.6, -0.85], [1.1, 1.0, 1.1], [0, 0, 0.05])
_ARTICULAR = ([-0.62, -0.74, -0.95, -1.08], [0.6, 1.0, 1.0, 0.6], [-0.08, 0, 0.05, 0.1])
_LAMINA = ([-0.88, -0.95, -1.08, -1.15], [0.7, 1.0, 1.0, 0.7], [-0.04, 0, 0, 0.06])
_TRANSVERSE = ([-0.7, -0.76, -0.84, -0.9], [0.6, 1.0, 1.0, 0.6], [0, 0, 0, 0])


@dataclass(frozen=True)
class Bones:
    """The bones of one view, each kind one mesh of (x, y, depth) in mm of the picture.

    Parameters
    ----------
    bodies
        T1 to S1.
    arches
        Pedicles, processes and laminae, T1 to L5.
    ribs, pelvis
        Twelve pairs; sacrum below S1 and iliac wings.
    """

    bodies: Mesh
    arches: Mesh
    ribs: Mesh
    pelvis: Mesh


def bones(anatomy: Anatomy, view: View, arches: Arches | None = None) -> Bones:
    """All bones of a person as one view sees them; `arches` in place of `arch_solid`."""
    spine, sides = vertebrae(anatomy), lateral_bodies(anatomy)
    pairs = list(zip(spine, sides, strict=True))
    last = spine[SACRUM]
    axes = person_axes(view)
    return Bones(
        bodies=joined(body_solid(v, s).moved(*pose(v, s, view, turned=view is View.AP)) for v, s in pairs),
        arches=joined((arches or arch_solid)(v).moved(*pose(v, s, view)) for v, s in pairs[:SACRUM]),
        ribs=joined(_ribs(anatomy, spine)).moved(axes, np.zeros(3)),
        pelvis=joined([_sacrum(last).moved(*pose(last, sides[SACRUM], view)),
                       *(wing.moved(axes, np.zeros(3)) for wing in _wings(anatomy))]),
    )


def pose(vertebra: Vertebra, side: Body, view: View, turned: bool = True) -> tuple[FloatArray, FloatArray]:
    """Where a vertebra's own axes lead in a view (3, 3), and its origin (3,): across, down, along the rays."""
    if view is View.AP:
        flat = vertebra.project([1, 0, 0], [0, 1, 0], [0, 0, 1]) - vertebra.centre
        return np.c_[flat, np.cross(flat[:, 0], flat[:, 1])], np.r_[vertebra.centre, 0.0]
    turn = vertebra.rotation if turned else 0.0
    forward = np.array([np.cos(turn), -np.sin(turn), 0.0])
    left = np.array([np.sin(turn), np.cos(turn), 0.0])
    down = np.array([0.0, 0.0, 1.0]) + np.sin(vertebra.coronal) * left
    flat = forward[:, None] * side.forward + down[:, None] * side.down
    return np.c_[flat, left], np.r_[side.centre, 0.0]


def person_axes(view: View) -> FloatArray:
    """The person's x, y and z in a view."""
    if view is View.AP:
        return np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
    return np.array([[1.0, 0, 0], [0, 0, 1], [0, 1, 0]])


def body_solid(vertebra: Vertebra, side: Body) -> Mesh:
    """A vertebral body in its own frame: upper endplate from its middle outwards, wall, lower endplate."""
    still = _still(vertebra)
    frame = np.stack([side.forward, side.down]).T
    front, back = (side.anterior - side.centre) @ frame, ((side.posterior - side.centre) @ frame)[::-1]
    half_width = np.interp(_DOWN, np.linspace(0, 1, 9), still.wall(1)[:, 0])
    middle, half = 0.5 * (front + back)[:, 0], 0.5 * (front - back)[:, 0]
    x, y = middle[:, None] + half[:, None] * _COS, half_width[:, None] * _SIN
    plates = [(side.superior - side.centre) @ frame, ((side.inferior - side.centre) @ frame)[::-1]]
    slope = [vertebra.slope_superior, -vertebra.slope_inferior]
    rounded = [vertebra.rounding, -vertebra.rounding]
    top, bottom = (_plate(x, y / half_width[:, None], y, *p) for p in zip(plates, slope, rounded, strict=True))
    wall = np.stack([x, y, top + (bottom - top) * _DOWN[:, None]], -1)
    caps = [_cap(middle[e], x[e], y[e], half_width[e], plates[e], slope[e], rounded[e]) for e in (0, -1)]
    return loft(np.vstack([caps[0], wall, caps[1][::-1]]))


def _plate(
    x: FloatArray, share: FloatArray, y: FloatArray, edge: FloatArray, slope: float, rounded: float
) -> FloatArray:
    """Height of an endplate whose middle is `edge` (n, 2), level again at its sides (`share` of the half width)."""
    chord = np.interp(x, edge[[0, -1], 0], edge[[0, -1], 1])
    sunk = np.interp(x, edge[:, 0], edge[:, 1]) - chord
    return np.asarray(chord + sunk * (1 - share**6) + slope * y + rounded * share**8)


def _cap(
    middle: float, x: FloatArray, y: FloatArray, half_width: float, edge: FloatArray, slope: float, rounded: float
) -> FloatArray:
    """Rings (6, n, 3) of an endplate from its middle outwards."""
    across, side = middle + (x - middle) * _OUT[:, None], y * _OUT[:, None]
    return np.stack([across, side, _plate(across, side / half_width, side, edge, slope, rounded)], -1)


def _still(vertebra: Vertebra) -> Vertebra:
    """The vertebra upright at the origin: its AP outlines are then (y, z) of its own frame."""
    return replace(vertebra, centre=np.zeros(2), rotation=0.0, sagittal=0.0, coronal=0.0)


def arch_solid(vertebra: Vertebra) -> Mesh:
    """Pedicles, articular processes, laminae, transverse and spinous processes of a vertebra, in its own frame."""
    still = _still(vertebra)
    parts = [
        _extruded(vertebra, outline(side), *where)
        for side in (-1, 1)
        for outline, where in (
            (still.pedicle_ring, _PEDICLE),
            (still.articular, _ARTICULAR),
            (still.lamina, _LAMINA),
            (still.transverse_process, _TRANSVERSE),
        )
    ]
    # broad and level in the lumbar spine, long and pointing down in the thorax
    drop = 0.6 * (1 - vertebra.lumbar)
    spinous = ([-1.02, -1.1, -1.5, -1.75], [0.7, 1.0, 1.0, 0.6], [-0.5 * drop, -0.4 * drop, 0.3 * drop, 0.8 * drop])
    return joined([*parts, _extruded(vertebra, still.spinous_process(), *spinous)])


def _extruded(
    vertebra: Vertebra, outline: FloatArray, x: list[float], scale: list[float], drop: list[float]
) -> Mesh:
    """A solid whose AP outline (n, 2) stands at places x, smaller or larger and lower there."""
    middle = outline.mean(0)
    rings = middle + (outline - middle) * np.array(scale)[:, None, None]
    rings[..., 1] += np.array(drop)[:, None] * vertebra.arch_height
    along = np.broadcast_to(np.array(x)[:, None, None] * vertebra.depth, (*rings.shape[:2], 1))
    return loft(np.concatenate([along, rings], -1))


def _tube(line: FloatArray, thick: npt.ArrayLike, high: npt.ArrayLike) -> Mesh:
    """A flat tube along a line (n, 3), `thick` and `high` in mm (half axes), standing upright."""
    along = np.gradient(line, axis=0)
    across = np.cross(along, [0.0, 0.0, 1.0])
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    up = np.cross(across, along / np.linalg.norm(along, axis=1, keepdims=True))
    t = np.linspace(0, 2 * np.pi, 12, endpoint=False)[:, None]
    thick, high = (np.broadcast_to(np.asarray(v, float), len(line))[:, None, None] for v in (thick, high))
    return loft(line[:, None] + np.cos(t) * thick * across[:, None] + np.sin(t) * high * up[:, None])


def own_rng(anatomy: Anatomy, purpose: int) -> np.random.Generator:
    """A generator that belongs to the person: what it draws is the same in every picture."""
    return np.random.default_rng([purpose, *np.abs(anatomy.depth_mm).view(np.uint64).tolist()])


def _ribs(anatomy: Anatomy, spine: list[Vertebra]) -> list[Mesh]:
    """Twelve pairs round the chest, sinking to the front; the lowest two end in the side and the back."""
    rng, size = own_rng(anatomy, 1), anatomy.size
    half_width, deep = rng.uniform(105, 135) * size, rng.uniform(120, 160) * size
    fall, high = rng.uniform(45, 85) * size, rng.uniform(4.5, 6.5) * size
    lengths = np.r_[np.full(9, 0.8), 0.7, rng.uniform(0.35, 0.55), rng.uniform(0.12, 0.4)]
    ribs = []
    for vertebra, length in zip(spine[:12], lengths, strict=True):
        k = vertebra.index
        wide = half_width * (0.55 + 0.45 * min(1, k / 6))
        x, y, z = anatomy.centre_mm[k]
        for side in (-1, 1):
            angle = np.linspace(0.12, np.pi * length * rng.uniform(0.95, 1.05), 22)
            line = np.stack([
                x - 0.35 * vertebra.depth + deep * (0.5 - 0.5 * np.cos(angle)) - 0.28 * deep * np.sin(angle),
                y + side * (0.5 * vertebra.width + (wide - 0.5 * vertebra.width) * np.sin(angle)),
                z - 0.45 * vertebra.height + fall * rng.uniform(0.85, 1.15) * (angle / np.pi) ** 1.2 * (0.8 + 0.05 * k),
            ], 1)
            taper = np.minimum(1, 0.4 + 0.2 * np.arange(22)[::-1])
            ribs.append(_tube(line, 0.6 * high * taper, high * taper))
    return ribs


def _sacrum(last: Vertebra) -> Mesh:
    """S2 to S5 below the body of S1, bent backwards, in the frame of S1."""
    bend = bezier([[0.0, 0.5], [-0.15, 1.3], [-0.6, 2.2], [-0.3, 3.2]], 10) * [last.depth, last.height]
    shrink = np.linspace(1, 0.25, 10)[:, None]
    x = bend[:, :1] + 0.45 * last.depth * shrink * _COS
    y = 0.95 * last.width * shrink * _SIN
    return loft(np.stack([x, y, np.broadcast_to(bend[:, 1:], x.shape)], -1))


def _wings(anatomy: Anatomy) -> list[Mesh]:
    """Two plates from behind the sacrum forwards and outwards; their crests reach the level of L4 and L5."""
    rng, size = own_rng(anatomy, 2), anatomy.size
    top = anatomy.centre_mm[15] + [0, 0, rng.uniform(8, 30) * size]
    crest = bezier([[-15, 55], [0, -12], [70, -8], [105, 60]], 14)
    brim = bezier([[100, 75], [60, 90], [45, 130], [20, 110]], 8)
    outline = np.vstack([crest, brim]) * size
    rise = outline[:, 1:] * [[0.0, 0.15, 1.0]]
    wings = []
    for side in (-1, 1):
        along, thick = np.array([0.72, side * 0.69, 0.0]), np.array([-0.69, side * 0.72, 0.0]) * 4 * size
        start = top + np.array([-38.0, side * 32.0, 0.0]) * size
        plate = start + outline[:, :1] * along + rise * [1, side, 1]
        wings.append(loft(np.stack([plate - thick, plate + thick])))
    return wings
