"""One sheet a child: its values, its vertebrae at each visit, its course in pictures, and where all that comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from oiscan.anatomy import Level
from oiscan.followup.change.vertebra import State
from oiscan.followup.readout.course_of_child import course_svg
from oiscan.followup.readout.describe import counting, each, given_doses, grouped, of_whole_child, visits_of
from oiscan.followup.readout.parts import Table
from oiscan.followup.readout.words import NONE, day, measured, number, with_unit
from oiscan.followup.study.params import Param

EVENTS = ("FX", "AE", "DOSE")
"""What is told by day and not by visit."""


@dataclass(frozen=True)
class Vertebra:
    """A vertebra at one visit: its grade, None where it has none, and what is said of it."""

    grade: int | None
    words: str = ""


@dataclass(frozen=True, eq=False)
class Sheet:
    """What the report says of one child.

    Parameters
    ----------
    subject
        USUBJID.
    facts
        Arm, sex, age and the like, by name.
    visits
        Names of the visits, in order.
    vertebrae
        By level, head to foot: one a visit.
    tables
        Values by visit, events by day.
    svg
        Its course in pictures; "" where nothing is to be drawn.
    """

    subject: str
    facts: Mapping[str, str]
    visits: tuple[str, ...]
    vertebrae: Mapping[str, tuple[Vertebra, ...]]
    tables: tuple[Table, ...]
    svg: str = field(repr=False, default="")


def sheets(
    long: pd.DataFrame, changes: pd.DataFrame, notes: pd.DataFrame, params: Mapping[str, Param]
) -> list[Sheet]:
    """The sheets of all children, in the order of their codes.

    Parameters
    ----------
    long
        The long table.
    changes
        A row a child, level and later visit (see `oiscan.followup.change.frames`).
    notes
        What else is to be said of a child: USUBJID, `what`, `when`, `words`.
    params
        The study's parameters, in the order their values are told.
    """
    order = {code: place for place, code in enumerate(params)}
    told = long.sort_values("PARAMCD", key=lambda codes: codes.map(order), kind="stable")
    return [
        _sheet(subject, place, rows, params, changes[changes["USUBJID"] == subject], notes[notes["USUBJID"] == subject])
        for place, ((subject,), rows) in enumerate(grouped(told, "USUBJID"), start=1)
    ]


def _sheet(
    subject: str,
    place: int,
    rows: pd.DataFrame,
    params: Mapping[str, Param],
    changes: pd.DataFrame,
    notes: pd.DataFrame,
) -> Sheet:
    visits = visits_of(rows)
    tables = _values(rows, visits, params), _days(rows), _notes(notes)
    told = tuple(table for table in tables if table.rows)
    svg = course_svg(rows, f"child_{place}", subject)
    return Sheet(subject, _facts(rows), tuple(visits.values()), _vertebrae(rows, changes, visits), told, svg)


def _facts(rows: pd.DataFrame) -> dict[str, str]:
    first = rows.sort_values("ADY", kind="stable").iloc[0]
    last = rows["ADY"].max()
    facts = {"arm": first["ARM"] or NONE, "sex": first["SEX"] or NONE, "age at the first value": _years(first["AGE"])}
    return facts | {"doses given": str(len(given_doses(rows))), "last value": day(last)}


def _years(age: float) -> str:
    return f"{age:.1f} years" if age == age else NONE


def _vertebrae(
    rows: pd.DataFrame, changes: pd.DataFrame, visits: Mapping[float, str]
) -> dict[str, tuple[Vertebra, ...]]:
    """The baseline as graded, later visits as compared with it: under the baseline's names of the levels."""
    graded = rows[(rows["PARAMCD"] == "VFGRADE") & (rows["ANL01FL"] == "Y")]
    cells = {(one.LEVEL, one.AVISIT): _vertebra(one.AVAL, one.REASON) for one in each(graded)}
    compared = changes[changes["GRADE"].notna()]
    cells |= {(one.LEVEL, one.AVISIT): _vertebra(one.GRADE, "", one.STATE) for one in each(compared)}
    seen = {level for level, _ in cells}
    return {
        level: tuple(cells.get((level, visit), Vertebra(None)) for visit in visits.values())
        for level in Level
        if level in seen
    }


def _vertebra(grade: float, reason: str, state: str = "") -> Vertebra:
    if grade != grade:
        return Vertebra(None, reason or "not readable")
    return Vertebra(int(grade), "" if state in (State.STABLE, State.NOT_EVALUABLE) else state)


def _values(rows: pd.DataFrame, visits: Mapping[float, str], params: Mapping[str, Param]) -> Table:
    """All values that count, a row a parameter; the numbers name their sources."""
    counted = of_whole_child(counting(rows))
    counted = counted[counted["AVISITN"].notna() & ~counted["PARAMCD"].isin(EVENTS)]
    told = []
    for (code, label, unit), group in grouped(counted, "PARAMCD", "PARAM", "AVALU", as_met=True):
        values = {one.AVISITN: measured(one.AVAL, params[code].kind) for one in each(group)}
        sources = " ".join(dict.fromkeys(group["SRC"]))
        told.append((with_unit(label, unit), *(values.get(visit, NONE) for visit in visits), sources))
    return Table("values", "Values that count, by visit", ("", *visits.values(), "from"), tuple(told), counted)


def _days(rows: pd.DataFrame) -> Table:
    """Doses and events, by study day."""
    listed = rows[rows["PARAMCD"].isin(EVENTS)].sort_values(["ADY", "PARAMCD", "SRCID"], kind="stable")
    told = tuple(
        (day(one.ADY), one.PARAM, one.AVALC or f"{number(one.AVAL)} {one.AVALU}".strip(), one.SRCID)
        for one in each(listed)
    )
    return Table("days", "Doses, fractures and adverse events", ("when", "what", "", "from"), told, listed)


def _notes(notes: pd.DataFrame) -> Table:
    told = tuple((one.what, one.when, one.words) for one in each(notes))
    return Table("notes", "To look at", ("what", "when", "words"), told, notes)
