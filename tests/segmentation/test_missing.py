from itertools import pairwise

import numpy as np
import pytest

from oiscan.anatomy import COLUMN, Level
from oiscan.segmentation.chain import Column, step_in_sizes
from oiscan.segmentation.finder import Candidate
from oiscan.segmentation.missing import with_missing
from oiscan.segmentation.numbering import name_levels
from tests.segmentation.drawn import candidate, quad

FIRST = 3  # T4
LEVELS = [3, 4, 5, 6, 8, 9, 10, 11, 12]  # T8 was missed


def bodies(levels: list[int | None], steps: list[float]) -> tuple[Candidate, ...]:
    """Bodies of equal size, each `steps` of 28 pixels below the one before."""
    centres = 30 + 28 * np.cumsum([0.0, *steps])
    return tuple(candidate(quad(50, y), 0.9, level) for y, level in zip(centres, levels, strict=True))


def steps_with(long: float) -> list[float]:
    return [1.0, 1.0, 1.0, long, 1.0, 1.0, 1.0, 1.0]


def test_a_crushed_body_missed_between_others_gets_its_place_and_its_name() -> None:
    before = bodies(LEVELS, steps_with(1.4))
    after = with_missing(Column(before)).vertebrae
    assert [one for one in after if one.score > 0] == list(before)
    assert after[4].score == 0
    upper, place, lower = after[3:6]
    np.testing.assert_allclose(place.centre_xy, (upper.centre_xy + lower.centre_xy) / 2)
    assert name_levels(after)[0] == COLUMN[FIRST : FIRST + 10]
    assert Level.T4 not in name_levels(before)[0]


@pytest.mark.parametrize("scale", [0.4, 3.0])
def test_it_does_not_depend_on_the_scale(scale: float) -> None:
    given = [Candidate(one.score, one.corners_xy * scale, one.level_log_probabilities)
             for one in bodies(LEVELS, steps_with(1.4))]
    assert len(with_missing(Column(tuple(given))).vertebrae) == 10


def test_a_long_step_alone_or_looks_alone_add_nothing() -> None:
    contiguous: list[int | None] = list(range(3, 12))
    for levels, long in ((contiguous, 1.4), ([None] * 9, 1.4), (LEVELS, 1.2)):
        given = Column(bodies(levels, steps_with(long)))
        assert with_missing(given).vertebrae == given.vertebrae


def test_two_missed_bodies_get_two_places() -> None:
    given = bodies([3, 4, 5, 7, 8, 9, 11, 12, 13], [1, 1, 1.4, 1, 1, 1.4, 1, 1])
    after = with_missing(Column(given)).vertebrae
    assert [one.score > 0 for one in after].index(False) == 3
    assert name_levels(after)[0] == COLUMN[3:14]


def test_a_whole_spine_and_a_short_row_stay_as_they_are() -> None:
    for given in (bodies([*range(4), *range(4, 17)], [1.4] + [1.0] * 15), bodies([3, 4, 6, 7], [1, 1.4, 1])):
        assert with_missing(Column(given)).vertebrae == given
    assert with_missing(Column()).vertebrae == ()


def test_steps_of_the_cases_are_what_they_say() -> None:
    ratios = [step_in_sizes(a, b) for a, b in pairwise(bodies(LEVELS, steps_with(1.4)))]
    np.testing.assert_allclose(np.array(ratios) / ratios[0], steps_with(1.4))
