"""Simulated exams as files: DICOM as GE Lunar, Hologic or any scanner writes it, the truth as JSON and COCO labels.

The names, numbers and dates in these files belong to nobody and say so. GE's layout is that of real iDXA files of
software 16. Hologic's is unverified: it is the shape that public readers of such files expect (see
`oiscan.loaders.hologic`); where they are silent, as on what names the view, plain words were chosen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
    SecondaryCaptureImageStorage,
    generate_uid,
)

from oiscan.anatomy import COLUMN, Level, View
from oiscan.densitometry.dual_energy.beam import HIGH_KILOVOLTS, LOW_KILOVOLTS
from oiscan.labels import LabelledImage, LabelledVertebra, LabelSet, write_labels
from oiscan.loaders.energies import CREATOR, KILOVOLTS, LOG_ATTENUATION, QUANTITY
from oiscan.loaders.energies import GROUP as ENERGIES_GROUP
from oiscan.phantom.dual_energy import DualEnergyExam
from oiscan.phantom.exam import Exam
from oiscan.phantom.truth import parameters, truth

STUDY_DATE = date(2020, 6, 15)  # every simulated person is scanned on this day

LOG_STEP = 2e-4
"""Of stored attenuation: 16 bits reach 13, far more than a body has."""

HOLOGIC_GROUP = 0x0021
IVA_LEVELS = tuple(level.value for level in COLUMN[COLUMN.index(Level.T4) : COLUMN.index(Level.L4) + 1])
SEVERITY_NAMES = ("None", "Mild", "Moderate", "Severe")
"""Grades 0 to 3. The words are unverified: nobody has told which ones a scanner writes."""


class Layout(StrEnum):
    """Whose way of writing files to follow."""

    GENERIC = "generic"
    GE_LUNAR = "ge"
    HOLOGIC = "hologic"


@dataclass(frozen=True)
class Header:
    """What the headers of one of several visits of a simulated person say.

    Parameters
    ----------
    patient_id, sex, birth, scanned
        The same person at each visit; `scanned` is the date of this one.
    scanner, software
        Its model and its program.
    comments
        ImageComments by view, as where GE Lunar prints results; "Simulated picture. No patient." where none are given.
    """

    patient_id: str
    sex: str
    birth: date
    scanned: date
    scanner: str
    software: str
    comments: Mapping[View, str] = field(default_factory=dict)


def write_exam(exam: Exam, folder: Path, name: str, layout: Layout) -> list[LabelledImage]:
    """Write both views as `NAME_lateral.dcm` and `NAME_ap.dcm`, each with `.truth.json`; returns their labels.

    `NAME.exam.json` keeps what the exam was made from.
    """
    _write_json(parameters(exam), folder / f"{name}.exam.json")
    labels = []
    for number, (view, scene) in enumerate(exam.views.items(), 1):
        path, told = folder / f"{name}_{view.value}.dcm", truth(exam, view)
        _dataset(exam, name, view, number, layout, told).save_as(path, enforce_file_format=True)
        _write_json(told, path.with_suffix(".truth.json"))
        labels.append(_labelled(told, path, name, scene.picture.shape, scene.metal is not None))
    return labels


def write_visit(exam: Exam, folder: Path, name: str, layout: Layout, header: Header) -> None:
    """Write both views of one of several visits as `NAME_lateral.dcm` and `NAME_ap.dcm`: the pictures alone."""
    for number, view in enumerate(exam.views, 1):
        dataset = _dataset(exam, name, view, number, layout, truth(exam, view))
        _headed(dataset, header, view)
        dataset.save_as(folder / f"{name}_{view.value}.dcm", enforce_file_format=True)


def _write_json(data: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def _labelled(
    told: dict[str, Any], path: Path, subject: str, size_px: tuple[int, ...], hardware: bool
) -> LabelledImage:
    vertebrae = tuple(
        LabelledVertebra(
            Level(one["level"]), np.array(one["landmarks_px"]), one["readable"], one["reason"],
            np.array(one["outline_px"]),
        )
        for one in told["vertebrae"]
    )
    row_mm, column_mm = told["spacing_mm"]
    return LabelledImage(
        path, View(told["view"]), vertebrae, (row_mm, column_mm), subject, hardware, age_years=told["age_years"],
        look=told["look"], size_px=(size_px[0], size_px[1]),
    )


def write_label_file(labels: list[LabelledImage], path: Path) -> None:
    """All exams of a folder as one COCO file."""
    write_labels(LabelSet(labels), path)


def noisy_copy(file: Path, seed: int) -> bytes:
    """An exported picture as another exposure of somebody else: noise of one grey value, new UIDs, another person."""
    dataset = dcmread(file)
    grey = np.frombuffer(dataset.PixelData, np.uint8).astype(int)
    noisy = np.clip(grey + np.random.default_rng(seed).integers(-1, 2, grey.shape), 0, 255).astype(np.uint8)
    dataset.PixelData = noisy.tobytes()
    dataset.PatientID = f"{dataset.PatientID}-{seed}"
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"):
        setattr(dataset, keyword, generate_uid(entropy_srcs=[str(dataset[keyword].value), str(seed)]))
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    with BytesIO() as copy:
        dataset.save_as(copy, enforce_file_format=True)
        return copy.getvalue()


def _dataset(exam: Exam, name: str, view: View, number: int, layout: Layout, told: dict[str, Any]) -> Dataset:
    pixels = np.clip(np.round(exam.views[view].picture * 255), 0, 255).astype(np.uint8)
    dataset = _person(exam.anatomy.age_years, name)
    made_from = [name, layout.value, repr(exam.settings)]  # the same name may be given again with another seed
    dataset.SOPInstanceUID, dataset.InstanceNumber = generate_uid(entropy_srcs=[*made_from, view.value]), str(number)
    dataset.StudyInstanceUID = generate_uid(entropy_srcs=[*made_from, "study"])
    dataset.SeriesInstanceUID = generate_uid(entropy_srcs=[*made_from, view.value, "series"])
    if layout is Layout.GE_LUNAR:
        _like_lunar(dataset, exam, view, pixels)
    elif layout is Layout.HOLOGIC:
        _like_hologic(dataset, exam, view, len(pixels), told)
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


def write_dual_energy(exam: DualEnergyExam, folder: Path, name: str, apart: bool = False) -> list[Path]:
    """Write an AP scan at two energies in oiscan's own layout (see `oiscan.loaders.energies`); returns the files.

    `NAME_dual_energy.dcm` has two frames; `apart` writes each energy to a file of its own. The truth is beside them.
    """
    truth_of = {"simulated": True, **asdict(exam.settings), **{k: v.tolist() for k, v in asdict(exam.bone).items()}}
    _write_json(truth_of, folder / f"{name}_dual_energy.truth.json")
    frames = np.stack([exam.low, exam.high])
    pairs = list(zip(("low", "high"), frames[:, None], ([LOW_KILOVOLTS], [HIGH_KILOVOLTS]), strict=True))
    written = []
    for end, some, kilovolts in pairs if apart else [("dual", frames, [LOW_KILOVOLTS, HIGH_KILOVOLTS])]:
        path = folder / f"{name}_{end}_energy.dcm"
        _energies(exam, name, end, some, kilovolts).save_as(path, enforce_file_format=True)
        written.append(path)
    return written


def _energies(
    exam: DualEnergyExam, name: str, end: str, frames: npt.NDArray[np.float64], kilovolts: list[float]
) -> Dataset:
    dataset = _person(exam.anatomy.age_years, name)
    made_from = [name, repr(exam.settings)]
    dataset.StudyInstanceUID = generate_uid(entropy_srcs=[*made_from, "study"])
    dataset.SeriesInstanceUID = generate_uid(entropy_srcs=[*made_from, "series"])
    dataset.SOPInstanceUID = generate_uid(entropy_srcs=[*made_from, end])
    _meta(dataset, MultiFrameGrayscaleWordSecondaryCaptureImageStorage, ExplicitVRLittleEndian)
    dataset.Modality, dataset.Manufacturer, dataset.ManufacturerModelName = "OT", "oiscan", "phantom"
    dataset.ImageType = ["DERIVED", "PRIMARY", "DUAL_ENERGY"]
    dataset.SeriesDescription, dataset.BodyPartExamined, dataset.ViewPosition = "AP spine", "SPINE", "AP"
    dataset.BurnedInAnnotation, dataset.ConversionType = "NO", "SYN"
    dataset.PixelSpacing = [exam.settings.pixel_mm] * 2
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = frames.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 0
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = str(LOG_STEP), "0", "US"
    block = dataset.private_block(ENERGIES_GROUP, CREATOR, create=True)
    block.add_new(QUANTITY, "LO", LOG_ATTENUATION)
    block.add_new(KILOVOLTS, "DS", [f"{one:.0f}" for one in kilovolts])
    dataset.FrameIncrementPointer = block.get_tag(KILOVOLTS)
    dataset.PixelData = np.clip(np.rint(frames / LOG_STEP), 0, 65535).astype("<u2").tobytes()
    dataset["PixelData"].VR = "OW"
    return dataset


def _person(age: float, name: str) -> Dataset:
    dataset = Dataset()
    dataset.PatientName, dataset.PatientID = "SIMULATED^NOBODY", f"SIMULATED-{name}"
    dataset.PatientBirthDate = f"{STUDY_DATE - timedelta(days=round(age * 365.25)):%Y%m%d}"
    dataset.PatientSex, dataset.PatientAge = "O", f"{int(age):03d}Y"
    dataset.StudyDate = dataset.AcquisitionDate = f"{STUDY_DATE:%Y%m%d}"
    dataset.StudyTime = "120000"
    dataset.ImageComments = "Simulated picture. No patient."
    return dataset


def _headed(dataset: Dataset, header: Header, view: View) -> None:
    dataset.PatientID, dataset.PatientSex = header.patient_id, header.sex
    dataset.PatientBirthDate = f"{header.birth:%Y%m%d}"
    dataset.PatientAge = f"{int((header.scanned - header.birth).days / 365.25):03d}Y"
    dataset.StudyDate = dataset.AcquisitionDate = f"{header.scanned:%Y%m%d}"
    dataset.ManufacturerModelName, dataset.SoftwareVersions = header.scanner, header.software
    dataset.ImageComments = header.comments.get(view, dataset.ImageComments)


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


def _like_hologic(dataset: Dataset, exam: Exam, view: View, rows: int, told: dict[str, Any]) -> None:
    """Secondary Capture with a pixel size; a lateral one with what an IVA analysis says of T4 to L4 (unverified)."""
    _meta(dataset, SecondaryCaptureImageStorage, ExplicitVRLittleEndian)
    dataset.Modality, dataset.Manufacturer, dataset.ManufacturerModelName = "OT", "HOLOGIC", "Horizon A"
    dataset.SoftwareVersions, dataset.ConversionType = "simulated", "WSD"
    dataset.SeriesDescription = "IVA Lateral Spine" if view is View.LATERAL else "AP Lumbar Spine"
    dataset.PixelSpacing = [exam.settings.pixel_mm] * 2
    if view is View.LATERAL:
        block = dataset.private_block(HOLOGIC_GROUP, "HOLOGIC", create=True)
        block.add_new(0x01, "LT", _iva_xml(told, rows, exam.settings.pixel_mm))


def _iva_xml(told: dict[str, Any], rows: int, pixel_mm: float) -> str:
    """Six points a body in mm from the bottom-left corner of the picture: posterior, middle, anterior, upper first."""
    analysed = [one for one in told["vertebrae"] if one["readable"] and one["level"] in IVA_LEVELS]
    bodies = []
    for number, one in enumerate(analysed, 1):
        points = [((column + 0.5) * pixel_mm, (rows - row - 0.5) * pixel_mm) for row, column in one["landmarks_px"]]
        ordered = [points[i] for i in (0, 5, 1, 4, 2, 3)]
        marks = "".join(f"<X{n}>{x:.4f}</X{n}><Y{n}>{y:.4f}</Y{n}>" for n, (x, y) in enumerate(ordered, 1))
        severity, deformity = SEVERITY_NAMES[one["grade"]], (one["deformity"] or "none").capitalize()
        words = f"<NUMBER>{number}</NUMBER><DEFORMITY>{deformity}</DEFORMITY><SEVERITY>{severity}</SEVERITY>"
        bodies.append(f"<{one['level']}>{words}<ANALYSIS_TYPE>QM</ANALYSIS_TYPE><QM>{marks}</QM></{one['level']}>")
    return f"<Analysis>{''.join(bodies)}</Analysis>"


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
