"""What becomes of one vertebra: every category, by hand, and the doubt that may undo it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oiscan.anatomy import Level
from oiscan.followup.change.vertebra import Reshaping, State, vertebra_change
from tests.followup.change.cases import graded, unreadable

L1 = Level.L1


@pytest.mark.parametrize(
    ("before", "after", "state", "reshaping"),
    [
        (0, 0, State.STABLE, Reshaping.NONE),
        (0, 1, State.NEW, Reshaping.NONE),
        (0, 3, State.NEW, Reshaping.NONE),
        (1, 2, State.WORSENING, Reshaping.ABSENT),
        (2, 2, State.STABLE, Reshaping.ABSENT),
        (3, 1, State.IMPROVING, Reshaping.INCOMPLETE),
        (2, 0, State.IMPROVING, Reshaping.COMPLETE),
    ],
)
def test_each_pair_of_grades_has_a_state(before: int, after: int, state: State, reshaping: Reshaping) -> None:
    change = vertebra_change(L1, graded(L1, before), graded(L1, after))
    assert (change.state, change.graded, change.reshaping) == (state, state, reshaping)
    assert (change.grade_before, change.grade_after, change.reason) == (before, after, "")


def test_19_to_21_percent_is_uncertain_and_says_so() -> None:
    change = vertebra_change(L1, graded(L1, 0, 19.0, 3.0), graded(L1, 1, 21.0, 4.0))
    assert (change.state, change.graded) == (State.UNCERTAIN, State.NEW)
    assert change.loss_change_percent == pytest.approx(2.0)
    assert change.loss_change_error_percent == pytest.approx(5.0)  # 3-4-5
    assert change.reason == "height loss changed by +2.0 points, within the doubt of 8.2"  # 1.645 x 5


def test_a_change_beyond_the_doubt_counts() -> None:
    assert vertebra_change(L1, graded(L1, 0, 12.0, 3.0), graded(L1, 1, 20.3, 4.0)).state is State.NEW
    assert vertebra_change(L1, graded(L1, 0, 12.0, 3.0), graded(L1, 1, 20.2, 4.0)).state is State.UNCERTAIN


def test_a_fall_within_the_doubt_is_no_reshaping_yet() -> None:
    change = vertebra_change(L1, graded(L1, 1, 22.0, 3.0), graded(L1, 0, 18.0, 3.0))
    assert (change.state, change.reshaping) == (State.UNCERTAIN, Reshaping.UNCERTAIN)


def test_doubt_changes_nothing_where_the_grades_are_the_same() -> None:
    change = vertebra_change(L1, graded(L1, 2, 26.0, 9.0), graded(L1, 2, 27.0, 9.0))
    assert (change.state, change.reason) == (State.STABLE, "")


def test_the_users_least_change_is_of_the_ratio_and_just_that_much_counts() -> None:
    before = graded(L1, 0, 17.0)
    assert vertebra_change(L1, before, graded(L1, 1, 22.0), 0.05).state is State.NEW
    less = vertebra_change(L1, before, graded(L1, 1, 21.9), 0.05)
    assert less.state is State.UNCERTAIN
    assert less.reason == "the ratio changed by 0.049, less than the least change of 0.05"
    assert vertebra_change(L1, before, graded(L1, 1, 21.9)).state is State.NEW  # off unless it is given


def test_probabilities_are_those_of_two_independent_visits() -> None:
    before = graded(L1, 0, 19.0, 5.0, grade_probabilities=(0.6, 0.3, 0.1, 0.0))
    after = graded(L1, 1, 21.0, 5.0, grade_probabilities=(0.2, 0.5, 0.2, 0.1))
    change = vertebra_change(L1, before, after)
    assert change.probability_higher == pytest.approx(0.6 * 0.8 + 0.3 * 0.3 + 0.1 * 0.1)
    assert change.probability_lower == pytest.approx(0.3 * 0.2 + 0.1 * 0.7)


@pytest.mark.parametrize(("sound", "state"), [(0.15, State.NEW), (0.16, State.UNCERTAIN)])
def test_a_new_fracture_has_to_be_probable(sound: float, state: State) -> None:
    before = graded(L1, 0, 5.0, 1.0, grade_probabilities=(1.0, 0.0, 0.0, 0.0))
    after = graded(L1, 1, 22.0, 1.0, grade_probabilities=(sound, 0.8 - sound, 0.2, 0.0))
    change = vertebra_change(L1, before, after)
    assert (change.state, change.graded) == (state, State.NEW)
    reason = "the grade rose with a probability of 0.84, less than 0.85"
    assert change.reason == (reason if state is State.UNCERTAIN else "")


def test_other_changes_need_not_be_as_probable() -> None:
    before = graded(L1, 1, 24.0, 1.0, grade_probabilities=(0.1, 0.6, 0.3, 0.0))
    after = graded(L1, 0, 15.0, 1.0, grade_probabilities=(0.6, 0.3, 0.1, 0.0))
    change = vertebra_change(L1, before, after)
    assert change.probability_lower == pytest.approx(0.6 * 0.6 + 0.3 * 0.9)
    assert change.state is State.IMPROVING


def test_grades_of_a_reader_have_no_probability_and_no_doubt() -> None:
    change = vertebra_change(L1, graded(L1, 0), graded(L1, 1))
    assert (change.probability_higher, change.loss_change_percent, change.state) == (None, None, State.NEW)


def test_what_is_unreadable_at_either_visit_is_not_evaluable_and_says_why() -> None:
    sound = graded(L1, 0, 5.0, 3.0)
    for before, after, reason in (
        (unreadable(L1), sound, "first visit: too faint or overlapped"),
        (sound, None, "later visit: not in the picture"),
        (None, unreadable(L1, "burnt out"), "first visit: not in the picture; later visit: burnt out"),
        (sound, replace(sound, grade=None), "later visit: no grade"),
    ):
        change = vertebra_change(L1, before, after)
        assert (change.state, change.reason, change.evaluable) == (State.NOT_EVALUABLE, reason, False)
        assert change.grade_before is None
        assert change.loss_change_percent is None


@given(st.integers(0, 3), st.integers(0, 3), st.floats(0, 60), st.floats(0, 60), st.floats(0.1, 9))
def test_swapping_the_visits_turns_every_change_round(one: int, two: int, a: float, b: float, error: float) -> None:
    first, later = graded(L1, one, a, error), graded(L1, two, b, error)
    there, back = vertebra_change(L1, first, later), vertebra_change(L1, later, first)
    assert there.loss_change_percent == pytest.approx(-back.loss_change_percent)
    assert (there.state is State.UNCERTAIN) == (back.state is State.UNCERTAIN)
    assert (there.graded in (State.NEW, State.WORSENING)) == (back.graded is State.IMPROVING)
