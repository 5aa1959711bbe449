"""Every change by hand on three boxes: what it does, what it leaves alone, and when it cannot be made."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import BaseModel

from oiscan.anatomy import Level, View
from oiscan.errors import ReadingError
from oiscan.grading import GENANT_1993
from oiscan.review.changes import Stroke, checked, column_of
from oiscan.review.checks.study import body
from oiscan.review.sheet import BY_MODEL, Frame, Mark, Overruling, Sheet, points_of

FRAME = Frame(View.LATERAL, 200, 100, (0.5, 0.5), (0.5, 0.5))
BOX = points_of(body(0, 150, 50))


def sheet(*levels: Level, frame: Frame = FRAME) -> Sheet:
    """Boxes of the model, 30 rows apart, from the top."""
    marks = [
        Mark(f"m{i}", level, points_of(body(0, 30 + 30 * i, 50)), BY_MODEL, (0.5,) * 6, 0.9)
        for i, level in enumerate(levels or (Level.T12, Level.L1, Level.L2))
    ]
    return Sheet(frame).with_marks(marks)


def after(before: Sheet, **change: Any) -> Sheet:
    """The sheet after one change, checked as a stroke is."""
    stroke = checked(Stroke, {"version": 0, "stroke": "only-one", "changes": [change]})
    changed = stroke.changes[0].on(before, "r1", GENANT_1993)
    changed.check()
    return changed


def refusal(before: Sheet, **change: Any) -> str:
    """Why a change cannot be made."""
    with pytest.raises(ReadingError) as refused:
        after(before, **change)
    return str(refused.value)


def levels(of: Sheet) -> list[str]:
    return [mark.level.value for mark in of.marks]


def test_a_moved_landmark_is_the_readers_and_no_other_mark_changes() -> None:
    before = sheet()
    moved = after(before, kind="move", id="m1", landmark=2, to=[55.5, 70.25])
    mark = moved.mark("m1")
    assert mark.landmarks_px[2] == (55.5, 70.25) and mark.landmarks_px[:2] == before.mark("m1").landmarks_px[:2]
    assert (mark.source, mark.landmark_sd_px) == ("reader", ())
    assert [moved.mark(i) for i in ("m0", "m2")] == [before.mark(i) for i in ("m0", "m2")]


def test_all_landmarks_at_once_and_a_move_to_the_same_place_is_none() -> None:
    before = sheet()
    points = (np.array(before.mark("m0").landmarks_px) + 1).tolist()
    assert after(before, kind="move", id="m0", landmarks_px=points).mark("m0").landmarks_px == points_of(points)
    row, column = before.mark("m0").landmarks_px[3]
    assert after(before, kind="move", id="m0", landmark=3, to=[row, column]) == before


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"landmark": 6, "to": [1, 1]}, "names a landmark"),
        ({"landmark": -1, "to": [1, 1]}, "names a landmark"),
        ({"landmark": 0}, "names a landmark"),
        ({}, "names a landmark"),
        ({"landmark": 0, "to": [200, 10]}, "inside the picture"),
        ({"landmark": 0, "to": [10, -0.6]}, "inside the picture"),
        ({"landmarks_px": [[1, 1]] * 4}, "6 landmarks on a lateral scan, not 4"),
        ({"id": "m9", "landmark": 0, "to": [1, 1]}, "no such vertebra"),
    ],
)
def test_moves_that_cannot_be_made(change: dict[str, Any], why: str) -> None:
    assert why in refusal(sheet(), **{"kind": "move", "id": "m0", **change})


def test_points_the_model_placed_outside_stay_while_others_are_moved() -> None:
    outside = points_of(body(0, 5, 50))  # its upper endplate lies 5 rows above the picture
    before = Sheet(FRAME).with_marks([Mark("m0", Level.T8, outside, BY_MODEL, (0.5,) * 6, 0.9)])
    moved = after(before, kind="move", id="m0", landmark=3, to=[16, 64]).mark("m0")
    assert moved.landmarks_px == (*outside[:3], (16.0, 64.0), *outside[4:])
    assert "inside the picture" in refusal(before, kind="move", id="m0", landmark=0, to=[-4, 36])


def test_a_vertebra_added_stands_where_its_level_is() -> None:
    added = after(sheet(), kind="add", level="L3", landmarks_px=[list(point) for point in BOX])
    assert levels(added) == ["T12", "L1", "L2", "L3"]
    assert added.mark("r1") == Mark("r1", Level.L3, BOX)
    assert "L2 stands twice" in refusal(sheet(), kind="add", level="L2", landmarks_px=[list(point) for point in BOX])


def test_a_vertebra_added_above_its_neighbours_cannot_be_below_them_by_name() -> None:
    top = [list(point) for point in body(0, 10, 50)]
    assert "lies above" in refusal(sheet(), kind="add", level="L3", landmarks_px=top)


def test_an_upside_down_picture_has_its_head_at_the_foot() -> None:
    turned = sheet(Level.L2, Level.L1, Level.T12, frame=replace(FRAME, upside_down=True))
    assert levels(turned) == ["T12", "L1", "L2"]
    turned.check()
    with pytest.raises(ReadingError, match="lies above"):
        sheet(Level.L2, Level.L1).check()


def test_removed_and_relabelled() -> None:
    assert levels(after(sheet(), kind="remove", id="m1")) == ["T12", "L2"]
    assert levels(after(sheet(), kind="relabel", id="m2", level="L4")) == ["T12", "L1", "L4"]
    assert "L1 stands twice" in refusal(sheet(), kind="relabel", id="m2", level="L1")
    assert "lies above" in refusal(sheet(), kind="relabel", id="m2", level="T4")


def test_all_levels_move_in_one_stroke_and_no_landmark_does() -> None:
    down = after(sheet(), kind="shift", by=1)
    assert levels(down) == ["L1", "L2", "L3"]
    assert [mark.landmarks_px for mark in down.marks] == [mark.landmarks_px for mark in sheet().marks]
    assert after(down, kind="shift", by=-1) == sheet()


@pytest.mark.parametrize(
    ("first", "by"), [((Level.T1, Level.T2), -1), ((Level.L4, Level.L5), 1), ((Level.L5, Level.L6), 1)]
)
def test_no_level_moves_beyond_the_column(first: tuple[Level, ...], by: int) -> None:
    assert "cannot be moved further" in refusal(sheet(*first), kind="shift", by=by)


def test_a_thirteenth_thoracic_vertebra_is_passed_through_only_where_there_is_one() -> None:
    assert levels(after(sheet(Level.T11, Level.T12), kind="shift", by=1)) == ["T12", "L1"]
    assert levels(after(sheet(Level.T12, Level.T13), kind="shift", by=1)) == ["T13", "L1"]
    assert Level.T13 not in column_of([Level.L6]) and Level.L6 in column_of([Level.T13, Level.L6])


def test_unreadable_with_a_reason_and_readable_again() -> None:
    refused = after(sheet(), kind="unreadable", id="m1", reason="rod over it")
    assert (refused.mark("m1").readable, refused.mark("m1").reason) == (False, "rod over it")
    again = after(refused, kind="readable", id="m1").mark("m1")
    assert (again.readable, again.reason, again.source) == (True, "", "reader")
    assert after(sheet(), kind="readable", id="m1") == sheet()


def test_a_grade_is_overruled_with_a_word_why_and_given_back() -> None:
    graded = after(sheet(), kind="overrule", id="m1", grade=2, why="endplate broken")
    assert graded.mark("m1").overruled == Overruling(2, "endplate broken")
    assert after(graded, kind="overrule", id="m1", grade=None) == sheet()
    assert after(graded, kind="unreadable", id="m1", reason="x").mark("m1").overruled is None


def test_grades_that_cannot_be_given() -> None:
    assert "word why" in refusal(sheet(), kind="overrule", id="m1", grade=2)
    assert "grades 0 to 3" in refusal(sheet(), kind="overrule", id="m1", grade=4, why="x")
    unreadable = after(sheet(), kind="unreadable", id="m1", reason="x")
    assert "mark it readable first" in refusal(unreadable, kind="overrule", id="m1", grade=1, why="x")


def test_notes_and_acceptance() -> None:
    assert after(sheet(), kind="note", id="m1", text="Cupid's bow").mark("m1").note == "Cupid's bow"
    accepted = after(sheet(), kind="accept")
    assert accepted.accepted and after(accepted, kind="reopen") == sheet()


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        {"version": 0, "stroke": "12345678", "changes": []},
        {"version": 0, "stroke": "short", "changes": [{"kind": "accept"}]},
        {"version": "0", "stroke": "12345678", "changes": [{"kind": "accept"}]},
        {"version": -1, "stroke": "12345678", "changes": [{"kind": "accept"}]},
        {"version": 0, "stroke": "12345678", "changes": [{"kind": "accept"}] * 61},
        {"version": 0, "stroke": "12345678", "changes": [{"kind": "accept", "who": "else"}]},
        {"version": 0, "stroke": "12345678", "changes": [{"kind": "obey"}]},
        {"version": 0, "stroke": "12345678", "changes": [{"kind": "unreadable", "id": "m1"}]},
        {"version": 0, "stroke": "12345678", "changes": [{"kind": "unreadable", "id": "m1", "reason": ""}]},
        {"version": 0, "stroke": "12345678", "changes": [{"kind": "note", "id": "../m1", "text": "x"}]},
        {"version": 0, "stroke": "12345678", "changes": [{"kind": "note", "id": "m1", "text": "\ud800"}]},
        {"version": 0, "stroke": "12345678", "changes": [{"kind": "shift", "by": 2}]},
        {"version": 0, "stroke": "12345678", "changes": [{"kind": "overrule", "id": "m1", "grade": "1", "why": "x"}]},
        {"version": 0, "stroke": "12345678", "changes": [{"kind": "move", "id": "m1", "landmark": 0, "to": [1, 1, 1]}]},
        {"version": 0, "stroke": "12345678",
         "changes": [{"kind": "move", "id": "m1", "landmark": 0, "to": [float("inf"), 1]}]},
        {"version": 0, "stroke": "12345678",
         "changes": [{"kind": "move", "id": "m1", "landmark": 0, "to": [float("nan"), 1]}]},
    ],
)  # fmt: skip
def test_what_is_no_stroke_is_refused_in_words_that_repeat_nothing_of_it(told: Any) -> None:
    kind: type[BaseModel] = Stroke
    with pytest.raises(ReadingError, match="the request cannot be used: ") as refused:
        checked(kind, told)
    assert not any(word in str(refused.value) for word in ("obey", "../m1", "else"))
