"""Synthetic DICOM files for the tests: the shapes of real exports, no real data."""

from __future__ import annotations

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    ExplicitVRLittleEndian,
    SecondaryCaptureImageStorage,
    generate_uid,
)

CR, SC = ComputedRadiographyImageStorage, SecondaryCaptureImageStorage

LUNAR_TAGS: dict[str, Any] = {
    "Manufacturer": "GE Healthcare",
    "ManufacturerModelName": "Lunar iDXA",
    "SoftwareVersions": "16.20.059",
    "ProtocolName": "LVA",
    "PerformedProcedureStepDescription": "LVA",
    "SeriesDescription": "DXA Images",
    "StudyDescription": "DXA Exam",
    "BodyPartExamined": "",
    "ViewPosition": "",
    "PatientOrientation": ["L", "F"],
}


def spine(rows: int = 110, columns: int = 50) -> npt.NDArray[np.uint8]:
    """A bright column of blocks on a dark ground, brightest (200) in the first block; border dark."""
    picture = np.full((rows, columns), 20, np.uint8)
    for number, top in enumerate(range(6, rows - 12, 12)):
        picture[top : top + 9, columns // 2 - 8 : columns // 2 + 8] = 200 - 5 * number
    return picture


def dicom(
    pixels: npt.NDArray[Any] | None, *, sop: str = CR, syntax: str = ExplicitVRLittleEndian, **tags: Any
) -> FileDataset:
    """A DICOM object around `pixels`, with the given attributes in place of the defaults; None leaves one out."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop, generate_uid()
    meta.TransferSyntaxUID = UID(syntax)
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop, meta.MediaStorageSOPInstanceUID
    if pixels is not None:
        _add_pixels(dataset, pixels)
    defaults = {
        "SpecificCharacterSet": "ISO_IR 192",
        "StudyInstanceUID": generate_uid(),
        "SeriesInstanceUID": generate_uid(),
        "Modality": "CR",
        "PatientName": "Sentinel^Quinevere",
        "PatientID": "ID-SENTINEL-77",
        "PatientBirthDate": "20190412",
        "PatientSex": "F",
        "PatientAge": "005Y",
        "StudyDate": "20240501",
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # broken values are wanted here
        for keyword, value in {**defaults, **tags}.items():
            if value is not None:
                setattr(dataset, keyword, value)
    return dataset


def lunar(pixels: npt.NDArray[Any], **tags: Any) -> FileDataset:
    """A GE Lunar file: no spacing but ExposedArea (width, length in mm), 0.25 mm a pixel here."""
    rows, columns = pixels.shape
    return dicom(pixels, **{**LUNAR_TAGS, "ExposedArea": [columns // 4, rows // 4], **tags})


def to_bytes(dataset: FileDataset) -> bytes:
    """The file, as bytes."""
    buffer = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def write(folder: Path, dataset: FileDataset, name: str = "scan.dcm") -> Path:
    """Write the file and return its path."""
    path = folder / name
    path.write_bytes(to_bytes(dataset))
    return path


def _add_pixels(dataset: FileDataset, pixels: npt.NDArray[Any]) -> None:
    colour = pixels.ndim == 3 and pixels.shape[-1] == 3
    frame = pixels.shape[:-1] if colour else pixels.shape
    dataset.SamplesPerPixel = 3 if colour else 1
    dataset.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        dataset.PlanarConfiguration = 0
    if len(frame) == 3:
        dataset.NumberOfFrames = frame[0]
    dataset.Rows, dataset.Columns = frame[-2:]
    dataset.BitsAllocated = dataset.BitsStored = 8 * pixels.dtype.itemsize
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    data = np.ascontiguousarray(pixels).tobytes()
    dataset.PixelData = data + bytes(len(data) % 2)
    dataset["PixelData"].VR = "OB" if dataset.BitsAllocated == 8 else "OW"
