"""What the report is made of: sections with tables and figures, each with the numbers behind it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

import pandas as pd

from oiscan.followup.readout.describe import each
from oiscan.reports.cells import defused


@dataclass(frozen=True, eq=False)
class Table:
    """A table as it is read, and its numbers.

    Parameters
    ----------
    name
        Of its file, one in a report.
    caption
        What it says, and of whom.
    head, rows
        Cells as text; the first of a row names it.
    numbers
        The same in full precision, with what its numbers come from.
    notes
        Below the table: what a reader must know.
    """

    name: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: pd.DataFrame
    notes: tuple[str, ...] = ()

    @property
    def are_words(self) -> tuple[bool, ...]:
        """Of each column whether it holds words, which are read from the left; numbers stand below each other."""
        columns = zip(*self.rows, strict=True) if self.rows else ((name,) for name in self.head)
        return tuple(any(cell[:1].isalpha() for cell in column) for column in columns)


@dataclass(frozen=True, eq=False)
class Drawing:
    """A figure as SVG text, and its numbers; the fields are those of `Table`."""

    name: str
    caption: str
    svg: str
    numbers: pd.DataFrame
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Section:
    """A part of the report under one heading.

    Parameters
    ----------
    anchor
        Its place in the page, one in a report.
    title, words
        Heading, and what stands before the first table.
    parts
        In order.
    """

    anchor: str
    title: str
    words: tuple[str, ...] = ()
    parts: tuple[Table | Drawing, ...] = field(default_factory=tuple)


def csv_of(numbers: pd.DataFrame) -> str:
    """A table as CSV text: numbers with ten significant digits, missing cells empty, no text that is a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(numbers.columns)
    writer.writerows([_cell(value) for value in row] for row in each(numbers.astype(object)))
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str):
        return defused(value)
    if value is None or value != value:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else value
