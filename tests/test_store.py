"""The results folder: complete, the same each time, and private where it must be."""

import csv
import json
import os
import stat
import sys
from datetime import date
from pathlib import Path

import cv2
import numpy as np
import pytest

from oiscan.anatomy import View
from oiscan.pipeline import score_scan
from oiscan.report import Report, Status
from oiscan.scan import Identity, Scan
from oiscan.store import ResultsFolder, as_json, write_whole
from tests.fakes import picture

RUN = {"settings": {"scale": "genant"}}


def scan_of(seed: int, patient: str = "", day: date | None = None, **changes) -> Scan:
    scan = Scan.from_array(picture(seed=seed), view=View.LATERAL, spacing_mm=0.5)
    changes["identity"] = Identity(patient_id=patient, scan_date=day, study_uid="1.2.3.4")
    return Scan(**{**scan.__dict__, **changes})


def write(folder: Path, model, scans, **options) -> list[Report]:
    results = ResultsFolder(folder, options.pop("own_codes", {}), **options)
    reports = [score_scan(scan, model) for scan in scans]
    for number, report in enumerate(reports):
        results.add(report, [Path(f"/clinic/{number}.dcm")])
    results.finish(RUN)
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
        "private/subject_key",
    }
    assert Report.from_dict(json.loads((tmp_path / "scans" / f"{name}.json").read_text("utf-8"))) == report
    assert cv2.imread(str(tmp_path / "overlays" / f"{name}.png")).ndim == 3
    assert [row["level"] for row in rows(tmp_path / "vertebrae.csv")] == ["L1", "L2"]
    assert name in (tmp_path / "index.html").read_text("utf-8")
    run = json.loads((tmp_path / "run.json").read_text("utf-8"))
    assert run["settings"] == RUN["settings"]
    ended = {"scored": 1, "unreadable": 0, "unsupported": 0, "failed": 0}
    assert run["counts"] == {"files": 1, "scans": 1} | ended


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions another way")
def test_private_is_for_its_owner_alone(tmp_path, fake_model):
    write(tmp_path, fake_model, [scan_of(1)])
    assert stat.S_IMODE((tmp_path / "private").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "private" / "subject_key").stat().st_mode) == 0o600


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
    # In another order only the list of made-up sources differs.
    write(tmp_path, fake_model, scans[::-1])
    changed = {name for name, content in tree(tmp_path).items() if before[name] != content}
    assert changed <= {"private/files.csv"}


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
    results = ResultsFolder(tmp_path, {})
    results.add(score_scan(scan_of(1, "MRN-1"), fake_model), [Path("/a.dcm"), Path("/b.dcm")])
    results.finish(RUN)
    files = rows(tmp_path / "private" / "files.csv")
    assert [(row["source"], row["patient_id"], row["study_uid"]) for row in files] == [
        (str(Path("/a.dcm")), "MRN-1", "1.2.3.4"),
        (str(Path("/b.dcm")), "MRN-1", "1.2.3.4"),
    ]
    assert len(rows(tmp_path / "scans.csv")) == 1
    assert results.counts()["files"] == 2


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
    results = ResultsFolder(tmp_path, {})
    results.add(Report("unopened-1", "", Status.FAILED, "the file cannot be opened"), [Path("/a.dcm")])
    results.finish(RUN)
    (row,) = rows(tmp_path / "scans.csv")
    assert (row["scan_id"], row["status"], row["reason"]) == ("unopened-1", "failed", "the file cannot be opened")
    assert (tmp_path / "scans" / "unopened-1.json").is_file()
    assert os.listdir(tmp_path / "overlays") == []


def test_a_write_that_breaks_off_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "scans.csv"
    write_whole(target, "old")

    def break_off(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("oiscan.store.os.replace", break_off)
    with pytest.raises(KeyboardInterrupt):
        write_whole(target, "new")
    assert target.read_text() == "old"


def test_json_refuses_what_is_no_number():
    with pytest.raises(ValueError, match="JSON"):
        as_json({"height": float(np.nan)})
