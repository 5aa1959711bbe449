"""Zip archives and DICOMDIR: what they lead to, and what they cannot do."""

from __future__ import annotations

import hashlib
import struct
import warnings
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import MediaStorageDirectoryStorage

from oiscan.errors import NoImageError, ScanError, UnreadableFileError
from oiscan.loaders import containers, find_files, read
from oiscan.loaders.containers import ZipMember, held, zip_members
from tests.dicom_cases import dicom, spine, to_bytes


def packed(path: Path, *members: tuple[str, bytes], method: int = ZIP_STORED) -> Path:
    with ZipFile(path, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def scan_bytes(seed: int = 0) -> bytes:
    return to_bytes(dicom(spine() + np.uint8(seed)))


def dicomdir(folder: Path, *names: list[str]) -> Path:
    directory = dicom(None, sop=MediaStorageDirectoryStorage)
    del directory.SOPClassUID
    records = []
    for name in names:
        record = Dataset()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # names no DICOMDIR may hold are wanted here
            record.DirectoryRecordType, record.ReferencedFileID = "IMAGE", name
        records.append(record)
    directory.DirectoryRecordSequence = records
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dcmwrite(folder / "DICOMDIR", directory, enforce_file_format=False)
    return folder / "DICOMDIR"


# --- zip


def test_members_are_scans_of_their_own(tmp_path: Path) -> None:
    first, second = scan_bytes(1), scan_bytes(2)
    archive = packed(tmp_path / "export.zip", ("a/IMG1", first), ("a/", b""), ("b/IMG1.dcm", second))
    found = find_files([tmp_path])
    assert [str(source) for source in found] == [f"{archive}!a/IMG1", f"{archive}!b/IMG1.dcm"]
    assert [read(source).sha256 for source in found] == [hashlib.sha256(data).hexdigest() for data in (first, second)]
    assert np.array_equal(read(found[1]).pixels, spine() + 2)


def test_an_archive_of_one_scan_is_that_scan(tmp_path: Path) -> None:
    archive = packed(
        tmp_path / "one", ("x", scan_bytes()), ("a.txt", b"hello"), ("__MACOSX/x", b"?"), ("b/DICOMDIR", b"")
    )
    assert np.array_equal(read(archive).pixels, spine())
    assert np.array_equal(read(str(archive)).pixels, spine())


def test_an_archive_of_several_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoImageError, match=r"2 files; score them all"):
        read(packed(tmp_path / "two.zip", ("a", scan_bytes(1)), ("b", scan_bytes(2))))


def test_a_member_named_to_climb_out_is_read_and_written_nowhere(tmp_path: Path) -> None:
    inner = tmp_path / "deep" / "in"
    inner.mkdir(parents=True)
    names = ("../../climbed", "/absolute", "..\\..\\climbed", "same", "same")
    data = [scan_bytes(number) for number in range(len(names))]
    with pytest.warns(UserWarning, match="Duplicate"):
        archive = packed(inner / "a.zip", *zip(names, data, strict=True))
    found = find_files([archive])
    assert [read(source).sha256 for source in found] == [hashlib.sha256(each).hexdigest() for each in data]
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [archive]


def test_each_bad_member_has_its_own_reason(tmp_path: Path) -> None:
    inner = packed(tmp_path / "inner.zip", ("x", scan_bytes())).read_bytes()
    (tmp_path / "inner.zip").unlink()
    archive = packed(
        tmp_path / "a.zip", ("good", scan_bytes()), ("nested", inner), ("locked", scan_bytes(3)), ("no", b"")
    )
    _encrypt(archive, "locked")
    said = []
    for source in find_files([tmp_path]):
        try:
            said.append(read(source).scan_id)
        except ScanError as error:
            assert str(tmp_path) not in error.reason
            said.append(error.reason)
    assert said[0] == hashlib.sha256(scan_bytes_of(archive, 0)).hexdigest()[:16]
    assert [words in reason for words, reason in zip(("inside a zip", "encrypted", "empty"), said[1:], strict=True)]


def scan_bytes_of(archive: Path, index: int) -> bytes:
    return zip_members(archive)[index].read_bytes()


def _encrypt(archive: Path, name: str) -> None:
    """Set the flag that says so; zipfile cannot encrypt."""
    data = bytearray(archive.read_bytes())
    for signature, flags, title in ((b"PK\x03\x04", 6, 30), (b"PK\x01\x02", 8, 46)):
        place = data.find(signature)
        while data[place + title : place + title + len(name)] != name.encode():
            place = data.find(signature, place + 1)
        data[place + flags] |= 1
    archive.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "limit", "reason"),
    [
        ("MAX_MEMBERS", 1, "holds more than"),
        ("MAX_TOTAL_BYTES", 100, "holds more than"),
        ("MAX_DIRECTORY_BYTES", 60, "holds more than"),
        ("MAX_FILE_BYTES", 100, "larger than"),
    ],
)
def test_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, limit: int, reason: str) -> None:
    archive = packed(tmp_path / "a.zip", ("a", scan_bytes(1)), ("b", scan_bytes(2)))
    monkeypatch.setattr(containers, name, limit)
    found = find_files([archive])
    assert len(found) == (2 if name == "MAX_FILE_BYTES" else 1)
    with pytest.raises(UnreadableFileError, match=reason):
        read(found[0])


def test_a_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", ("bomb", bytes(8 * 2**20)), ("b", scan_bytes()), method=ZIP_DEFLATED)
    with pytest.raises(UnreadableFileError, match="200 times its size"):
        read(zip_members(archive)[0])


def test_a_size_that_lies_is_found_out(tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.zip", ("bomb", bytes(8 * 2**20)), method=ZIP_DEFLATED)
    data = bytearray(archive.read_bytes())
    central = data.find(b"PK\x01\x02")
    data[central + 24 : central + 28] = struct.pack("<I", 1000)
    archive.write_bytes(data)
    with pytest.raises(UnreadableFileError, match="damaged"):
        read(archive)


def test_unusual_compression_and_damage_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="unusual way"):
        read(packed(tmp_path / "b.zip", ("a", scan_bytes()), method=ZIP_BZIP2))
    whole = packed(tmp_path / "c.zip", ("a", scan_bytes())).read_bytes()
    (tmp_path / "c.zip").write_bytes(whole[:-30])
    assert find_files([tmp_path / "c.zip"]) == [tmp_path / "c.zip"]
    with pytest.raises(UnreadableFileError, match="zip archive is damaged"):
        read(tmp_path / "c.zip")


def test_an_archive_without_scans_is_not_lost(tmp_path: Path) -> None:
    archive = packed(tmp_path / "papers.zip", ("a.pdf", b"%PDF"), ("b.txt", b"text"))
    assert find_files([tmp_path]) == [archive]
    with pytest.raises(NoImageError, match="without a scan file"):
        read(archive)


def test_a_dicom_file_whose_preamble_imitates_an_archive_is_dicom(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"PK\x03\x04" + scan_bytes()[4:])
    assert find_files([tmp_path]) == [tmp_path / "x"]
    assert np.array_equal(read(tmp_path / "x").pixels, spine())


def test_an_archive_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="damaged"):
        read(ZipMember(tmp_path / "gone.zip", "a", 0))


# --- DICOMDIR


def test_inside_a_folder_an_index_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "IMG1").write_bytes(scan_bytes())
    dicomdir(tmp_path, ["IMG1"])
    assert find_files([tmp_path]) == [tmp_path / "IMG1"]


def test_given_alone_an_index_leads_to_its_files(tmp_path: Path) -> None:
    (tmp_path / "DIR").mkdir()
    for number, name in enumerate(("IMG1", "IMG2")):
        (tmp_path / "DIR" / name).write_bytes(scan_bytes(number))
    (tmp_path / "other").write_bytes(scan_bytes(5))
    index = dicomdir(tmp_path, ["DIR", "IMG2"], ["DIR", "IMG1"], ["DIR", "IMG2"], ["GONE"])
    assert find_files([index]) == [tmp_path / "DIR" / "IMG2", tmp_path / "DIR" / "IMG1", tmp_path / "GONE"]
    with pytest.raises(UnreadableFileError, match="cannot be opened"):
        read(tmp_path / "GONE")
    with pytest.raises(NoImageError, match="3 files"):
        read(index)


def test_an_index_of_one_file_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "IMG1").write_bytes(scan_bytes())
    assert np.array_equal(read(dicomdir(tmp_path, ["IMG1"])).pixels, spine())


def test_an_index_does_not_lead_out_of_its_folder(tmp_path: Path) -> None:
    disc = tmp_path / "disc"
    disc.mkdir()
    (tmp_path / "secret").write_bytes(scan_bytes())
    (disc / "link").symlink_to(tmp_path / "secret")
    index = dicomdir(disc, ["..", "secret"], ["/", "etc", "passwd"], ["link"])
    assert find_files([index]) == [index]
    with pytest.raises(NoImageError, match="Media Storage Directory"):
        read(index)


def test_bytes_in_memory_say_what_their_file_says(tmp_path: Path) -> None:
    damaged, empty, nested = tmp_path / "damaged.zip", tmp_path / "empty.zip", tmp_path / "nested.zip"
    damaged.write_bytes(b"PK\x03\x04" + bytes(100))
    packed(nested, ("inner.zip", packed(empty).read_bytes()))
    (tmp_path / "scan").write_bytes(scan_bytes())
    sources = [damaged, empty, *find_files([nested]), tmp_path / "scan"]
    said = []
    for source in sources:
        for file in (source, held(source)):
            try:
                said.append(repr(read(file)))
            except ScanError as error:
                said.append(str(error))
    assert said[0::2] == said[1::2]
    assert [words.split(": ")[-1].split(";")[0] for words in said[:6:2]] == [
        "the zip archive is damaged",
        "a zip archive without a scan file in it",
        "a zip archive inside a zip archive",
    ]
    assert "PK" not in repr(held(damaged)) and str(held(damaged)) == str(damaged)
