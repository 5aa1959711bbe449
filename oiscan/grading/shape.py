"""How much height each vertebra of a spine has lost, and against which neighbours that is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from oiscan.grading.genant import Scale, grade
from oiscan.grading.morphometry import Heights

REACH_LEVELS = 4
"""How many levels away a neighbour may lie. oiscan's own choice: further off, normal proportions hold less and less."""

FEWEST_FOR_TREND = 4
"""Fewer vertebrae make no trend. oiscan's own choice."""


@dataclass(frozen=True)
class Reference:
    """The posterior height a vertebra would be expected to have.

    `neighbours` are the positions, along the spine, of the vertebrae it was taken from.
    """

    posterior: float
    neighbours: tuple[int, ...]


@dataclass(frozen=True)
class Losses:
    """Height lost, in percent and never below 0, by the part of the body that lost it."""

    wedge: float
    biconcave: float
    crush: float

    @property
    def largest(self) -> float:
        """The loss that is graded."""
        return max(self.wedge, self.biconcave, self.crush)

    @property
    def deformity(self) -> str:
        """The part that lost most. Ties, rounding errors apart, go to the first of wedge, biconcave, crush."""
        parts = {"wedge": self.wedge, "biconcave": self.biconcave, "crush": self.crush}
        return max(parts, key=lambda part: round(parts[part], 9))


def losses(heights: Heights, reference: Reference | None) -> Losses:
    """Loss of each part: 1 - ha/hp, 1 - hm/hp and 1 - hp/reference; without a reference no crush can be seen."""
    crush = 0.0 if reference is None else 1 - heights.posterior / reference.posterior
    parts = (1 - heights.anterior_posterior, 1 - heights.middle_posterior, crush)
    return Losses(*(100 * max(part, 0.0) for part in parts))


def sound_vertebrae(
    heights: Sequence[Heights | None], normal: Sequence[float], scale: Scale
) -> dict[int, Heights]:
    """The vertebrae others may be compared with, by position: those that are not deformed themselves.

    First those are left out whose own ha/hp or hm/hp is graded above 0; then, one at a time and worst first, those that
    turn out to be crushed, because a crushed vertebra spoils what its neighbours are compared with.

    Parameters
    ----------
    heights
        One entry a level, head to foot, without gaps; None where a vertebra could not be measured.
    normal
        Normal posterior heights of the same levels, in any unit.
    scale
        Its first edge tells what counts as deformed.
    """
    sound = {i: h for i, h in enumerate(heights) if h is not None and not grade(losses(h, None).largest, scale)}
    while True:
        crush = {i: losses(h, reference_at(i, sound, normal)).crush for i, h in sound.items()}
        worst = max(crush, key=crush.__getitem__, default=None)
        if worst is None or not grade(crush[worst], scale):
            return sound
        del sound[worst]


def reference_at(position: int, sound: Mapping[int, Heights], normal: Sequence[float]) -> Reference | None:
    """Expected posterior height at a position of the spine; None without a sound neighbour within reach.

    What each sound neighbour has of its own normal height is carried over to this level along a Theil-Sen line, which
    follows a child whose lumbar bodies are large beside the thoracic ones and shrugs off one bad neighbour (Theil 1950,
    Sen 1968). That a height is expected from adjacent levels and their normal proportions is McCloskey's method (1993).
    """
    near = [i for i in sound if 0 < abs(i - position) <= REACH_LEVELS]
    if not near:
        return None
    share = _theil_sen(position, {i: sound[i].posterior / normal[i] for i in near})
    return Reference(share * normal[position], tuple(near))


def trend_at(position: int, sound: Mapping[int, Heights], normal: Sequence[float]) -> float | None:
    """Posterior height at a position by the trend of all other sound vertebrae; None where they are fewer than four."""
    others = {i: h.posterior / normal[i] for i, h in sound.items() if i != position}
    return _theil_sen(position, others) * normal[position] if len(others) >= FEWEST_FOR_TREND else None


def _theil_sen(position: int, value_at: Mapping[int, float]) -> float:
    """Value at `position` on the line with the median slope between all pairs of points, within the points' range."""
    slopes = [(b - a) / (j - i) for (i, a), (j, b) in combinations(value_at.items(), 2)]
    slope = float(np.median(slopes)) if slopes else 0.0
    expected = float(np.median([value + slope * (position - i) for i, value in value_at.items()]))
    return min(max(expected, min(value_at.values())), max(value_at.values()))
