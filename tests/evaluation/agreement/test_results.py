"""What is read of a results folder."""

from pathlib import Path

import pytest

from oiscan.anatomy import Level
from oiscan.errors import LabelError
from oiscan.evaluation.agreement.results import read_results
from oiscan.report import Finding, Report, Status, Verdict
from oiscan.reports.table import vertebrae_csv
from tests.evaluation.agreement.reader_cases import RESULTS_HEAD, results_folder


def test_a_table_as_written(tmp_path: Path) -> None:
    folder = results_folder(
        tmp_path,
        "a,S-1,0,lateral,T12,scored,15.5,0.75,25.00,2,wedge",
        "a,S-1,0,lateral,L1,unreadable,,,,,",
        "b,,,lateral,L1,scored,,0.95,5.00,0,",
        "c,S-1,0,ap,L1,scored,,,,,",
    )
    results = read_results(folder)
    assert list(results.readings) == [("a", Level.T12), ("a", Level.L1), ("b", Level.L1)]
    one, other, third = results.readings.values()
    assert (one.rater, one.grade, one.deformity, one.height_loss_percent) == ("oiscan", 2, "wedge", 25)
    assert one.measures == {"posterior_height_mm": 15.5, "ratio_anterior_posterior": 0.75}
    assert (other.grade, other.height_loss_percent) == (None, None)
    assert third.grade == 0
    assert [results.subject(scan_id) for scan_id in "abz"] == ["S-1", "b", "z"]
    assert [results.visit(scan_id) for scan_id in "abz"] == ["S-1 0", "b", "z"]


def test_the_table_that_oiscan_writes(tmp_path: Path) -> None:
    finding = Finding(Level.L1, Verdict.SCORED, height_loss_percent=22.0, grade=1, deformity="biconcave")
    report = Report("a" * 16, "a" * 64, Status.SCORED, findings=(finding,), scale="genant")
    (tmp_path / "vertebrae.csv").write_text(vertebrae_csv([report]), encoding="utf-8")
    (reading,) = read_results(tmp_path).readings.values()
    assert (reading.key, reading.grade, reading.deformity) == (("a" * 16, Level.L1), 1, "biconcave")
    assert read_results(tmp_path).score == "height_loss_percent"


def test_vertebrae_are_ranked_by_what_all_graded_ones_have(tmp_path: Path) -> None:
    lines = "a,S,0,lateral,T12,scored,,,25.00,2,wedge", "a,S,0,lateral,L1,unreadable,,,,,"
    assert read_results(results_folder(tmp_path, *lines)).score == "height_loss_percent"
    lacking = "a,S,0,lateral,L2,scored,,,,0,"
    assert read_results(results_folder(tmp_path, *lines, lacking)).score == ""


def test_probabilities_go_before_the_loss_of_height(tmp_path: Path) -> None:
    head = f"{RESULTS_HEAD},fracture_probability"
    lines = "a,S,0,lateral,L1,scored,,,21.00,1,wedge,0.5312", "a,S,0,lateral,L2,unreadable,,,,,,"
    results = read_results(results_folder(tmp_path, *lines, head=head))
    assert results.score == "fracture_probability"
    assert [reading.fracture_probability for reading in results.readings.values()] == [0.5312, None]
    with pytest.raises(LabelError, match="between 0 and 1"):
        read_results(results_folder(tmp_path, "a,S,0,lateral,L1,scored,,,21.00,1,wedge,1.2", head=head))


def test_what_is_no_results_folder(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"vertebrae\.csv cannot be read"):
        read_results(tmp_path)
    with pytest.raises(LabelError, match="lacks the columns grade"):
        read_results(results_folder(tmp_path, head="scan_id,level,status"))
    with pytest.raises(LabelError, match="line 2: grade must be 0, 1, 2 or 3"):
        read_results(results_folder(tmp_path, "a,S,0,lateral,L1,scored,,,,7,"))
    with pytest.raises(LabelError, match="line 3: this vertebra stands twice"):
        read_results(results_folder(tmp_path, *["a,S,0,lateral,L1,scored,,,,1,"] * 2))
