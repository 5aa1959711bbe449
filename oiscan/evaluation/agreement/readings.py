"""One vertebra as one rater called it, reader or program; and the tables such readings stand in."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from oiscan.anatomy import Level
from oiscan.errors import LabelError

Key = tuple[str, Level]
"""A vertebra: scan_id and level."""

PROGRAM = "oiscan"
"""The rater that is no reader."""

HEIGHTS = ("anterior_height_mm", "middle_height_mm", "posterior_height_mm")
RATIOS = ("ratio_anterior_posterior", "ratio_middle_posterior")
DEFORMITIES = ("wedge", "biconcave", "crush")
GRADES = 4
"""Grades 0 to 3, as on the scales that come with oiscan; a user's own scale of more grades cannot be compared."""


@dataclass(frozen=True)
class Reading:
    """What one rater says of one vertebra.

    Parameters
    ----------
    scan_id, level, rater
        Which vertebra, and who says so.
    grade
        0 to 3; None where the rater could not read it.
    deformity
        One of `DEFORMITIES`; empty for grade 0 and where the rater names none.
    measures
        Those of `HEIGHTS` (mm) and `RATIOS` that the rater gives.
    height_loss_percent, fracture_probability
        The program's alone; None where it gives none.
    """

    scan_id: str
    level: Level
    rater: str
    grade: int | None
    deformity: str = ""
    measures: Mapping[str, float] = field(default_factory=dict)
    height_loss_percent: float | None = None
    fracture_probability: float | None = None

    @property
    def key(self) -> Key:
        """The vertebra."""
        return self.scan_id, self.level


def table_lines(
    path: Path, needed: Collection[str], optional: Collection[str] | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines of a CSV file with a header: the number of each and its cells by column, without blanks around them.

    Parameters
    ----------
    path
        A UTF-8 file.
    needed
        Columns it must have.
    optional
        Columns it may have, if it may not have all others.

    Raises
    ------
    LabelError
        The file cannot be read, or lacks a column, or has an unknown one, or a line of another length. Quotes no cell.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            table = csv.reader(file, strict=True)
            lines = [(table.line_num, [cell.strip() for cell in cells]) for cells in table if any(cells)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise LabelError(f"{path.name} cannot be read as a UTF-8 table: {type(error).__name__}") from error
    if not lines:
        raise LabelError(f"{path.name} is empty: its first line must name the columns {', '.join(needed)}")
    (_, header), *rest = lines
    _check_columns(path.name, header, needed, optional)
    for number, cells in rest:
        if len(cells) != len(header):
            raise LabelError(f"{path.name}, line {number}: {len(cells)} cells where the first line has {len(header)}")
        yield number, dict(zip(header, cells, strict=True))


def level_of(cell: str) -> Level:
    """The level a cell names; raises `LabelError`."""
    if cell not in set(Level):
        raise LabelError("level must be one of T1 to T13 and L1 to L6")
    return Level(cell)


def grade_of(cell: str) -> int:
    """The grade a cell holds, "2" or "2.0"; raises `LabelError`."""
    number = number_of("grade", cell)
    if number not in range(GRADES):
        raise LabelError("grade must be 0, 1, 2 or 3")
    return int(number)


def number_of(name: str, cell: str) -> float:
    """The finite number a cell holds; raises `LabelError`."""
    try:
        number = float(cell)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise LabelError(f"{name} must be a number")
    return number


def _check_columns(file: str, header: list[str], needed: Collection[str], optional: Collection[str] | None) -> None:
    missing = [name for name in needed if name not in header]
    if missing:
        raise LabelError(f"{file} lacks the columns {', '.join(missing)} (cells are separated by commas)")
    unknown = 0 if optional is None else sum(name not in {*needed, *optional} for name in header)
    if unknown or len(set(header)) < len(header):
        known = ", ".join((*needed, *(optional or ())))
        raise LabelError(f"{file} may have the columns {known}, each once; {unknown} of its columns are unknown")
