"""What the program said: the lateral vertebrae of a results folder as readings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from oiscan.anatomy import View
from oiscan.errors import LabelError
from oiscan.evaluation.agreement.readings import (
    HEIGHTS,
    PROGRAM,
    RATIOS,
    Key,
    Reading,
    grade_of,
    level_of,
    number_of,
    table_lines,
)

SCORES = ("fracture_probability", "height_loss_percent")
COLUMNS = ("scan_id", "level", "status", "grade")


@dataclass(frozen=True)
class Results:
    """What a results folder says.

    Parameters
    ----------
    readings
        By vertebra.
    subjects
        Whose scan it is, by scan_id; a scan whose subject is not told stands for itself.
    visits
        Scans of one subject's day share one, by scan_id; a scan whose day is not told is a visit of its own.
    """

    readings: Mapping[Key, Reading]
    subjects: Mapping[str, str]
    visits: Mapping[str, str]

    @property
    def score(self) -> str:
        """What the program ranks vertebrae by: the first of `SCORES` that all it graded have, or nothing."""
        graded = [reading for reading in self.readings.values() if reading.grade is not None]
        known = (name for name in SCORES if all(getattr(reading, name) is not None for reading in graded))
        return next(known, "")

    def subject(self, scan_id: str) -> str:
        """Whose scan it is."""
        return self.subjects.get(scan_id, scan_id)

    def visit(self, scan_id: str) -> str:
        """Which visit it belongs to."""
        return self.visits.get(scan_id, scan_id)


def read_results(folder: Path) -> Results:
    """The lateral vertebrae in ``vertebrae.csv`` of a results folder: the only ones that have a grade.

    Raises
    ------
    LabelError
        The table is missing, or is not one that oiscan wrote.
    """
    lines = [one for one in table_lines(folder / "vertebrae.csv", COLUMNS) if one[1].get("view") != View.AP]
    readings: dict[Key, Reading] = {}
    for number, cells in lines:
        reading = _reading(number, cells)
        if reading.key in readings:
            raise LabelError(f"vertebrae.csv, line {number}: this vertebra stands twice")
        readings[reading.key] = reading
    known = [(cells["scan_id"], cells["subject"], cells.get("day")) for _, cells in lines if cells.get("subject")]
    subjects = {scan_id: subject for scan_id, subject, _ in known}
    visits = {scan_id: f"{subject} {day}" for scan_id, subject, day in known if day}
    return Results(readings, subjects, visits)


def _reading(number: int, cells: dict[str, str]) -> Reading:
    try:
        return _told(cells)
    except LabelError as error:
        raise LabelError(f"vertebrae.csv, line {number}: {error}") from error


def _told(cells: dict[str, str]) -> Reading:
    measures = {name: number_of(name, cells[name]) for name in (*HEIGHTS, *RATIOS) if cells.get(name)}
    scores = {name: number_of(name, cells[name]) for name in SCORES if cells.get(name)}
    if not 0 <= scores.get("fracture_probability", 0) <= 1:
        raise LabelError("fracture_probability must lie between 0 and 1")
    return Reading(
        scan_id=cells["scan_id"],
        level=level_of(cells["level"]),
        rater=PROGRAM,
        grade=grade_of(cells["grade"]) if cells["grade"] else None,
        deformity=cells.get("deformity", ""),
        measures=measures,
        height_loss_percent=scores.get("height_loss_percent"),
        fracture_probability=scores.get("fracture_probability"),
    )
