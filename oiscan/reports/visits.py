"""The table of visits: a row a vertebra, what the lateral and the AP scan of one day say of it side by side."""

from __future__ import annotations

from collections.abc import Iterable

from oiscan.anatomy import Level
from oiscan.report import Finding, Report, Visit
from oiscan.reports.table import csv_text, typed_frame

VISIT_DECIMALS: dict[str, int | None] = {
    "subject": None,
    "day": 0,
    "level": None,
    "numbering_probability": 4,
    "lateral_scan_id": None,
    "lateral_anchor": None,
    "lateral_shift": 0,
    "lateral_status": None,
    "lateral_reason": None,
    "anterior_height_mm": 3,
    "middle_height_mm": 3,
    "posterior_height_mm": 3,
    "height_loss_percent": 2,
    "grade": 0,
    "deformity": None,
    "ap_scan_id": None,
    "ap_anchor": None,
    "ap_shift": 0,
    "ap_status": None,
    "ap_reason": None,
    "width_mm": 3,
    "height_mm": 3,
    "area_cm2": 4,
}
"""Columns of `visits.csv`, in order, and their decimals: None for text, 0 for whole numbers."""

LATERAL_MEASURES = (
    "anterior_height_mm", "middle_height_mm", "posterior_height_mm", "height_loss_percent", "grade", "deformity",
)  # fmt: skip
AP_MEASURES = ("width_mm", "height_mm", "area_cm2")


def visits_csv(visits: Iterable[Visit]) -> str:
    """Text of `visits.csv`: every level that either view of a visit shows, head to foot, visits in the order given."""
    rows = [row for visit in visits for row in _rows(visit)]
    return csv_text(typed_frame(rows, VISIT_DECIMALS), VISIT_DECIMALS)


def _rows(visit: Visit) -> list[dict[str, object]]:
    lateral, ap = ({finding.level: finding for finding in one.findings} for one in (visit.lateral, visit.ap))
    of_visit = {"subject": visit.subject, "day": visit.day, "numbering_probability": visit.probability}
    return [
        of_visit
        | {"level": level.value, "lateral_shift": visit.lateral_shift, "ap_shift": visit.ap_shift}
        | _view_cells("lateral", visit.lateral, lateral.get(level), LATERAL_MEASURES)
        | _view_cells("ap", visit.ap, ap.get(level), AP_MEASURES)
        for level in Level
        if level in lateral or level in ap
    ]


def _view_cells(view: str, report: Report, finding: Finding | None, measures: tuple[str, ...]) -> dict[str, object]:
    """What one view says of a level; a level it does not show has neither status nor measures."""
    cells: dict[str, object] = {f"{view}_scan_id": report.scan_id, f"{view}_anchor": report.numbering_anchor}
    if finding is None:
        return cells
    said = {f"{view}_status": finding.status.value, f"{view}_reason": finding.reason}
    return cells | said | {name: getattr(finding, name) for name in measures}
