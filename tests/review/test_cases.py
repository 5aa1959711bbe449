"""What a results folder offers for reading: cases, codes, and the order that would teach most."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from oiscan.anatomy import Level
from oiscan.errors import ConfigError
from oiscan.report import Finding, Report, Status, Verdict
from oiscan.review.cases import Results, doubt_of
from oiscan.review.pictures import frame_of
from oiscan.review.sheet import first_sheet
from tests.reports.drawn import report, scan
from tests.review.study import made

SCORED = Finding(Level.L1, Verdict.SCORED, confidence=0.9, grade=0, grade_probabilities=(0.75, 0.25, 0, 0))


def with_findings(*findings: Finding, named: float | None = 1.0) -> Report:
    told = Report("a" * 16, "a" * 64, Status.SCORED, findings=findings)
    return replace(told, numbering_probability=named)


@pytest.mark.parametrize(
    ("told", "doubt"),
    [
        (with_findings(SCORED), 0.25),
        (with_findings(SCORED, Finding(Level.L2, Verdict.UNREADABLE, "cut")), (0.25 + 1) / 2),
        (with_findings(replace(SCORED, grade_probabilities=())), 0.1),  # the model's own confidence
        (with_findings(SCORED, named=0.5), 1 - 0.75 * 0.5),
        (with_findings(SCORED, named=None), 0.25),
        (with_findings(named=None), 1.0),
    ],
)
def test_what_would_teach_most_is_what_is_most_in_doubt(told: Report, doubt: float) -> None:
    assert doubt_of(told) == pytest.approx(doubt)


def test_every_scan_with_a_view_is_a_case_and_the_others_are_counted(tmp_path: Path) -> None:
    folder = made(tmp_path, 2, 2)
    one = next((folder / "scans").iterdir())
    told = json.loads(one.read_text())
    one.write_text(json.dumps(told | {"view": None}))
    results = Results(folder)
    assert (len(results.cases), results.left_out) == (3, 1)
    assert one.stem not in {case.code for case in results.cases}
    case = results.cases[0]
    assert results.people[case.scan_id] == (case.subject, case.day)
    assert case.worst_grade == results.report(case.scan_id).worst_grade


def test_a_scale_of_the_users_own_has_to_be_given_again(tmp_path: Path) -> None:
    folder = made(tmp_path, 1, 1)
    run = json.loads((folder / "run.json").read_text())
    run["settings"]["scale"] = "/gone/mine.toml"
    (folder / "run.json").write_text(json.dumps(run))
    with pytest.raises(ConfigError, match="give the scale"):
        Results(folder).scale()
    mine = tmp_path / "mine.toml"
    mine.write_text('name = "mine"\nsource = "me"\n[[edges]]\npercent = 30\n')
    assert Results(folder).scale(str(mine)).name == "mine"


def test_a_damaged_report_says_which_file(tmp_path: Path) -> None:
    folder = made(tmp_path, 1, 1)
    one = next((folder / "scans").iterdir())
    one.write_text("{")
    with pytest.raises(ConfigError, match=f"{one.name} of the results folder cannot be read"):
        _ = Results(folder).cases


def test_a_first_sheet_holds_what_the_model_saw_and_no_gap() -> None:
    drawn = first_sheet(report(), frame_of(scan()))
    assert [(mark.id, mark.level.value, mark.readable) for mark in drawn.marks] == [
        ("m0", "T11", True), ("m1", "T12", True), ("m3", "L2", True), ("m4", "L3", True), ("m5", "L4", False)
    ]  # fmt: skip
    assert drawn.mark("m5").reason == "cut by the edge of the picture"
    assert drawn.mark("m0").landmark_sd_px == pytest.approx([0.5] * 6)
