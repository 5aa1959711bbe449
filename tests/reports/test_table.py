"""The tables: columns, cells, and the same bytes every time."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pandas as pd
import pytest

from oiscan.anatomy import Level, View
from oiscan.report import Finding, Report, Status, Verdict
from oiscan.reports.page import index_page
from oiscan.reports.table import (
    SCAN_DECIMALS,
    VERTEBRA_DECIMALS,
    scan_frame,
    scans_csv,
    vertebra_frame,
    vertebrae_csv,
)
from tests.reports import drawn


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_columns_of_scans() -> None:
    header = scans_csv([]).splitlines()
    assert header == [
        "scan_id,subject,age_years,age_precision,sex,day,view,status,reason,worst_grade,grade_sum,grade_n,sdi,n_fractures,n_borderline,"
        "vertebrae_scored,vertebrae_unreadable,levels,l1_l4_bmc_g,l1_l4_area_cm2,l1_l4_abmd_g_cm2,l1_l4_z_score,"
        "l1_l4_flags,l1_l4_origin,measured_l1_l4_area_cm2,measured_l1_l4_bmc_g,measured_l1_l4_abmd_g_cm2,"
        "measured_l1_l4_bmad_g_cm3,abmd_method,abmd_reason,anterior,numbering_anchor,numbering_probability,spacing_row_mm,"
        "spacing_column_mm,spacing_source,maker,model,software,protocol,scale,notes,input_sha256,model_sha256,"
        "program_version"
    ]


def test_columns_of_vertebrae() -> None:
    header = vertebrae_csv([]).splitlines()
    assert header == [
        "scan_id,subject,day,view,level,status,reason,confidence,anterior_height_mm,middle_height_mm,"
        "posterior_height_mm,depth_mm,ratio_anterior_posterior,ratio_middle_posterior,ratio_posterior_reference,"
        "posterior_reference,ratio_posterior_trend,ratio_middle_anterior,ratio_anterior_depth,ratio_middle_depth,"
        "ratio_posterior_depth,height_loss_percent,height_loss_low_percent,height_loss_high_percent,scale,grade,"
        "borderline,fracture_probability,grade_probabilities,deformity,width_mm,height_mm,area_cm2,bmc_g,abmd_g_cm2,landmark_sd_px,"
        "anterior_height_se_mm,middle_height_se_mm,posterior_height_se_mm,ratio_anterior_posterior_se,"
        "ratio_middle_posterior_se,ratio_posterior_reference_se,height_loss_se_percent,"
        "remarks,reader_note,spacing_source,input_sha256,model_sha256,program_version"
    ]


def test_a_scored_scan() -> None:
    report = drawn.report()
    row = rows(scans_csv([report], {report.scan_id: "S-1"}, {report.scan_id: 0}))[0]
    expected = {
        "scan_id": "0123456789abcdef",
        "subject": "S-1",
        "age_years": "6.250",
        "day": "0",
        "view": "lateral",
        "status": "scored",
        "worst_grade": "3",
        "grade_sum": "5",
        "grade_n": "4",
        "n_fractures": "2",
        "vertebrae_scored": "4",
        "vertebrae_unreadable": "2",
        "levels": "T11-L4",
        "numbering_probability": "0.8750",
        "spacing_row_mm": "1.000000",
        "notes": "rotated a little",
    }
    assert {name: row[name] for name in expected} == expected


def test_a_failed_scan_has_a_reason_and_no_number() -> None:
    row = rows(scans_csv([drawn.failed()]))[0]
    filled = {name: cell for name, cell in row.items() if cell}
    assert filled == {
        "scan_id": "f" * 16,
        "status": "failed",
        "reason": "the file is cut short",
        "grade_n": "0",
        "vertebrae_scored": "0",
        "vertebrae_unreadable": "0",
        "input_sha256": "f" * 64,
        "program_version": "0.1.0",
    }


def test_a_row_a_vertebra() -> None:
    report = drawn.report()
    table = rows(vertebrae_csv([report, drawn.failed()], {report.scan_id: "S-1"}, {report.scan_id: 30}))
    assert [row["level"] for row in table] == ["T11", "T12", "L1", "L2", "L3", "L4"]
    assert {(row["subject"], row["day"]) for row in table} == {("S-1", "30")}
    biconcave = table[1]
    expected = {
        "confidence": "0.9000",
        "middle_height_mm": "14.000",
        "ratio_middle_posterior": "0.7000",
        "height_loss_percent": "30.00",
        "scale": "genant",
        "grade": "2",
        "deformity": "biconcave",
        "landmark_sd_px": "0.500",
        "posterior_reference": "T11 L2",
        "area_cm2": "4.0800",
        "borderline": "",
        "fracture_probability": "",
        "reader_note": "",
    }
    assert {name: biconcave[name] for name in expected} == expected


def test_an_unreadable_vertebra_has_a_reason_and_no_number() -> None:
    row = rows(vertebrae_csv([drawn.report()]))[2]
    assert (row["status"], row["reason"]) == ("unreadable", "not found between its neighbours")
    measures = [name for name, decimals in VERTEBRA_DECIMALS.items() if decimals is not None]
    assert {row[name] for name in measures} == {""}


def test_line_ends_and_repeats() -> None:
    reports = [drawn.report(), drawn.failed()]
    for write in (scans_csv, vertebrae_csv):
        text = write(reports)
        assert text == write(reports)
        assert text.endswith("\n") and "\r" not in text


def test_what_the_tables_say_comes_back() -> None:
    report = drawn.report()
    read = pd.read_csv(io.StringIO(vertebrae_csv([report])))
    assert list(read.columns) == list(VERTEBRA_DECIMALS)
    assert read["grade"].tolist()[:2] == [0, 2]


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_frames_have_the_same_columns_and_kinds_whatever_they_hold(kept: int) -> None:
    reports = [drawn.failed(), drawn.report()][:kept]
    full = [drawn.report(), drawn.failed()]
    for frame, columns in ((scan_frame, SCAN_DECIMALS), (vertebra_frame, VERTEBRA_DECIMALS)):
        assert list(frame(reports).columns) == list(columns)
        assert frame(reports).dtypes.equals(frame(full).dtypes)


def test_a_report_makes_its_own_frame() -> None:
    frame = drawn.report().to_frame()
    assert frame["grade"].tolist() == [0, 2, pd.NA, 0, 3, pd.NA]


def named(maker: str) -> Report:
    return replace(drawn.failed(), maker=maker)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_is_never_a_formula(start: str) -> None:
    text = f'{start}HYPERLINK("x","y")'
    assert rows(scans_csv([named(text)]))[0]["maker"] == f"'{text}"
    assert scan_frame([named(text)])["maker"].tolist() == [text]  # a frame is data, not a spreadsheet


def test_numbers_are_not_defused() -> None:
    report = drawn.report()
    assert rows(scans_csv([report], days={report.scan_id: -3}))[0]["day"] == "-3"


def test_commas_quotes_and_line_breaks_stay_in_their_cell() -> None:
    text = 'a, "b"\r\nc'
    assert rows(scans_csv([named(text)]))[0]["maker"] == text


def test_doubt_stands_in_columns_of_its_own() -> None:
    doubtful = Finding(
        Level.L1, Verdict.SCORED, height_loss_percent=20.5, height_loss_interval_percent=(16.0, 25.0), grade=1,
        grade_probabilities=(0.45, 0.5, 0.05, 0.0), borderline=(0, 1), deformity="wedge",
        standard_errors={"height_loss_percent": 2.1, "anterior_height_mm": 0.25},
    )  # fmt: skip
    report = Report("a" * 16, "a" * 64, Status.SCORED, view=View.LATERAL, scale="genant", findings=(doubtful,))
    (row,) = rows(vertebrae_csv([report]))
    expected = {
        "height_loss_low_percent": "16.00", "height_loss_high_percent": "25.00", "borderline": "0/1",
        "fracture_probability": "0.5500", "grade_probabilities": "0.450 0.500 0.050 0.000",
        "height_loss_se_percent": "2.10", "anterior_height_se_mm": "0.250", "middle_height_se_mm": "",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected
    (scan,) = rows(scans_csv([report]))
    assert (scan["n_borderline"], scan["grade_sum"], scan["sdi"]) == ("1", "1", "")
    assert "0/1" in index_page([report]) and "0.45" in index_page([report])
