"""The folder `dicom` of the results: whose objects are in it, what is missing and why, and what a second run does."""

import csv
import os
from pathlib import Path

import cv2
import pytest
from pydicom import dcmread
from pydicom.uid import CTImageStorage

from oiscan.archive import Choices, deidentify
from oiscan.archive.making import UNDATED
from oiscan.archive.pseudonyms import Pseudonym
from oiscan.cli import main
from oiscan.errors import ConfigError
from oiscan.loaders import find_files
from oiscan.loaders.quiet import quiet
from oiscan.report import Report, Status
from tests.archive.object_cases import GRADED, add, codes_of, folder, made, scored
from tests.dicom_cases import SC, dicom, lunar, spine, write
from tests.fakes import picture
from tests.sentinels import BIRTH, NAME, PATIENT, ROOT, found_below, found_in, plant, reread, saved

PEOPLE = {
    "PatientName": "Yamada^Tarou=山田^太郎",
    "PatientID": "MRN 77",
    "IssuerOfPatientID": "East hospital",
    "PatientBirthDate": "20190412",
    "PatientAge": "005Y",
    "StudyDate": "20240501",
    "StudyTime": "101500",
    "StudyID": "4711",
    "AccessionNumber": "A-99",
    "ReferringPhysicianName": "Doctor^Who",
    "StudyDescription": "DXA Exam",
}


@pytest.fixture(autouse=True)
def _model(fake_model):
    """No test here needs the real one."""


def score(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["score", *(str(argument) for argument in arguments)])
    return int(ended.value.code or 0)


def table(out: Path) -> list[dict[str, str]]:
    with (out / "dicom" / "objects.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def content(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (out / "dicom").glob("*.dcm")}


def test_with_identifiers_objects_go_back_to_the_patient_and_study(tmp_path):
    source = lunar(picture(), **PEOPLE)
    report, file = scored(tmp_path, source)
    files = made(tmp_path / "out", report, file, keep_identifiers=True)
    objects = [reread(path) for path in files.values()]
    for one in objects:
        for keyword in (*PEOPLE, "PatientSex", "StudyInstanceUID"):
            assert str(one[keyword].value) == str(source[keyword].value), keyword
        assert "PatientIdentityRemoved" not in one
    uids = {one.SeriesInstanceUID for one in objects} | {one.SOPInstanceUID for one in objects}
    assert len(uids) == 6
    assert not uids & {source.SeriesInstanceUID, source.SOPInstanceUID}


def test_without_identifiers_objects_belong_to_the_deidentified_scan(tmp_path):
    source = lunar(picture(), **PEOPLE)
    report, file = scored(tmp_path, source)
    out = tmp_path / "out"
    files = made(out, report, file)
    (outcome,) = deidentify(find_files([file]), tmp_path / "shared", out / "private", {}, Choices(reviewed=True))
    shared = dcmread(tmp_path / "shared" / outcome.file)
    for one in map(reread, files.values()):
        for keyword in ("PatientID", "PatientName", "StudyInstanceUID", "StudyDate", "PatientAge", "PatientSex"):
            assert one[keyword].value == shared[keyword].value, keyword
        assert one.StudyDate != "20240501"
        assert one.PatientIdentityRemoved == "YES"
        assert (one.ContentDate, one.ContentTime) == (shared.StudyDate, "000000")
        assert not one.PatientBirthDate
        times = {str(element.value) for element in one.iterall() if element.VR in ("DA", "TM", "DT")}
        assert times - {""} == {shared.StudyDate, "000000"}
    (reference,) = reread(files["seg"]).ReferencedSeriesSequence[0].ReferencedInstanceSequence
    assert reference.ReferencedSOPInstanceUID == shared.SOPInstanceUID


def test_a_scan_without_dates_and_uids_gets_some_of_its_own(tmp_path):
    bare = {"StudyInstanceUID": None, "SeriesInstanceUID": None, "StudyDate": None}
    report, file = scored(tmp_path, lunar(picture(), **bare))
    out = tmp_path / "out"
    study = Pseudonym(codes_of_new(out), "").uid(f"StudyInstanceUID {report.input_sha256}")
    for keep_identifiers in (True, False):
        for path in made(out, report, file, keep_identifiers=keep_identifiers).values():
            one = reread(path)
            assert one.StudyInstanceUID == study
            assert keep_identifiers or one.ContentDate == UNDATED


def codes_of_new(out: Path):
    folder(out)
    return codes_of(out)


@pytest.mark.parametrize(
    ("odd", "written"),
    [
        ({"PatientSex": "unknown"}, ""),
        ({"PatientBirthDate": "12.04.2019"}, ""),
        ({"StudyTime": "ten"}, ""),
        ({"PatientAge": "5"}, ""),
        ({"PatientName": "no caret"}, "no caret"),
        ({"PatientID": "X" * 70}, "X" * 70),
        ({"AccessionNumber": "longer than sixteen characters"}, "longer than sixteen characters"),
    ],
)
def test_odd_headers_neither_stop_a_run_nor_are_told(odd, written, tmp_path, capfd, recwarn):
    report, file = scored(tmp_path, lunar(picture(), **odd))
    files = made(tmp_path / "out", report, file, keep_identifiers=True)
    said = capfd.readouterr()
    assert said.out + said.err == ""
    assert len(recwarn) == 0
    (keyword,) = odd
    for path in files.values():
        with quiet():
            assert str(dcmread(path)[keyword].value) == written


def test_no_sentinel_leaves_without_identifiers(tmp_path, capfd, caplog):
    inputs = tmp_path / "in" / NAME
    saved(plant(lunar(picture(), StudyDate="20230911", ProtocolName="LVA QZ7PROTOCOL")), inputs / f"{NAME}.dcm")
    saved(
        plant(dicom(picture(seed=2), sop=SC, ProtocolName="AP spine QZ7AP", PixelSpacing=[0.25, 0.25])), inputs / "ap"
    )
    caplog.clear()
    assert score(inputs, "--out", tmp_path / "out", "--dicom", "--allow-burned-in-text") == 0
    said = capfd.readouterr()
    assert "6 DICOM objects of 2 scans" in said.out
    assert found_in((said.out + said.err + caplog.text).encode()) == []
    assert len(content(tmp_path / "out")) == 6
    found = found_below(tmp_path / "out")
    assert {name for name in found if not name.startswith("private/")} == set()
    assert found_below(tmp_path / "out" / "dicom", ["20230911", "2023-09-11"]) == {}


def test_with_identifiers_only_patient_and_study_come_along(tmp_path, capfd, caplog):
    saved(plant(lunar(picture(), StudyDate="20230911")), tmp_path / "in" / "scan")
    caplog.clear()
    assert score(tmp_path / "in", "--out", tmp_path / "out", "--dicom", "--keep-identifiers") == 0
    said = capfd.readouterr()
    assert found_in((said.out + said.err + caplog.text).encode()) == []
    for data in content(tmp_path / "out").values():
        assert {*NAME.split("^"), PATIENT, BIRTH, ROOT} <= set(found_in(data))
        assert found_in(data, ["PRIVATEZYXWVUTS"]) == []


def test_a_second_run_leaves_the_objects_as_they_are(tmp_path):
    write_in(tmp_path, lunar(picture()))
    for options in ([], ["--keep-identifiers"]):
        assert score(tmp_path / "in", "--out", tmp_path / "out", "--dicom", *options) == 0
        before = content(tmp_path / "out")
        os.utime(next((tmp_path / "out" / "dicom").glob("*.sr.dcm")), (1, 1))
        assert score(tmp_path / "in", "--out", tmp_path / "out", "--dicom", *options) == 0
        assert content(tmp_path / "out") == before
        assert os.stat(next((tmp_path / "out" / "dicom").glob("*.sr.dcm"))).st_mtime == 1
    assert len(before) == 3


def test_objects_made_anew_without_identifiers_are_the_same_bytes(tmp_path):
    report, file = scored(tmp_path, lunar(picture()))
    before = {kind: path.read_bytes() for kind, path in made(tmp_path / "out", report, file).items()}
    for path in (tmp_path / "out" / "dicom").glob("*.dcm"):
        path.unlink()
    assert {kind: path.read_bytes() for kind, path in made(tmp_path / "out", report, file).items()} == before


def test_a_damaged_object_is_made_again(tmp_path):
    report, file = scored(tmp_path, lunar(picture()))
    path = made(tmp_path / "out", report, file)["sr"]
    whole = path.read_bytes()
    path.write_bytes(b"")
    made(tmp_path / "out", report, file)
    assert path.read_bytes() == whole


def test_other_findings_or_another_person_get_other_uids(tmp_path):
    report, file = scored(tmp_path, lunar(picture()))
    changed = Report(**{**report.__dict__, "findings": (GRADED,)})
    uids = [
        dcmread(made(tmp_path / "out", *case, **options)["sr"]).SOPInstanceUID
        for case, options in [
            ((report, file), {}),
            ((changed, file), {}),
            ((report, file), {"own_codes": {"ID-SENTINEL-77": "OI-007"}}),
            ((report, file), {"keep_identifiers": True}),
        ]
    ]
    assert len(set(uids)) == 4


def test_own_subject_codes_name_the_objects(tmp_path):
    report, file = scored(tmp_path, lunar(picture()))
    files = made(tmp_path / "out", report, file, own_codes={"ID-SENTINEL-77": "OI-007"})
    assert {dcmread(path).PatientID for path in files.values()} == {"OI-007"}


def test_objects_of_an_earlier_run_go_and_foreign_files_stay(tmp_path):
    (tmp_path / "in").mkdir()
    first = write(tmp_path / "in", lunar(picture(seed=1)))
    assert score(first, "--out", tmp_path / "out", "--dicom") == 0
    gone = set(content(tmp_path / "out"))
    foreign = tmp_path / "out" / "dicom" / "mine.dcm"
    foreign.write_bytes(b"mine")
    write(tmp_path / "in", lunar(picture(seed=2)))
    assert score(first, "--out", tmp_path / "out", "--dicom") == 0
    assert foreign.read_bytes() == b"mine"
    assert not gone & set(content(tmp_path / "out"))


def test_a_run_without_the_option_removes_objects_of_an_earlier_one(tmp_path):
    write_in(tmp_path, lunar(picture()))
    assert score(tmp_path / "in", "--out", tmp_path / "out", "--dicom", "--keep-identifiers") == 0
    (tmp_path / "out" / "dicom" / "mine.txt").write_text("mine")
    assert score(tmp_path / "in", "--out", tmp_path / "out") == 0
    assert [path.name for path in (tmp_path / "out" / "dicom").iterdir()] == ["mine.txt"]


def test_every_scan_has_a_row_that_says_what_is_missing(tmp_path):
    inputs = tmp_path / "in"
    inputs.mkdir()
    cv2.imwrite(str(inputs / "plain.png"), picture())
    write(inputs, lunar(picture(seed=1)), "lateral.dcm")
    write(inputs, lunar(spine(70)), "nothing.dcm")
    write(inputs, dicom(picture(seed=3), ProtocolName="Left Hip"), "hip.dcm")
    scout = dicom(picture(seed=4), sop=CTImageStorage, Modality="CT", ProtocolName="LVA")
    scout.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    write(inputs, scout, "scout.dcm")
    (inputs / "broken.dcm").write_bytes(b"\x00" * 300)
    assert score(inputs, "--out", tmp_path / "out", "--dicom", "--view", "lateral") == 1
    rows = table(tmp_path / "out")
    assert [row["scan_id"] for row in rows] == sorted(row["scan_id"] for row in rows)
    written = {(bool(row["seg"]), bool(row["sr"]), bool(row["capture"])): row["reason"] for row in rows if row["sr"]}
    assert written == {(True, True, True): "", (False, True, True): "no segmentation: no vertebra was scored"}
    reasons = " | ".join(row["reason"] for row in rows)
    for said in ("a plain picture", "a kind of DICOM image", "the hip", "no DICOM"):
        assert said in reasons
    assert len(rows) == 6


def test_a_failed_report_has_its_row(tmp_path):
    one = add(tmp_path, Report("unopened-1", "", Status.FAILED, "the file cannot be opened"), tmp_path / "absent")
    one.finish(["unopened-1"])
    assert table(tmp_path) == [
        {"scan_id": "unopened-1", "seg": "", "sr": "", "capture": "", "reason": "the file cannot be opened"}
    ]


def test_a_run_broken_off_loses_no_row(tmp_path):
    out = tmp_path / "out"
    names = []
    for seed in (1, 2):
        report, file = scored(tmp_path, lunar(picture(seed=seed)))
        add(out, report, file)
        names.append(report.scan_id)
    assert not (out / "dicom" / "objects.csv").exists()
    journal = out / "private" / "objects.jsonl"
    journal.write_bytes(journal.read_bytes() + b'{"scan_id": "cut sho')
    said = folder(out).finish(names)
    assert said.startswith("6 DICOM objects of 2 scans")
    assert [row["scan_id"] for row in table(out)] == sorted(names)
    assert all(row["seg"] and row["sr"] and row["capture"] for row in table(out))


def test_a_file_that_is_gone_since_it_was_scored_has_its_row(tmp_path):
    report, file = scored(tmp_path, lunar(picture()))
    file.unlink()
    assert made(tmp_path / "out", report, file) == {}
    (row,) = table(tmp_path / "out")
    assert row["reason"]
    assert str(tmp_path) not in row["reason"]


def test_without_highdicom_the_run_does_not_begin(tmp_path, monkeypatch, capsys):
    write_in(tmp_path, lunar(picture()))
    monkeypatch.setattr("oiscan.archive.folder.importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="archive"):
        folder(tmp_path / "other")
    assert score(tmp_path / "in", "--out", tmp_path / "out", "--dicom") == 2
    assert 'pip install "oiscan[archive]"' in capsys.readouterr().err


def test_without_the_option_there_is_no_such_folder(tmp_path):
    write_in(tmp_path, lunar(picture()))
    assert score(tmp_path / "in", "--out", tmp_path / "out") == 0
    assert not (tmp_path / "out" / "dicom").exists()


def write_in(tmp_path: Path, dataset) -> Path:
    (tmp_path / "in").mkdir()
    return write(tmp_path / "in", dataset)
