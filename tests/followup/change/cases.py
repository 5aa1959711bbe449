"""Findings, reports and long tables small enough to work out by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from oiscan.anatomy import COLUMN, Level, View
from oiscan.followup.study.columns import long_frame
from oiscan.report import Finding, Report, Status, Verdict

HEIGHTS_MM = dict(zip(COLUMN[3:], (12, 12.5, 14, 13, 15, 14.2, 16, 17.5, 17, 19, 18, 21, 20.5, 19), strict=True))
"""T4 to L5 of one child, with ups and downs of its own."""


def graded(level: Level, grade: int, loss: float | None = None, error: float | None = None, **more: Any) -> Finding:
    """A readable vertebra."""
    errors = {} if error is None else {"height_loss_percent": error}
    return Finding(level, Verdict.SCORED, grade=grade, height_loss_percent=loss, standard_errors=errors, **more)


def unreadable(level: Level, reason: str = "too faint or overlapped") -> Finding:
    """One that cannot be read."""
    return Finding(level, Verdict.UNREADABLE, reason)


def lateral(
    scan_id: str,
    heights_mm: Mapping[Level, float],
    called: Mapping[Level, Level] | None = None,
    grades: Mapping[Level, int] | None = None,
    **more: Any,
) -> Report:
    """A lateral scan of a straight column: bodies as deep as 1.5 heights, 5 mm apart; `called` by other names."""
    findings, row = [], 0.0
    for level, height in heights_mm.items():
        deep = 1.5 * height
        points = ((row, 0.0), (row, deep / 2), (row, deep), (row + height, deep), (row + height, deep / 2),
                  (row + height, 0.0))  # fmt: skip
        name = level if called is None else called[level]
        grade = (grades or {}).get(level, 0)
        findings.append(graded(name, grade, 22.0 * grade, 3.0, landmarks_px=points, ratio_middle_posterior=0.9,
                               area_cm2=height / 10))  # fmt: skip
        row += height + 5
    known = {"numbering_probability": 0.9, "model_sha256": "m" * 64, "spacing_mm": (1.0, 1.0), **more}
    return Report(scan_id, "0" * 64, Status.SCORED, view=View.LATERAL, findings=tuple(findings), **known)


def shifted(heights_mm: Mapping[Level, float], by: int) -> dict[Level, Level]:
    """Names `by` levels further down."""
    return {level: COLUMN[COLUMN.index(level) + by] for level in heights_mm}


def table(rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """A long table of rows that say what differs."""
    common = {"STUDYID": "S", "USUBJID": "C1", "ARM": "A", "AGE": 5.0, "SEX": "F", "SRC": "scan", "ANL01FL": "Y"}
    return long_frame({**common, **row} for row in rows)


def grade_rows(report: Report, month: int) -> list[dict[str, object]]:
    """VFGRADE rows of a scan, as a study's table has them."""
    return [
        {
            "PARAMCD": "VFGRADE",
            "LEVEL": finding.level.value,
            "AVAL": finding.grade,
            "AVISIT": f"Month {month}" if month else "Baseline",
            "AVISITN": month,
            "ADY": 30 * month or -1,
            "ABLFL": "Y" if month == 0 and finding.grade is not None else "",
            "SRCID": report.scan_id,
            "REASON": finding.reason,
        }
        for finding in report.findings
    ]
