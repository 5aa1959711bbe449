"""A simulated person's spine: sizes, curves and fractures, drawn at random and then fixed.

Frame, in mm: x to the front, y to the person's left, z down the body; the origin is the centre of T9. An AP picture
shows (y, z), as if looking at the person from the front; a lateral picture shows (x, z).

Sizes are priors, not measurements of children: adult means are round figures within published ranges, children are
scaled adults with thicker discs and rounder corners (`growth_factor`). All are unverified and only have to be wide
enough that a model trained on them has seen what real people show.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from oiscan.scan import FloatArray

N_BODIES = 18  # T1 to T12, L1 to L5, S1
SACRUM = 17

ADULT_DEPTH_MM = np.array([17.5, 19, 20.7, 22.5, 24.5, 26, 27, 28, 29, 30, 30.5, 31.5, 32.5, 33.5, 34.5, 35, 34.5, 33])
ADULT_WIDTH_MM = np.array([28, 28, 27, 26.5, 27, 28, 29, 30, 32, 34.5, 37, 40, 42, 43.5, 45, 47, 49, 52])
ADULT_HEIGHT_MM = np.array([16, 17, 17.5, 18.5, 19, 19.5, 20, 20.5, 21, 22.5, 24, 25.5, 27, 28, 28, 27.5, 26, 28])
NORMAL_RATIO = np.array(
    [0.965, 0.96, 0.955, 0.95, 0.95, 0.945, 0.945, 0.945, 0.95, 0.965, 0.965, 0.97, 0.97, 1, 1.02, 1.04, 1.11, 1]
)
"""Mean ha/hp of unfractured bodies: 0.94 in the middle of the thorax to 1.1 at L5, as in labelled radiographs."""
ADULT_DISC_MM = np.array([4, 4, 3.8, 3.5, 3.5, 3.8, 4, 4.3, 4.6, 5, 5.5, 6.5, 7.5, 9, 10, 11, 9.5, 2])

WEDGE, BICONCAVE, CRUSH = 1, 2, 3
FRACTURE = 0.2
"""Height loss from which a body counts as fractured (Genant 1993)."""
LOWEST_NORMAL_RATIO = 1.002 - FRACTURE


@dataclass(frozen=True)
class Anatomy:
    """One person's spine; arrays have one entry per body, T1 to L5 and S1.

    Parameters
    ----------
    age_years, size
        `size` scales adult lengths.
    depth_mm, width_mm
        Of the bodies, front to back and side to side.
    posterior_mm, anterior_mm
        Heights of the back and front wall.
    reference_mm
        Posterior height before any fracture.
    dip_superior_mm, dip_inferior_mm
        How far the middle of each endplate lies inside the line between its corners.
    tilt_superior
        Share of the wedging borne by the upper endplate, 0 to 1, in either picture.
    taper
        How much smaller the upper endplate is than the lower one, front to back and side to side, as a share.
    coronal_wedge
        Radians between the endplates in the AP picture, positive where the person's left side is lower.
    deformity
        0 none, or WEDGE, BICONCAVE, CRUSH.
    centre_mm
        (18, 3) centres (x, y, z).
    sagittal_tilt, coronal_tilt, rotation
        Radians: nose-down tilt in the lateral picture, tilt in the AP picture, turn about the long axis.
    density
        Brightness of bone relative to a healthy adult's.
    corner_rounding
        How much of the corners a child's unossified ring apophysis leaves out, as a share of the depth.
    """

    age_years: float
    size: float
    depth_mm: FloatArray
    width_mm: FloatArray
    posterior_mm: FloatArray
    anterior_mm: FloatArray
    reference_mm: FloatArray
    dip_superior_mm: FloatArray
    dip_inferior_mm: FloatArray
    tilt_superior: FloatArray
    taper: FloatArray
    coronal_wedge: FloatArray
    deformity: FloatArray
    centre_mm: FloatArray
    sagittal_tilt: FloatArray
    coronal_tilt: FloatArray
    rotation: FloatArray
    density: float
    corner_rounding: float

    @property
    def child(self) -> bool:
        """Whether the skeleton is still growing (under 15 years here)."""
        return self.age_years < 15

    @property
    def middle_mm(self) -> FloatArray:
        """Height in the middle of each body."""
        return 0.5 * (self.anterior_mm + self.posterior_mm) - self.dip_superior_mm - self.dip_inferior_mm

    @property
    def height_loss(self) -> FloatArray:
        """max(1 - ha/hp, 1 - hm/hp, 1 - hp/reference), the one definition grading uses too."""
        losses = [
            1 - self.anterior_mm / self.posterior_mm,
            1 - self.middle_mm / self.posterior_mm,
            1 - self.posterior_mm / self.reference_mm,
        ]
        return np.asarray(np.max(losses, axis=0))


def growth_factor(age_years: float) -> float:
    """Vertebral size relative to an adult: a half at 2 years, whole at 17 (a prior, unverified)."""
    return float(0.5 + 0.5 * np.clip((age_years - 2) / 15, 0, 1) ** 0.9)


def draw_anatomy(rng: np.random.Generator, age_years: float | None = None, fractured: float | None = None) -> Anatomy:
    """Draw a person.

    Parameters
    ----------
    age_years
        None draws one: half children of 2 to 18 years, half adults.
    fractured
        Share of fractured vertebrae. None draws one: half of the people have none, the others 10 to 50 %.
    """
    uniform, normal = rng.uniform, rng.normal
    age = float(uniform(2, 18) if rng.random() < 0.5 else uniform(18, 85)) if age_years is None else float(age_years)
    rate = (uniform(0.1, 0.5) if rng.random() < 0.5 else 0.0) if fractured is None else fractured
    child = age < 15
    size = growth_factor(age) * np.exp(normal(0, 0.06)) * (uniform(0.75, 1) if rate and child else 1)
    depth = ADULT_DEPTH_MM * size * uniform(0.74, 1.12) * np.exp(normal(0, 0.03, N_BODIES))
    width = ADULT_WIDTH_MM * size * uniform(0.85, 1.12) * np.exp(normal(0, 0.03, N_BODIES))
    reference = ADULT_HEIGHT_MM * size * uniform(0.86, 1.15) * np.exp(normal(0, 0.025, N_BODIES))
    disc = ADULT_DISC_MM * size * uniform(0.65, 1.3) * (1.25 if child else 1) * np.exp(normal(0, 0.18, N_BODIES))
    posterior, anterior, dips, deformity = _shapes(rng, reference, rate)
    sagittal, coronal, rotation = _curves(rng, child)
    height = 0.5 * (posterior + anterior)
    return Anatomy(
        age_years=age,
        size=float(size),
        depth_mm=depth,
        width_mm=width,
        posterior_mm=posterior,
        anterior_mm=anterior,
        reference_mm=reference,
        dip_superior_mm=dips[0],
        dip_inferior_mm=dips[1],
        tilt_superior=uniform(0.2, 0.8, N_BODIES),
        taper=normal(0.04, 0.025, N_BODIES),
        coronal_wedge=_coronal_wedge(rng, coronal),
        deformity=deformity,
        centre_mm=_stack(height, disc, sagittal, coronal),
        sagittal_tilt=sagittal,
        coronal_tilt=coronal,
        rotation=rotation,
        density=float(uniform(0.35, 0.9) if rate else uniform(0.6, 1.25)),
        corner_rounding=float(uniform(0, 0.09)) if child and rng.random() < 0.7 else 0.0,
    )


def _shapes(
    rng: np.random.Generator, reference: FloatArray, rate: float
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Posterior and anterior heights, the two dips, and the kind of deformity, before and after fractures.

    Normal wedging: ha/hp has its 5th percentile near 0.893 in healthy children (Gaca 2010). An unfractured body loses
    less than `FRACTURE` of its height, a fractured one starts a little below, so that no gap betrays which is which.
    """
    posterior = reference.copy()
    ratio = np.clip(NORMAL_RATIO + rng.normal(0, 0.045, N_BODIES), LOWEST_NORMAL_RATIO, 1.25)
    anterior = reference * ratio
    dips = np.abs(rng.normal(np.abs(rng.normal(0.025, 0.02)), 0.018, (2, N_BODIES))).clip(0, 0.075) * reference
    spare = 0.5 * (anterior + posterior) - LOWEST_NORMAL_RATIO * posterior
    dips *= np.minimum(1, spare / np.maximum(dips.sum(0), 1e-9))
    deformity = np.zeros(N_BODIES)
    for k in np.flatnonzero(rng.random(SACRUM) < rate):
        loss, kind = _severity(rng), int(rng.integers(WEDGE, CRUSH + 1))
        deformity[k] = kind
        if kind == WEDGE:
            anterior[k] = reference[k] * (1 - loss)
            dips[:, k] *= rng.uniform(0.5, 1.2)
        elif kind == BICONCAVE:
            share = rng.uniform(0.2, 0.8)
            anterior[k] = reference[k] * rng.uniform(0.93, 1.05)
            total = max(loss * reference[k] - 0.5 * (reference[k] - anterior[k]), 0.05 * reference[k])
            dips[:, k] = total * share, total * (1 - share)
        else:
            posterior[k] = reference[k] * (1 - loss)
            anterior[k] = posterior[k] * rng.uniform(0.85, 1.0)
            dips[:, k] *= 1 - loss
    return posterior, anterior, dips, deformity


def _severity(rng: np.random.Generator) -> float:
    """Height loss of a fracture: continuous through every grade's edge, mild ones commonest."""
    return float(rng.uniform(0.165, 0.275) if rng.random() < 0.7 else rng.uniform(0.2, 0.65))


def _coronal_wedge(rng: np.random.Generator, coronal: FloatArray) -> FloatArray:
    """A scoliotic body is lower on the inside of its curve: it bears a fifth to a half of the bend between levels."""
    bend = np.gradient(coronal)
    return np.asarray(rng.uniform(0.1, 0.5) * bend + np.radians(rng.normal(0, 1.2, N_BODIES)))


def _curves(rng: np.random.Generator, child: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Tilts and rotation of each body in radians: kyphosis and lordosis, scoliosis, turn about the long axis."""
    normal, uniform = rng.normal, rng.uniform
    lordosis = uniform(0.6, 1.0) * (0.85 if child else 1.0)
    knots = np.array([normal(24, 12), normal(4, 8), normal(-15, 8), normal(-6, 6), normal(22, 10), 0.0])
    knots[3:5] *= lordosis
    knots[5] = knots[4] + uniform(6, 28)
    index = np.arange(N_BODIES)
    sagittal = PchipInterpolator([0, 6, 11.5, 14, 16, 17], knots)(index) + normal(0, 1.2, N_BODIES) + uniform(-9, 9)
    cobb = rng.choice([uniform(0, 4), 4 + 36 * uniform() ** 1.5, uniform(25, 55)], p=[0.5, 0.38, 0.12])
    phase, turns = uniform(0, 2 * np.pi), uniform(0.6, 1.6)
    wave = cobb * np.sin(phase + 2 * np.pi * turns * index / SACRUM)
    coronal = wave + normal(0, 0.8, N_BODIES) + uniform(-4, 4)
    rotation = uniform(-0.8, 0.8) * np.roll(wave, 1) + uniform(-4, 4)
    return np.radians(sagittal), np.radians(coronal), np.radians(rotation)


def _stack(height: FloatArray, disc: FloatArray, sagittal: FloatArray, coronal: FloatArray) -> FloatArray:
    """Centres (18, 3) of bodies piled on each other along their own axes, T9 at the origin."""
    axis = np.stack([-np.sin(sagittal), -np.sin(coronal), np.cos(sagittal) * np.cos(coronal)], 1)
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    step = 0.5 * (height[:-1] + height[1:]) + disc[:-1]
    between = axis[:-1] + axis[1:]
    between /= np.linalg.norm(between, axis=1, keepdims=True)
    centre = np.vstack([np.zeros(3), np.cumsum(step[:, None] * between, 0)])
    return np.asarray(centre - centre[8])
