"""One value of a study on its way into the long table: of whom, of when, what, and where it stood."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from oiscan.densitometry.repeat.machine import Machine
from oiscan.followup.study.children import Child
from oiscan.followup.study.params import Param
from oiscan.followup.study.problems import Problem, Severity
from oiscan.followup.study.settings import DAYS_A_MONTH, Visit

BONE_DENSITY = frozenset({"LSBMD", "LSBMDZ", "LSHAZ", "LSBMDM", "TBLHBMD", "TBLHZ"})
"""What depends on the scanner."""
LUMBAR_DENSITY = frozenset({"LSBMD", "LSBMDZ", "LSHAZ", "LSBMDM"})
"""What depends on the region of the spine."""


@dataclass(frozen=True)
class Place:
    """Where a value stood: file, row as a spreadsheet counts, and column."""

    file: str
    row: int | None
    column: str

    def problem(self, text: str, remedy: str, usubjid: str = "", severity: Severity = Severity.ERROR) -> Problem:
        """What is wrong here."""
        return Problem(self.file, self.row, self.column, text, remedy, severity, usubjid)


@dataclass(frozen=True)
class Moment:
    """When a value was measured.

    Parameters
    ----------
    on
        Date; None where it is not known or not given.
    day
        Study day; None where it is not known.
    visit
        The visit it belongs to; None outside all windows.
    reason
        Why none of it can be used; "" where it can.
    """

    on: date | None = None
    day: int | None = None
    visit: Visit | None = None
    reason: str = ""

    @property
    def before_treatment(self) -> bool:
        """Whether it lies on or before the first dose: by its day, else by its visit."""
        if self.day is not None:
            return self.day <= 1
        return self.visit is not None and self.visit.month <= 0

    @property
    def order(self) -> float:
        """Study day, or that of the visit's target, to sort by."""
        if self.day is not None:
            return self.day
        return float("inf") if self.visit is None else self.visit.target


@dataclass(frozen=True)
class Value:
    """One value.

    Parameters
    ----------
    child, param, moment, place
        Of whom, what, when, and where it stood.
    source, source_id
        SRC and SRCID.
    number, text, unit
        AVAL, AVALC, AVALU.
    low, high, level, model
        ANRLO, ANRHI, LEVEL, MODEL.
    reason
        Why it is missing or, where there is a number, why it does not count.
    machine
        What measured it, for bone density; None for all else.
    """

    child: Child
    param: Param
    moment: Moment
    place: Place
    source: str
    source_id: str
    number: float | None = None
    text: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    level: str = ""
    model: str = ""
    reason: str = ""
    machine: Machine | None = field(default=None, compare=False)

    @property
    def is_usable(self) -> bool:
        """Whether there is a number that counts."""
        return self.number is not None and not self.reason

    def problem(self, text: str, remedy: str, severity: Severity = Severity.ERROR) -> Problem:
        """What is wrong with it."""
        return self.place.problem(text, remedy, self.child.code, severity)

    def as_row(self, study_id: str, blinded: bool, dates: bool) -> dict[str, object]:
        """The row of the long table, as far as it is known without the other values."""
        moment, child = self.moment, self.child
        visit, on = moment.visit, moment.on
        return {
            "STUDYID": study_id,
            "USUBJID": child.code,
            "ARM": "" if blinded else child.arm,
            "AGE": child.age_on(self._day_or_target()),
            "SEX": child.sex,
            "PARAMCD": self.param.code,
            "PARAM": self.param.label,
            "AVISIT": "" if visit is None else visit.name,
            "AVISITN": None if visit is None else visit.month,
            "ADT": on.isoformat() if on is not None and dates else "",
            "ADY": moment.day,
            "AVAL": self.number,
            "AVALC": self.text,
            "AVALU": self.unit,
            "ANRLO": self.low,
            "ANRHI": self.high,
            "LEVEL": self.level,
            "SRC": self.source,
            "SRCID": self.source_id,
            "MODEL": self.model,
            "REASON": self.reason,
        }

    def _day_or_target(self) -> float | None:
        if self.moment.day is not None or self.moment.visit is None:
            return self.moment.day
        return 1 + self.moment.visit.month * DAYS_A_MONTH
