"""The long table: one row a value, in the names of the CDISC ADaM basic data structure (BDS).

The names LEVEL, SRC, SRCID, MODEL and REASON are oiscan's own: where in the body, where from, and why there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MEANINGS: dict[str, str] = {
    "STUDYID": "study",
    "USUBJID": "code of the child, one in the whole study",
    "ARM": "arm, as assigned; blank in blinded work",
    "AGE": "age in years on that day; on the target day of the visit where the day is not known",
    "SEX": "F or M; blank where it is not known",
    "PARAMCD": "code of what was measured, at most 8 characters",
    "PARAM": "what was measured, in words",
    "AVISIT": "visit the value counts for; blank where it lies in no window",
    "AVISITN": "that visit in months from the first dose",
    "ADT": "date, year-month-day; blank unless dates are asked for",
    "ADY": "study day: 1 is the day of the first dose, -1 the day before; there is no day 0",
    "AVAL": "value as a number, in AVALU",
    "AVALC": "value as text where it is no plain number: NOT ABLE, <5, a category",
    "AVALU": "unit, as reported",
    "BASE": "value at baseline",
    "CHG": "AVAL minus BASE, after baseline",
    "PCHG": "100 x CHG / BASE, where a percentage makes sense",
    "ABLFL": "Y: this row is the baseline",
    "ANL01FL": "Y: this row is the one of its visit that counts",
    "ANRLO": "lower normal limit, in AVALU",
    "ANRHI": "upper normal limit, in AVALU",
    "LEVEL": "vertebra or region; blank for the whole child",
    "SRC": "where from: scan, printed, lab, motor, dose, event, derived",
    "SRCID": "scan_id, or the row of the source table: labs.csv:12",
    "MODEL": "SHA-256 of the model that measured it; blank for all else",
    "REASON": "why AVAL is missing or, where it is there, why it does not count",
}
"""Columns of the long table, in order, and what they mean."""

COLUMNS: tuple[str, ...] = tuple(MEANINGS)
"""Their names, in order."""

NUMBERS = frozenset({"AGE", "AVISITN", "ADY", "AVAL", "BASE", "CHG", "PCHG", "ANRLO", "ANRHI"})
"""Columns of numbers (NaN where missing); all others are text ("" where missing)."""

KEY: tuple[str, ...] = ("USUBJID", "PARAMCD", "LEVEL")
"""What makes a series of values over time."""

ORDER: tuple[str, ...] = (*KEY, "ADY", "AVISITN", "SRC", "SRCID")
"""What the rows are sorted by, so that the same input gives the same bytes."""

SOURCES: tuple[str, ...] = ("scan", "printed", "lab", "motor", "dose", "event", "derived")
"""What SRC may say."""


def long_frame(rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """Rows as a long table: all `COLUMNS` in order, numbers as float64, text as str, sorted by `ORDER`.

    Parameters
    ----------
    rows
        Values by column name; a column left out, or None, is missing.

    Raises
    ------
    KeyError
        For a column the long table does not have.
    """
    import pandas as pd

    cells: dict[str, list[object]] = {name: [] for name in COLUMNS}
    for row in rows:
        if unknown := row.keys() - cells.keys():
            raise KeyError(f"no such column in the long table: {', '.join(sorted(unknown))}")
        for name, column in cells.items():
            column.append(row.get(name))
    return in_order(pd.DataFrame({name: _typed(name, column) for name, column in cells.items()}))


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """A long table with its rows sorted by `ORDER`, row 3 of a table before its row 14; missing days come last."""
    return table.sort_values(list(ORDER), kind="stable", na_position="last", ignore_index=True, key=_rows_as_numbers)


def _rows_as_numbers(column: pd.Series) -> pd.Series:
    if column.name != "SRCID":
        return column
    return column.str.replace(r":(\d+)$", lambda row: f":{int(row[1]):09}", regex=True)


def _typed(name: str, cells: list[object]) -> pd.Series:
    import pandas as pd

    if name in NUMBERS:
        return pd.Series(pd.to_numeric(pd.Series(cells, dtype=object)), dtype="float64")
    return pd.Series(["" if cell is None else str(cell) for cell in cells], dtype=object)
