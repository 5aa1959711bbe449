"""The two tables of a results folder: a row a scan, a row a vertebra.

The same reports give the same bytes: fixed columns, fixed decimals, no index, no times. An empty cell is a value that
is not known.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import Any

import pandas as pd

from oiscan.report import Finding, Report, Verdict
from oiscan.reports.cells import defused
from oiscan.reports.summary import count_fractures, count_verdict, grades_between, levels_span

SCAN_DECIMALS: dict[str, int | None] = {
    "scan_id": None,
    "subject": None,
    "age_years": 3,
    "age_precision": None,
    "sex": None,
    "day": 0,
    "view": None,
    "status": None,
    "reason": None,
    "worst_grade": 0,
    "grade_sum": 0,
    "grade_n": 0,
    "sdi": 0,
    "n_fractures": 0,
    "n_borderline": 0,
    "vertebrae_scored": 0,
    "vertebrae_unreadable": 0,
    "levels": None,
    "l1_l4_bmc_g": 3,
    "l1_l4_area_cm2": 3,
    "l1_l4_abmd_g_cm2": 4,
    "l1_l4_z_score": 2,
    "l1_l4_flags": None,
    "l1_l4_origin": None,
    "measured_l1_l4_area_cm2": 3,
    "measured_l1_l4_bmc_g": 3,
    "measured_l1_l4_abmd_g_cm2": 4,
    "measured_l1_l4_bmad_g_cm3": 4,
    "abmd_method": None,
    "abmd_reason": None,
    "anterior": None,
    "numbering_anchor": None,
    "numbering_probability": 4,
    "spacing_row_mm": 6,
    "spacing_column_mm": 6,
    "spacing_source": None,
    "maker": None,
    "model": None,
    "software": None,
    "protocol": None,
    "scale": None,
    "notes": None,
    "input_sha256": None,
    "model_sha256": None,
    "program_version": None,
}
"""Columns of `scans.csv`, in order, and their decimals: None for text, 0 for whole numbers."""

VERTEBRA_DECIMALS: dict[str, int | None] = {
    "scan_id": None,
    "subject": None,
    "day": 0,
    "view": None,
    "level": None,
    "status": None,
    "reason": None,
    "confidence": 4,
    "anterior_height_mm": 3,
    "middle_height_mm": 3,
    "posterior_height_mm": 3,
    "depth_mm": 3,
    "ratio_anterior_posterior": 4,
    "ratio_middle_posterior": 4,
    "ratio_posterior_reference": 4,
    "posterior_reference": None,
    "ratio_posterior_trend": 4,
    "ratio_middle_anterior": 4,
    "ratio_anterior_depth": 4,
    "ratio_middle_depth": 4,
    "ratio_posterior_depth": 4,
    "height_loss_percent": 2,
    "height_loss_low_percent": 2,
    "height_loss_high_percent": 2,
    "scale": None,
    "grade": 0,
    "borderline": None,
    "fracture_probability": 4,
    "grade_probabilities": None,
    "deformity": None,
    "width_mm": 3,
    "height_mm": 3,
    "area_cm2": 4,
    "bmc_g": 4,
    "abmd_g_cm2": 4,
    "landmark_sd_px": 3,
    "anterior_height_se_mm": 3,
    "middle_height_se_mm": 3,
    "posterior_height_se_mm": 3,
    "ratio_anterior_posterior_se": 4,
    "ratio_middle_posterior_se": 4,
    "ratio_posterior_reference_se": 4,
    "height_loss_se_percent": 2,
    "remarks": None,
    "reader_note": None,
    "spacing_source": None,
    "input_sha256": None,
    "model_sha256": None,
    "program_version": None,
}
"""Columns of `vertebrae.csv`, in order, and their decimals: None for text, 0 for whole numbers."""

STANDARD_ERRORS = {
    "anterior_height_se_mm": "anterior_height_mm",
    "middle_height_se_mm": "middle_height_mm",
    "posterior_height_se_mm": "posterior_height_mm",
    "ratio_anterior_posterior_se": "ratio_anterior_posterior",
    "ratio_middle_posterior_se": "ratio_middle_posterior",
    "ratio_posterior_reference_se": "ratio_posterior_reference",
    "height_loss_se_percent": "height_loss_percent",
}
"""Columns that hold the standard error of another one; all others are in the JSON files."""

_EMPTY_SUBJECTS: Mapping[str, str] = {}
_EMPTY_DAYS: Mapping[str, int | None] = {}
_NO_BONE: Mapping[str, Mapping[str, object]] = {}


def scan_frame(
    reports: Iterable[Report],
    subjects: Mapping[str, str] = _EMPTY_SUBJECTS,
    days: Mapping[str, int | None] = _EMPTY_DAYS,
    bone: Mapping[str, Mapping[str, object]] = _NO_BONE,
) -> pd.DataFrame:
    """One row a scan, in the columns of `scans.csv`.

    Parameters
    ----------
    reports
        In the order of the rows.
    subjects
        Code of the person, by scan_id; blank where it is missing.
    days
        Days since that person's first scan, by scan_id; blank where it is missing or None.
    bone
        Values of the columns ``l1_l4_...``, by scan_id.
    """
    rows = [
        {
            **_scan_row(report),
            **bone.get(report.scan_id, {}),
            "subject": subjects.get(report.scan_id, ""),
            "day": days.get(report.scan_id),
        }
        for report in reports
    ]
    return typed_frame(rows, SCAN_DECIMALS)


def vertebra_frame(
    reports: Iterable[Report],
    subjects: Mapping[str, str] = _EMPTY_SUBJECTS,
    days: Mapping[str, int | None] = _EMPTY_DAYS,
) -> pd.DataFrame:
    """One row a vertebra, in the columns of `vertebrae.csv`; parameters as for `scan_frame`."""
    rows = [
        {
            **_vertebra_row(report, finding),
            "subject": subjects.get(report.scan_id, ""),
            "day": days.get(report.scan_id),
        }
        for report in reports
        for finding in report.findings
    ]
    return typed_frame(rows, VERTEBRA_DECIMALS)


def scans_csv(
    reports: Iterable[Report],
    subjects: Mapping[str, str] = _EMPTY_SUBJECTS,
    days: Mapping[str, int | None] = _EMPTY_DAYS,
    bone: Mapping[str, Mapping[str, object]] = _NO_BONE,
) -> str:
    """Text of `scans.csv`; parameters as for `scan_frame`."""
    return csv_text(scan_frame(reports, subjects, days, bone), SCAN_DECIMALS)


def vertebrae_csv(
    reports: Iterable[Report],
    subjects: Mapping[str, str] = _EMPTY_SUBJECTS,
    days: Mapping[str, int | None] = _EMPTY_DAYS,
) -> str:
    """Text of `vertebrae.csv`; parameters as for `scan_frame`."""
    return csv_text(vertebra_frame(reports, subjects, days), VERTEBRA_DECIMALS)


def _scan_row(report: Report) -> dict[str, object]:
    row_mm, column_mm = report.spacing_mm or (None, None)
    derived = {
        "view": report.view.value if report.view else "",
        "status": report.status.value,
        "n_fractures": count_fractures(report),
        "n_borderline": sum(bool(finding.borderline) for finding in report.findings) if report.grade_n else None,
        "vertebrae_scored": count_verdict(report, Verdict.SCORED),
        "vertebrae_unreadable": count_verdict(report, Verdict.UNREADABLE),
        "levels": levels_span(report),
        "spacing_row_mm": row_mm,
        "spacing_column_mm": column_mm,
        "notes": "; ".join(report.notes),
    }
    return {name: getattr(report, name) for name in SCAN_DECIMALS if hasattr(report, name)} | derived


def _vertebra_row(report: Report, finding: Finding) -> dict[str, object]:
    of_scan = ("scan_id", "spacing_source", "input_sha256", "model_sha256", "program_version")
    derived = {
        "view": report.view.value if report.view else "",
        "level": finding.level.value,
        "status": finding.status.value,
        "scale": report.scale if finding.grade is not None else "",
        "landmark_sd_px": fmean(finding.landmark_sd_px) if finding.landmark_sd_px else None,
        "remarks": "; ".join(finding.remarks),
        **_doubt_cells(finding),
    }
    measured = {name: getattr(finding, name) for name in VERTEBRA_DECIMALS if hasattr(finding, name)}
    return measured | {name: getattr(report, name) for name in of_scan} | derived


def _doubt_cells(finding: Finding) -> dict[str, object]:
    """How sure loss and grade are; blank where the model is not calibrated."""
    low, high = finding.height_loss_interval_percent or (None, None)
    probabilities = finding.grade_probabilities
    return {
        "height_loss_low_percent": low,
        "height_loss_high_percent": high,
        "borderline": grades_between(finding),
        "fracture_probability": 1 - probabilities[0] if probabilities else None,
        "grade_probabilities": " ".join(f"{probability:.3f}" for probability in probabilities),
        **{column: finding.standard_errors.get(name) for column, name in STANDARD_ERRORS.items()},
    }


def typed_frame(rows: list[dict[str, object]], decimals: Mapping[str, int | None]) -> pd.DataFrame:
    """A frame whose columns and their kinds do not depend on which rows it holds."""
    kinds = {name: "str" if n is None else "Int64" if n == 0 else "float64" for name, n in decimals.items()}
    return pd.DataFrame(rows, columns=list(decimals)).astype(kinds)


def csv_text(frame: pd.DataFrame, decimals: Mapping[str, int | None]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(decimals)
    writer.writerows(zip(*(_cells(frame[name], n) for name, n in decimals.items()), strict=True))
    return text.getvalue()


def _cells(column: pd.Series[Any], decimals: int | None) -> list[str]:
    if decimals is None:
        return ["" if pd.isna(value) else defused(value) for value in column]
    return ["" if pd.isna(value) else f"{value:.{decimals}f}" for value in column]
