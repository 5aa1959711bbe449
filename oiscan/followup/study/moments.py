"""When the rows of a table were measured, and what is wrong with what they say of it."""

from __future__ import annotations

from datetime import date

from oiscan.followup.study.cells import read_date, read_day
from oiscan.followup.study.children import Child
from oiscan.followup.study.problems import Problem, Severity
from oiscan.followup.study.settings import Table, Visit
from oiscan.followup.study.source import SourceRow
from oiscan.followup.study.study import Study
from oiscan.followup.study.values import Moment, Place
from oiscan.followup.study.visits import visit_called, visit_on, without_arm


class Clock:
    """Places the rows of one table in time.

    Parameters
    ----------
    study, told, file
        The study, what it says of the table, and the table's name in messages.

    Attributes
    ----------
    problems
        Found so far.
    """

    def __init__(self, study: Study, told: Table, file: str) -> None:
        self._study, self._told, self._file = study, told, file
        self._arm_told: list[tuple[SourceRow, Child]] = []
        self.problems: list[Problem] = []

    def moment(self, row: SourceRow, child: Child) -> Moment:
        """When a row was measured."""
        named = self._named(row, child)
        if self._told.date and row.cells[self._told.date]:
            return self._by_date(row, child, named)
        if self._told.day and row.cells[self._told.day]:
            return self._by_day(row, child, named)
        if named is not None:
            return Moment(visit=named)
        return self._unusable(row, child, self._column, "no date and no visit of this study", "fill it in")

    def arm_problems(self) -> list[Problem]:
        """One problem where the names of visits tell the arm."""
        if not self._arm_told:
            return []
        (row, child), others = self._arm_told[0], len(self._arm_told) - 1
        text = "the name of the visit tells the arm" + (f", here and in {others} more rows" if others else "")
        remedy = "it was taken off before use; whoever reads this table is not blind"
        return [self._problem(row, child, self._told.visit_column, text, remedy, Severity.WARNING)]

    @property
    def _column(self) -> str:
        return self._told.date or self._told.day or self._told.visit_column

    def _problem(
        self, row: SourceRow, child: Child, column: str, text: str, remedy: str, severity: Severity = Severity.ERROR
    ) -> Problem:
        return Place(self._file, row.number, column).problem(text, remedy, child.code, severity)

    def _unusable(self, row: SourceRow, child: Child, column: str, text: str, remedy: str) -> Moment:
        self.problems.append(self._problem(row, child, column, text, remedy))
        return Moment(reason=text)

    def _named(self, row: SourceRow, child: Child) -> Visit | None:
        """The visit the row names, freed of the arm."""
        column = self._told.visit_column
        if not column:
            return None
        name, arm = without_arm(row.cells[column], self._study.arms)
        if arm:
            self._arm_told.append((row, child))
            said = self._study.settings.arms.get(arm, arm if arm in self._study.arms else "")
            if said and child.arm and said != child.arm:
                text = "the name of the visit tells another arm than the table of children"
                self.problems.append(self._problem(row, child, column, text, "find out which one is right"))
        return visit_called(name, self._study.settings.visits)

    def _by_date(self, row: SourceRow, child: Child, named: Visit | None) -> Moment:
        column, layout = self._told.date, self._told.date_format
        on = read_date(row.cells[column], layout)
        if on is None:
            text = f"no date of the layout {layout}"
            return self._unusable(row, child, column, text, "correct it, or set date_format")
        if fault := self._impossible(on, child):
            return self._unusable(row, child, column, fault, "correct the date")
        day = child.study_day(on)
        if day is None and named is None:
            return Moment(on, reason="the first dose is not known")
        return self._placed(row, child, Moment(on, day), named)

    def _impossible(self, on: date, child: Child) -> str:
        if on > self._study.data_cut:
            return "a date after the data cut"
        return "a date before the child was born" if child.birth is not None and on < child.birth else ""

    def _by_day(self, row: SourceRow, child: Child, named: Visit | None) -> Moment:
        column = self._told.day
        day = read_day(row.cells[column])
        if day is None:
            return self._unusable(row, child, column, "no study day", "write a whole number; there is no day 0")
        return self._placed(row, child, Moment(day=day), named)

    def _placed(self, row: SourceRow, child: Child, moment: Moment, named: Visit | None) -> Moment:
        """With its visit: by the day, where it is known."""
        if moment.day is None:
            return Moment(moment.on, visit=named)
        visit = visit_on(moment.day, self._study.settings.visits)
        if named is not None and visit is not None and named != visit:
            text, remedy = f"its day lies in the window of {visit.name}: the day counts", "find out which one is right"
            self._warn(row, child, self._told.visit_column, text, remedy)
        elif visit is None and self._is_scheduled:
            text = f"study day {moment.day} lies in no visit window: it belongs to no visit"
            self._warn(row, child, self._column, text, "widen [[visits]], or say `unscheduled = true`")
        return Moment(moment.on, moment.day, visit)

    @property
    def _is_scheduled(self) -> bool:
        return not self._told.unscheduled and self._told.source not in ("dose", "event")

    def _warn(self, row: SourceRow, child: Child, column: str, text: str, remedy: str) -> None:
        self.problems.append(self._problem(row, child, column, text, remedy, Severity.WARNING))
