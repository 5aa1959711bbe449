"""Whom and which picture a DICOM object made by oiscan is about.

Without identifiers that is what `oiscan deidentify` would make of the file with the same key: the same code, moved date
and new UIDs. So the objects of a results folder belong to the de-identified scans, and to nothing else.
"""

from __future__ import annotations

import re

from pydicom.dataset import Dataset
from pydicom.valuerep import DSfloat, PersonName

from oiscan.archive.profile import clean_header
from oiscan.archive.pseudonyms import Pseudonym
from oiscan.loaders.header import Header
from oiscan.scan import Scan

TEXTS = (
    "PatientName",
    "PatientID",
    "IssuerOfPatientID",
    "StudyID",
    "StudyDescription",
    "AccessionNumber",
    "ReferringPhysicianName",
)
NUMBERS = ("PatientSize", "PatientWeight")
PATTERNS = {
    "PatientBirthDate": r"\d{8}",
    "PatientSex": "[FMO]",
    "PatientAge": r"\d{3}[DWMY]",
    "StudyDate": r"\d{8}",
    "StudyTime": r"\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?",
}
DECLARED = (
    "PatientIdentityRemoved",
    "DeidentificationMethod",
    "DeidentificationMethodCodeSequence",
    "LongitudinalTemporalInformationModified",
)
PATIENT_AND_STUDY = ("StudyInstanceUID", *TEXTS, *NUMBERS, *PATTERNS, *DECLARED)
"""What all objects of one study say alike: DICOM's patient and study modules, as far as archives ask for them."""

UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


def source_image(header: Header, scan: Scan, pseudonym: Pseudonym, keep_identifiers: bool) -> Dataset:
    """What objects made from a scan say of the person, the study and the picture: `PATIENT_AND_STUDY` and its UIDs.

    Parameters
    ----------
    header, scan
        The same file, as parsed and as read.
    pseudonym
        Of the person on it.
    keep_identifiers
        Whether the objects go back to the person they came from.
    """
    if not keep_identifiers:
        return clean_header(header, scan, pseudonym, blanked=False)
    image = Dataset()
    image.SOPClassUID = header.text("SOPClassUID")
    for keyword in UIDS:
        stated = header.text(keyword)
        usable = re.fullmatch(r"[0-9.]{1,64}", stated)
        setattr(image, keyword, stated if usable else pseudonym.uid(f"{keyword} {scan.sha256}"))
    for keyword in TEXTS:
        setattr(image, keyword, _exact(header, keyword))
    for keyword, pattern in PATTERNS.items():
        stated = header.text(keyword)
        setattr(image, keyword, stated if re.fullmatch(pattern, stated) else "")
    for keyword in NUMBERS:
        number = header.number(keyword)
        setattr(image, keyword, None if number is None else DSfloat(number, auto_format=True))
    return image


def _exact(header: Header, keyword: str) -> str:
    """A text letter by letter, because archives match by it; made printable only where it is not."""
    value = header.value(keyword)
    exact = str(value) if isinstance(value, str | PersonName) else ""
    return exact if exact.isprintable() and exact else header.text(keyword)
