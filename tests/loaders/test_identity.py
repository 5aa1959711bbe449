"""Age, sex, size and identity out of the header."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from oiscan.loaders import read
from oiscan.scan import Scan
from tests.dicom_cases import dicom, spine, write


def scan_with(folder: Path, **tags: Any) -> Scan:
    return read(write(folder, dicom(spine(), **tags)))


@pytest.mark.parametrize(
    ("tags", "age_years", "precision"),
    [
        ({}, 1846 / 365.25, "day"),  # 12 April 2019 to 1 May 2024
        ({"StudyDate": "", "AcquisitionDate": "20200412", "PatientAge": "001Y"}, 366 / 365.25, "day"),
        ({"PatientBirthDate": "2019.04.12"}, 1846 / 365.25, "day"),
        ({"PatientBirthDate": ""}, 5.0, "year"),
        ({"PatientBirthDate": None, "PatientAge": "041M"}, 41 / 12, "month"),
        ({"PatientBirthDate": None, "PatientAge": "012W"}, 84 / 365.25, "week"),
        ({"PatientBirthDate": None, "PatientAge": "090D"}, 90 / 365.25, "day"),
        ({"PatientBirthDate": None, "PatientAge": ""}, None, ""),
        ({"PatientBirthDate": None, "PatientAge": None}, None, ""),
        ({"StudyDate": None, "PatientAge": "007Y"}, 7.0, "year"),
    ],
)
def test_age(tmp_path: Path, tags: dict[str, Any], age_years: float | None, precision: str) -> None:
    scan = scan_with(tmp_path, **tags)
    assert scan.subject.age_years == (None if age_years is None else pytest.approx(age_years))
    assert scan.subject.age_precision == precision
    assert scan.notes == ()


@pytest.mark.parametrize("birth", ["20300101", "18000101"])
def test_impossible_dates_fall_back_to_the_age_stated(tmp_path: Path, birth: str) -> None:
    scan = scan_with(tmp_path, PatientBirthDate=birth)
    assert (scan.subject.age_years, scan.subject.age_precision) == (5.0, "year")
    assert any("age by the dates" in note for note in scan.notes)


def test_ages_that_disagree_are_remarked(tmp_path: Path) -> None:
    scan = scan_with(tmp_path, PatientBirthDate="19500101")
    assert scan.subject.age_years == pytest.approx(74.3, abs=0.05)
    assert any("differs" in note for note in scan.notes)


@pytest.mark.parametrize(("stored", "sex"), [("F", "F"), ("m", "M"), ("O", "O"), ("", ""), ("unknown", ""), (None, "")])
def test_sex(tmp_path: Path, stored: str | None, sex: str) -> None:
    assert scan_with(tmp_path, PatientSex=stored).subject.sex == sex


def test_height_and_weight(tmp_path: Path) -> None:
    subject = scan_with(tmp_path, PatientSize="1.07", PatientWeight="17.5").subject
    assert (subject.height_cm, subject.weight_kg) == (pytest.approx(107), 17.5)


@pytest.mark.parametrize(
    "tags", [{"PatientSize": 0}, {"PatientSize": 107}, {"PatientWeight": 0}, {"PatientWeight": -3}]
)
def test_impossible_height_and_weight_are_missing_with_a_remark(tmp_path: Path, tags: dict[str, Any]) -> None:
    scan = scan_with(tmp_path, **tags)
    assert (scan.subject.height_cm, scan.subject.weight_kg) == (None, None)
    assert any("impossible" in note for note in scan.notes)


def test_identity_of_any_script(tmp_path: Path) -> None:
    identity = scan_with(tmp_path, PatientName="Żółć^Łukasz=李^小", PatientID="Ä-12").identity
    assert identity.patient_name == "Żółć^Łukasz=李^小"
    assert identity.patient_id == "Ä-12"
    assert (identity.birth_date, identity.scan_date) == (date(2019, 4, 12), date(2024, 5, 1))
    assert identity.study_uid and identity.series_uid and identity.sop_instance_uid
    assert repr(identity) == "Identity(hidden)"


@pytest.mark.parametrize(
    ("stored", "kept"),
    [
        ("Discovery A (S/N85606)", "Discovery A"),
        ("Horizon W SN 12345", "Horizon W"),
        ("Lunar iDXA", "Lunar iDXA"),
        ("Prodigy of Mrs Whoknows", "Prodigy"),
    ],
)
def test_serial_numbers_leave_the_model_name(tmp_path: Path, stored: str, kept: str) -> None:
    assert scan_with(tmp_path, ManufacturerModelName=stored).acquisition.model == kept


def test_free_text_that_names_the_patient_is_dropped(tmp_path: Path) -> None:
    acquisition = scan_with(tmp_path, ProtocolName="AP spine for quinevere", Manufacturer="Hologic").acquisition
    assert (acquisition.protocol, acquisition.maker) == ("", "Hologic")
    assert scan_with(tmp_path, ProtocolName="spine id-sentinel-77").acquisition.protocol == ""


def test_who_gave_out_the_number_is_part_of_the_identity(tmp_path: Path) -> None:
    assert scan_with(tmp_path, IssuerOfPatientID="Clinic A").identity.issuer == "Clinic A"
