"""Who was scanned: what identifies, and what does not, kept apart."""

from __future__ import annotations

import re
from datetime import date, datetime

from oiscan.loaders.header import Header
from oiscan.loaders.vocabulary import plain_words
from oiscan.scan import Acquisition, Identity, Subject

DAYS_A_YEAR = 365.25
OLDEST_YEARS = 120
AGE_UNITS = {"Y": ("year", 1.0), "M": ("month", 12.0), "W": ("week", DAYS_A_YEAR / 7), "D": ("day", DAYS_A_YEAR)}
"""DICOM age string units: name, and how many make a year."""

HEIGHT_RANGE_CM = (30.0, 250.0)
WEIGHT_RANGE_KG = (1.0, 400.0)
AGE_DISAGREEMENT_YEARS = 1.5
"""Ages from the dates and as stated differ by less when both are right: a stated age is rounded down."""

TEXT_LENGTH = 64
SHORTEST_NAME = 3
"""Shorter parts of a name or id stand in ordinary words by chance."""


def identity_from_header(header: Header) -> Identity:
    """What identifies the patient; "" and None where absent or malformed."""
    return Identity(
        patient_id=header.text("PatientID"),
        issuer=header.text("IssuerOfPatientID"),
        patient_name=header.text("PatientName"),
        birth_date=_date(header, "PatientBirthDate"),
        scan_date=_date(header, "StudyDate") or _date(header, "AcquisitionDate"),
        study_uid=header.text("StudyInstanceUID"),
        series_uid=header.text("SeriesInstanceUID"),
        sop_instance_uid=header.text("SOPInstanceUID"),
    )


def subject_from_header(header: Header, identity: Identity, notes: list[str]) -> Subject:
    """Age, sex, height and weight; what is impossible becomes None, with a remark in `notes`."""
    age_years, precision = _age(header, identity, notes)
    sex = header.text("PatientSex").upper()
    height_m = header.number("PatientSize")
    return Subject(
        age_years=age_years,
        age_precision=precision,
        sex=sex if sex in ("F", "M", "O") else "",
        height_cm=_within("height", None if height_m is None else 100 * height_m, HEIGHT_RANGE_CM, notes),
        weight_kg=_within("weight", header.number("PatientWeight"), WEIGHT_RANGE_KG, notes),
    )


def acquisition_from_header(header: Header, identity: Identity) -> Acquisition:
    """How the scan was made, in words that can name nobody (see `oiscan.loaders.vocabulary`)."""

    def told(keyword: str) -> str:
        text = header.text(keyword)[:TEXT_LENGTH]
        return "" if _names_patient(text, identity) else plain_words(text)

    return Acquisition(
        maker=told("Manufacturer"),
        model=told("ManufacturerModelName"),
        software=told("SoftwareVersions"),
        protocol=told("ProtocolName"),
        modality=told("Modality"),
        kilovolts=header.number("KVP"),
    )


def _age(header: Header, identity: Identity, notes: list[str]) -> tuple[float | None, str]:
    from_dates, (stated, precision) = _age_from_dates(identity, notes), _stated_age(header, notes)
    if from_dates is None:
        return stated, precision
    if stated is not None and abs(stated - from_dates) > AGE_DISAGREEMENT_YEARS:
        notes.append("the age stated differs from that by the dates, which was used")
    return from_dates, "day"


def _age_from_dates(identity: Identity, notes: list[str]) -> float | None:
    if identity.birth_date is None or identity.scan_date is None:
        return None
    years = (identity.scan_date - identity.birth_date).days / DAYS_A_YEAR
    return _within("age by the dates", years, (0, OLDEST_YEARS), notes)


def _stated_age(header: Header, notes: list[str]) -> tuple[float | None, str]:
    parsed = re.fullmatch(r"(\d{1,3})([YMWD])", header.text("PatientAge").upper())
    if parsed is None:
        return None, ""
    precision, in_a_year = AGE_UNITS[parsed[2]]
    years = _within("age stated", int(parsed[1]) / in_a_year, (0, OLDEST_YEARS), notes)
    return (years, precision) if years is not None else (None, "")


def _within(name: str, value: float | None, limits: tuple[float, float], notes: list[str]) -> float | None:
    if value is None or limits[0] <= value <= limits[1]:
        return value
    notes.append(f"the {name} in the header is impossible and was ignored")
    return None


def _date(header: Header, keyword: str) -> date | None:
    text = header.text(keyword).replace(".", "")  # ACR-NEMA files wrote 2019.04.12
    try:
        return datetime.strptime(text, "%Y%m%d").date() if len(text) == 8 else None
    except ValueError:
        return None


def _names_patient(text: str, identity: Identity) -> bool:
    parts = [*re.split(r"[\^=\s]+", identity.patient_name), identity.patient_id]
    return any(len(part) >= SHORTEST_NAME and part.casefold() in text.casefold() for part in parts)
