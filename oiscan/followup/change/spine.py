"""All vertebrae of a child at two visits, and what is counted of them.

A count is over vertebrae readable at both visits, and says of how many. One child counts once: tests that take the
vertebrae of a child for independent are not valid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from oiscan.anatomy import Level
from oiscan.errors import ComparisonError
from oiscan.followup.change.vertebra import State, VertebraChange, vertebra_change
from oiscan.report import Finding

Findings = Mapping[Level, Finding]
"""What was found on a lateral scan, by level."""


@dataclass(frozen=True)
class SpineChange:
    """The vertebrae of a child between two visits, head to foot."""

    vertebrae: tuple[VertebraChange, ...]

    @property
    def evaluable(self) -> tuple[VertebraChange, ...]:
        """Those readable at both visits: what every count is taken of."""
        return tuple(one for one in self.vertebrae if one.evaluable)

    def count(self, state: State) -> int:
        """How many are in a state."""
        return sum(one.state is state for one in self.vertebrae)

    def any(self, state: State) -> bool | None:
        """Whether one is in a state; None where none is readable at both visits."""
        return self.count(state) > 0 if self.evaluable else None

    @property
    def grade_sums(self) -> tuple[int, int] | None:
        """Sum of the grades at the first and at the later visit over the same levels; None where there are none.

        Not the spinal deformity index, which needs all of T4 to L4 (see `oiscan.report.Report.sdi`).
        """
        graded = [(one.grade_before, one.grade_after) for one in self.evaluable]
        if not graded:
            return None
        first, later = (sum(grade or 0 for grade in grades) for grades in zip(*graded, strict=True))
        return first, later


def spine_change(before: Findings, after: Findings, min_ratio_change: float = 0.0) -> SpineChange:
    """What became of each level seen at either visit; `min_ratio_change` as for `vertebra_change`.

    Raises
    ------
    ComparisonError
        The two visits were graded on scales with unlike numbers of grades.
    """
    _check_scale(before, after)
    levels = [level for level in Level if level in before or level in after]
    return SpineChange(
        tuple(vertebra_change(level, before.get(level), after.get(level), min_ratio_change) for level in levels)
    )


def _check_scale(before: Findings, after: Findings) -> None:
    """Probabilities tell how many grades a scale has."""
    lengths = {len(one.grade_probabilities) for visit in (before, after) for one in visit.values()} - {0}
    if len(lengths) > 1:
        raise ComparisonError("the two visits were graded on different scales: score both with the same --scale")
