"""What marks mean is what the library says: of untouched ones the report, of moved ones the plain measure."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from oiscan.anatomy import LUMBAR, Level, View
from oiscan.grading import GENANT_1993, assess, doubt_in
from oiscan.loaders import read
from oiscan.pipeline import score_scan
from oiscan.report import Finding, Report, Verdict
from oiscan.review.grading import ModelDoubt, calls_on, final_grade, findings_on, worst_grade
from oiscan.review.pictures import frame_of
from oiscan.review.sheet import Frame, Overruling, Sheet, first_sheet, points_of
from oiscan.scan import PixelSpacing
from oiscan.segmentation import Model
from oiscan.spine import Spine, Vertebra
from tests.review.test_changes import after, sheet

SAMPLE = Path(__file__).parents[2] / "sample_data" / "child_4y_fractures_0000_lateral.dcm"
ABOUT_THE_PICTURE = {"outline_px", "landmark_sd_px", "reader_note"}


@pytest.fixture(scope="module")
def scored(model: Model) -> tuple[Report, Sheet, ModelDoubt]:
    """A simulated child with fractures: the report, the sheet a reader starts from, the model's doubt at that age."""
    scan = read(SAMPLE)
    report = score_scan(scan, model)
    doubt = doubt_in(model.card)
    assert doubt is not None
    return report, first_sheet(report, frame_of(scan)), ModelDoubt(report.findings, doubt.at(report.age_years))


def plain(of: Sheet) -> tuple[Finding, ...]:
    """What the library says of these points if nobody doubts them."""
    vertebrae = tuple(
        Vertebra(mark.level, np.array(mark.landmarks_px), np.zeros((6, 2, 2)), np.zeros((0, 2)), 1.0)
        for mark in of.marks if mark.readable
    )  # fmt: skip
    assert of.frame.spacing_mm is not None
    spacing = PixelSpacing(*of.frame.spacing_mm, "user")
    return assess(Spine(View.LATERAL, vertebrae), spacing.row_column_mm, spacing)


def same(ours: object, theirs: object) -> bool:
    """Whether two nested values are the same, rounding of sums apart."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same(ours[key], theirs[key]) for key in ours)
    if isinstance(ours, tuple) and isinstance(theirs, tuple):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    return ours == (pytest.approx(theirs, abs=1e-9) if isinstance(theirs, float) else theirs)


def told(finding: Finding) -> dict[str, object]:
    """All a finding says of measures and grade."""
    left = {one.name for one in fields(Finding)} - ABOUT_THE_PICTURE - {"confidence", "landmarks_px"}
    return {name: getattr(finding, name) for name in left}


def test_with_no_mark_changed_the_findings_are_those_of_the_report(scored: tuple[Report, Sheet, ModelDoubt]) -> None:
    report, untouched, doubt = scored
    found = findings_on(untouched, GENANT_1993, doubt)
    assert len(found) == len(report.findings) > 10
    for ours, theirs in zip(found, report.findings, strict=True):
        assert same(told(ours), told(theirs))
        assert (ours.landmarks_px, ours.confidence) == (theirs.landmarks_px, theirs.confidence)


def test_a_model_vertebra_beside_a_changed_one_is_graded_again_with_its_doubt(
    scored: tuple[Report, Sheet, ModelDoubt],
) -> None:
    report, before, doubt = scored
    mark = next(mark for mark in before.marks if mark.level is Level.T9)
    moved = after(before, kind="remove", id=mark.id)
    found = {one.level: one for one in findings_on(moved, GENANT_1993, doubt)}
    told_before = {one.level: one for one in report.findings}
    near, far = found[Level.T8], set(LUMBAR) & found.keys() & told_before.keys()
    assert near.ratio_posterior_reference != told_before[Level.T8].ratio_posterior_reference
    assert sum(near.grade_probabilities) == pytest.approx(1)
    assert near.grade_probabilities == pytest.approx(told_before[Level.T8].grade_probabilities, abs=0.1)
    assert any(found[one].ratio_posterior_trend != told_before[one].ratio_posterior_trend for one in far)


def test_a_moved_point_is_measured_as_it_stands(scored: tuple[Report, Sheet, ModelDoubt]) -> None:
    _, before, doubt = scored
    mark = next(mark for mark in before.marks if mark.level is Level.T9)
    row, column = mark.landmarks_px[2]
    moved = after(before, kind="move", id=mark.id, landmark=2, to=[row + 5, column])
    found = {one.level: one for one in findings_on(moved, GENANT_1993, doubt)}
    expected = {one.level: one for one in plain(moved)}
    assert same(told(found[Level.T9]), told(expected[Level.T9]))
    assert found[Level.T9].grade_probabilities == () and found[Level.T9].height_loss_interval_percent == ()
    assert found[Level.T8].grade_probabilities != ()  # the model's own points keep its doubt
    earlier = {one.level: one for one in findings_on(before, GENANT_1993, doubt)}
    assert found[Level.T9].anterior_height_mm != earlier[Level.T9].anterior_height_mm


def test_what_a_height_is_compared_with_follows_the_neighbours(scored: tuple[Report, Sheet, ModelDoubt]) -> None:
    _, before, doubt = scored
    mark = next(mark for mark in before.marks if mark.level is Level.T10)
    taller = [(row - 6 * (i in (0, 1, 2)), column) for i, (row, column) in enumerate(mark.landmarks_px)]
    moved = after(before, kind="move", id=mark.id, landmarks_px=taller)
    old, new = ({one.level: one for one in findings_on(one, GENANT_1993, doubt)} for one in (before, moved))
    assert new[Level.T8].anterior_height_mm == old[Level.T8].anterior_height_mm
    assert new[Level.T8].ratio_posterior_reference != old[Level.T8].ratio_posterior_reference
    assert new[Level.T8].ratio_posterior_reference == pytest.approx(
        next(one for one in plain(moved) if one.level is Level.T8).ratio_posterior_reference
    )


def test_a_shift_of_levels_changes_what_is_normal_there_but_no_height(
    scored: tuple[Report, Sheet, ModelDoubt],
) -> None:
    _, before, doubt = scored
    old, new = (findings_on(one, GENANT_1993, doubt) for one in (before, after(before, kind="shift", by=-1)))
    assert [one.level for one in new] == [Level(list(Level)[list(Level).index(one.level) - 1])
                                          if one.level is not Level.L1 else Level.T12 for one in old]  # fmt: skip
    for name in ("posterior_height_mm", "ratio_anterior_posterior", "ratio_middle_posterior"):
        assert [getattr(one, name) for one in new] == [getattr(one, name) for one in old]
    ratios = [[one.ratio_posterior_reference for one in some if one.ratio_posterior_reference] for some in (new, old)]
    assert ratios[0] != ratios[1]
    assert ratios[0] == pytest.approx(ratios[1], rel=0.05)
    assert [len(one.grade_probabilities) for one in new] == [len(one.grade_probabilities) for one in old]


def test_without_the_models_doubt_all_is_measured_as_it_stands(scored: tuple[Report, Sheet, ModelDoubt]) -> None:
    _, before, _ = scored
    graded = {one.level: one.grade for one in findings_on(before, GENANT_1993, None)}
    assert {one.level: one.grade for one in plain(before)}.items() <= graded.items()
    assert all(one.grade_probabilities == () for one in findings_on(before, GENANT_1993, None))


def test_an_unreadable_vertebra_says_the_readers_reason_and_is_no_reference() -> None:
    found = findings_on(after(sheet(), kind="unreadable", id="m1", reason="rod over it"), GENANT_1993, None)
    assert [(one.level.value, one.status, one.reason) for one in found] == [
        ("T12", Verdict.SCORED, ""), ("L1", Verdict.UNREADABLE, "rod over it"), ("L2", Verdict.SCORED, "")
    ]  # fmt: skip
    assert (found[1].grade, found[1].anterior_height_mm) == (None, None)
    assert [found[i].posterior_reference for i in (0, 2)] == ["L2", "T12"]


def test_points_that_are_no_vertebra_are_not_measured_whoever_placed_them() -> None:
    points = sheet().mark("m1").landmarks_px
    crossed = [points[i] for i in (0, 1, 3, 2, 4, 5)]
    found = findings_on(after(sheet(), kind="move", id="m1", landmarks_px=crossed), GENANT_1993, None)
    assert (found[1].status, found[1].reason) == (Verdict.UNREADABLE, "landmarks are not those of a vertebra")


def test_a_level_nobody_marked_is_a_gap() -> None:
    found = findings_on(after(sheet(), kind="remove", id="m1"), GENANT_1993, None)
    assert [(one.level.value, one.reason) for one in found] == [
        ("T12", ""), ("L1", "not found between its neighbours"), ("L2", "")
    ]  # fmt: skip


def test_the_readers_grade_counts_and_the_measured_one_stays() -> None:
    graded = after(sheet(), kind="overrule", id="m1", grade=2, why="endplate")
    found = findings_on(graded, GENANT_1993, None)
    assert (found[1].grade, final_grade(graded.mark("m1"), found[1]), worst_grade(calls_on(graded, found))) == (0, 2, 2)
    assert graded.mark("m1").overruled == Overruling(2, "endplate")
    assert worst_grade(()) is None


def test_no_spacing_no_millimetres_and_the_same_grades() -> None:
    frame = Frame(View.LATERAL, 200, 100, (2.0, 1.0), None)
    flat = replace(sheet(), frame=frame)
    found = findings_on(flat, GENANT_1993, None)
    assert {one.anterior_height_mm for one in found} == {None} and {one.grade for one in found} == {0}


def test_points_of_json_are_points() -> None:
    assert points_of([[1, 2], [3, 4.5]]) == ((1.0, 2.0), (3.0, 4.5))
