"""The values of one of the study's own tables: every cell of every mapped column, or why it cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from oiscan.anatomy import Level
from oiscan.densitometry.quantities import site_named
from oiscan.densitometry.repeat.machine import Machine
from oiscan.densitometry.repeat.maker import maker_name
from oiscan.followup.study import units
from oiscan.followup.study.cells import BLANK, Reading, read_cell, read_event, read_yes_no
from oiscan.followup.study.children import Child
from oiscan.followup.study.moments import Clock
from oiscan.followup.study.params import Kind, Param
from oiscan.followup.study.problems import Problem, Severity
from oiscan.followup.study.settings import Column, Table
from oiscan.followup.study.source import SourceRow, SourceTable, read_source
from oiscan.followup.study.study import Study
from oiscan.followup.study.values import BONE_DENSITY, LUMBAR_DENSITY, Moment, Place, Value

NO_SUCH_CHILD = "no such child in the table of children: the row is not used"


def read_table(study: Study, told: Table) -> SourceTable:
    """A table with every column the mapping names.

    Raises
    ------
    ConfigError
        It cannot be read or lacks one.
    """
    needed = [told.subject_column, told.date, told.day, told.visit_column, told.machine, *told.columns]
    for column in told.columns.values():
        limits = [limit for limit in (column.low, column.high) if isinstance(limit, str)]
        needed += [column.unit_column, column.level_column, *limits]
    return read_source(study.path(told.file), needed)


def table_values(
    study: Study, told: Table, table: SourceTable, children: Mapping[str, Child]
) -> tuple[list[Value], list[Problem]]:
    """The values of a table, and what is wrong with it."""
    clock = Clock(study, told, table.file)
    problems = list(table.problems)
    rows = []
    for row in table.rows:
        code = row.cells[told.subject_column]
        if code not in children:
            place = Place(table.file, row.number, told.subject_column)
            problems.append(place.problem(NO_SUCH_CHILD, "correct the code, or add the child"))
        elif any(row.cells[name] for name in told.columns):
            rows.append(_Row(row, children[code], clock.moment(row, children[code])))
    values = []
    for name, column in told.columns.items():
        reader = _ColumnReader(study, told, table, name, column)
        values += reader.values(rows)
        problems += reader.problems
    return values, [*problems, *clock.problems, *clock.arm_problems()]


@dataclass(frozen=True)
class _Row:
    row: SourceRow
    child: Child
    moment: Moment


class _ColumnReader:
    """Reads one column of a table, and remembers what is wrong with it."""

    def __init__(self, study: Study, told: Table, table: SourceTable, name: str, column: Column) -> None:
        self.study, self.told, self.table, self.name, self.column = study, told, table, name, column
        self.param: Param = study.params[column.param]
        self.unit = self.param.unit if column.unit is None else column.unit
        self.problems: list[Problem] = []

    def values(self, rows: list[_Row]) -> list[Value]:
        """The column's values, a row each; an event that did not happen is none."""
        values = [self._value(row) for row in rows]
        if self.param.kind is Kind.COUNT:
            return [value for value in values if value.reason != BLANK]
        return self._without_slips(values)

    def _value(self, row: _Row) -> Value:
        cells, place = row.row.cells, Place(self.table.file, row.row.number, self.name)
        reading = self._reading(cells[self.name])
        value = Value(
            row.child,
            self.param,
            row.moment,
            place,
            self.told.source,
            f"{self.table.file}:{row.row.number}",
            reading.number,
            reading.text,
            self.unit,
            *self._limits(row),
            self._level(row),
            reason=reading.reason,
            machine=self._machine(cells),
        )
        return self._checked(value, cells)

    def _reading(self, cell: str) -> Reading:
        if self.param.kind is Kind.BINARY:
            return read_yes_no(cell, self.column.codes)
        if self.param.kind is Kind.COUNT:
            return read_event(cell, self.column.codes)
        return read_cell(cell, self.column.codes, self.table.decimal_comma)

    def _checked(self, value: Value, cells: Mapping[str, str]) -> Value:
        """The value, or the reason why it cannot be used, which is then a problem too."""
        if value.reason == BLANK:
            return value
        if value.moment.reason:
            return replace(value, number=None, text="", reason=value.moment.reason)
        if value.reason:
            return self._refused(value, value.reason, "correct it, or give `codes`")
        told_unit = cells.get(self.column.unit_column, "")
        if told_unit and not units.same_unit(told_unit, self.unit):
            factor = units.conversion(told_unit, self.unit, self.param) or "oiscan knows no factor"
            return self._refused(value, f"another unit than {self.unit or 'none'}", f"correct it ({factor})")
        if self.param.kind is not Kind.CONTINUOUS and value.number is not None and not value.number.is_integer():
            return self._refused(value, "no whole number", "correct it")
        return self._in_bounds(self._in_region(value))

    @property
    def _bounds(self) -> tuple[float, float]:
        least, most = units.bounds(self.param, self.unit)
        return (
            least if self.column.least is None else self.column.least,
            most if self.column.most is None else self.column.most,
        )

    def _in_bounds(self, value: Value) -> Value:
        least, most = self._bounds
        if value.number is None or least <= value.number <= most:
            return value
        text = f"not between {least:g} and {most:g} {self.unit}".rstrip()
        other = units.slip(value.number, self.unit, self.param)
        remedy = f"is it in {other}? correct it" if other else "correct it, or set least and most"
        return self._refused(value, text, remedy)

    def _in_region(self, value: Value) -> Value:
        """Another region of the spine does not count, but stays as it is."""
        wanted = self.study.settings.scans.region
        if self.param.code not in LUMBAR_DENSITY or value.number is None or value.level == wanted:
            return value
        text = f"region {value.level or 'not known'}, the study's is {wanted}: they cannot be compared"
        self.problems.append(value.problem(text, "measure the same vertebrae at every visit"))
        return replace(value, reason=text)

    def _without_slips(self, values: list[Value]) -> list[Value]:
        """The values without those that seem to be in another unit; bounds of the user's own end the suspicion."""
        if self.column.least is not None and self.column.most is not None:
            return values
        numbers = [value.number for value in values if value.is_usable and value.number is not None]
        other = units.slip_of_column(numbers, self.unit, self.param)
        if not other:
            return [self._without_slip(value) for value in values]
        text = f"the whole column seems to be in {other}, not in {self.unit}: none of it is used"
        remedy = f"give `unit` in study.toml; if {self.unit} is right, set least and most"
        row = next(value.place.row for value in values if value.is_usable)
        self.problems.append(Problem(self.table.file, row, self.name, text, remedy))
        return [replace(value, number=None, reason=text) if value.is_usable else value for value in values]

    def _without_slip(self, value: Value) -> Value:
        other = "" if value.number is None or value.reason else units.slip(value.number, self.unit, self.param)
        if not other:
            return value
        remedy = f"correct it; if {self.unit} is right, set least and most"
        return self._refused(value, f"seems to be in {other}, not in {self.unit}", remedy)

    def _refused(self, value: Value, text: str, remedy: str) -> Value:
        self.problems.append(value.problem(text, remedy))
        return replace(value, number=None, text="", reason=text)

    def _limits(self, row: _Row) -> tuple[float | None, float | None]:
        """Normal limits; neither where the lower lies above the upper."""
        low, high = self._limit(row, self.column.low), self._limit(row, self.column.high)
        if low is None or high is None or low <= high:
            return low, high
        place = Place(self.table.file, row.row.number, self.name)
        text = "the lower normal limit lies above the upper: neither is used"
        self.problems.append(place.problem(text, "are the columns exchanged?", row.child.code, Severity.WARNING))
        return None, None

    def _limit(self, row: _Row, limit: str | float) -> float | None:
        """A normal limit; none where it is no number or cannot be in the unit of the value."""
        if isinstance(limit, float):
            return limit
        cell = row.row.cells[limit] if limit else ""
        number = read_cell(cell, {}, self.table.decimal_comma).number
        least, most = self._bounds
        if not cell or (number is not None and least <= number <= most):
            return number
        place = Place(self.table.file, row.row.number, limit)
        text = f"no normal limit between {least:g} and {most:g} {self.unit}: it is not used"
        self.problems.append(place.problem(text, "give it in the unit of the value", row.child.code, Severity.WARNING))
        return None

    def _level(self, row: _Row) -> str:
        told = row.row.cells[self.column.level_column] if self.column.level_column else self.column.level
        if not told:
            return self._usual_level
        level = site_named(told) or (told.upper() if told.upper() in list(Level) else "")
        if not level:
            place = Place(self.table.file, row.row.number, self.column.level_column or self.name)
            self.problems.append(place.problem("no vertebra or region", "write L1, L1-L4 or TBLH", row.child.code))
        return level

    @property
    def _usual_level(self) -> str:
        if self.param.code in LUMBAR_DENSITY:
            return self.study.settings.scans.region
        return "TBLH" if self.param.code in BONE_DENSITY else ""

    def _machine(self, cells: Mapping[str, str]) -> Machine | None:
        if self.param.code not in BONE_DENSITY:
            return None
        name = cells[self.told.machine] if self.told.machine else ""
        return Machine(maker_name(name), name)
