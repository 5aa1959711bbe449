"""How tall the bodies of a normal spine are beside one another. Proportions are data, not code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from oiscan.anatomy import COLUMN, Level

_BESIDE = {Level.T13: Level.T12, Level.L6: Level.L5}
"""What is taken for a level that hardly anybody has, and no table tells of."""


@dataclass(frozen=True)
class Proportions:
    """Normal posterior heights by level; only their ratios count.

    Parameters
    ----------
    source
        Where they come from; printed with every run.
    posterior_mm
        From the first level told of down to L5, without gaps. Levels above the first are taken to be as tall as it.
    """

    source: str
    posterior_mm: Mapping[str, float]

    def __post_init__(self) -> None:
        told = [level for level in COLUMN if level in self.posterior_mm]
        if not told or told != list(COLUMN[-len(told) :]) or len(told) != len(self.posterior_mm):
            raise ValueError(f"posterior heights must be told of every level down to L5, got {[*self.posterior_mm]}")
        if not all(0 < height < float("inf") for height in self.posterior_mm.values()):
            raise ValueError(f"posterior heights must be above 0, got {[*self.posterior_mm.values()]}")

    def at(self, level: Level) -> float:
        """Normal posterior height at a level, in mm of whoever was measured."""
        place = max(COLUMN.index(_BESIDE.get(level, level)), len(COLUMN) - len(self.posterior_mm))
        return self.posterior_mm[COLUMN[place]]


PANJABI = Proportions(
    source="Panjabi et al., Spine 1991;16:888 and 1992;17:299, twelve adults' spines, smoothed; unverified in children",
    posterior_mm={
        "T1": 14.3, "T2": 15.1, "T3": 15.7, "T4": 16.2, "T5": 16.7, "T6": 17.3, "T7": 17.9, "T8": 18.6, "T9": 19.4,
        "T10": 20.4, "T11": 21.4, "T12": 22.5, "L1": 23.5, "L2": 24.1, "L3": 24.4, "L4": 24.0, "L5": 22.8,
    },
)  # fmt: skip
"""The means of the two papers (VBHp, T1 14.1 to T12 22.7 and L1 23.8 to L5 22.9 mm), as a curve of the fourth order
through their logarithms has them: twelve spines give each mean a standard error of about 4 %. The lumbar means were
checked against a second source, the thoracic ones could not be: unverified."""
