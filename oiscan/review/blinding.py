"""Blinded reading: study codes for scans, in an order of each reader's own, until somebody unblinds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from oiscan.anatomy import View
from oiscan.errors import ConfigError
from oiscan.review.audit import Row
from oiscan.review.cases import Case, Results
from oiscan.review.readings import Readings

BEGAN, UNBLINDED = "began blinded reading", "unblinded"
"""Steps kept beside the readings (`Readings.note_step`)."""

CODES_COLUMNS = ("study_code", "scan_id", "subject", "day")


def blinded_cases(results: Results, reader: str) -> tuple[Case, ...]:
    """The lateral scans under study codes, in random order, with nothing of whose they are or what the model said.

    Codes and order follow from the folder's secret key: another run gives the same ones, and nobody without the key
    can trace them back. Every reader has another order. AP scans have no grade and are left out.
    """
    lateral = [case for case in results.cases if case.view is View.LATERAL]
    lateral.sort(key=lambda case: results.keyed.digest(f"order for {reader}", case.scan_id))
    return tuple(_hidden(case, results.study_code(case.scan_id)) for case in lateral)


def check_terms(readings: Readings, reader: str, blinded: bool) -> None:
    """Raise `ConfigError` where reading so would break a blinding: one name reads one way in a folder."""
    if blinded and is_unblinded(readings):
        raise ConfigError("these scans were unblinded: nobody can read them blinded any more")
    ways = readings.ways(reader)
    if ways - {blinded}:
        way = "without blinding" if blinded else "blinded"
        raise ConfigError(f"this reader has read here {way} already: read under another name")


def is_unblinded(readings: Readings) -> bool:
    """Whether somebody took the step."""
    return any(what == UNBLINDED for _, _, what, _ in readings.steps())


def still_blinded(readings: Readings, rows: Iterable[Row]) -> bool:
    """Whether some readings were made blinded and nobody has unblinded them."""
    return any(row.blinded for row in rows) and not is_unblinded(readings)


def codes(results: Results) -> list[tuple[str, str, str, int | None]]:
    """Which study code was which scan, as rows of `CODES_COLUMNS`, by code."""
    lateral = [case for case in results.cases if case.view is View.LATERAL]
    return sorted((results.study_code(case.scan_id), case.scan_id, case.subject, case.day) for case in lateral)


def _hidden(case: Case, code: str) -> Case:
    return replace(case, code=code, subject="", day=None, worst_grade=None, borderline=0, unreadable=0, doubt=0.0)
