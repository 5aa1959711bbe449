"""Readers beside each other: what each finally called every vertebra, and where they disagree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations, groupby

from oiscan.anatomy import Level, View
from oiscan.evaluation.agreement.readings import Reading
from oiscan.review.audit import Row, sheet_of
from oiscan.review.sheet import Call, Sheet

Calls = Mapping[str, Mapping[str, tuple[Reading, ...]]]
"""By reader and scan_id: every vertebra of a scan."""


@dataclass(frozen=True)
class Disagreement:
    """A vertebra that two readers call a grade or more apart, or that one of them could not read.

    A grade is None where that reader could not read the vertebra, or did not see one of this level.
    """

    scan_id: str
    level: Level
    readers: tuple[str, str]
    grades: tuple[int | None, int | None]


def accepted_sheets(rows: Iterable[Row]) -> dict[tuple[str, str], Sheet]:
    """The lateral sheets readers accepted, by (reader, scan_id), from rows in the order the store gives them."""
    of_reading = groupby(rows, key=lambda row: (row.reader, row.scan_id))
    sheets = {key: sheet_of(list(some)) for key, some in of_reading}
    return {key: sheet for key, sheet in sheets.items() if sheet.accepted and sheet.frame.view is View.LATERAL}


def calls(sheets: Mapping[tuple[str, str], Sheet]) -> Calls:
    """What every reader called on the sheets they accepted."""
    told: dict[str, dict[str, tuple[Reading, ...]]] = {}
    for (reader, scan_id), sheet in sheets.items():
        told.setdefault(reader, {})[scan_id] = tuple(_reading(call, reader, scan_id) for call in sheet.calls)
    return told


def disagreements(called: Calls) -> list[Disagreement]:
    """Between each two readers, on the scans both read; by scan and from head to foot."""
    found = [
        one
        for first, second in combinations(sorted(called), 2)
        for scan_id in called[first].keys() & called[second].keys()
        for one in _apart(called[first][scan_id], called[second][scan_id], (first, second))
    ]
    order = list(Level)
    return sorted(found, key=lambda one: (one.scan_id, order.index(one.level), one.readers))


def _apart(ours: Iterable[Reading], theirs: Iterable[Reading], readers: tuple[str, str]) -> list[Disagreement]:
    first, second = ({one.level: one for one in some} for some in (ours, theirs))
    both = {level: (_grade(first.get(level)), _grade(second.get(level))) for level in {*first, *second}}
    scan_id = next(iter({one.scan_id for one in (*first.values(), *second.values())}), "")
    return [Disagreement(scan_id, level, readers, grades) for level, grades in both.items() if grades[0] != grades[1]]


def _grade(reading: Reading | None) -> int | None:
    return None if reading is None else reading.grade


def _reading(call: Call, reader: str, scan_id: str) -> Reading:
    return Reading(scan_id, call.level, reader, call.grade, call.deformity, call.measures)
