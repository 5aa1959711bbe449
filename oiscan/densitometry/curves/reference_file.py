"""A user's reference tables in one CSV file: read, checked as a whole, and every fault told at once.

Columns: ``table_id, site, quantity, unit, scanner, software, population, sex, age_years, L, M, S``; one line for each
age of each curve. Lines starting with ``#`` are comments, of which ``# source: ...`` and ``# licence: ...`` are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from oiscan.densitometry.curves.lms import LARGEST_POWER, Lms, LmsCurve
from oiscan.densitometry.curves.reference import Reference, ReferenceCurve
from oiscan.densitometry.quantities import QUANTITIES, quantity_named
from oiscan.densitometry.user_table import Problem, Row, UserTable, grouped, read_user_table, refuse_problems
from oiscan.densitometry.words import spelt, word_faults

KEY = ("table_id", "site", "quantity", "scanner", "software", "population", "sex")
"""Lines equal in these are one curve; the unit follows from the quantity."""

NUMBERS = ("age_years", "L", "M", "S")
COLUMNS = (*KEY, "unit", *NUMBERS)
OLDEST_YEARS = 120


@dataclass(frozen=True)
class CheckedReference:
    """What a file holds, None where anything serious is wrong with it, and all that is."""

    reference: Reference | None
    problems: tuple[Problem, ...]


def read_reference(path: Path) -> Reference:
    """The reference curves in a user's file.

    Raises
    ------
    ConfigError
        The file cannot be opened, or anything in it cannot be used: the message lists all of it.
    """
    checked = check_reference(path)
    refuse_problems("reference table", checked.problems)
    assert checked.reference is not None  # nothing serious was found
    return checked.reference


def check_reference(path: Path) -> CheckedReference:
    """The reference curves in a user's file, and everything that is wrong with it.

    Raises
    ------
    ConfigError
        The file cannot be opened.
    """
    table = read_user_table(path, COLUMNS, NUMBERS)
    found = (*table.problems, *grouped(_faults(table)), *_curve_problems(table))
    problems = tuple(sorted(found, key=lambda problem: (not problem.serious, problem.lines)))
    if any(problem.serious for problem in problems):
        return CheckedReference(None, problems)
    curves = tuple(_curve(table, rows) for rows in _curves(table).values())
    return CheckedReference(Reference(curves, table.source, table.licence, table.sha256), problems)


def _faults(table: UserTable) -> Iterator[tuple[int, str]]:
    """What is wrong in single cells, by line."""
    for row in table.rows:
        yield from ((row.line, text) for text in (*word_faults(row), *_number_faults(row, table)))


def _number_faults(row: Row, table: UserTable) -> Iterator[str]:
    values = {name: table.number(row.cells.get(name, "")) for name in NUMBERS}
    age_years, power, median, variation = (values[name] for name in NUMBERS)
    if age_years is not None and not 0 <= age_years <= OLDEST_YEARS:
        yield "age_years is no age: write years, not months"
    if power is not None and abs(power) > LARGEST_POWER:
        yield f"L is beyond {LARGEST_POWER:g}: it is a power, and 1 leaves the values as they are"
    if variation is not None and not 0 < variation <= 1:
        yield "S is not above 0 and at most 1: it is a share, 0.12 and not 12 percent"
    if median is not None:
        yield from _median_faults(median, row)


def _median_faults(median: float, row: Row) -> Iterator[str]:
    quantity = quantity_named(row.cells.get("quantity", ""))
    if median <= 0:
        yield "M is not above 0"
    elif quantity is not None and not quantity.least <= median <= quantity.most:
        yield f"M cannot be a median {quantity.name} in {quantity.unit}"


def _curves(table: UserTable) -> dict[tuple[str, ...], list[Row]]:
    """The lines of each curve, in the order of the file."""
    curves: dict[tuple[str, ...], list[Row]] = {}
    for row in table.rows:
        curves.setdefault(tuple(spelt(row, name) for name in KEY), []).append(row)
    return curves


def _curve_problems(table: UserTable) -> list[Problem]:
    """Ages that do not rise within a curve, and curves of one age."""
    found = []
    for rows in _curves(table).values():
        ages = [(row.line, age) for row in rows if (age := table.number(row.cells.get("age_years", ""))) is not None]
        for (_, before), (line, age) in pairwise(ages):
            if age == before:
                found.append((line, "age_years stands twice in one curve"))
            elif age < before:
                found.append((line, "age_years must rise from line to line within a curve"))
        if len(rows) == 1 and not any(word_faults(rows[0])):
            found.append((rows[0].line, "a curve needs two ages: no other line has the same words before its age"))
    return grouped(found)


def _curve(table: UserTable, rows: Sequence[Row]) -> ReferenceCurve:
    ages, *lms = zip(*(table.numbers(row, NUMBERS) for row in rows), strict=True)
    told = {name: spelt(rows[0], name) for name in KEY}
    maker = told.pop("scanner")
    curve = LmsCurve(ages, tuple(Lms(*values) for values in zip(*lms, strict=True)))
    return ReferenceCurve(**told, curve=curve, maker=maker if QUANTITIES[told["quantity"]].by_scanner else "")
