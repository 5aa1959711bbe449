"""What is counted of a child's vertebrae, and of how many."""

from __future__ import annotations

import pytest

from oiscan.anatomy import Level
from oiscan.errors import ComparisonError
from oiscan.followup.change.spine import spine_change
from oiscan.followup.change.vertebra import State
from tests.followup.change.cases import graded, unreadable

BEFORE = {
    Level.T12: graded(Level.T12, 0),
    Level.L1: graded(Level.L1, 2),
    Level.L2: unreadable(Level.L2),
    Level.L3: graded(Level.L3, 1),
}
AFTER = {
    Level.L1: graded(Level.L1, 1),
    Level.L2: graded(Level.L2, 3),
    Level.L3: graded(Level.L3, 3),
    Level.L4: graded(Level.L4, 2),
}


def test_counts_and_sums_are_over_levels_readable_at_both_visits() -> None:
    spine = spine_change(BEFORE, AFTER)
    assert [one.level.value for one in spine.vertebrae] == ["T12", "L1", "L2", "L3", "L4"]
    assert [one.level.value for one in spine.evaluable] == ["L1", "L3"]
    assert (spine.count(State.IMPROVING), spine.count(State.WORSENING), spine.count(State.NOT_EVALUABLE)) == (1, 1, 3)
    assert (spine.any(State.WORSENING), spine.any(State.NEW)) == (True, False)
    assert spine.grade_sums == (3, 4)  # L2 and L4, graded at one visit only, are in neither


def test_without_a_level_readable_at_both_nothing_is_said() -> None:
    spine = spine_change({Level.L1: unreadable(Level.L1)}, {Level.L1: graded(Level.L1, 2)})
    assert (spine.any(State.NEW), spine.grade_sums) == (None, None)


def test_two_scales_are_not_compared() -> None:
    four = {Level.L1: graded(Level.L1, 0, grade_probabilities=(0.9, 0.1, 0.0, 0.0))}
    three = {Level.L1: graded(Level.L1, 0, grade_probabilities=(0.9, 0.1, 0.0))}
    with pytest.raises(ComparisonError, match="different scales"):
        spine_change(four, three)
