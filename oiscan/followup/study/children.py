"""The children of a study: arm, sex, age and first dose, from the table with one row a child."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from oiscan.followup.study.cells import read_cell, read_date, read_day
from oiscan.followup.study.problems import Problem, Severity
from oiscan.followup.study.redcap import event_and_arm
from oiscan.followup.study.settings import DAYS_A_MONTH, Children
from oiscan.followup.study.source import SourceRow, SourceTable, read_source
from oiscan.followup.study.study import Study

OLDEST_YEARS = 25.0
"""Who is older at the first dose is taken for a slip of the pen."""
DAYS_A_YEAR = 12 * DAYS_A_MONTH
_SEXES = {"f": "F", "female": "F", "m": "M", "male": "M"}


@dataclass(frozen=True)
class Child:
    """What does not change from visit to visit.

    Parameters
    ----------
    code
        USUBJID.
    row
        Of the table of children.
    arm, sex
        ARM; F or M. "" where not known.
    birth, first_dose
        Dates; None where not known.
    age_years
        At the first dose, where the birth date is not known.
    first_scan_day
        Study day of the first scan, where dates are not known.
    """

    code: str
    row: int
    arm: str = ""
    sex: str = ""
    birth: date | None = None
    age_years: float | None = None
    first_dose: date | None = None
    first_scan_day: int | None = None

    def study_day(self, on: date) -> int | None:
        """ADY of a date: 1 on the day of the first dose, -1 on the day before; None where that day is not known."""
        if self.first_dose is None:
            return None
        days = (on - self.first_dose).days
        return days + 1 if days >= 0 else days

    def age_on(self, day: float | None) -> float | None:
        """Age in years on a study day; None where either is not known."""
        at_first = self.age_years
        if self.birth is not None and self.first_dose is not None:
            at_first = (self.first_dose - self.birth).days / DAYS_A_YEAR
        if at_first is None or day is None:
            return None
        return at_first + (day - 1 if day > 0 else day) / DAYS_A_YEAR


def read_children(study: Study) -> tuple[dict[str, Child], list[Problem]]:
    """The children by code, and what is wrong with their table.

    Raises
    ------
    ConfigError
        The table cannot be read, or lacks a column study.toml names.
    """
    told = study.settings.children
    event = "redcap_event_name" if told.redcap and not told.arm else ""
    names = (told.subject, told.arm, told.sex, told.birth_date, told.age_years, told.first_dose_date)
    table = read_source(study.path(told.file), (*names, told.first_scan_day, event))
    problems = list(table.problems)
    by_code: dict[str, list[SourceRow]] = {}
    for row in table.rows:
        by_code.setdefault(row.cells[told.subject], []).append(row)
    for row in by_code.pop("", []):
        problems.append(Problem(table.file, row.number, told.subject, "no code: the row is not used", "write one"))
    children = {}
    for code, rows in by_code.items():
        merged, faults = _merged(told, table, code, rows)
        reader = _Reader(study, table, code, merged)
        children[code] = reader.child()
        problems += [*faults, *reader.problems]
    return children, problems


def _merged(
    told: Children, table: SourceTable, code: str, rows: Sequence[SourceRow]
) -> tuple[SourceRow, list[Problem]]:
    """One row out of those of a child: a REDCap export has one an event, each with some of the cells."""
    cells = dict(rows[0].cells)
    problems = []
    if len(rows) > 1 and not told.redcap:
        text, remedy = f"this child stands in row {rows[0].number} already", "keep one row a child"
        problems += [Problem(table.file, row.number, told.subject, text, remedy, usubjid=code) for row in rows[1:]]
    for name in (told.arm, told.sex, told.birth_date, told.age_years, told.first_dose_date, told.first_scan_day):
        said = {row.cells[name]: row.number for row in reversed(rows) if name and row.cells[name]}
        if len(said) > 1:
            text, remedy = "the rows of this child say different things: none is used", "correct the wrong one"
            problems += [Problem(table.file, number, name, text, remedy, usubjid=code) for number in said.values()]
        if name:
            cells[name] = next(iter(said)) if len(said) == 1 else ""
    return SourceRow(rows[0].number, cells), problems


class _Reader:
    """Reads the cells of one child, and remembers what is wrong with them."""

    def __init__(self, study: Study, table: SourceTable, code: str, row: SourceRow) -> None:
        self.study, self.told, self.table, self.code, self.row = study, study.settings.children, table, code, row
        self.problems: list[Problem] = []

    def child(self) -> Child:
        """The child as far as its cells can be read."""
        child = Child(
            self.code,
            self.row.number,
            self._arm(),
            self._sex(),
            self._date(self.told.birth_date),
            self._age(),
            self._date(self.told.first_dose_date),
            self._day(),
        )
        age = child.age_on(1)
        if age is not None and not 0 <= age <= OLDEST_YEARS:
            column = self.told.birth_date or self.told.age_years
            text = f"the age at the first dose is not between 0 and {OLDEST_YEARS:.0f} years: no age is used"
            self._wrong(column, text, "check birth date and first dose")
            return replace(child, birth=None, age_years=None)
        return child

    def _cell(self, column: str) -> str:
        return self.row.cells[column] if column else ""

    def _wrong(self, column: str, text: str, remedy: str) -> None:
        self.problems.append(Problem(self.table.file, self.row.number, column, text, remedy, usubjid=self.code))

    def _arm(self) -> str:
        column = self.told.arm or ("redcap_event_name" if self.told.redcap else "")
        cell = self._cell(column) if self.told.arm else event_and_arm(self._cell(column))[1]
        known = {**{arm: arm for arm in self.study.arms}, **self.study.settings.arms}
        if column and cell not in known:
            self._wrong(column, "no arm of this study: ARM stays blank", "list it in [arms] of study.toml")
        return known.get(cell, "")

    def _sex(self) -> str:
        cell, codes = self._cell(self.told.sex), self.study.settings.sex
        sex = codes.get(cell, "") if codes else _SEXES.get(cell.casefold(), "")
        if self.told.sex and not sex:
            known = ", ".join(codes or ("F", "M", "female", "male"))
            self._wrong(self.told.sex, f"no code of a sex; known are {known}", "correct it, or list it in [sex]")
        return sex

    def _date(self, column: str) -> date | None:
        cell = self._cell(column)
        found = read_date(cell, self.told.date_format) if cell else None
        if cell and found is None:
            self._wrong(column, f"no date of the layout {self.told.date_format}", "correct it, or set date_format")
        if found is not None and found > self.study.data_cut:
            self._wrong(column, "a date after the data cut", "correct it, or set data_cut in study.toml")
            return None
        return found

    def _age(self) -> float | None:
        cell = self._cell(self.told.age_years)
        found = read_cell(cell, {}, self.table.decimal_comma)
        if cell and found.number is None:
            self._wrong(self.told.age_years, "no age in years", "write a number such as 4.6")
        return found.number

    def _day(self) -> int | None:
        cell = self._cell(self.told.first_scan_day)
        if cell and read_day(cell) is None:
            self._wrong(self.told.first_scan_day, "no study day", "write a whole number; there is no day 0")
        return read_day(cell) if cell else None


def with_first_doses(
    study: Study, children: Mapping[str, Child], doses: Mapping[str, date]
) -> tuple[dict[str, Child], list[Problem]]:
    """The children with the first dose of the dose table where their own table does not say it."""
    known = {code: replace(one, first_dose=one.first_dose or doses.get(code)) for code, one in children.items()}
    return known, list(_without_time(study, known))


def _without_time(study: Study, children: Mapping[str, Child]) -> Iterator[Problem]:
    """Children whose first dose is not known, where dates are all there is."""
    told = study.settings.children
    if not any(table.date for table in study.settings.tables) and not told.first_dose_date:
        return
    for one in children.values():
        if one.first_dose is None:
            text = "the first dose is not known: dates of this child have no study day"
            remedy = "give first_dose_date, or the dose in the dose table"
            column = told.first_dose_date or told.subject
            yield Problem(told.file, one.row, column, text, remedy, Severity.ERROR, one.code)
