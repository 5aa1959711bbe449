"""The table of a precision study: repeated values, as a user typed them or as `printed.csv` holds them."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from oiscan.densitometry.csv_lines import CsvLines
from oiscan.errors import ConfigError

QUANTITIES = ("value", "bmd_g_cm2", "bmc_g", "area_cm2")
"""Columns that hold what was measured: a plain `value` in any unit, or those of `printed.csv`."""

VISITS = ("visit", "day")
REPEATS = ("repeat", "scan_id")
PASSED_OVER = ("t_score", "z_score", "origin", "remarks", "source")
COLUMNS = ("subject", *VISITS, *REPEATS, "site", "region", *QUANTITIES, "invalid_code", *PASSED_OVER)
VALID = ("", "0")


@dataclass(frozen=True)
class Duplicates:
    """Repeated values of one quantity in one region.

    Parameters
    ----------
    site, region, quantity
        "" where the table does not tell.
    repeats
        Values by person and visit: only scans of one visit tell how well a measurement repeats.
    left_out
        Lines marked as not valid.
    """

    site: str
    region: str
    quantity: str
    repeats: Mapping[str, Sequence[float]]
    left_out: int = 0

    @property
    def people(self) -> int:
        """How many have a second value."""
        return sum(len(values) > 1 for values in self.repeats.values())


def read_duplicates(path: Path) -> tuple[Duplicates, ...]:
    """The repeated values in a CSV file, in the order their regions first stand there.

    It has a column ``subject`` and one or more of ``value, bmd_g_cm2, bmc_g, area_cm2``; it may have ``visit`` (or
    ``day``), ``repeat`` (or ``scan_id``), ``site``, ``region`` and ``invalid_code``. A file `printed.csv` will do.
    An empty cell is no value; a line with an `invalid_code` other than 0 is left out, and counted.

    Raises
    ------
    ConfigError
        The file is absent, is no such table, or has a column or a cell that cannot be used. The message names the line
        and quotes nothing of it.
    """
    groups: dict[tuple[str, str, str], dict[str, list[float]]] = {}
    left_out: dict[tuple[str, str, str], int] = {}
    seen: set[tuple[str, ...]] = set()
    table = CsvLines.read(path, "file of repeated scans")
    _check_columns(table.names)
    for number, row in table.lines:
        person = _person(table, number, row)
        for quantity in (name for name in QUANTITIES if row.get(name)):
            place = (row.get("site", ""), row.get("region", ""), quantity)
            if row.get("invalid_code", "") not in VALID:
                left_out[place] = left_out.get(place, 0) + 1
                continue
            _check_new(table, number, (*place, person, *(row.get(name, "") for name in REPEATS)), seen)
            groups.setdefault(place, {}).setdefault(person, []).append(_value(table, number, row[quantity]))
    if not groups:
        raise ConfigError("the file of repeated scans holds no value")
    return tuple(Duplicates(*place, repeats, left_out.get(place, 0)) for place, repeats in groups.items())


def _check_columns(names: Collection[str]) -> None:
    if unknown := sum(name not in COLUMNS for name in names):
        known = ", ".join(COLUMNS)
        raise ConfigError(f"{unknown} columns of the file of repeated scans are unknown: it may have {known}")
    if "subject" not in names or not set(QUANTITIES) & set(names):
        raise ConfigError(f"the file of repeated scans needs a column subject and one of {', '.join(QUANTITIES)}")


def _person(table: CsvLines, number: int, row: Mapping[str, str]) -> str:
    """Person and visit in one word."""
    visit = [row[name] for name in VISITS if name in row]
    if not row["subject"] or "" in visit:
        raise table.unusable(number, "does not say whose it is, or of which visit: scans of two visits would be mixed")
    return "|".join([row["subject"], *visit])


def _check_new(table: CsvLines, number: int, scan: tuple[str, ...], seen: set[tuple[str, ...]]) -> None:
    """Refuse one scan that stands there twice: it would repeat perfectly."""
    if any(scan[-len(REPEATS) :]) and scan in seen:
        raise table.unusable(number, "repeats a scan that stands in an earlier line")
    seen.add(scan)


def _value(table: CsvLines, number: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise table.unusable(number, "has a value that is no number above 0; the decimal sign is a point")
    return value

