"""What the page is told, as plain data."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from oiscan.anatomy import LANDMARKS, Level, View
from oiscan.grading import Scale
from oiscan.report import Finding
from oiscan.review.cases import Case
from oiscan.review.grading import final_grade
from oiscan.review.sheet import Mark, Sheet
from oiscan.spine import Evidence

REASONS = (
    Evidence.CUT.value, Evidence.FAINT.value, Evidence.DOUBLED.value,
    "metal over it", "burnt out", "moved during the scan",
)  # fmt: skip
"""Words offered for an unreadable vertebra; a reader may write others."""

MEASURES = (
    "anterior_height_mm", "middle_height_mm", "posterior_height_mm", "depth_mm", "ratio_anterior_posterior",
    "ratio_middle_posterior", "ratio_posterior_reference", "posterior_reference", "ratio_posterior_trend",
    "ratio_middle_anterior", "height_loss_percent", "height_loss_interval_percent", "width_mm", "height_mm", "area_cm2",
    "remarks",
)  # fmt: skip
"""Fields of a finding the page is told under `measures`."""


def worklist_told(
    reader: str,
    blinded: bool,
    scale: Scale,
    cases: Sequence[Case],
    progress: Mapping[str, tuple[int, bool]],
    grades: Mapping[str, int | None],
    disagreed: Collection[str],
    left_out: int,
) -> dict[str, Any]:
    """The worklist: every case with its status, from (version, accepted) by scan_id for those begun."""
    edges = [edge.percent for edge in scale.edges]
    return {
        "reader": reader,
        "blinded": blinded,
        "scale": {"name": scale.name, "edges": edges, "source": scale.source, "note": scale.note},
        "left_out": left_out,
        "cases": [_case_line(case, blinded, progress, grades, disagreed) for case in cases],
    }


def case_told(
    case: Case,
    sheet: Sheet,
    findings: Sequence[Finding],
    *,
    version: int,
    can_undo: bool,
    no_picture: str,
    others: Sequence[Case],
    notes: Sequence[str],
) -> dict[str, Any]:
    """A case as it stands; `no_picture` says why there is no picture, and is empty where there is one."""
    frame = sheet.frame
    return {
        "case": case.code,
        "title": title(case),
        "version": version,
        "view": frame.view,
        "picture": "" if no_picture else f"/api/cases/{case.code}/picture.png",
        "no_picture": no_picture,
        "rows": frame.rows,
        "columns": frame.columns,
        "upside_down": frame.upside_down,
        "pixel_size": frame.pixel_size,
        "spacing_mm": frame.spacing_mm,
        "landmark_names": LANDMARKS[frame.view],
        "levels": list(Level),
        "reasons": REASONS,
        "vertebrae": vertebrae_told(sheet, findings),
        "others": [{"case": one.code, "title": title(one), "day": one.day} for one in others],
        "accepted": sheet.accepted,
        "notes": list(notes),
        "can_undo": can_undo,
    }


def vertebrae_told(sheet: Sheet, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Every level from the first mark to the last; a level nobody marked is a gap without landmarks."""
    marks = {mark.level: mark for mark in sheet.marks}
    return [_vertebra(marks.get(finding.level), finding) for finding in findings]


def title(case: Case) -> str:
    """What a person calls a case: its study code where reading is blinded."""
    if not case.subject:
        return case.code
    day = "" if case.day is None else f", day {case.day}"
    return f"{case.subject}{day}, {'AP' if case.view is View.AP else 'lateral'}"


def _case_line(
    case: Case,
    blinded: bool,
    progress: Mapping[str, tuple[int, bool]],
    grades: Mapping[str, int | None],
    disagreed: Collection[str],
) -> dict[str, Any]:
    _, accepted = progress.get(case.scan_id, (0, False))
    line = {
        "case": case.code,
        "title": title(case),
        "view": case.view,
        "status": "accepted" if accepted else "begun" if case.scan_id in progress else "open",
        "worst_grade": grades.get(case.scan_id, case.worst_grade),
        "disagreement": case.scan_id in disagreed,
    }
    if blinded:
        return line
    known = {"borderline": case.borderline, "unreadable": case.unreadable, "doubt": round(case.doubt, 4)}
    return {**line, **known, "subject": case.subject, "day": case.day}


def _vertebra(mark: Mark | None, finding: Finding) -> dict[str, Any]:
    told = {
        "id": f"gap-{finding.level}" if mark is None else mark.id,
        "level": finding.level,
        "status": finding.status,
        "reason": finding.reason,
        "landmarks_px": finding.landmarks_px,
        "source": "" if mark is None else mark.source,
        "grade": finding.grade,
        "deformity": finding.deformity,
        "final_grade": final_grade(mark, finding),
        "overruled": None if mark is None or mark.overruled is None else asdict(mark.overruled),
        "note": "" if mark is None else mark.note,
        "borderline": finding.borderline,
        "grade_probabilities": finding.grade_probabilities,
    }
    return {**told, "measures": {name: getattr(finding, name) for name in MEASURES}}
