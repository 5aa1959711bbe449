"""One simulated child's spine over time: it grows, fractured bodies reshape or sink further, sound ones may break.

Growth makes all lengths larger by the same factor, so that it changes no ratio. Reshaping and fracture move the heights
of one body from the shape it was drawn with towards another one. How fast either happens in children is not known to
this program: the ranges are its own, wide, and unverified.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum

import numpy as np

from oiscan.phantom.anatomy import (
    BICONCAVE,
    CRUSH,
    FRACTURE,
    N_BODIES,
    NORMAL_RATIO,
    SACRUM,
    WEDGE,
    Anatomy,
    growth_factor,
)
from oiscan.scan import BoolArray, FloatArray

RESHAPES, SINKS = 0.75, 0.1
"""Of the fractured bodies: the share that gains height under treatment, and the share that loses more."""

BREAKS = 0.04
"""Share of the sound bodies that break within the study."""

RESHAPED = (0.2, 1.0)
"""How much of the way to a sound body a reshaping one comes by the last visit: from, to."""

SUNK, NEW_LOSS, LARGEST_LOSS = (0.1, 0.25), (0.24, 0.55), 0.8
"""What a sinking body loses more, and a breaking one in all, as shares of the height; and the most there is."""

SOUND_DIP = 0.03
"""How far the middle of a sound endplate lies inside the line between its corners, in heights."""


class Fate(IntEnum):
    """What becomes of a body within the study."""

    STAYS, RESHAPES, SINKS, BREAKS = range(4)


@dataclass(frozen=True)
class Shape:
    """Heights of all bodies, in mm: (18,) each, the dips of both endplates (2, 18)."""

    posterior_mm: FloatArray
    anterior_mm: FloatArray
    dips_mm: FloatArray

    @classmethod
    def of(cls, anatomy: Anatomy) -> Shape:
        """The shape a person was drawn with."""
        dips = np.stack([anatomy.dip_superior_mm, anatomy.dip_inferior_mm])
        return cls(anatomy.posterior_mm, anatomy.anterior_mm, dips)

    def towards(self, other: Shape, share: FloatArray) -> Shape:
        """Moved to another shape by a share (18,): 0 stays, 1 is the other one."""
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return Shape(*(here + share * (there - here) for here, there in pairs))


@dataclass(frozen=True)
class Course:
    """What becomes of each body of a child in the study.

    Parameters
    ----------
    baseline
        The child at the first visit.
    target
        What each body moves to.
    share
        By visit month: how far it has come, (18,), 0 to 1.
    deformity
        As in `Anatomy`, of bodies that break.
    """

    baseline: Anatomy
    target: Shape
    share: dict[int, FloatArray]
    deformity: FloatArray

    def at(self, month: int) -> Anatomy:
        """The child at a visit, grown and reshaped."""
        shape = Shape.of(self.baseline).towards(self.target, self.share[month])
        moved = self.share[month] > 0
        deformity = np.where(moved & (self.deformity > 0), self.deformity, self.baseline.deformity)
        return grown(replace(_with_shape(self.baseline, shape), deformity=deformity), month / 12)


def draw_course(rng: np.random.Generator, baseline: Anatomy, months: tuple[int, ...]) -> Course:
    """Draw what becomes of a child's vertebrae.

    Parameters
    ----------
    months
        Of the visits, the first being 0.
    """
    fractured = baseline.height_loss >= FRACTURE
    fate = _fates(rng, fractured)
    kinds = rng.integers(WEDGE, CRUSH + 1, N_BODIES).astype(float)
    kinds = np.where(fractured & (baseline.deformity > 0), baseline.deformity, kinds)
    broken = _broken(baseline, kinds, _later_losses(rng, baseline.height_loss, fractured))
    reshapes, breaks = fate == Fate.RESHAPES, fate == Fate.BREAKS
    lost = breaks | (fate == Fate.SINKS)
    target = Shape.of(baseline).towards(_sound(baseline), reshapes * 1.0).towards(broken, lost * 1.0)
    last = np.select([reshapes, lost], [rng.uniform(*RESHAPED, N_BODIES), np.ones(N_BODIES)], 0.0)
    return Course(baseline, target, _shares(rng, last, months, sudden=breaks), np.where(breaks, kinds, 0))


def _fates(rng: np.random.Generator, fractured: BoolArray) -> FloatArray:
    """What becomes of each body; the sacrum stays as it is."""
    chance = rng.random(N_BODIES)
    of_fractured = np.select([chance < RESHAPES, chance > 1 - SINKS], [Fate.RESHAPES, Fate.SINKS], Fate.STAYS)
    of_sound = np.where(chance < BREAKS, Fate.BREAKS, Fate.STAYS)
    fate = np.where(fractured, of_fractured, of_sound).astype(float)
    fate[SACRUM] = Fate.STAYS
    return fate


def _later_losses(rng: np.random.Generator, losses: FloatArray, fractured: BoolArray) -> FloatArray:
    """Height loss of each body, should it sink or break."""
    sunk = np.minimum(losses + rng.uniform(*SUNK, N_BODIES), LARGEST_LOSS)
    return np.where(fractured, sunk, rng.uniform(*NEW_LOSS, N_BODIES))


def grown(anatomy: Anatomy, years: float) -> Anatomy:
    """The same child some years later: larger, in the same posture."""
    factor = growth_factor(anatomy.age_years + years) / growth_factor(anatomy.age_years)
    lengths = [field.name for field in fields(anatomy) if field.name.endswith("_mm")]
    larger = {name: getattr(anatomy, name) * factor for name in lengths}
    return replace(anatomy, **larger, size=anatomy.size * factor, age_years=anatomy.age_years + years)


def _shares(
    rng: np.random.Generator, last: FloatArray, months: tuple[int, ...], sudden: BoolArray
) -> dict[int, FloatArray]:
    """Slow changes come little by little, a fracture between two visits and then all of it."""
    when = rng.integers(1, len(months), N_BODIES)
    early = rng.uniform(0.8, 1.2, N_BODIES)
    course = {}
    for number, month in enumerate(months):
        slow = last * (month / months[-1]) ** early
        course[month] = np.where(sudden, np.where(number >= when, last, 0.0), slow)
    return course


def _sound(anatomy: Anatomy) -> Shape:
    """The bodies as they would be without fracture."""
    reference = anatomy.reference_mm
    return Shape(reference, reference * NORMAL_RATIO, np.stack([SOUND_DIP * reference] * 2))


def _broken(anatomy: Anatomy, kinds: FloatArray, losses: FloatArray) -> Shape:
    """The bodies with fractures of these kinds that lose this share of height, (18,) each."""
    reference, sound = anatomy.reference_mm, _sound(anatomy)
    crushed = reference * (1 - losses)
    anterior = np.select([kinds == WEDGE, kinds == CRUSH], [crushed, 0.95 * crushed], reference)
    dips = np.where(kinds == BICONCAVE, losses * reference / 2, 0.5 * SOUND_DIP * reference)
    return Shape(np.where(kinds == CRUSH, crushed, sound.posterior_mm), anterior, np.stack([dips, dips]))


def _with_shape(anatomy: Anatomy, shape: Shape) -> Anatomy:
    """Other heights, the bodies piled up anew with the discs they had."""
    centre, height = anatomy.centre_mm, _mean_height(Shape.of(anatomy))
    new = _mean_height(shape)
    step = np.diff(centre, axis=0)
    length = np.linalg.norm(step, axis=1)
    gained = 0.5 * (new[:-1] + new[1:] - height[:-1] - height[1:])
    piled = np.vstack([np.zeros(3), np.cumsum(step * ((length + gained) / length)[:, None], 0)])
    return replace(
        anatomy,
        posterior_mm=shape.posterior_mm,
        anterior_mm=shape.anterior_mm,
        dip_superior_mm=shape.dips_mm[0],
        dip_inferior_mm=shape.dips_mm[1],
        centre_mm=piled - piled[8],
    )


def _mean_height(shape: Shape) -> FloatArray:
    return 0.5 * (shape.posterior_mm + shape.anterior_mm)
