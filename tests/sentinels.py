"""DICOM files with a sentinel in every attribute that can hold one, and the search for them."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from pydicom import dcmread
from pydicom.datadict import DicomDictionary
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence

NAME, PATIENT, STAFF, PRIVATE = "Zyxwvuts^Qponmlk", "MRN77889900", "Doctorwhoami", "PRIVATEZYXWVUTS"
BIRTH, TIME, ROOT = "20110203", "235917.876543", "1.2.826.0.1.3680043.9.8765.4321"
EVERY_TAG = "QZ7"
"""Start of the sentinel of each single attribute; its tag follows."""

SENTINELS = (*NAME.split("^"), PATIENT, STAFF, PRIVATE, ROOT, BIRTH, "2011-02-03", TIME, EVERY_TAG)

NEEDED = {0x00080005, 0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00180015, 0x00181030, 0x7FE00010}
"""Planted by hand, or the file would be no scan: character set, class, UIDs, body part, protocol, pixels."""

_TEXTS = {"LO", "SH", "LT", "ST", "UT", "UC", "PN", "CS", "AE"}
_VALUES: dict[str, Any] = {"DA": BIRTH, "DT": f"{BIRTH}{TIME}", "TM": TIME, "UR": f"http://{STAFF}", "AS": "005Y"}


def plant(dataset: FileDataset, tags: Iterable[int] | None = None) -> FileDataset:
    """Fill every attribute of the standard that is not already there, or those of `tags`, private blocks and pixels."""
    for tag in DicomDictionary if tags is None else tags:
        if tag not in dataset and tag not in NEEDED and tag >> 16 not in (0x0000, 0x0002, 0x0028, 0x7FE0):
            _plant_one(dataset, tag)
    dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = NAME, PATIENT, BIRTH
    dataset.StudyTime, dataset.StationName, dataset.OperatorsName = TIME, STAFF, STAFF
    dataset.SOPInstanceUID, dataset.file_meta.MediaStorageSOPInstanceUID = f"{ROOT}.3", f"{ROOT}.3"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"{ROOT}.1", f"{ROOT}.2"
    dataset.file_meta.SourceApplicationEntityTitle = STAFF
    dataset.preamble = PRIVATE.encode().ljust(128, b"\0")
    dataset.add_new(0x60003000, "OW", f"{NAME} {NAME}".encode("utf-16-le"))
    _plant_private(dataset)
    dataset.PixelData += f"{NAME} {PATIENT} ".encode()  # after the last pixel
    return dataset


def _plant_one(dataset: Dataset, tag: int) -> None:
    kind = DicomDictionary[tag][0]
    sentinel = f"{EVERY_TAG}{tag:08X}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not every attribute likes its sentinel
        if kind == "SQ":
            item = Dataset()
            item.PatientName, item.CodeMeaning = NAME, sentinel
            dataset.add_new(tag, "SQ", Sequence([item]))
        elif kind == "UI":
            dataset.add_new(tag, "UI", f"{ROOT}.{tag}")
        elif kind in ("OB", "UN"):
            dataset.add_new(tag, kind, sentinel.encode() + b" ")
        elif kind in _TEXTS or kind in _VALUES:
            dataset.add_new(tag, kind, _VALUES.get(kind, sentinel))


def _plant_private(dataset: Dataset) -> None:
    for group, creator in ((0x0011, "ACME 1.0"), (0x0023, "HOLOGIC"), (0x0021, "Hologic"), (0x7003, "GEMS_LUNAR_RAW")):
        block = dataset.private_block(group, creator, create=True)
        block.add_new(0x01, "LO", PRIVATE)
        block.add_new(0x02, "OB", NAME.encode("utf-16-le") + f"{PATIENT} ".encode())


def found_in(data: bytes, sentinels: Iterable[str] = SENTINELS) -> list[str]:
    """The sentinels in `data`: in any case, in UTF-8 and UTF-16, and inside PNG pixels."""
    texts = [part.lower() for part in (data, *_inflated(data))]
    return [
        sentinel
        for sentinel in sentinels
        for coding in ("utf-8", "utf-16-le", "utf-16-be")
        if any(sentinel.lower().encode(coding) in text for text in texts)
    ]


def found_below(folder: Path, sentinels: Iterable[str] = SENTINELS) -> dict[str, list[str]]:
    """The sentinels in the names and contents of all files below a folder, by file."""
    found = {}
    for path in sorted(file for file in folder.rglob("*") if file.is_file()):
        name = path.relative_to(folder).as_posix()
        found[name] = found_in(path.read_bytes(), sentinels) + found_in(name.encode(), sentinels)
    return {name: sentinels for name, sentinels in found.items() if sentinels}


def _inflated(data: bytes) -> Iterator[bytes]:
    if not data.startswith(b"\x89PNG"):
        return
    pixels, at = b"", 8
    while at < len(data):
        (length,), name = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        pixels += data[at + 8 : at + 8 + length] if name == b"IDAT" else b""
        at += length + 12
    yield zlib.decompress(pixels)


def saved(dataset: FileDataset, path: Path) -> Path:
    """Write the file, whatever its values; give back its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.save_as(buffer, enforce_file_format=True)
    path.write_bytes(buffer.getvalue())
    return path


def reread(path: Path) -> FileDataset:
    """A file made by oiscan, with every value decoded: a warning here is a fault there."""
    dataset = dcmread(path)
    for element in dataset.iterall():
        assert element.value is not Ellipsis
    return dataset
