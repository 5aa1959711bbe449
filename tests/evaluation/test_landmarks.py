"""Model against labels, worked by hand on boxes 40 deep and 20 high."""

from dataclasses import replace

import numpy as np
import pytest

from oiscan.anatomy import Level, View
from oiscan.evaluation.landmarks import compare
from oiscan.spine import Numbering
from tests.evaluation.boxes import SQUARE, box, labelled, spine


def test_a_vertebra_moved_is_found_and_off_by_the_shift() -> None:
    """4 columns of a depth of 40 are 0.1; the ratio does not change."""
    result = compare(labelled((Level.L1, box(0))), spine((Level.L2, box(0, 104))), SQUARE)
    (match,) = result.matches
    assert match.found
    assert match.named is Level.L2
    assert match.errors.corner == pytest.approx([0.1] * 4)
    assert match.errors.ratio[0] == pytest.approx(0)
    assert result.false_finds == 0


def test_errors_are_measured_with_the_shape_of_a_pixel() -> None:
    """Rows of 2 mm, columns of 1 mm: two rows are 4 mm of a depth of 40 mm."""
    result = compare(labelled((Level.L1, box(0))), spine((Level.L1, box(2))), np.array([2.0, 1.0]))
    assert result.matches[0].errors.corner == pytest.approx([0.1] * 4)


def test_a_wedge_shows_as_an_error_of_the_ratio() -> None:
    wedge = box(0)
    wedge[2] += [5, 0]  # 15 in front, 20 behind
    match = compare(labelled((Level.L1, box(0))), spine((Level.L1, wedge)), SQUARE).matches[0]
    assert match.errors.ratio[0] == pytest.approx(-0.25)
    assert match.errors.corner == pytest.approx([0, 5 / 40, 0, 0])


def test_a_vertebra_whose_centre_lies_outside_is_not_found_and_false_only_between() -> None:
    truth = labelled((Level.L1, box(0)), (Level.L2, box(100)))
    found = spine((Level.T12, box(-40)), (Level.L1, box(0)), (Level.L2, box(50)))
    result = compare(truth, found, SQUARE)
    assert [match.found for match in result.matches] == [True, False]
    assert result.false_finds == 1  # the one between; the one above the first label may be right


def test_one_prediction_answers_for_one_label_and_the_nearest_wins() -> None:
    near, far = (Level.L1, box(1)), (Level.L2, box(6))
    result = compare(labelled((Level.L1, box(0))), spine(far, near), SQUARE)
    assert result.matches[0].named is Level.L1
    twice = compare(labelled((Level.L1, box(0)), (Level.L2, box(0))), spine(near), SQUARE)
    assert [match.found for match in twice.matches] == [True, False]


def test_a_vertebra_with_a_corner_unlabelled_counts_for_nothing() -> None:
    partly, corners_only = box(30), box(0)
    partly[0] = np.nan
    corners_only[[1, 4]] = np.nan
    truth = labelled((Level.L1, corners_only), (Level.L2, partly))
    result = compare(truth, spine((Level.L1, box(0)), (Level.L2, box(30))), SQUARE)
    assert [match.level for match in result.matches] == [Level.L1]
    assert compare(labelled(), spine((Level.L1, box(0))), SQUARE).false_finds == 0


def test_ap_corners_are_compared_by_width_and_sides() -> None:
    """Right side 24 high in the prediction, 20 in the labels, left 20 in both."""
    corners = box(0)[[0, 2, 3, 5]]
    taller = corners + [[0, 0], [-4, 0], [0, 0], [0, 0]]
    match = compare(
        labelled((Level.L1, corners), view=View.AP), spine((Level.L1, taller), view=View.AP), SQUARE
    ).matches[0]
    assert match.errors.ratio[0] == pytest.approx(0.2)
    assert match.errors.corner == pytest.approx([0, 0.1, 0, 0])


def test_what_is_labelled_unreadable_is_neither_missed_nor_false() -> None:
    truth = labelled((Level.L1, box(0)), (Level.L2, box(50)), (Level.L3, box(100)))
    faint = replace(truth.vertebrae[1], readable=False)
    truth = replace(truth, vertebrae=(truth.vertebrae[0], faint, truth.vertebrae[2]))
    for found in (spine((Level.L1, box(0)), (Level.L2, box(50))), spine((Level.L1, box(0)))):
        result = compare(truth, found, SQUARE)
        assert [match.level for match in result.matches] == [Level.L1, Level.L3]
        assert result.false_finds == 0


@pytest.mark.parametrize(
    ("named", "alternatives", "right", "stated"),
    [
        ((Level.L1, Level.L2), (), True, True),
        ((Level.L2, Level.L3), ((-1, 0.2),), False, True),
        ((Level.L2, Level.L3), ((1, 0.2),), False, False),
        ((Level.L2, Level.L4), ((-1, 0.2), (-2, 0.1)), False, False),  # no one shift mends both
    ],
)
def test_names_right_or_right_after_a_stated_shift(
    named: tuple[Level, Level], alternatives: tuple[tuple[int, float], ...], right: bool, stated: bool
) -> None:
    found = spine((named[0], box(0)), (named[1], box(50)))
    found = replace(found, numbering=Numbering("appearance", 0.7, alternatives))
    result = compare(labelled((Level.L1, box(0)), (Level.L2, box(50))), found, SQUARE)
    assert (result.named_right, result.answer_stated) == (right, stated)


def test_nothing_found_is_not_named_right() -> None:
    result = compare(labelled((Level.L1, box(0))), spine(), SQUARE)
    assert (result.named_right, result.answer_stated) == (False, False)
