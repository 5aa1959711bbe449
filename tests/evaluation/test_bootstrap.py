"""Intervals over subjects: against the textbook, and that pictures of one person move together."""

import numpy as np
import pytest

from oiscan.anatomy import Level
from oiscan.evaluation.bootstrap import difference, interval
from oiscan.evaluation.figures import SCAN_FIGURES, VERTEBRA_FIGURES
from oiscan.evaluation.landmarks import ImageResult, Match

FOUND, FALSE = VERTEBRA_FIGURES["found"], SCAN_FIGURES["false_finds_per_scan"]


def pictures(found: list[bool], false_finds: int = 0) -> list[ImageResult]:
    return [ImageResult((Match(Level.L1, one, Level.L1 if one else None),), false_finds) for one in found]


def test_a_share_has_the_interval_of_the_binomial() -> None:
    """80 of 100: standard error 0.04, so 0.72 to 0.88."""
    told = interval(FOUND, pictures([True] * 80 + [False] * 20), [str(i) for i in range(100)])
    assert told.value == pytest.approx(0.8)
    assert (told.low, told.high) == (pytest.approx(0.72, abs=0.015), pytest.approx(0.88, abs=0.015))


def test_pictures_of_one_person_are_one_observation() -> None:
    """100 pictures of 10 people, all or none of a person's found: the interval of 10, not of 100."""
    found = [person < 8 for person in range(10) for _ in range(10)]
    people = [str(person) for person in range(10) for _ in range(10)]
    told = interval(FOUND, pictures(found), people)
    assert told.high - told.low > 0.4
    assert interval(FOUND, pictures(found), people) == told


def test_one_model_is_better_only_where_the_interval_says_so() -> None:
    subjects = [str(i) for i in range(40)]
    good, bad = pictures([True] * 38 + [False] * 2), pictures([True] * 20 + [False] * 20)
    gain = difference(FOUND, good, bad, subjects)
    assert (gain.value, gain.verdict) == (pytest.approx(0.45), "better")
    assert difference(FOUND, bad, good, subjects).verdict == "worse"
    one_more = pictures([True] * 39 + [False])
    assert difference(FOUND, one_more, good, subjects).verdict == "cannot tell"
    assert difference(FOUND, good, good, subjects).verdict == "cannot tell"


def test_fewer_errors_are_better() -> None:
    subjects = [str(i) for i in range(10)]
    gain = difference(FALSE, pictures([True] * 10, 0), pictures([True] * 10, 2), subjects)
    assert (gain.value, gain.verdict) == (2, "better")


@pytest.mark.parametrize(("number", "verdict"), [(5, "cannot tell"), (6, "better")])
def test_a_few_people_who_all_agree_prove_nothing(number: int, verdict: str) -> None:
    """Five heads in a row, or five tails, come once in 16 times, six once in 32."""
    subjects = [str(i) for i in range(number) for _ in range(4)]
    gain = difference(FOUND, pictures([True] * 4 * number), pictures([False] * 4 * number), subjects)
    assert (gain.value, gain.verdict) == (1, verdict)


def test_nothing_to_draw_from_is_no_interval() -> None:
    told = interval(VERTEBRA_FIGURES["corner_error_median"], pictures([False]), ["a"])
    assert np.isnan([told.value, told.low, told.high]).all()
    assert told.verdict == "cannot tell"
    assert np.isnan(interval(FOUND, [], []).low)
