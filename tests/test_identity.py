"""Nothing planted in a file comes out anywhere but in `private/`."""

import re
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from oiscan.cli import main
from tests.dicom_cases import SC, dicom, lunar, spine
from tests.fakes import lines, picture, write_dicom
from tests.sentinels import SENTINELS as EVERYWHERE
from tests.sentinels import found_below, plant, saved
from tests.sentinels import found_in as in_any_coding

NAME, PATIENT, STAFF, PRIVATE = "Zyxwvuts^Qponmlk", "MRN77889900", "Doctorwhoami", "PRIVATEZYXWVUTS"
BIRTH, DAY, TIME, UID = "20110203", "20230911", "235917.876543", "1.2.826.0.1.3680043.9.8765.4321"
FILE = "Qponmlk_Zyxwvuts_scan"
SENTINELS = (*NAME.split("^"), PATIENT, STAFF, PRIVATE, UID, BIRTH, "2011-02-03", DAY, "2023-09-11", TIME, FILE)
CHUNKS = {b"IHDR", b"IDAT", b"IEND"}


def planted(path: Path, seed: int, **changes: object) -> Path:
    """A scan with every kind of identifier in every kind of place."""
    operators = Dataset()
    operators.PatientName, operators.InstitutionName = NAME, STAFF
    attributes = {
        "PatientName": NAME,
        "PatientID": PATIENT,
        "OtherPatientNames": NAME,
        "PatientBirthDate": BIRTH,
        "StudyDate": DAY,
        "StudyTime": TIME,
        "AcquisitionDate": DAY,
        "AccessionNumber": PATIENT,
        "StudyInstanceUID": f"{UID}.1",
        "SeriesInstanceUID": f"{UID}.2",
        "SOPInstanceUID": f"{UID}.3",
        "InstitutionName": STAFF,
        "InstitutionAddress": STAFF,
        "ReferringPhysicianName": STAFF,
        "StationName": STAFF,
        "DeviceSerialNumber": PATIENT,
        "PatientComments": NAME,
        "ImageComments": NAME,
        "RequestAttributesSequence": [operators],
        "Manufacturer": "GE Healthcare",
    }
    pixels = picture(rows=int(changes.pop("rows", 100)), seed=seed)
    write_dicom(path, pixels, **(attributes | changes))
    _add_private_block(path)
    return path


def _add_private_block(path: Path) -> None:
    from pydicom import dcmread

    dataset = dcmread(path)
    block = dataset.private_block(0x0011, "ACME 1.0", create=True)
    block.add_new(0x01, "LO", PRIVATE)
    block.add_new(0x02, "PN", NAME)
    dataset.save_as(path)


@pytest.fixture
def results(tmp_path, fake_model, capfd, caplog) -> tuple[Path, str]:
    """A run over scans that end in every way; the results folder and all that was printed."""
    folder = tmp_path / "in" / FILE
    folder.mkdir(parents=True)
    planted(folder / f"{FILE}.dcm", 1)
    planted(folder / f"{FILE}_empty.dcm", 2, rows=70)
    planted(folder / f"{FILE}_hip.dcm", 3, BodyPartExamined="HIP", SeriesDescription="Hip")
    planted(folder / f"{FILE}_view.dcm", 4, ViewPosition=None, BodyPartExamined=None)
    cut = planted(folder / f"{FILE}_cut.dcm", 5)
    cut.write_bytes(cut.read_bytes()[:-6000])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns while it writes what it will have to read
        planted(folder / f"{FILE}_odd.dcm", 6, StudyDate=f"{DAY}X{PATIENT}", SOPInstanceUID=f"{UID}.x.{PATIENT}")
    (folder / f"{FILE}_text").write_text(f"{NAME} {PATIENT}")
    caplog.clear()  # of what pydicom said while it wrote them
    with pytest.raises(SystemExit) as ended:
        main(["score", str(tmp_path / "in"), "--out", str(tmp_path / "out")])
    assert ended.value.code == 1
    said = capfd.readouterr()
    return tmp_path / "out", said.out + said.err + caplog.text


def public_files(out: Path) -> list[Path]:
    return [path for path in out.rglob("*") if path.is_file() and path.relative_to(out).parts[0] != "private"]


def found_in(data: bytes) -> list[str]:
    return [sentinel for sentinel in SENTINELS if sentinel.lower().encode() in data.lower()]


def test_the_run_met_every_kind_of_scan(results):
    table = (results[0] / "scans.csv").read_text("utf-8")
    assert [len(re.findall(f",{status},", table)) for status in ("scored", "unreadable", "unsupported", "failed")] == [
        2,
        1,
        2,
        2,
    ]


def test_no_identifier_outside_private(results):
    out, _ = results
    leaks = {path.relative_to(out).as_posix(): found_in(path.read_bytes()) for path in public_files(out)}
    assert len(leaks) > 10
    assert {name: found for name, found in leaks.items() if found or found_in(name.encode())} == {}


def test_pictures_hold_pixels_and_nothing_else(results):
    pictures = [path for path in public_files(results[0]) if path.suffix == ".png"]
    assert pictures
    for path in pictures:
        names, pixels = _chunks(path.read_bytes())
        assert names <= CHUNKS
        assert found_in(zlib.decompress(pixels)) == []


def _chunks(png: bytes) -> tuple[set[bytes], bytes]:
    """Names of a PNG's chunks, and its compressed pixels."""
    names, pixels, at = set(), b"", 8
    while at < len(png):
        (length,), name = struct.unpack(">I", png[at : at + 4]), png[at + 4 : at + 8]
        pixels += png[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        names.add(name)
        at += length + 12
    return names, pixels


def test_no_identifier_in_what_is_printed(results):
    assert "7 scans" in results[1]
    assert found_in(results[1].encode()) == []


def test_private_holds_what_joins_results_to_people(results):
    table = (results[0] / "private" / "files.csv").read_text("utf-8")
    assert table.count(FILE) >= 7
    for identifier in (PATIENT, f"{UID}.1", f"{UID}.2", f"{UID}.3", "2011-02-03", "2023-09-11"):
        assert identifier in table


def test_a_sentinel_in_every_attribute_stays_private(tmp_path, fake_model, capfd, caplog):
    folder = tmp_path / "in" / FILE
    everywhere = {"ProtocolName": "LVA QZ7PROTOCOL", "BodyPartExamined": "QZ7BODY", "StudyDate": DAY}
    saved(plant(lunar(spine(), **everywhere)), folder / f"{FILE}.dcm")
    saved(plant(dicom(spine(100), ViewPosition="AP", BodyPartExamined="LSPINE")), folder / "ap")
    saved(plant(dicom(spine(90))), folder / "view_unknown.dcm")
    saved(plant(dicom(spine(70), ProtocolName="Left Hip")), folder / "hip.dcm")
    colours = np.random.default_rng(1).integers(0, 255, (60, 50, 3), dtype=np.uint8)
    saved(plant(dicom(colours, sop=SC)), folder / "page.dcm")
    saved(plant(lunar(spine(80), BurnedInAnnotation="YES")), folder / "text.dcm")
    cut = saved(plant(dicom(spine(85))), folder / "cut.dcm")
    cut.write_bytes(cut.read_bytes()[:-3000])
    with zipfile.ZipFile(folder / f"{FILE}.zip", "w") as archive:
        archive.write(saved(plant(lunar(spine(120))), tmp_path / "zipped.dcm"), f"{FILE}_zipped.dcm")
    caplog.clear()
    with pytest.raises(SystemExit):
        main(["score", str(tmp_path / "in"), "--out", str(tmp_path / "out")])
    said = capfd.readouterr()
    assert in_any_coding((said.out + said.err + caplog.text).encode()) == []
    leaks = found_below(tmp_path / "out", {*EVERYWHERE, DAY, "2023-09-11", FILE})
    assert {name for name in leaks if not name.startswith("private/")} == set()
    assert "private/files.csv" in leaks
    assert len(lines(tmp_path / "out" / "scans.csv")) >= 8


def test_a_usage_error_does_not_quote_the_path(tmp_path, capfd):
    with pytest.raises(SystemExit):
        main(["score", str(tmp_path / FILE), "--out", str(tmp_path / "out")])
    said = capfd.readouterr()
    assert found_in((said.out + said.err).encode()) == []
