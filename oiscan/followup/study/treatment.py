"""Doses and baselines: what must lie before the first dose, and what must not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from oiscan.followup.study.cells import read_cell, read_date
from oiscan.followup.study.params import Kind
from oiscan.followup.study.problems import Problem, Severity
from oiscan.followup.study.settings import Table
from oiscan.followup.study.source import SourceTable
from oiscan.followup.study.study import Study
from oiscan.followup.study.values import Value

_OF_SCANS = ("VFGRADE", "LSBMD", "TBLHBMD")
"""Of what comes from scans these are enough: where one has no baseline, the others of that scan have none either."""


def first_doses(study: Study, tables: Iterable[tuple[Table, SourceTable]]) -> dict[str, date]:
    """The date of each child's first dose above 0, by the tables of doses."""
    firsts: dict[str, date] = {}
    for told, table in tables:
        for name, column in told.columns.items():
            if told.source != "dose" or column.param != "DOSE" or not told.date:
                continue
            for row in table.rows:
                on = read_date(row.cells[told.date], told.date_format)
                given = read_cell(row.cells[name], column.codes, table.decimal_comma).number
                if on is not None and on <= study.data_cut and given:
                    code = row.cells[told.subject_column]
                    firsts[code] = min(on, firsts.get(code, on))
    return firsts


def treatment_problems(study: Study, values: Iterable[Value]) -> Iterator[Problem]:
    """Doses before the first one, and series whose baseline is missing or old."""
    series: dict[tuple[str, str, str], list[Value]] = {}
    for value in values:
        if value.source == "dose":
            yield from _early_dose(value)
        elif _has_baseline(value):
            level = "" if value.param.code == "VFGRADE" else value.level
            series.setdefault((value.child.code, value.param.code, level), []).append(value)
    for together in series.values():
        yield from _baseline(study, sorted(together, key=lambda value: value.moment.order))


def _early_dose(value: Value) -> Iterator[Problem]:
    if value.param.code == "DOSE" and value.number and (value.moment.day or 1) < 1:
        text = f"a dose on study day {value.moment.day}, before the first dose"
        yield value.problem(text, "correct its date, or first_dose_date of the child")


def _has_baseline(value: Value) -> bool:
    """Whether a baseline is to be expected of it."""
    of_interest = ":" in value.source_id or value.param.code in _OF_SCANS
    return of_interest and not value.reason and value.param.kind is not Kind.COUNT and value.source != "event"


def _baseline(study: Study, series: list[Value]) -> Iterator[Problem]:
    before = [value for value in series if value.moment.before_treatment]
    if not before:
        first = series[0]
        day = "" if first.moment.day is None else f"; the first is on study day {first.moment.day}"
        text = f"{first.param.label} has no baseline, no value on or before the first dose{day}: no change is computed"
        yield first.problem(text, "look for the value, or correct the date of the first dose")
        return
    last, oldest = before[-1], study.settings.baseline.oldest_days
    if last.moment.day is not None and -last.moment.day > oldest:
        text = f"the baseline was measured {-last.moment.day} days before the first dose, more than {oldest}"
        yield last.problem(text, "measure again, or set oldest_days", Severity.WARNING)
