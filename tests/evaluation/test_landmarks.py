"""Model against labels, worked by hand on boxes 40 deep and 20 high."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from oiscan.anatomy import Level, View
from oiscan.evaluation.landmarks import compare, corner_percentiles, summary
from oiscan.labels import LabelledImage, LabelledVertebra
from oiscan.scan import FloatArray
from oiscan.spine import Numbering, Spine, Vertebra

SQUARE = np.ones(2)


def box(top: float, left: float = 100.0) -> FloatArray:
    """Lateral landmarks of a box 20 high and 40 deep, (row, column)."""
    bottom, right = top + 20, left + 40
    middle = left + 20
    return np.array([[top, left], [top, middle], [top, right], [bottom, right], [bottom, middle], [bottom, left]])


def labelled(*vertebrae: tuple[Level, FloatArray], view: View = View.LATERAL) -> LabelledImage:
    return LabelledImage(Path("scan.png"), view, tuple(LabelledVertebra(*one) for one in vertebrae))


def spine(*vertebrae: tuple[Level, FloatArray], view: View = View.LATERAL) -> Spine:
    found = tuple(
        Vertebra(level, points, np.zeros((len(points), 2, 2)), points, 0.9) for level, points in vertebrae
    )
    return Spine(view, found, Numbering("sacrum", 0.9))


def test_a_vertebra_moved_is_found_and_off_by_the_shift() -> None:
    """4 columns of a depth of 40 are 0.1; the ratio does not change."""
    result = compare(labelled((Level.L1, box(0))), spine((Level.L2, box(0, 104))), SQUARE)
    (match,) = result.matches
    assert match.found
    assert match.named is Level.L2
    assert match.corner_error == pytest.approx([0.1] * 4)
    assert match.ratio_error == pytest.approx(0)
    assert result.false_finds == 0


def test_errors_are_measured_with_the_shape_of_a_pixel() -> None:
    """Rows of 2 mm, columns of 1 mm: two rows are 4 mm of a depth of 40 mm."""
    result = compare(labelled((Level.L1, box(0))), spine((Level.L1, box(2))), np.array([2.0, 1.0]))
    assert result.matches[0].corner_error == pytest.approx([0.1] * 4)


def test_a_wedge_shows_as_an_error_of_the_ratio() -> None:
    wedge = box(0)
    wedge[2] += [5, 0]  # 15 in front, 20 behind
    match = compare(labelled((Level.L1, box(0))), spine((Level.L1, wedge)), SQUARE).matches[0]
    assert match.ratio_error == pytest.approx(-0.25)
    assert match.corner_error == pytest.approx([0, 5 / 40, 0, 0])


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
    assert match.ratio_error == pytest.approx(0.2)
    assert match.corner_error == pytest.approx([0, 0.1, 0, 0])


LUMBAR = [Level.T12, Level.L1, Level.L2, Level.L3, Level.L4]


def scan(names: Sequence[Level], shift: float = 0.0) -> tuple[LabelledImage, Spine]:
    """T12 to L4 labelled every 30 rows; the model found the first ones and called them `names`."""
    tops = [30.0 * k for k in range(5)]
    truth = labelled(*((level, box(top)) for level, top in zip(LUMBAR, tops, strict=True)))
    return truth, spine(*((name, box(top, 100 + shift)) for name, top in zip(names, tops, strict=False)))


def test_summary_by_hand() -> None:
    right, named_wrong = LUMBAR, [Level.T11, Level.T12, Level.L1]
    results = [compare(*scan(names, shift), SQUARE) for names, shift in ((right, 4.0), (named_wrong, 8.0))]
    figures = summary(results, Level.L1, Level.L4)
    assert figures["vertebrae"] == 8
    assert figures["found"] == pytest.approx(6 / 8)
    assert figures["corner_error_median"] == pytest.approx(0.1)  # 4 of 0.1 and 2 of 0.2
    assert figures["corner_error_p90"] == pytest.approx(0.2)
    assert figures["ratio_error_mean"] == pytest.approx(0)
    assert figures["scans_named_right"] == 0.5
    thoracic = summary(results, Level.T1, Level.T12)
    assert (thoracic["vertebrae"], thoracic["found"]) == (2, 1)
    assert corner_percentiles(results, Level.L1, Level.L4, (0, 100)) == pytest.approx({"p0": 0.1, "p100": 0.2})


def test_scans_without_lumbar_labels_say_nothing_of_names() -> None:
    thoracic = compare(labelled((Level.T8, box(0))), spine((Level.T9, box(0))), SQUARE)
    lumbar = compare(labelled((Level.L1, box(0))), spine((Level.L1, box(0))), SQUARE)
    assert summary([thoracic, lumbar], Level.T1, Level.L5)["scans_named_right"] == 1


def test_nothing_labelled_or_found_gives_nan_not_a_number() -> None:
    nothing = compare(labelled((Level.L1, box(0))), spine(), SQUARE)
    figures = summary([nothing], Level.L1, Level.L4)
    assert (figures["found"], figures["scans_named_right"]) == (0, 0)
    assert math.isnan(figures["corner_error_median"])
    assert math.isnan(figures["ratio_error_mean"])
    assert math.isnan(summary([], Level.L1, Level.L4)["found"])
