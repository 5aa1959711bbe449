import numpy as np
import pytest

from oiscan.anatomy import COLUMN, Level
from oiscan.segmentation.numbering import appearance, name_levels
from tests.segmentation.drawn import candidate, quad


def looking_like(*levels: int | None, score: float = 0.9) -> list:
    return [candidate(quad(50, 30 + 28 * i), score, level) for i, level in enumerate(levels)]


S1 = candidate(quad(50, 400), score=0.9, sacrum=True)


def test_by_appearance() -> None:
    levels, numbering = name_levels(looking_like(10, 11, 12, 13))
    assert levels == (Level.T11, Level.T12, Level.L1, Level.L2)
    assert numbering.anchor == "appearance"
    assert numbering.probability > 0.5


def test_the_majority_outvotes_one_that_looks_wrong() -> None:
    levels, numbering = name_levels(looking_like(10, 11, 4, 13, 14))
    assert levels[0] is Level.T11
    assert numbering.probability < name_levels(looking_like(10, 11, 12, 13, 14))[1].probability


def test_a_surer_look_counts_for_more() -> None:
    undecided = looking_like(10, 11, score=0.9) + looking_like(13, 14, score=0.4)
    assert name_levels(undecided)[0][0] is Level.T11


def test_an_interpolated_vertebra_says_nothing() -> None:
    seen = looking_like(10, 11)
    gap = candidate(quad(50, 100), score=0.0, level=2)
    np.testing.assert_allclose(appearance([*seen, gap]), appearance(seen)[:15])


def test_s1_just_below_makes_the_last_one_l5() -> None:
    levels, numbering = name_levels(looking_like(None, None, None), S1)
    assert levels == (Level.L3, Level.L4, Level.L5)
    assert numbering.anchor == "sacrum"
    assert numbering.probability > 0.8


def test_s1_overrules_a_doubtful_look_only() -> None:
    assert name_levels(looking_like(13, 14, 15), S1)[1].anchor == "sacrum"
    levels, numbering = name_levels(looking_like(*range(2, 12)), S1)
    assert (levels[0], numbering.anchor) == (Level.T3, "appearance")


def test_vertebrae_missing_above_s1_are_counted() -> None:
    assert name_levels(looking_like(None, None, None), S1, between=1)[0][-1] is Level.L4


def test_alternatives_are_shifts_with_their_probability_likeliest_first() -> None:
    _, numbering = name_levels(looking_like(12, 13), candidate(quad(50, 90), 0.6, sacrum=True), between=2)
    assert numbering.alternatives
    assert all(shift != 0 and probability > 0.01 for shift, probability in numbering.alternatives)
    probabilities = [probability for _, probability in numbering.alternatives]
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) + numbering.probability == pytest.approx(1, abs=0.17)


def test_a_shift_of_plus_one_moves_l1_to_l2() -> None:
    levels, numbering = name_levels(looking_like(12, 13, 15, 16))
    assert levels[0] is Level.L1
    assert numbering.alternatives[0][0] == 1


def test_all_seventeen_have_one_naming() -> None:
    levels, numbering = name_levels(looking_like(*[None] * 17))
    assert levels == COLUMN
    assert numbering.probability == pytest.approx(1)
    assert numbering.alternatives == ()
