import numpy as np
import pytest

from oiscan.anatomy import COLUMN, Level, View
from oiscan.segmentation.chain import Column
from oiscan.segmentation.numbering import FOUR_LUMBAR, L5, SIX_LUMBAR, Trust, appearance, name_levels, with_l5
from tests.segmentation.drawn import candidate, quad


def looking_like(*levels: int | None, score: float = 0.9) -> list:
    return [candidate(quad(50, 30 + 28 * i), score, level) for i, level in enumerate(levels)]


S1 = candidate(quad(50, 400), score=0.9, sacrum=True)


def test_by_appearance() -> None:
    levels, numbering = name_levels(looking_like(10, 11, 12, 13))
    assert levels == (Level.T11, Level.T12, Level.L1, Level.L2)
    assert numbering.anchor == "appearance"
    assert numbering.probability > 5 * numbering.alternatives[0][1]


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
    np.testing.assert_allclose(appearance([*seen, gap], L5)[:15], appearance(seen, L5)[:15])


def test_s1_just_below_makes_the_last_one_l5() -> None:
    levels, numbering = name_levels(looking_like(None, None, None), S1)
    assert levels == (Level.L3, Level.L4, Level.L5)
    assert numbering.anchor == "sacrum"
    # Nothing but S1, believed to 0.95 * 0.9: five lumbar vertebrae in 0.911 of people, and a little by chance.
    assert numbering.probability == pytest.approx(0.855 * 0.911 + 0.145 * 0.3 / 16, abs=0.01)


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


SURE = Trust(temperature=1.0, shifted=0.05, sacrum=1.0)
SURE_S1 = candidate(quad(50, 400), score=1.0, sacrum=True)


def test_a_sure_s1_and_looks_one_level_lower_may_be_six_lumbar_vertebrae() -> None:
    """By S1 these are L1 to L5, by their looks L2 to L5 and one more like L5."""
    levels, numbering = name_levels(looking_like(13, 14, 15, 16, 16), SURE_S1, trust=SURE)
    assert levels[0] is Level.L1
    # 0.9 and 0.05 of the looks times 0.062 and 0.911 of people, where the looks are unanimous.
    six = 0.9 * 0.062 / (0.9 * 0.062 + 0.05 * 0.911)
    assert numbering.variants == ((SIX_LUMBAR, pytest.approx(six, abs=0.01)),)
    assert numbering.alternatives == ((1, pytest.approx(six, abs=0.01)),)
    assert numbering.probability == pytest.approx(1 - six, abs=0.01)


def test_a_sure_s1_and_looks_one_level_higher_may_be_four_lumbar_vertebrae() -> None:
    _, numbering = name_levels(looking_like(10, 11, 12, 13, 14, 15), SURE_S1, trust=SURE)
    four = 0.9 * 0.027 / (0.9 * 0.027 + 0.05 * 0.911)
    assert numbering.variants == ((FOUR_LUMBAR, pytest.approx(four, abs=0.01)),)


def test_without_s1_nothing_is_said_of_the_number_of_vertebrae() -> None:
    assert name_levels(looking_like(13, 14, 15, 16))[1].variants == ()


def test_however_sure_the_looks_are_the_neighbouring_names_stay_possible() -> None:
    _, numbering = name_levels(looking_like(*range(5, 15)), trust=SURE)
    assert numbering.probability == pytest.approx(0.9, abs=0.001)
    assert numbering.alternatives == ((-1, pytest.approx(0.05)), (1, pytest.approx(0.05)))


def test_the_last_one_may_be_an_s1_taken_for_a_vertebra() -> None:
    """It is named L5 all the same: no S1 was found. The shift that makes it S1 is told."""
    levels, numbering = name_levels(looking_like(14, 15, 16, 17))
    assert levels[-1] is Level.L5
    assert numbering.alternatives[0][0] == 1


def two_s1(upper_looks_like: int) -> Column:
    upper = candidate(quad(50, 100), 0.5, upper_looks_like, sacrum=True)
    return Column(tuple(looking_like(None, None, None)), upper, candidate(quad(50, 128), 0.3, sacrum=True), 1.0)


def test_of_two_s1_on_an_ap_scan_the_upper_one_is_l5() -> None:
    column = two_s1(upper_looks_like=17)
    longer = with_l5(column, View.AP)
    assert longer.vertebrae == (*column.vertebrae, column.sacrum)
    assert (longer.sacrum, longer.lower_sacrum) == (column.lower_sacrum, None)


def test_of_two_s1_on_a_lateral_scan_the_upper_one_is_s1_unless_all_looks_speak_against_it() -> None:
    column = two_s1(upper_looks_like=17)
    assert with_l5(column, View.LATERAL) is column
    looks = Column(tuple(looking_like(13, 14, 15)), *(two_s1(16).sacrum, column.lower_sacrum), 1.0)
    assert len(with_l5(looks, View.LATERAL).vertebrae) == 4


def test_one_s1_leaves_the_column_as_it_is() -> None:
    column = Column(tuple(looking_like(14, 15)), S1)
    assert with_l5(column, View.AP) is column


def test_a_shift_of_plus_one_moves_l1_to_l2() -> None:
    levels, numbering = name_levels(looking_like(12, 13, 15, 16))
    assert levels[0] is Level.L1
    assert numbering.alternatives[0][0] == 1


def test_all_seventeen_have_one_naming() -> None:
    levels, numbering = name_levels(looking_like(*[None] * 17))
    assert levels == COLUMN
    # Unless the first of them is T2 and the last one S1.
    assert [shift for shift, _ in numbering.alternatives] == [1]
    assert numbering.probability == pytest.approx(0.5)
