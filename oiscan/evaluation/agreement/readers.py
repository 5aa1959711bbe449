"""What readers wrote: a CSV file with a line for every vertebra a reader looked at.

It has the columns ``scan_id, level, reader, status, grade, deformity``, and may have the heights
``anterior_height_mm, middle_height_mm, posterior_height_mm`` and ``remark``, which is for people.
"""

from __future__ import annotations

from pathlib import Path

from oiscan.errors import LabelError
from oiscan.evaluation.agreement.readings import (
    DEFORMITIES,
    HEIGHTS,
    PROGRAM,
    RATIOS,
    Reading,
    grade_of,
    level_of,
    number_of,
    table_lines,
)
from oiscan.report import Verdict

COLUMNS = ("scan_id", "level", "reader", "status", "grade", "deformity")
SHOWN_PROBLEMS = 10


def read_readers(path: Path) -> list[Reading]:
    """All readings of a readers file, in its order.

    Raises
    ------
    LabelError
        The file is no such table, or some of its lines cannot be used; says which lines and why, and quotes no cell.
        None is left out: a reading lost in silence would change what is published.
    """
    readings: list[Reading] = []
    problems: list[str] = []
    line_of: dict[tuple[str, str, str], int] = {}
    for number, cells in table_lines(path, COLUMNS, (*HEIGHTS, "remark")):
        try:
            reading = _reading(cells)
        except LabelError as error:
            problems.append(f"line {number}: {error}")
            continue
        first = line_of.setdefault((*reading.key, reading.rater), number)
        if first != number:
            problems.append(f"line {number}: the same reader read this vertebra in line {first} already")
        readings.append(reading)
    if problems:
        raise LabelError(f"{path.name} cannot be used. {_listed(problems)}")
    if not readings:
        raise LabelError(f"{path.name} holds no reading")
    return readings


def _reading(cells: dict[str, str]) -> Reading:
    scan_id, reader, status, deformity = (cells[name] for name in ("scan_id", "reader", "status", "deformity"))
    if not scan_id or not reader:
        raise LabelError("scan_id and reader must not be empty")
    if reader == PROGRAM:
        raise LabelError(f"no reader may be called {PROGRAM}: that is the program")
    if status not in set(Verdict):
        raise LabelError(f"status must be {' or '.join(Verdict)}")
    if deformity not in ("", *DEFORMITIES):
        raise LabelError(f"deformity must be {', '.join(DEFORMITIES)}, or empty")
    grade = _grade(Verdict(status), cells["grade"])
    if deformity and not grade:
        raise LabelError("only grades 1 to 3 have a deformity")
    return Reading(scan_id, level_of(cells["level"]), reader, grade, deformity, _measures(cells))


def _grade(status: Verdict, cell: str) -> int | None:
    if status is Verdict.SCORED:
        return grade_of(cell)
    if cell:
        raise LabelError("an unreadable vertebra has no grade")
    return None


def _measures(cells: dict[str, str]) -> dict[str, float]:
    """The heights a reader gives, and the ratios that follow from them."""
    heights = {name: number_of(name, cells[name]) for name in HEIGHTS if cells.get(name)}
    if any(height <= 0 for height in heights.values()):
        raise LabelError("a height must be more than 0 mm")
    anterior, middle, posterior = (heights.get(name) for name in HEIGHTS)
    ratios = {name: height / posterior for name, height in zip(RATIOS, (anterior, middle), strict=True)
              if height is not None and posterior is not None}  # fmt: skip
    return heights | ratios


def _listed(problems: list[str]) -> str:
    more = len(problems) - SHOWN_PROBLEMS
    return "; ".join(problems[:SHOWN_PROBLEMS]) + (f"; and {more} lines more" if more > 0 else "")
