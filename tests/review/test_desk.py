"""One reader at work: strokes, undo, conflicts, and what the worklist says of it."""

import json
from pathlib import Path

import numpy as np
import pytest

from oiscan.cli import main
from oiscan.errors import ConfigError, ConflictError, ReadingError
from oiscan.loaders import read
from oiscan.review.changes import Drawing, checked
from oiscan.review.desk import Desk, Terms
from oiscan.review.double import accepted_sheets, calls
from oiscan.review.opening import open_desk
from tests.review.study import at, do, first, kept, made, undo, vertebra

SAMPLES = Path(__file__).parents[2] / "sample_data"
MOVE = {"kind": "move", "id": "m2", "landmark": 2, "to": [80.0, 60.0]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made(tmp_path)


@pytest.fixture
def desk(folder: Path) -> Desk:
    return at(folder)


def test_the_worklist_names_every_scan_and_how_far_it_is(desk: Desk) -> None:
    begun, done, *rest = (case.code for case in desk.cases)
    do(desk, begun, MOVE)
    do(desk, done, {"kind": "overrule", "id": "m0", "grade": 3, "why": "endplate"}, {"kind": "accept"})
    told = {line["case"]: line for line in desk.worklist()["cases"]}
    assert [told[code]["status"] for code in (begun, done, *rest)] == ["begun", "accepted", "open", "open"]
    assert told[done]["worst_grade"] == 3
    assert told[rest[0]]["title"].endswith(f", day {told[rest[0]]['day']}, lateral")
    assert desk.worklist()["scale"]["edges"] == [20, 25, 40]
    assert len({line["subject"] for line in told.values()}) == 2


def test_what_a_drawing_would_mean_is_told_and_not_kept(desk: Desk, folder: Path) -> None:
    code = first(desk)
    drawn = [
        {name: one[name] for name in ("id", "level", "status", "reason", "landmarks_px")}
        for one in desk.case(code)["vertebrae"]
    ]
    drawn[2]["landmarks_px"] = [list(point) for point in drawn[2]["landmarks_px"]]
    drawn[2]["landmarks_px"][2] = [80.0, 60.0]
    told = desk.measure(code, checked(Drawing, json.loads(json.dumps({"vertebrae": drawn}))))
    assert kept(folder).all_rows() == []
    assert told == do(desk, code, MOVE)["vertebrae"]


def test_a_drawing_of_two_vertebrae_of_one_level_is_refused(desk: Desk) -> None:
    one = desk.case(first(desk))["vertebrae"][0]
    box = {"id": "new", "level": one["level"], "status": "scored", "landmarks_px": one["landmarks_px"]}
    same = {**box, "id": "m0"}
    with pytest.raises(ReadingError, match="stands twice"):
        desk.measure(first(desk), checked(Drawing, {"vertebrae": [box, same]}))


def test_a_stroke_is_there_after_a_restart_and_a_reload(desk: Desk, folder: Path) -> None:
    told = do(desk, first(desk), MOVE, {"kind": "note", "id": "m2", "text": "beak"})
    again = at(folder).case(first(desk))
    assert again == told
    assert (again["version"], vertebra(again, "m2")["source"], vertebra(again, "m2")["note"]) == (1, "reader", "beak")
    assert vertebra(again, "m2")["landmarks_px"][2] == (80.0, 60.0)


def test_the_trail_holds_old_and_new_and_why(desk: Desk, folder: Path) -> None:
    before = vertebra(desk.case(first(desk)), "m2")
    do(desk, first(desk), MOVE)
    do(desk, first(desk), {"kind": "unreadable", "id": "m2", "reason": "rod"})
    begin, move, unreadable = kept(folder).all_rows()
    assert (begin.kind, begin.version, begin.place, move.version, move.place) == ("begin", 1, 0, 1, 1)
    assert move.old is not None and move.new is not None and unreadable.new is not None
    assert [tuple(point) for point in move.old["landmarks_px"]] == list(before["landmarks_px"])
    assert move.new["landmarks_px"][2] == [80.0, 60.0]
    assert (unreadable.reason, unreadable.new["readable"], unreadable.old) == ("rod", False, move.new)
    assert {row.model_sha256 for row in (begin, move, unreadable)} == {"5" * 64}


def test_every_kind_of_change_is_undone_one_by_one_and_the_trail_grows(desk: Desk, folder: Path) -> None:
    code = first(desk)
    box = [[row + 20, column] for row, column in desk.case(code)["vertebrae"][-1]["landmarks_px"]]
    changes = [
        MOVE, {"kind": "shift", "by": -1}, {"kind": "remove", "id": "m4"},
        {"kind": "relabel", "id": "m8", "level": "L4"}, {"kind": "unreadable", "id": "m1", "reason": "x"},
        {"kind": "overrule", "id": "m0", "grade": 1, "why": "x"},
        {"kind": "note", "id": "m0", "text": "x"}, {"kind": "add", "level": "L5", "landmarks_px": box},
        {"kind": "accept"},
    ]  # fmt: skip
    states = [desk.case(code)] + [do(desk, code, change) for change in changes]
    for earlier in reversed(states[:-1]):
        told = undo(desk, code)
        assert {**told, "version": 0, "can_undo": 0} == {**earlier, "version": 0, "can_undo": 0}
    assert not told["can_undo"] and told["version"] == 2 * len(changes)
    with pytest.raises(ReadingError, match="nothing to undo"):
        undo(desk, code)
    assert sum(row.kind == "undo" for row in kept(folder).all_rows()) >= len(changes)


def test_a_vertebra_added_after_one_was_undone_has_another_id(desk: Desk) -> None:
    code = first(desk)
    box = [[row + 20, column] for row, column in desk.case(code)["vertebrae"][-1]["landmarks_px"]]
    added = {"kind": "add", "level": "L5", "landmarks_px": box}
    assert do(desk, code, added)["vertebrae"][-1]["id"] == "r1"
    undo(desk, code)
    assert do(desk, code, added)["vertebrae"][-1]["id"] == "r2"


def test_two_browsers_do_not_overwrite_each_other(desk: Desk, folder: Path) -> None:
    other = at(folder)
    do(desk, first(desk), MOVE)
    with pytest.raises(ConflictError):
        do(other, first(desk), {"kind": "remove", "id": "m2"}, version=0)
    assert vertebra(other.case(first(desk)), "m2")["landmarks_px"][2] == (80.0, 60.0)


def test_a_stroke_that_was_kept_and_is_sent_again_is_answered_and_not_doubled(desk: Desk, folder: Path) -> None:
    told = do(desk, first(desk), MOVE, stroke="the-same-one")
    assert do(desk, first(desk), MOVE, version=0, stroke="the-same-one") == told
    assert len(kept(folder).all_rows()) == 2


def test_a_stroke_that_cannot_be_made_wholly_is_not_made_at_all(desk: Desk, folder: Path) -> None:
    with pytest.raises(ReadingError, match="no such vertebra"):
        do(desk, first(desk), MOVE, {"kind": "remove", "id": "m99"})
    assert kept(folder).all_rows() == []


def test_a_stroke_that_changes_nothing_leaves_nothing(desk: Desk, folder: Path) -> None:
    assert do(desk, first(desk), {"kind": "reopen"})["version"] == 0
    assert kept(folder).all_rows() == []


def test_an_accepted_scan_is_reopened_before_it_changes(desk: Desk) -> None:
    do(desk, first(desk), {"kind": "accept"})
    with pytest.raises(ReadingError, match="reopen it first"):
        do(desk, first(desk), MOVE)
    assert not do(desk, first(desk), {"kind": "reopen"}, MOVE)["accepted"]


def test_a_reader_never_meets_the_reading_of_another(desk: Desk, folder: Path) -> None:
    do(desk, first(desk), MOVE)
    other = at(folder, "B").case(first(desk))
    assert (other["version"], vertebra(other, "m2")["source"]) == (0, "model")


def test_a_reading_may_start_from_no_landmarks(folder: Path) -> None:
    desk = at(folder, from_model=False)
    assert desk.case(first(desk))["vertebrae"] == []
    box = at(folder, "B").case(first(desk))["vertebrae"][0]["landmarks_px"]
    told = do(desk, first(desk), {"kind": "add", "level": "T8", "landmarks_px": [list(point) for point in box]})
    assert [(one["id"], one["level"]) for one in told["vertebrae"]] == [("r1", "T8")]
    assert {row.model_sha256 for row in kept(folder).all_rows()} == {""}


def test_a_reading_does_not_change_when_the_scans_are_scored_again(desk: Desk, folder: Path) -> None:
    told = do(desk, first(desk), MOVE)
    report = folder / "scans" / f"{first(desk)}.json"
    scored = json.loads(report.read_text())
    scored["vertebrae"] = scored["vertebrae"][3:]
    report.write_text(json.dumps(scored))
    assert at(folder).case(first(desk))["vertebrae"] == told["vertebrae"]


def test_the_picture_is_the_stored_image(desk: Desk, tmp_path: Path) -> None:
    shown = tmp_path / "shown.png"
    shown.write_bytes(desk.picture(first(desk)))
    (source,) = [path for path in (tmp_path / "scans").iterdir() if read(path).scan_id == first(desk)]
    ours, theirs = read(shown).pixels, read(source).pixels
    assert ours.shape == theirs.shape and np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.999


@pytest.mark.parametrize("gone", ["removed", "changed"])
def test_a_scan_whose_file_is_gone_is_shown_but_not_corrected(folder: Path, tmp_path: Path, gone: str) -> None:
    for path in (tmp_path / "scans").iterdir():
        path.unlink() if gone == "removed" else path.write_bytes(b"something else")
    desk = at(folder)
    told = desk.case(first(desk))
    assert "is not there any more" in told["no_picture"] and told["picture"] == "" and len(told["vertebrae"]) == 9
    with pytest.raises(ReadingError, match="not there any more"):
        do(desk, first(desk), MOVE)


def test_moved_scans_are_found_by_their_content(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "scans").rename(tmp_path / "elsewhere")
    desk, _ = open_desk(folder, Terms("A"), scans=[tmp_path / "elsewhere"])
    assert desk.picture(first(desk)).startswith(b"\x89PNG")


@pytest.mark.parametrize("reader", ["", " ", "oiscan", "x" * 41, "a\nb"])
def test_names_no_reader_can_have(folder: Path, reader: str) -> None:
    with pytest.raises(ConfigError, match="a reader's name"):
        at(folder, reader.strip())


def test_what_is_no_results_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no results folder"):
        at(tmp_path)


def test_accepting_keeps_what_the_page_shows_through_reopening_and_undo(desk: Desk, folder: Path) -> None:
    code = first(desk)
    called = do(desk, code, {"kind": "overrule", "id": "m1", "grade": 3, "why": "endplate"}, {"kind": "accept"})
    do(desk, code, {"kind": "reopen"})
    do(desk, code, {"kind": "overrule", "id": "m1", "grade": 0, "why": "second thoughts"})
    do(desk, code, {"kind": "accept"})
    assert accepted_grades(folder) == [0 if v["id"] == "m1" else v["grade"] for v in called["vertebrae"]]
    for _ in range(3):
        undo(desk, code)
    assert accepted_grades(folder) == [v["final_grade"] for v in called["vertebrae"]]


def accepted_grades(folder: Path) -> list[int | None]:
    """Grades of the only accepted sheet."""
    (sheet,) = accepted_sheets(kept(folder).all_rows()).values()
    return [call.grade for call in sheet.calls]


def test_what_was_accepted_stays_whatever_the_library_says_later(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    do(desk, first(desk), {"kind": "accept"})
    grades = accepted_grades(folder)
    monkeypatch.setattr("oiscan.review.grading.assess", lambda *_: pytest.fail("graded again"))
    assert accepted_grades(folder) == grades
    told = calls(accepted_sheets(kept(folder).all_rows()))["A"][first(desk)]
    assert [one.grade for one in told] == grades


@pytest.mark.usefixtures("model")
def test_the_grade_that_counts_is_the_one_the_reader_saw(tmp_path: Path) -> None:
    """With the model's doubt a grade may be another than the points alone would give."""
    with pytest.raises(SystemExit):
        main(["score", str(SAMPLES / "child_4y_fractures_0000_lateral.dcm"), "--out", str(tmp_path / "out")])
    (file,) = (tmp_path / "out" / "scans").glob("*.json")
    report = json.loads(file.read_text())
    (doubtful,) = (one for one in report["vertebrae"] if one["level"] == "T11")
    doubtful["grade"] = 1 - doubtful["grade"]  # the sample has none whose doubt turns its grade
    file.write_text(json.dumps(report))
    opened, blinded = at(tmp_path / "out", "A"), at(tmp_path / "out", "B", blinded=True)
    for desk in (opened, blinded):
        shown = do(desk, first(desk), {"kind": "accept"})["vertebrae"]
        told = calls(accepted_sheets(kept(tmp_path / "out").all_rows()))[desk.terms.reader]
        (found,) = told.values()
        assert [(one.level, one.grade) for one in found] == [(v["level"], v["final_grade"]) for v in shown]
        assert desk.worklist()["cases"][0]["worst_grade"] == max(v["final_grade"] or 0 for v in shown)
    probable, plain = ([v["grade"] for v in desk.case(first(desk))["vertebrae"]] for desk in (opened, blinded))
    assert probable != plain
