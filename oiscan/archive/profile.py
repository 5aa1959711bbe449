"""A scan's header without the person: the DICOM PS3.15 basic profile, and less.

Two steps, because either alone has holes. First, only attributes a scan needs (`TEXTS`, `NUMBERS` and a few of the
patient) are taken over at all: private blocks, sequences, overlays, free text and everything unknown stay behind, and
of the texts only words that can name nobody. Then dicom-anonymizer applies table E.1-1 of the standard to what was
taken, with `RETAINED` as its only exceptions: should the lists ever take too much, the table still stands. Names, dates
and UIDs are written last, as the pseudonym has them.

dicom-anonymizer 2.1.0 was chosen by reading the code of four libraries: it carries the table as published (edition
2026c, 655 entries; BSD licence, needs pydicom and tqdm). dicognito (MIT) replaces names, ids, dates and addresses, not
the table. deid (MIT) brings recipes and no current table. idiscore carries the table and is GPL. Its limits are why the
first step exists: it does not look into sequences, and it raises on value types it does not know.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from dicomanonymizer.simpledicomanonymizer import anonymize_dataset, initialize_actions, keep
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.valuerep import DSfloat

from oiscan.anatomy import View
from oiscan.archive.pseudonyms import Pseudonym
from oiscan.loaders.header import Header
from oiscan.loaders.lunar import is_lunar
from oiscan.loaders.view import view_from_header
from oiscan.loaders.vocabulary import plain_words
from oiscan.scan import Scan
from oiscan.version import __version__

TABLE_EDITION = "dicomfields_2026c"
"""Edition of table E.1-1, in dicom-anonymizer's words."""

TEXTS = (
    "ImageType",
    "Modality",
    "BodyPartExamined",
    "ViewPosition",
    "PatientOrientation",
    "Laterality",
    "PresentationLUTShape",
    "LossyImageCompression",
)
"""Taken over as far as their words are known ones (see `oiscan.loaders.vocabulary`), as are maker, model, software and
protocol."""

NUMBERS = (
    "KVP",
    "ImagerPixelSpacing",
    "EstimatedRadiographicMagnificationFactor",
    "NominalScannedPixelSpacing",
    "PixelSpacing",
    "PixelAspectRatio",
    "ExposedArea",
    "RescaleIntercept",
    "RescaleSlope",
    "PixelIntensityRelationshipSign",
)
"""Taken over where they are numbers. ExposedArea is the only pixel size GE Lunar scans have."""

UIDS = ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
EMPTY = ("PatientBirthDate", "StudyTime", "AccessionNumber", "StudyID", "ReferringPhysicianName", "SeriesNumber")
"""The standard wants them present; a date of birth would undo the shift of the dates."""

OPTIONS = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113105", "Clean Descriptors Option"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    ("113108", "Retain Patient Characteristics Option"),
)
"""What is done, in the codes of DICOM PS3.16, CID 7050. Maker, model and software version are in no list of the table;
device serial number and station name go, so the Retain Device Identity Option is not claimed."""

CLEAN_PIXELS = ("113101", "Clean Pixel Data Option")
PROTOCOLS = {View.LATERAL: "Lateral spine", View.AP: "AP spine"}
LONGEST_COUNT = 999
"""An age string has three digits."""

RETAINED = ("PatientSex", "PatientAge", "PatientSize", "PatientWeight", "ProtocolName")
"""What is taken over although the table would remove it: patient characteristics, and the cleaned descriptor."""


def clean_header(header: Header, scan: Scan, pseudonym: Pseudonym, blanked: bool) -> Dataset:
    """A new header, still without pixels, that says of the scan all that is needed and of the person nothing else.

    Parameters
    ----------
    header, scan
        The same file, as parsed and as read.
    pseudonym
        Of the person on it.
    blanked
        Whether boxes of the picture will be blanked.
    """
    clean = _taken_over(header, scan)
    retained = {_group_and_element(keyword): keep for keyword in RETAINED}
    anonymize_dataset(clean, retained, True, partial(initialize_actions, TABLE_EDITION))
    _name(clean, scan, pseudonym)
    _keep_recognisable(clean, header, scan)
    _declare(clean, [*OPTIONS, CLEAN_PIXELS] if blanked else OPTIONS)
    return clean


def _taken_over(header: Header, scan: Scan) -> Dataset:
    clean = Dataset()
    clean.SOPClassUID = header.text("SOPClassUID")
    for keyword in TEXTS:
        setattr(clean, keyword, [plain for text in header.texts(keyword) if (plain := plain_words(text))])
    for keyword in NUMBERS:
        setattr(clean, keyword, [_as_stored(keyword, number) for number in header.numbers(keyword)])
    acquisition, subject = scan.acquisition, scan.subject
    clean.Manufacturer, clean.ManufacturerModelName = acquisition.maker, acquisition.model
    clean.SoftwareVersions, clean.ProtocolName = acquisition.software, acquisition.protocol
    clean.PatientSex, clean.PatientAge = subject.sex, age_string(header, scan)
    clean.PatientSize = None if subject.height_cm is None else f"{subject.height_cm / 100:.3f}"
    clean.PatientWeight = None if subject.weight_kg is None else f"{subject.weight_kg:.2f}"
    for keyword in [element.keyword for element in clean if element.is_empty]:
        delattr(clean, keyword)
    return clean


def _as_stored(keyword: str, number: float) -> int | DSfloat:
    """A number of the kind its attribute holds, within the 16 characters of a decimal string."""
    return DSfloat(number, auto_format=True) if dictionary_VR(keyword) == "DS" else int(number)


def age_string(header: Header, scan: Scan) -> str:
    """The age at the scan as DICOM writes it, as exact as three digits allow; "" where it is unknown.

    Ages from dates are given in days or weeks, up to 19 years: a child's months must not be lost with its birth date.
    """
    if scan.subject.age_years is None:
        return ""
    if scan.subject.age_precision != "day":
        return header.text("PatientAge").upper()
    days = round(scan.subject.age_years * 365.25)
    for unit, length in (("D", 1.0), ("W", 7.0), ("M", 365.25 / 12)):
        if days / length < LONGEST_COUNT:
            return f"{round(days / length):03d}{unit}"
    return f"{int(scan.subject.age_years):03d}Y"


def _group_and_element(keyword: str) -> tuple[int, int]:
    tag = Tag(keyword)
    return tag.group, tag.element


def _name(clean: Dataset, scan: Scan, pseudonym: Pseudonym) -> None:
    """Code, date and UIDs that stand for the real ones; a file without UIDs gets some of its own."""
    clean.SpecificCharacterSet = "ISO_IR 192"
    clean.PatientName = clean.PatientID = pseudonym.subject
    for keyword in EMPTY:
        setattr(clean, keyword, None)
    identity = scan.identity
    clean.StudyDate = None if identity.scan_date is None else pseudonym.shifted(identity.scan_date)
    for keyword, uid in zip(UIDS, (identity.sop_instance_uid, identity.study_uid, identity.series_uid), strict=True):
        setattr(clean, keyword, pseudonym.uid(uid or f"{keyword} {scan.sha256}"))
    if "RescaleSlope" in clean:
        clean.RescaleType = "US"


def _keep_recognisable(clean: Dataset, header: Header, scan: Scan) -> None:
    """Say in our own words what only the words left behind said: the maker's way of sizes, and the view."""
    if is_lunar(header) and not is_lunar(Header(clean)):
        clean.ManufacturerModelName = "Lunar"
    if scan.view is not None and view_from_header(Header(clean), None) is not scan.view:
        clean.ProtocolName = PROTOCOLS[scan.view]


def _declare(clean: Dataset, options: Iterable[tuple[str, str]]) -> None:
    clean.PatientIdentityRemoved = "YES"
    clean.DeidentificationMethod = ["DICOM PS3.15 basic profile with options", f"oiscan {__version__}"]
    clean.DeidentificationMethodCodeSequence = [_code(value, meaning) for value, meaning in options]
    clean.LongitudinalTemporalInformationModified = "MODIFIED"


def _code(value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "DCM", meaning
    return code
