"""The overlay as a plain DICOM picture, for archives that show neither segmentations nor structured reports."""

from __future__ import annotations

from highdicom import CoordinateSystemNames
from highdicom.sc import SCImage
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from oiscan.archive.making import DISCLAIMER, Making, orientation
from oiscan.reports.picture import overlay
from oiscan.scan import Scan


def capture(image: Dataset, scan: Scan, making: Making) -> SCImage:
    """The DICOM object: the picture of `overlays/`, in colour, uncompressed.

    Parameters
    ----------
    image
        The source image, as highdicom wants it (see `oiscan.archive.making.bare`).
    scan
        The pixels below the overlay.
    making
        UIDs, dates and equipment.
    """
    made = SCImage(
        pixel_array=overlay(scan, making.report),
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system=CoordinateSystemNames.PATIENT,
        study_instance_uid=image.StudyInstanceUID,
        patient_orientation=("A", "F"),  # highdicom wants one; what is known is written below
        transfer_syntax_uid=ExplicitVRLittleEndian,
        **making.arguments("capture"),
    )
    made.PatientOrientation = orientation(making.report, "F")
    made.BodyPartExamined = "SPINE"
    made.ConversionType = "WSD"
    made.DerivationDescription = f"Scan with outlines, levels and grades. {DISCLAIMER}"
    made.SourceImageSequence = [_reference(image)]
    if scan.burned_in_text is not None:
        made.BurnedInAnnotation = "YES" if scan.burned_in_text else "NO"
    return made


def _reference(image: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = image.SOPClassUID, image.SOPInstanceUID
    return item
