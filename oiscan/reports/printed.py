"""The table of values the scanner printed: a row a region, apart from everything oiscan measures.

The same values give the same bytes: fixed columns, numbers with the decimals they were printed with, no times.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from oiscan.loaders.printed import ORIGIN, QUANTITIES, PrintedValue, check_printed
from oiscan.reports.cells import defused

COLUMNS = (
    "scan_id", "subject", "day", "site", "region", *QUANTITIES, "invalid_code", "source", "origin", "remarks",
)  # fmt: skip
"""Columns of `printed.csv`, in order."""


@dataclass(frozen=True)
class PrintedSet:
    """The values of one file, or of one person's visit in the user's table.

    Parameters
    ----------
    scan_id
        Of the file; "" where the user named a person instead.
    subject, day
        Code of the person, and days since that person's first scan; "" and None where unknown.
    values
        In the order they were printed.
    remarks
        What a reader should know of all of them.
    """

    scan_id: str
    subject: str
    day: int | None
    values: tuple[PrintedValue, ...]
    remarks: tuple[str, ...] = ()


def printed_csv(sets: Iterable[PrintedSet]) -> str:
    """Text of `printed.csv`: rows by subject, day and scan, regions in the order they were printed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for printed in sorted(sets, key=_place):
        writer.writerows(_rows(printed))
    return text.getvalue()


def _place(printed: PrintedSet) -> tuple[str, bool, int, str, str]:
    return printed.subject, printed.day is None, printed.day or 0, printed.scan_id, _sources(printed)


def _sources(printed: PrintedSet) -> str:
    return " ".join(sorted({value.source for value in printed.values}))


def _rows(printed: PrintedSet) -> list[list[str]]:
    regions: dict[tuple[str, str, str], dict[str, PrintedValue]] = {}
    for value in printed.values:
        regions.setdefault((value.source, value.site, value.region), {}).setdefault(value.quantity, value)
    findings = check_printed(printed.values)
    rows = []
    for (source, site, region), row in regions.items():
        said = [found.text for found in findings if (found.source, found.site, found.region) == (source, site, region)]
        code = next((value.invalid_code for value in row.values() if value.invalid_code), "")
        numbers = [str(row[quantity]) if quantity in row else "" for quantity in QUANTITIES]
        person = [printed.scan_id, defused(printed.subject), "" if printed.day is None else str(printed.day)]
        rows.append([*person, site, region, *numbers, code, source, ORIGIN, "; ".join([*printed.remarks, *said])])
    return rows
