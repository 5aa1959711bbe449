"""The results folder: complete, the same each time, and private where it must be."""

import csv
import json
import os
import stat
import sys
from datetime import date
from pathlib import Path

import cv2
import pytest

from oiscan.anatomy import View
from oiscan.batch import Scored
from oiscan.errors import StoreError
from oiscan.loaders.printed import PrintedFile
from oiscan.pipeline import score_scan
from oiscan.report import Report, Status
from oiscan.scan import Identity, Scan
from oiscan.store import FinishedScans, ResultsFolder, RunRecord, TableOptions
from tests.fakes import picture

RUN = RunRecord("0123456789abcdef", {"settings": {"scale": "genant"}}, {})


def scan_of(seed: int, patient: str = "", day: date | None = None, **changes) -> Scan:
    scan = Scan.from_array(picture(seed=seed), view=View.LATERAL, spacing_mm=0.5)
    changes["identity"] = Identity(patient_id=patient, scan_date=day, study_uid="1.2.3.4")
    return Scan(**{**scan.__dict__, **changes})


def begun(folder: Path, reports: list[Report], record: RunRecord = RUN) -> FinishedScans:
    """A run over scans that stand in two files of one name each."""
    inputs = {report.scan_id: [Path(f"/clinic/{number}.dcm")] for number, report in enumerate(reports)}
    return ResultsFolder(folder).begin(record, inputs)


def keep(finished: FinishedScans, report: Report, shown: bool = False) -> None:
    scored = Scored.of(report, PrintedFile(), shown)
    finished.add(scored.report, scored.file, scored.picture)


def write(folder: Path, model, scans, record: RunRecord = RUN, **options) -> list[Report]:
    """A whole run."""
    reports = [score_scan(scan, model) for scan in scans]
    finished = begun(folder, reports, record)
    for report in reports:
        keep(finished, report)
    ResultsFolder(folder).finish(record, TableOptions(**options))
    return reports


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_is_complete(tmp_path, fake_model):
    (report,) = write(tmp_path, fake_model, [scan_of(1, "MRN-1")])
    name = report.scan_id
    assert set(tree(tmp_path)) == {
        "scans.csv",
        "vertebrae.csv",
        "visits.csv",
        "printed.csv",
        "densitometry.csv",
        f"scans/{name}.json",
        f"overlays/{name}.png",
        "index.html",
        "run.json",
        "private/files.csv",
        f"private/finished/{name}.{RUN.key}.json",
        "private/inputs.jsonl",
        "private/run.json",
        "private/subject_key",
        "private/tables.lock",
    }
    assert Report.from_dict(json.loads((tmp_path / "scans" / f"{name}.json").read_text("utf-8"))) == report
    assert cv2.imread(str(tmp_path / "overlays" / f"{name}.png")).ndim == 3
    assert [row["level"] for row in rows(tmp_path / "vertebrae.csv")] == ["L1", "L2"]
    assert name in (tmp_path / "index.html").read_text("utf-8")
    run = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert run["settings"] == RUN.told["settings"]
    ended = {"scored": 1, "unreadable": 0, "unsupported": 0, "failed": 0}
    assert run["counts"] == {"files": 1, "scans": 1, "waiting": 0} | ended


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions another way")
def test_private_is_for_its_owner_alone(tmp_path, fake_model):
    write(tmp_path, fake_model, [scan_of(1)])
    assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o700
    for file in (tmp_path / "private").rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) == (0o600 if file.is_file() else 0o700), file.name


def test_a_person_is_followed_by_day_whatever_the_order_of_files(tmp_path, fake_model):
    later, other = scan_of(1, "MRN-1", date(2024, 1, 31)), scan_of(2, "MRN-2", date(2020, 5, 5))
    first, undated = scan_of(3, "MRN-1", date(2024, 1, 1)), scan_of(4, "MRN-1")
    write(tmp_path, fake_model, [later, other, first, undated], own_codes={"MRN-1": "A", "MRN-2": "B"})
    found = [(row["subject"], row["day"], row["scan_id"]) for row in rows(tmp_path / "scans.csv")]
    one = [("A", "0", first.scan_id), ("A", "30", later.scan_id), ("A", "", undated.scan_id)]
    two = [("B", "0", other.scan_id)]
    assert found == (one + two if min(row[2] for row in one) < other.scan_id else two + one)


def test_the_order_of_rows_does_not_hang_on_the_folder_s_key(tmp_path, fake_model):
    scans = [scan_of(number, f"MRN-{number // 2}", date(2024, 1, 1 + number)) for number in range(12)]
    orders = []
    for name in ("one", "two", "three"):
        write(tmp_path / name, fake_model, scans)
        orders.append([row["scan_id"] for row in rows(tmp_path / name / "scans.csv")])
    assert orders[0] == orders[1] == orders[2]


def test_a_second_run_gives_the_same_bytes(tmp_path, fake_model):
    scans = [scan_of(1, "MRN-1", date(2024, 1, 31)), scan_of(2, "MRN-2"), scan_of(3)]
    write(tmp_path, fake_model, scans)
    before = tree(tmp_path)
    write(tmp_path, fake_model, scans)
    assert tree(tmp_path) == before
    # In another order only the lists of made-up sources differ.
    write(tmp_path, fake_model, scans[::-1])
    changed = {name for name, content in tree(tmp_path).items() if before[name] != content}
    assert changed <= {"private/files.csv", "private/inputs.jsonl"}


def test_another_folder_has_another_key(tmp_path, fake_model):
    scans = [scan_of(1, "MRN-1")]
    write(tmp_path / "a", fake_model, scans)
    write(tmp_path / "b", fake_model, scans)
    assert rows(tmp_path / "a" / "scans.csv")[0]["subject"] != rows(tmp_path / "b" / "scans.csv")[0]["subject"]


def test_results_of_an_earlier_run_are_replaced_and_foreign_files_left(tmp_path, fake_model):
    (gone,) = write(tmp_path, fake_model, [scan_of(1)])
    foreign = tmp_path / "overlays" / "notes.png"
    foreign.write_bytes(b"mine")
    (kept,) = write(tmp_path, fake_model, [scan_of(2)])
    assert os.listdir(tmp_path / "scans") == [f"{kept.scan_id}.json"]
    assert set(os.listdir(tmp_path / "overlays")) == {f"{kept.scan_id}.png", "notes.png"}
    assert gone.scan_id not in (tmp_path / "index.html").read_text("utf-8")


def test_a_picture_known_to_hold_text_is_not_shown(tmp_path, fake_model):
    (report,) = write(tmp_path, fake_model, [scan_of(1, burned_in_text=True)])
    assert report.status is Status.SCORED
    assert os.listdir(tmp_path / "overlays") == []
    assert f"overlays/{report.scan_id}" not in (tmp_path / "index.html").read_text("utf-8")


def test_identical_files_share_a_result_and_keep_their_names(tmp_path, fake_model):
    report = score_scan(scan_of(1, "MRN-1"), fake_model)
    folder = ResultsFolder(tmp_path)
    keep(folder.begin(RUN, {report.scan_id: [Path("/a.dcm"), Path("/b.dcm")]}), report)
    assert folder.finish(RUN, TableOptions()).counts["files"] == 2
    files = rows(tmp_path / "private" / "files.csv")
    assert [(row["source"], row["patient_id"], row["study_uid"]) for row in files] == [
        (str(Path("/a.dcm")), "MRN-1", "1.2.3.4"),
        (str(Path("/b.dcm")), "MRN-1", "1.2.3.4"),
    ]
    assert len(rows(tmp_path / "scans.csv")) == 1


def test_identifiers_are_kept_in_the_table_only_when_asked(tmp_path, fake_model):
    write(tmp_path, fake_model, [scan_of(1, "MRN-1")])
    assert "MRN-1" not in (tmp_path / "scans.csv").read_text("utf-8")
    write(tmp_path, fake_model, [scan_of(1, "MRN-1")], keep_identifiers=True)
    (row,) = rows(tmp_path / "scans.csv")
    assert (row["source"], row["patient_id"]) == (str(Path("/clinic/0.dcm")), "MRN-1")
    assert row["status"] == "scored"


def test_no_identifier_is_a_formula(tmp_path, fake_model):
    formula = "=cmd|' /C calc'!A0"
    write(tmp_path, fake_model, [scan_of(1, formula)], keep_identifiers=True)
    (row,), (file,) = rows(tmp_path / "scans.csv"), rows(tmp_path / "private" / "files.csv")
    assert row["patient_id"] == file["patient_id"] == f"'{formula}"


def test_a_report_without_a_scan_has_its_rows_and_no_picture(tmp_path):
    report = Report("unopened-1", "", Status.FAILED, "the file cannot be opened")
    keep(begun(tmp_path, [report]), report)
    written = ResultsFolder(tmp_path).finish(RUN, TableOptions())
    assert written.failed == (("unopened-1", "the file cannot be opened"),)
    (row,) = rows(tmp_path / "scans.csv")
    assert (row["scan_id"], row["status"], row["reason"]) == ("unopened-1", "failed", "the file cannot be opened")
    assert (tmp_path / "scans" / "unopened-1.json").is_file()
    assert os.listdir(tmp_path / "overlays") == []


def test_an_interrupted_run_has_no_tables_until_they_are_asked_for(tmp_path, fake_model):
    scans = [scan_of(1, "MRN-1"), scan_of(2, "MRN-2")]
    first, second = write(tmp_path, fake_model, scans)
    finished = begun(tmp_path, [first, second], RunRecord("f" * 16, {}, {}))
    assert not (tmp_path / "scans.csv").exists() and not (tmp_path / "index.html").exists()
    keep(finished, second)
    written = ResultsFolder.of_run(tmp_path).write_tables(TableOptions())
    assert (written.counts["scans"], written.counts["waiting"]) == (1, 1)
    assert [row["scan_id"] for row in rows(tmp_path / "scans.csv")] == [second.scan_id]
    assert json.loads((tmp_path / "run.json").read_text("utf-8"))["counts"]["waiting"] == 1


def test_tables_written_again_are_the_same_bytes(tmp_path, fake_model):
    write(tmp_path, fake_model, [scan_of(1, "MRN-1", date(2024, 1, 31)), scan_of(2, "MRN-2"), scan_of(3)])
    before = tree(tmp_path)
    for name in ("scans.csv", "index.html"):
        (tmp_path / name).unlink()
    next((tmp_path / "scans").iterdir()).write_text("{}")
    ResultsFolder.of_run(tmp_path).write_tables(TableOptions())
    assert tree(tmp_path) == before


def test_many_scans_make_the_tables_of_few_at_a_time(tmp_path, fake_model, monkeypatch):
    scans = [scan_of(seed, f"MRN-{seed % 3}", date(2024, 1, 1 + seed % 2)) for seed in range(9)]
    write(tmp_path / "a", fake_model, scans, own_codes={f"MRN-{n}": f"P{n}" for n in range(3)})
    monkeypatch.setattr("oiscan.store.tables.SCANS_AT_A_TIME", 1)
    write(tmp_path / "b", fake_model, scans, own_codes={f"MRN-{n}": f"P{n}" for n in range(3)})
    one, other = tree(tmp_path / "a"), tree(tmp_path / "b")
    assert {name for name in one if one[name] != other[name]} == {"private/subject_key"}


def test_what_was_kept_of_a_scan_and_is_damaged_is_not_lost_silently(tmp_path, fake_model):
    first, second = (score_scan(scan_of(seed), fake_model) for seed in (1, 2))
    finished = begun(tmp_path, [first, second])
    keep(finished, first)
    keep(finished, second)
    entry = tmp_path / "private" / "finished" / f"{first.scan_id}.{RUN.key}.json"
    for damaged in (b"", entry.read_bytes().partition(b"\n")[0] + b"\n"):
        entry.write_bytes(damaged)
        with pytest.raises(StoreError, match="damaged; give the same command again"):
            ResultsFolder(tmp_path).finish(RUN, TableOptions())
        assert finished.scan_ids() == {second.scan_id}
        keep(finished, first)
    assert ResultsFolder(tmp_path).finish(RUN, TableOptions()).counts["scans"] == 2


def test_there_are_no_tables_without_a_run(tmp_path):
    with pytest.raises(StoreError, match="holds no run"):
        ResultsFolder.of_run(tmp_path / "absent")
    assert not (tmp_path / "absent").exists()


def test_a_second_run_on_the_folder_is_told_so(tmp_path):
    with (
        ResultsFolder(tmp_path).held(),
        pytest.raises(StoreError, match="another oiscan is working"),
        ResultsFolder(tmp_path).held(),
    ):
        pass
    with ResultsFolder(tmp_path).held() as locks:
        assert locks


def test_what_a_killed_run_was_writing_is_removed(tmp_path):
    folder = ResultsFolder(tmp_path)
    half = [tmp_path / place / ".x.partial" for place in ("", "overlays", "private", "private/finished")]
    for file in half:
        file.write_text("half")
    with folder.held():
        assert not any(file.exists() for file in half)


def test_a_folder_that_cannot_be_made_is_told_so(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        ResultsFolder(tmp_path / "file" / "out")
