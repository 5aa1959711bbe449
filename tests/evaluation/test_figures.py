"""Figures summed up by hand."""

import math
from collections.abc import Sequence

import pytest

from oiscan.anatomy import Level
from oiscan.evaluation.figures import VERTEBRA_FIGURES, corner_percentiles, restricted, summary
from oiscan.evaluation.landmarks import ImageResult, compare
from tests.evaluation.boxes import SQUARE, box, labelled, spine

LUMBAR = [Level.T12, Level.L1, Level.L2, Level.L3, Level.L4]


def scan(names: Sequence[Level], shift: float = 0.0, in_mm: bool = False) -> ImageResult:
    """T12 to L4 labelled every 30 rows; the model found the first ones and called them `names`."""
    tops = [30.0 * k for k in range(5)]
    truth = labelled(*((level, box(top)) for level, top in zip(LUMBAR, tops, strict=True)))
    found = spine(*((name, box(top, 100 + shift)) for name, top in zip(names, tops, strict=False)))
    return compare(truth, found, SQUARE, in_mm)


RIGHT, WRONG = LUMBAR, [Level.T11, Level.T12, Level.L1]


def test_summary_by_hand() -> None:
    results = [scan(RIGHT, 4.0), scan(WRONG, 8.0)]
    figures = summary(results, Level.L1, Level.L4)
    assert figures["vertebrae"] == 8
    assert figures["found"] == pytest.approx(6 / 8)
    assert figures["level_right"] == pytest.approx(4 / 6)
    assert figures["corner_error_median"] == pytest.approx(0.1)  # 4 of 0.1 and 2 of 0.2
    assert figures["corner_error_p90"] == pytest.approx(0.2)
    assert figures["ratio_error_mean"] == figures["middle_ratio_error_mean"] == pytest.approx(0)
    assert figures["scans_named_right"] == 0.5
    assert figures["dice_median"] == pytest.approx(0.9, abs=0.01)  # 36 of 40 columns shared
    thoracic = summary(results, Level.T1, Level.T12)
    assert (thoracic["vertebrae"], thoracic["found"]) == (2, 1)
    assert corner_percentiles(results, Level.L1, Level.L4, (0, 100)) == pytest.approx({"p0": 0.1, "p100": 0.2})


def test_lengths_are_told_in_mm_or_not_at_all() -> None:
    """4 mm of shift where the pixel size is known; another picture without it adds nothing."""
    known, unknown = scan(RIGHT, 4.0, in_mm=True), scan(RIGHT, 8.0)
    assert summary([known, unknown], Level.L1, Level.L4)["landmark_mm_median"] == pytest.approx(4)
    assert math.isnan(summary([unknown], Level.L1, Level.L4)["landmark_mm_median"])


def test_scans_without_lumbar_labels_say_nothing_of_names() -> None:
    thoracic = compare(labelled((Level.T8, box(0))), spine((Level.T9, box(0))), SQUARE)
    assert summary([thoracic, scan(RIGHT)], Level.T1, Level.L5)["scans_named_right"] == 1


def test_nothing_labelled_or_found_gives_nan_not_a_number() -> None:
    figures = summary([compare(labelled((Level.L1, box(0))), spine(), SQUARE)], Level.L1, Level.L4)
    assert (figures["found"], figures["scans_named_right"]) == (0, 0)
    for name in ("corner_error_median", "ratio_error_mean", "level_right", "dice_median"):
        assert math.isnan(figures[name])
    assert math.isnan(summary([], Level.L1, Level.L4)["found"])


def test_levels_are_picked_from_head_to_foot() -> None:
    (part,) = restricted([scan(RIGHT)], Level.L2, Level.L3)
    assert [match.level for match in part.matches] == [Level.L2, Level.L3]
    assert VERTEBRA_FIGURES["vertebrae"].of([part]) == 2
