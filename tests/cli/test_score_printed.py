"""`oiscan score`: what the scanner printed and what its reader marked, beside oiscan's own."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import oiscan
from oiscan.cli import main
from oiscan.pipeline import READER_FACING
from oiscan.report import Report
from tests.dicom_cases import CR, dicom, write
from tests.fakes import picture
from tests.hologic_cases import PAIRS, iva, iva_xml, page, page_script
from tests.loaders.test_printed import report


@pytest.fixture
def out(tmp_path: Path, fake_model: object) -> Path:
    """Results of a scan with a reader's landmarks, its report page, a structured report and a picture alone."""
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder, iva(iva_xml(), sop=CR), "scan.dcm")
    write(folder, page(page_script()), "page.dcm")
    write(folder, report(), "sr.dcm")
    write(folder, dicom(picture(), PatientID="MRN-2", StudyDate="20240601"), "other.dcm")
    table = "patient_id,scan_date,region,bmd,invalid_code\nmrn-2,2024-06-01,TBLH,0.700,5\n"
    (tmp_path / "values.csv").write_text(table)
    with pytest.raises(SystemExit) as ended:
        main(["score", str(folder), "--out", str(tmp_path / "out"), "--printed", str(tmp_path / "values.csv")])
    assert ended.value.code == 0
    return tmp_path / "out"


def rows(out: Path, name: str) -> list[dict[str, str]]:
    with (out / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_printed_values_stand_apart_and_with_their_person(out: Path) -> None:
    printed = rows(out, "printed.csv")
    assert {row["origin"] for row in printed} == {"printed by the scanner"}
    assert {row["remarks"] for row in printed} == {""}
    by_source = {
        source: [row for row in printed if row["source"] == source]
        for source in ("Hologic page", "GE Enhanced SR", "user CSV")
    }
    assert [len(found) for found in by_source.values()] == [5, 3, 1]
    total = by_source["Hologic page"][-1]
    assert [total[name] for name in ("region", "area_cm2", "bmc_g", "bmd_g_cm2", "z_score")] == [
        "L1-L4", "55.77", "51.85", "0.930", "-1.0",
    ]  # fmt: skip
    scans = {row["subject"] for row in rows(out, "scans.csv")}
    assert {row["subject"] for row in printed} == scans and len(scans) == 2
    assert [by_source["user CSV"][0][name] for name in ("region", "day", "invalid_code")] == ["TBLH", "0", "5"]
    ours = rows(out, "vertebrae.csv")
    assert ours and {row[name] for row in ours for name in ("bmc_g", "abmd_g_cm2")} == {""}


def test_a_page_is_one_unsupported_row(out: Path) -> None:
    reasons = [row["reason"] for row in rows(out, "scans.csv") if row["status"] == "unsupported"]
    assert any(reason.startswith("a report page, not a scan") for reason in reasons)


def test_reader_vertebrae_stand_beside_ours(out: Path) -> None:
    told = [json.loads(path.read_text("utf-8")) for path in (out / "scans").iterdir()]
    (marked,) = [one for one in told if one["reader_vertebrae"]]
    assert [vertebra["level"] for vertebra in marked["reader_vertebrae"]] == ["T12", "L1", "L2"]
    first = marked["reader_vertebrae"][0]
    assert (first["source"], first["deformity"], first["severity"]) == ("Hologic IVA", "wedge", "mild")
    assert np.shape(first["landmarks_px"]) == (6, 2)
    assert {vertebra["level"] for vertebra in marked["vertebrae"]} == {"L1", "L2"}
    again = Report.from_dict(marked)
    assert json.loads(json.dumps(again.to_dict())) == marked
    assert again.reader_vertebrae[0].anterior == "right"


def test_nothing_that_identifies_outside_private(out: Path) -> None:
    for path in out.rglob("*"):
        if path.is_file() and "private" not in path.relative_to(out).parts:
            content = path.read_bytes().lower()
            assert not [word for word in (b"sentinel", b"mrn-2", b"12march2020", b"20240601") if word in content]


def test_the_same_input_gives_the_same_table(out: Path, tmp_path: Path) -> None:
    before = (out / "printed.csv").read_bytes()
    arguments = ["score", str(tmp_path / "in"), "--out", str(out), "--printed", str(tmp_path / "values.csv")]
    with pytest.raises(SystemExit):
        main(arguments)
    assert (out / "printed.csv").read_bytes() == before


def test_a_table_that_cannot_be_used_stops_the_run_before_it_begins(
    tmp_path: Path, fake_model: object, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, iva(iva_xml()))
    (tmp_path / "values.csv").write_text("patient_id,region\n")
    with pytest.raises(SystemExit) as ended:
        main(["score", str(path), "--out", str(tmp_path / "out"), "--printed", str(tmp_path / "values.csv")])
    assert ended.value.code == 2
    assert "the file of printed values needs" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("turned", [False, True])
def test_landmarks_that_face_against_the_picture_get_a_remark(tmp_path: Path, fake_model: object, turned: bool) -> None:
    order = [(down, 1 - right) for down, right in PAIRS] if turned else PAIRS
    report = oiscan.score(write(tmp_path, iva(iva_xml(order=order))))  # the stand-in finds the front on the right
    assert (READER_FACING in report.notes) is turned
    assert {vertebra.anterior for vertebra in report.reader_vertebrae} == {"left" if turned else "right"}
