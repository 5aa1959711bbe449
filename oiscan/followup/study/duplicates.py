"""The same thing measured twice at one time, according to the study's own tables."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import replace

from oiscan.followup.study.params import Kind
from oiscan.followup.study.problems import Problem, Severity
from oiscan.followup.study.study import Study
from oiscan.followup.study.values import Value


def without_contradictions(study: Study, values: Iterable[Value]) -> tuple[list[Value], list[Problem]]:
    """The values, where those that contradict each other do not count, and what stands twice.

    Several scans of one day are no contradiction: the long table takes the one with most readable vertebrae.
    """
    told = list(values)
    problems: list[Problem] = []
    reasons: dict[int, str] = {}
    for together in _groups(told):
        first, *others = together
        if len({(value.number, value.text) for value in together}) == 1:
            problems += [_same(value, first) for value in others]
            continue
        for value in together:
            problems.append(value.problem(CONTRADICTION, "keep the right one"))
            reasons[id(value)] = CONTRADICTION
    counted = [replace(value, reason=reasons[id(value)]) if id(value) in reasons else value for value in told]
    return counted, problems + list(_twice_in_a_window(study, counted))


CONTRADICTION = "another value of the same child and time stands elsewhere: neither counts"


def _same(value: Value, first: Value) -> Problem:
    text = f"the same value as in {first.place.file} row {first.place.row}: counted once"
    return value.problem(text, "remove one", Severity.WARNING)


def _groups(values: Iterable[Value]) -> list[list[Value]]:
    """Values of one child, parameter, level and time, where there are several and not all come from scans."""
    groups: dict[Hashable, list[Value]] = {}
    for value in values:
        if not value.reason and value.param.kind is not Kind.COUNT:
            when = value.moment.day if value.moment.day is not None else value.moment.visit
            groups.setdefault((value.child.code, value.param.code, value.level, when), []).append(value)
    return [group for group in groups.values() if len(group) > 1 and any(_is_of_table(value) for value in group)]


def _is_of_table(value: Value) -> bool:
    return ":" in value.source_id


def _twice_in_a_window(study: Study, values: Iterable[Value]) -> Iterator[Problem]:
    """Values of scans, and of tables with one row a visit, where a visit has two."""
    scheduled = {table.file for table in study.settings.tables if not table.unscheduled}
    seen: dict[Hashable, Value] = {}
    for value in values:
        visit = value.moment.visit
        one_a_visit = value.place.file in scheduled if _is_of_table(value) else value.param.code in ONE_A_SCAN
        if value.reason or visit is None or value.source in ("dose", "event") or not one_a_visit:
            continue
        first = seen.setdefault((value.child.code, value.param.code, value.level, visit.name), value)
        if first.moment != value.moment or (not _is_of_table(value) and first.number != value.number):
            text = f"{visit.name} stands in {first.place.file} row {first.place.row} already: {WHICH_COUNTS}"
            yield value.problem(text, "find out which one is the visit", Severity.WARNING)


WHICH_COUNTS = (
    "the last before treatment or the closest to the target counts, of scans of one day the one that shows most"
)
ONE_A_SCAN = ("VFANYN", "LSBMD", "TBLHBMD")
"""Of what comes from scans these stand for all."""
