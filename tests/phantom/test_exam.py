"""Simulated exams: one person in both views, the same whenever it is drawn, framed as a scanner frames people."""

from __future__ import annotations

import numpy as np
import pytest

from oiscan.anatomy import COLUMN, View
from oiscan.phantom.exam import Exam, ExamSettings, draw_exam
from oiscan.phantom.looks import Look
from oiscan.phantom.truth import truth

SETTINGS = ExamSettings(seed=7, age_years=8.5, fractured=0.4, pixel_mm=0.8)


@pytest.fixture(scope="module")
def exam() -> Exam:
    return draw_exam(SETTINGS)


def test_the_same_settings_give_the_same_exam(exam: Exam) -> None:
    again, other = draw_exam(SETTINGS), draw_exam(ExamSettings(seed=8, age_years=8.5, pixel_mm=0.8))
    for view in View:
        np.testing.assert_array_equal(exam.views[view].picture, again.views[view].picture)
        assert truth(exam, view) == truth(again, view)
        assert truth(exam, view)["vertebrae"] != truth(other, view)["vertebrae"]


def test_the_scan_shows_whole_what_it_is_meant_to_show(exam: Exam) -> None:
    wanted = {View.LATERAL: COLUMN[3:16], View.AP: COLUMN[11:16]}
    for view, levels in wanted.items():
        whole = {one["level"] for one in truth(exam, view)["vertebrae"] if one["whole"]}
        assert {level.value for level in levels} <= whole


def test_a_look_changes_the_picture_and_not_the_person(exam: Exam) -> None:
    other = draw_exam(ExamSettings(seed=7, age_years=8.5, fractured=0.4, pixel_mm=0.8, look=Look.HOLOGIC))
    for view in View:
        np.testing.assert_array_equal(exam.views[view].landmarks_px, other.views[view].landmarks_px)
        assert not np.array_equal(exam.views[view].picture, other.views[view].picture)


def test_one_view_alone_is_that_of_both(exam: Exam) -> None:
    alone = draw_exam(exam.settings, views=(View.LATERAL,))
    assert set(alone.views) == {View.LATERAL}
    np.testing.assert_array_equal(alone.views[View.LATERAL].picture, exam.views[View.LATERAL].picture)
    assert truth(alone, View.LATERAL) == truth(exam, View.LATERAL)
