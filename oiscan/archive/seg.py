"""The vertebrae as a DICOM segmentation: one segment a scored vertebra, in the rows and columns of the source image."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from highdicom import AlgorithmIdentificationSequence
from highdicom.seg import SegmentAlgorithmTypeValues, Segmentation, SegmentationTypeValues, SegmentDescription
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian
from skimage.draw import polygon2mask

from oiscan.anatomy import Level
from oiscan.archive import codes
from oiscan.archive.making import PROGRAM, Making, orientation
from oiscan.report import Finding, Report, Verdict
from oiscan.scan import BoolArray


def masks(report: Report) -> dict[Level, BoolArray]:
    """Mask (rows, columns) in the stored image of every scored vertebra: the pixels whose centre its outline encloses.

    Where the model gave no outline, the landmarks are joined. An unreadable vertebra has no mask: what cannot be
    measured is not drawn for others to measure. Nor has one that encloses no pixel.
    """
    assert report.rows is not None and report.columns is not None
    scored = [finding for finding in report.findings if finding.status is Verdict.SCORED]
    drawn = {finding.level: _mask(finding, (report.rows, report.columns)) for finding in scored}
    return {level: mask for level, mask in drawn.items() if mask.any()}


def _mask(finding: Finding, shape: tuple[int, int]) -> BoolArray:
    mask: BoolArray = polygon2mask(shape, finding.outline_px or finding.landmarks_px)  # type: ignore[no-untyped-call]
    return mask


def segmentation(image: Dataset, drawn: Mapping[Level, BoolArray], making: Making) -> Segmentation:
    """The DICOM object, binary.

    Parameters
    ----------
    image
        The source image, as highdicom wants it (see `oiscan.archive.making.bare`).
    drawn
        The masks, at least one; segments are numbered from 1 in their order.
    making
        The report, and UIDs, dates and equipment.
    """
    made = Segmentation(
        source_images=[image],
        pixel_array=np.stack(list(drawn.values()), axis=-1)[np.newaxis],
        segmentation_type=SegmentationTypeValues.BINARY,
        segment_descriptions=[_description(number, level, making) for number, level in enumerate(drawn, start=1)],
        content_label="VERTEBRAE",
        content_description="Vertebral bodies",
        transfer_syntax_uid=ExplicitVRLittleEndian,
        **making.arguments("seg"),
    )
    made.PatientOrientation = orientation(making.report, "H" if making.stored.upside_down else "F")
    _fix_uids(made, making)
    return made


def _description(number: int, level: Level, making: Making) -> SegmentDescription:
    report = making.report
    return SegmentDescription(
        segment_number=number,
        segment_label=level.value,
        segmented_property_category=codes.ANATOMICAL_STRUCTURE,
        segmented_property_type=codes.level_code(level),
        algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=AlgorithmIdentificationSequence(
            name=PROGRAM,
            family=codes.ALGORITHM_FAMILY,
            version=report.program_version,
            source=PROGRAM,
            parameters={"model": report.model_name, "model SHA-256": report.model_sha256},
        ),
        tracking_uid=making.tracking_uid(level),
        tracking_id=making.tracking_id(level),
    )


def _fix_uids(made: Segmentation, making: Making) -> None:
    """In place of the random UID highdicom draws, one that is the same in every run."""
    uid = making.uid("dimensions")
    for item in (*made.DimensionOrganizationSequence, *made.DimensionIndexSequence):
        item.DimensionOrganizationUID = uid
