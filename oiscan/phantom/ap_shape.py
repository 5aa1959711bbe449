"""What a vertebra looks like from the front: its parts as polygons in the AP picture.

A part is written in the vertebra's own frame (x to the front, y to the person's left, z down, origin in the middle of
the body) and projected with the vertebra's tilts and rotation, so that a turned vertebra shows its pedicles and
spinous process beside the middle, and a tilted one shows the near and far rim of an endplate apart.

Proportions are round figures from anatomy atlases, unverified, and vary from person to person and level to level. The
variation is seeded by the anatomy itself, so that what is drawn and what is called the truth agree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from oiscan.phantom.anatomy import N_BODIES, Anatomy
from oiscan.scan import FloatArray

ROUNDNESS = 2.5  # exponent of the superellipse a body's cross-section is
_LEVELS = np.arange(N_BODIES)
_PEDICLE_HALF_WIDTH = np.interp(_LEVELS, [0, 4, 9, 12, 14, 16, 17], [0.13, 0.09, 0.1, 0.1, 0.11, 0.16, 0.18])
_SPINOUS_DROP = np.interp(_LEVELS, [0, 4, 9, 11, 13, 17], [0.7, 0.95, 0.8, 0.5, 0.45, 0.3])
_LUMBAR = np.interp(_LEVELS, [8, 12], [0.0, 1.0])

# Places along an endplate from side to side, along a wall downwards, and round a ring: always the same
_ACROSS = np.linspace(-1, 1, 15)
_DIPPED, _ROUNDED = 1 - np.abs(_ACROSS) ** 3, np.abs(_ACROSS) ** 8
_DOWN = np.linspace(0, 1, 9)
_WAISTED = np.sin(np.pi * _DOWN).clip(0) ** 0.7
_RING = np.linspace(0, 2 * np.pi, 18, endpoint=False)

# (y / width, z / arch height) of the right half of a part, thoracic and lumbar
_ARTICULAR = np.array(
    [
        *[(0.29, -0.15), (0.31, -0.58), (0.37, -0.67), (0.45, -0.6), (0.47, -0.2), (0.37, 0.1)],
        *[(0.4, 0.5), (0.33, 0.72), (0.24, 0.68), (0.19, 0.4), (0.18, 0.05)],
    ]
)
_LAMINA = np.array([(0.0, 0.1), (0.1, 0.02), (0.28, -0.15), (0.3, 0.25), (0.23, 0.5), (0.1, 0.6), (0.0, 0.7)])
_TRANSVERSE = np.array(
    [
        [(0.4, -0.3), (0.62, -0.45), (0.82, -0.6), (0.95, -0.52), (0.92, -0.32), (0.7, -0.2), (0.42, -0.02)],
        [(0.4, -0.28), (0.6, -0.22), (0.9, -0.35), (1.0, -0.2), (0.94, -0.02), (0.62, 0.02), (0.42, 0.1)],
    ]
)


@dataclass(frozen=True)
class Vertebra:
    """One vertebra as the AP picture sees it; lengths in mm, angles in radians.

    Parameters
    ----------
    index
        0 for T1 to 17 for S1.
    centre
        (x, y) of the body's middle in the picture.
    arch_height
        Height the arch is scaled by: a fracture takes less of it than of the body.
    wedge_superior, wedge_inferior
        Rise of each endplate per mm towards the front.
    slope_superior, slope_inferior
        The same towards the person's left.
    taper
        How much narrower the upper endplate is than the lower one, as a share.
    rounding
        How far the edges of the endplates curve inwards (mm).
    pedicle
        (y / width, z / arch height, half width / width, half height / arch height).
    spinous
        (sideways lean / width, drop / arch height, half width / width, half height / arch height).
    jitter
        (2, 11, 2) irregularity of the arch's outlines, left and right.
    """

    index: int
    centre: FloatArray
    width: float
    depth: float
    height: float
    arch_height: float
    dip_superior: float
    dip_inferior: float
    wedge_superior: float
    wedge_inferior: float
    slope_superior: float
    slope_inferior: float
    taper: float
    rounding: float
    sagittal: float
    coronal: float
    rotation: float
    lumbar: float
    waist: float
    facet: float
    transverse: float
    pedicle: FloatArray
    spinous: FloatArray
    jitter: FloatArray

    def project(self, x: npt.ArrayLike, y: npt.ArrayLike, z: npt.ArrayLike) -> FloatArray:
        """Points of the vertebra's frame, broadcast together, as (n, 2) in the picture."""
        along_x, along_y, along_z = self._axes
        flat = np.asarray(x)[..., None] * along_x + np.asarray(y)[..., None] * along_y
        return np.asarray(flat + np.asarray(z)[..., None] * along_z + self.centre)

    @cached_property
    def _axes(self) -> FloatArray:
        """Where a millimetre along each of the vertebra's own axes leads in the picture (3, 2)."""
        turn, tip, lean = self.rotation, self.sagittal, self.coronal
        front, side = np.array([[math.cos(turn), -math.sin(turn), 0], [math.sin(turn), math.cos(turn), 0]])
        down = math.sin(tip) * front + [0, 0, math.cos(tip)]
        across = math.cos(lean) * side - math.sin(lean) * down
        return np.stack([across, math.sin(lean) * side + math.cos(lean) * down], 1)

    def plate_z(self, x: npt.ArrayLike, superior: bool, y: npt.ArrayLike = 0.0) -> FloatArray:
        """Height of an endplate's rim at a depth x and a place y from side to side."""
        x, y = np.asarray(x, float), np.asarray(y, float)
        if superior:
            return np.asarray(-0.5 * self.height + self.wedge_superior * x + self.slope_superior * y)
        return np.asarray(0.5 * self.height - self.wedge_inferior * x - self.slope_inferior * y)

    def rim(self, superior: bool, points: int = 28) -> FloatArray:
        """The rim of an endplate, near and far, as a closed line."""
        t = np.linspace(0, 2 * np.pi, points, endpoint=False)
        x = 0.5 * self.depth * _power(np.cos(t))
        y = 0.5 * self.width * self._widening(0 if superior else 1) * _power(np.sin(t))
        inwards = 0.6 * self.rounding * (1 if superior else -1)
        return self.project(x, y, self.plate_z(x, superior, y) + inwards)

    def plate(self, superior: bool, x: float = 0.0, inset_mm: float = 0.0) -> FloatArray:
        """The endplate cut at a depth x, from side to side, `inset_mm` inside the body."""
        dip = self.dip_superior if superior else self.dip_inferior
        inwards = dip * _DIPPED + self.rounding * _ROUNDED + inset_mm
        y = _ACROSS * self._half_width(x) * self._widening(0 if superior else 1)
        z = self.plate_z(x, superior, y) + (inwards if superior else -inwards)
        return self.project(x, y, z)

    def wall(self, side: int, x: float = 0.0) -> FloatArray:
        """The side wall with its waist, from top to bottom; `side` is 1 on the picture's right, -1 on its left."""
        y = side * self._half_width(x) * self._widening(_DOWN) * (1 - self.waist * _WAISTED)
        top = self.plate_z(x, True, y[0]) + self.rounding
        bottom = self.plate_z(x, False, y[-1]) - self.rounding
        return self.project(x, y, top + (bottom - top) * _DOWN)

    def section(self, x: float = 0.0) -> FloatArray:
        """Outline of the body cut at a depth x."""
        return np.vstack([self.plate(True, x), self.wall(1, x), self.plate(False, x)[::-1], self.wall(-1, x)[::-1]])

    def corners(self) -> FloatArray:
        """The body's corners (4, 2): superior left, superior right, inferior right, inferior left of the picture."""
        half = 0.46 * self.width - 0.15 * self.rounding  # the rim's end is thin: its corner shows a little inside
        y = half * np.array([-1, 1, 1, -1]) * self._widening(np.array([0, 0, 1, 1]))
        top, bottom = self.plate_z(0, True, y[:2]), self.plate_z(0, False, y[2:])
        z = np.r_[top + 0.5 * self.rounding, bottom - 0.5 * self.rounding]
        return self.project(0, y, z)

    def pedicle_ring(self, side: int, scale: float | FloatArray = 1.0) -> FloatArray:
        """Outline of a pedicle seen end on."""
        t = _RING
        y, z, half_width, half_height = self.pedicle * [self.width, self.arch_height, self.width, self.arch_height]
        uneven = 3 * self.jitter[max(side, 0), 0]
        scale = scale * (1 + uneven[0] * np.cos(2 * t) + uneven[1] * np.sin(2 * t))
        return self.project(
            -0.6 * self.depth,
            side * (y + scale * half_width * _power(np.cos(t))),
            z + scale * half_height * _power(np.sin(t)),
        )

    def articular(self, side: int) -> FloatArray:
        """Superior and inferior articular process of a side, joined by the pars."""
        return self._part(_ARTICULAR * [self.facet * (0.88 + 0.12 * self.lumbar), self.facet], side, -0.85)

    def lamina(self, side: int) -> FloatArray:
        """Half of the arch between the articular processes."""
        return self._part(_LAMINA, side, -1.0)

    def transverse_process(self, side: int) -> FloatArray:
        """The transverse process of a side."""
        shape = (1 - self.lumbar) * _TRANSVERSE[0] + self.lumbar * _TRANSVERSE[1]
        return self._part(shape * [self.transverse, 1], side, -0.8)

    def spinous_process(self) -> FloatArray:
        """The spinous process seen end on: a drop, narrow at the top."""
        lean, drop, half_width, half_height = self.spinous
        t = _RING
        y = half_width * np.sin(t) * (0.75 - 0.35 * np.cos(t)) + lean * (drop - half_height * np.cos(t))
        z = drop - half_height * np.cos(t)
        return self.project((-1.1 - 0.25 * self.lumbar) * self.depth, y * self.width, z * self.arch_height)

    def _part(self, shape: FloatArray, side: int, x: float) -> FloatArray:
        shape = round_off(shape + self.jitter[max(side, 0), : len(shape)])
        return self.project(x * self.depth, side * shape[:, 0] * self.width, shape[:, 1] * self.arch_height)

    def _widening(self, t: npt.ArrayLike) -> FloatArray:
        """Width at a share t of the height, 0 above and 1 below, relative to the middle."""
        return np.asarray(1 + self.taper * (np.asarray(t, float) - 0.5))

    def _half_width(self, x: float) -> float:
        return float(0.5 * self.width * (1 - abs(2 * x / self.depth) ** ROUNDNESS) ** (1 / ROUNDNESS))


def vertebrae(anatomy: Anatomy) -> list[Vertebra]:
    """The 18 vertebrae of a person, T1 to S1, as the AP picture sees them."""
    rng = np.random.default_rng(np.abs(anatomy.width_mm).view(np.uint64))
    vary = _Variation(rng)
    height = 0.5 * (anatomy.posterior_mm + anatomy.anterior_mm)
    wedge = (anatomy.posterior_mm - anatomy.anterior_mm) / anatomy.depth_mm
    slope = np.tan(anatomy.coronal_wedge)
    waist, facet = vary.around(0.1, 0.45, 0.2), vary.around(1.05, 0.09, 0.05)
    transverse, half_height = vary.around(1.0, 0.15, 0.1), vary.around(0.27, 0.12, 0.06)
    pedicle = [vary.around(0.37, 0.06, 0.02), vary.around(-0.2, 0.25, 0.12)]
    pedicle += [_PEDICLE_HALF_WIDTH * vary.around(1.0, 0.12, 0.08), half_height]
    spinous = [rng.normal(0, 0.03, N_BODIES), _SPINOUS_DROP * vary.around(1.0, 0.15, 0.08)]
    spinous += [vary.around(0.075, 0.25, 0.15), (0.36 + 0.1 * _LUMBAR) * vary.around(1.0, 0.25, 0.1)]
    jitter = rng.normal(0, rng.uniform(0.005, 0.035), (N_BODIES, 2, 11, 2))
    return [
        Vertebra(
            index=k,
            centre=anatomy.centre_mm[k, 1:],
            width=float(anatomy.width_mm[k]),
            depth=float(anatomy.depth_mm[k]),
            height=float(height[k]),
            arch_height=float(0.5 * (anatomy.reference_mm[k] + height[k])),
            dip_superior=float(anatomy.dip_superior_mm[k]),
            dip_inferior=float(anatomy.dip_inferior_mm[k]),
            wedge_superior=float(wedge[k] * anatomy.tilt_superior[k]),
            wedge_inferior=float(wedge[k] * (1 - anatomy.tilt_superior[k])),
            slope_superior=float(slope[k] * anatomy.tilt_superior[k]),
            slope_inferior=float(slope[k] * (1 - anatomy.tilt_superior[k])),
            taper=float(anatomy.taper[k]),
            rounding=float(anatomy.corner_rounding * anatomy.depth_mm[k]),
            sagittal=float(anatomy.sagittal_tilt[k]),
            coronal=float(anatomy.coronal_tilt[k]),
            rotation=float(anatomy.rotation[k]),
            lumbar=float(_LUMBAR[k]),
            waist=float(waist[k]),
            facet=float(facet[k]),
            transverse=float(transverse[k]),
            pedicle=np.array([p[k] for p in pedicle]),
            spinous=np.array([s[k] for s in spinous]),
            jitter=jitter[k],
        )
        for k in range(N_BODIES)
    ]


@dataclass(frozen=True)
class _Variation:
    """Draws one number a vertebra: people differ, and levels of a person differ less."""

    rng: np.random.Generator

    def around(self, mean: float, person: float, level: float) -> FloatArray:
        shift = self.rng.normal(0, person) + self.rng.normal(0, level, N_BODIES)
        return np.asarray(mean * np.exp(np.clip(shift, -1, 1)))


def round_off(shape: FloatArray) -> FloatArray:
    """Cut the corners of a closed polygon (Chaikin's rule, once)."""
    after = np.roll(shape, -1, axis=0)
    return np.stack([0.75 * shape + 0.25 * after, 0.25 * shape + 0.75 * after], 1).reshape(-1, 2)


def _power(value: FloatArray) -> FloatArray:
    return np.asarray(np.sign(value) * np.abs(value) ** (2 / ROUNDNESS))
