"""Simulated exams as files: DICOM as a GE Lunar or any scanner writes it, with the truth as JSON and COCO labels.

The names, numbers and dates in these files belong to nobody and say so.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    generate_uid,
)

from oiscan.anatomy import Level, View
from oiscan.labels import LabelledImage, LabelledVertebra, LabelSet, write_labels
from oiscan.phantom.exam import Exam, truth

STUDY_DATE = date(2020, 6, 15)  # every simulated person is scanned on this day


class Layout(StrEnum):
    """Whose way of writing files to follow."""

    GENERIC = "generic"
    GE_LUNAR = "ge"


def write_exam(exam: Exam, folder: Path, name: str, layout: Layout) -> list[LabelledImage]:
    """Write both views as `NAME_lateral.dcm` and `NAME_ap.dcm`, each with `.truth.json`; returns their labels."""
    labels = []
    for number, (view, scene) in enumerate(exam.views.items(), 1):
        pixels = np.clip(np.round(scene.picture * 255), 0, 255).astype(np.uint8)
        path = folder / f"{name}_{view.value}.dcm"
        _dataset(exam, name, view, number, pixels, layout).save_as(path, enforce_file_format=True)
        told = truth(exam, view)
        path.with_suffix(".truth.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        vertebrae = tuple(
            LabelledVertebra(Level(one["level"]), np.array(one["landmarks_px"]), readable=one["whole"],
                             reason="" if one["whole"] else "cut by the edge of the picture")
            for one in told["vertebrae"]
        )
        pixel_mm = exam.settings.pixel_mm
        labels.append(LabelledImage(path, view, vertebrae, (pixel_mm, pixel_mm), subject=name))
    return labels


def write_label_file(labels: list[LabelledImage], path: Path) -> None:
    """All exams of a folder as one COCO file."""
    write_labels(LabelSet(labels), path)


def _dataset(
    exam: Exam, name: str, view: View, number: int, pixels: npt.NDArray[np.uint8], layout: Layout
) -> Dataset:
    dataset = _person(exam, name)
    uid = generate_uid(entropy_srcs=[name, view.value, str(exam.settings.seed), layout.value])
    dataset.SOPInstanceUID, dataset.InstanceNumber = uid, str(number)
    dataset.StudyInstanceUID = generate_uid(entropy_srcs=[name, "study"])
    dataset.SeriesInstanceUID = generate_uid(entropy_srcs=[name, view.value, "series"])
    if layout is Layout.GE_LUNAR:
        _like_lunar(dataset, exam, view, pixels)
    else:
        _generic(dataset, exam, view)
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    raw = pixels.tobytes()
    dataset.PixelData = raw + b"\0" * (len(raw) % 2)
    dataset["PixelData"].VR = "OW" if layout is Layout.GE_LUNAR else "OB"
    return dataset


def _person(exam: Exam, name: str) -> Dataset:
    dataset = Dataset()
    age = exam.anatomy.age_years
    dataset.PatientName, dataset.PatientID = "SIMULATED^NOBODY", f"SIMULATED-{name}"
    dataset.PatientBirthDate = f"{STUDY_DATE - timedelta(days=round(age * 365.25)):%Y%m%d}"
    dataset.PatientSex, dataset.PatientAge = "O", f"{int(age):03d}Y"
    dataset.StudyDate = dataset.AcquisitionDate = f"{STUDY_DATE:%Y%m%d}"
    dataset.StudyTime = "120000"
    dataset.ImageComments = "Simulated picture. No patient."
    return dataset


def _like_lunar(dataset: Dataset, exam: Exam, view: View, pixels: npt.NDArray[np.uint8]) -> None:
    """As seen in GE iDXA files of software 16: no spacing tag, size in whole mm only, orientation always L\\F."""
    _meta(dataset, ComputedRadiographyImageStorage, ImplicitVRLittleEndian)
    dataset.Modality, dataset.Manufacturer, dataset.ManufacturerModelName = "CR", "GE Healthcare", "Lunar iDXA"
    dataset.SoftwareVersions = "simulated"
    dataset.ProtocolName = "LVA" if view is View.LATERAL else "AP Spine"
    dataset.StudyDescription, dataset.SeriesDescription = "DXA Exam", "DXA Images"
    dataset.BodyPartExamined = dataset.ViewPosition = dataset.Laterality = ""
    dataset.PatientOrientation = ["L", "F"]
    rows, columns = pixels.shape
    dataset.ExposedArea = [round(columns * exam.settings.pixel_mm), round(rows * exam.settings.pixel_mm)]


def _generic(dataset: Dataset, exam: Exam, view: View) -> None:
    _meta(dataset, DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian)
    dataset.Modality, dataset.Manufacturer, dataset.ManufacturerModelName = "DX", "oiscan", "phantom"
    dataset.BodyPartExamined = "SPINE"
    dataset.ViewPosition = "LL" if view is View.LATERAL else "AP"
    dataset.PatientOrientation = ["A", "F"] if view is View.LATERAL else ["L", "F"]
    dataset.PixelSpacing = [exam.settings.pixel_mm] * 2
    dataset.BurnedInAnnotation = "NO"


def _meta(dataset: Dataset, sop_class: UID, transfer_syntax: UID) -> None:
    dataset.SOPClassUID = sop_class
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = sop_class
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = transfer_syntax
