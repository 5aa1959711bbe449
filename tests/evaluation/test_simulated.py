"""Hold-out and calibration exams: who is drawn, and what is promised of them."""

from pathlib import Path

import numpy as np
import pytest

from oiscan.anatomy import View
from oiscan.evaluation.cases import Case
from oiscan.evaluation.holdout import promises
from oiscan.evaluation.landmarks import compare
from oiscan.evaluation.simulated import CALIBRATION_LOOKS, CALIBRATION_SEED, HOLD_OUT_SEED, Series, evaluate_exams
from oiscan.labels import LabelledImage
from oiscan.phantom.looks import STYLES, Look
from oiscan.scan import Scan
from oiscan.spine import Numbering, Spine, Vertebra
from tests.evaluation.drawn_model import SeesBright, draw_case

MODEL = SeesBright()


def test_a_seed_names_an_exam_and_looks_are_all_drawn() -> None:
    series = Series(range(40), looks=CALIBRATION_LOOKS)
    drawn = [series.settings(seed) for seed in series.seeds]
    assert drawn == [series.settings(seed) for seed in series.seeds]
    assert {one.look for one in drawn} == set(CALIBRATION_LOOKS)
    for one in drawn:
        low, high = STYLES[one.look]
        assert low <= one.style <= high
    assert abs(HOLD_OUT_SEED - CALIBRATION_SEED) > 10_000


def test_both_views_of_a_person_are_read_back_and_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in that sees nothing: the truth is there, and nothing of it is found."""
    seen: list[Scan] = []

    def look(scan: Scan, model: object) -> Spine:
        seen.append(scan)
        assert scan.view is not None
        return Spine(scan.view, ())

    monkeypatch.setattr("oiscan.evaluation.cases.segment", look)
    cases = evaluate_exams(MODEL, Series(range(7, 8), looks=(Look.PLAIN,)))  # type: ignore[arg-type]
    assert [case.image.view for case in cases] == [scan.view for scan in seen] == list(View)
    for case, scan in zip(cases, seen, strict=True):
        assert scan.spacing is not None
        assert scan.spacing.row_column_mm == pytest.approx(case.image.spacing_mm)
        assert case.result is not None
        assert case.result.in_mm
        assert len(case.result.matches) >= 4
        assert not any(match.found for match in case.result.matches)
        assert case.image.age_years is not None
        assert (case.image.look, case.sacrum_in_view in (True, False)) == ("plain", True)


def test_a_model_of_one_view_is_asked_about_that_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oiscan.evaluation.cases.segment", lambda scan, model: Spine(scan.view, ()))
    monkeypatch.setattr(SeesBright, "views", (View.AP,))
    cases = evaluate_exams(SeesBright(), Series(range(7, 8), looks=(Look.PLAIN,)))  # type: ignore[arg-type]
    assert [case.image.view for case in cases] == [View.AP]


def answer(image: LabelledImage, shift_px: float, sacrum: bool | None) -> Case:
    """A picture whose every landmark is found `shift_px` columns aside, with stated sd of a pixel."""
    found = tuple(
        Vertebra(one.level, one.landmarks_px + [0, shift_px], np.tile(np.eye(2), (len(one.landmarks_px), 1, 1)),
                 one.landmarks_px, 0.9)
        for one in image.vertebrae
    )  # fmt: skip
    spine = Spine(image.view, found, Numbering("sacrum", 0.9))
    return Case(image, compare(image, spine, np.array([0.5, 0.5]), in_mm=True), sacrum_in_view=sacrum)


def test_promises_are_kept_or_not_by_their_numbers(tmp_path: Path) -> None:
    """0.8 pixels of 0.5 mm aside are 0.4 mm: kept; 0.8 of a sd holds all in the 68 % region: not kept."""
    cases = [answer(draw_case(tmp_path, view), 0.8, True) for view in View]
    kept = {(one["view"], one["figure"]): one for one in promises(cases, MODEL)}  # type: ignore[arg-type]
    assert kept["lateral", "landmark_mm_median"]["value"] == pytest.approx(0.4)
    assert kept["lateral", "landmark_mm_median"]["kept"]
    assert kept["ap", "dice_p5"]["kept"]
    assert kept["ap", "level_right"]["value"] == 1
    assert kept["lateral", "68% regions hold"]["value"] == 1
    assert not kept["lateral", "68% regions hold"]["kept"]
    assert ("lateral", "dice_p5") not in kept
    far = [answer(draw_case(tmp_path, view), 1.2, True) for view in View]
    off = {(one["view"], one["figure"]): one for one in promises(far, MODEL)}  # type: ignore[arg-type]
    assert not off["lateral", "landmark_mm_median"]["kept"]


def test_levels_are_asked_for_where_the_sacrum_is_in_view(tmp_path: Path) -> None:
    """Without an anchor in any picture there is no such figure, and a promise without a figure is not kept."""
    cases = [answer(draw_case(tmp_path, view), 0.0, None) for view in View]
    kept = {(one["view"], one["figure"]): one for one in promises(cases, MODEL)}  # type: ignore[arg-type]
    assert (kept["ap", "level_right"]["value"], kept["ap", "level_right"]["kept"]) == (None, False)
