"""What is wrong with a study's tables: where, what, and what to do. Messages quote no cell: it could hold a name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from oiscan.reports.cells import defused

PROBLEM_COLUMNS = ("severity", "file", "row", "column", "usubjid", "problem", "remedy")


class Severity(StrEnum):
    """What a problem does to the value it names."""

    ERROR = "error"
    """The value does not count."""
    WARNING = "warning"
    """The value counts; somebody must look at it."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Parameters
    ----------
    file
        Name of the table, without its folder.
    row
        As a spreadsheet counts: the line of column names is row 1; None for the whole table.
    column
        Name of the column.
    text, remedy
        What is wrong, and what to do.
    severity
        Whether the value still counts.
    usubjid
        Code of the child; "" where it is not known.
    """

    file: str
    row: int | None
    column: str
    text: str
    remedy: str = ""
    severity: Severity = Severity.ERROR
    usubjid: str = ""

    def __str__(self) -> str:
        row = "" if self.row is None else f" row {self.row}"
        column = f" column {self.column}" if self.column else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.severity}: {self.file}{row}{column}: {self.text}{remedy}"


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, errors first, then by table, row and column."""

    def place(one: Problem) -> tuple[bool, str, int, str, str, str]:
        return one.severity is not Severity.ERROR, one.file, one.row or 0, one.column, one.usubjid, one.text

    return tuple(sorted(dict.fromkeys(problems), key=place))


def problems_csv(problems: Iterable[Problem]) -> str:
    """All problems as the text of a CSV table, in the columns `PROBLEM_COLUMNS`."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(PROBLEM_COLUMNS)
    for one in in_order(problems):
        row = "" if one.row is None else str(one.row)
        cells = (one.severity.value, one.file, row, one.column, one.usubjid, one.text, one.remedy)
        table.writerow([defused(cell) for cell in cells])
    return text.getvalue()
