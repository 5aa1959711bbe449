"""Which scan of a child is compared with which: the baseline with each later visit, level by level."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from oiscan.anatomy import Level
from oiscan.followup.change.naming import matched
from oiscan.followup.change.spine import Findings
from oiscan.report import Finding, Report, Verdict

if TYPE_CHECKING:
    import pandas as pd

OF_CHILD = ("STUDYID", "USUBJID", "ARM", "AGE", "SEX", "AVISIT", "AVISITN", "ADT", "ADY")
"""Columns of the long table that are the same in all rows of a child's visit."""

OTHER_READER = "one visit was graded by oiscan, the other by somebody else"


@dataclass(frozen=True)
class Pair:
    """The baseline and a later visit of a child.

    Parameters
    ----------
    visit
        What the long table says of the child and the later visit, by column (`OF_CHILD`).
    before, after
        Findings by level, under the names of the baseline.
    names
        What a reader should know of how the two were compared.
    baseline_id, scan_id
        The scans they come from; "" where a visit has no report.
    model
        SHA-256 of the model of the later visit.
    """

    visit: Mapping[str, Any]
    before: Findings
    after: Findings
    names: str = ""
    baseline_id: str = ""
    scan_id: str = ""
    model: str = ""


def pairs(table: pd.DataFrame, reports: Mapping[str, Report]) -> tuple[Pair, ...]:
    """Every child's later visits, each with the baseline; children without a baseline have none.

    Parameters
    ----------
    table
        The long table with baseline and visits derived.
    reports
        Of lateral scans, by scan_id, named as in the table. Grades that come from no report, as readers' own, are taken
        from the table, and have no doubt.
    """
    grades = table[(table["PARAMCD"] == "VFGRADE") & table["AVISITN"].notna()]
    return tuple(pair for _, rows in grades.groupby("USUBJID", sort=True) for pair in _of_child(rows, reports))


def _of_child(rows: pd.DataFrame, reports: Mapping[str, Report]) -> Iterator[Pair]:
    baseline = rows[rows["ABLFL"] == "Y"]
    if baseline.empty:
        return
    first_id = _scan_of(baseline, reports)
    at_first = rows["SRCID"] == first_id if first_id else rows["AVISITN"] == baseline["AVISITN"].iloc[0]
    for _, visit in rows[rows["AVISITN"] > baseline["AVISITN"].max()].groupby("AVISITN", sort=True):
        if (visit["ANL01FL"] == "Y").any():
            yield _pair(rows[at_first], first_id, visit, reports)


def _pair(first: pd.DataFrame, first_id: str, visit: pd.DataFrame, reports: Mapping[str, Report]) -> Pair:
    counted = visit[visit["ANL01FL"] == "Y"]
    scan_id = _scan_of(counted, reports)
    of_child = {name: counted[name].iloc[0] for name in OF_CHILD}
    if first_id and scan_id:
        both = matched(reports[first_id], reports[scan_id])
        return Pair(of_child, *both, first_id, scan_id, reports[scan_id].model_sha256)
    names = OTHER_READER if first_id or scan_id else ""
    return Pair(of_child, _findings(first, first_id, reports), _findings(visit, scan_id, reports), names)


def _scan_of(rows: pd.DataFrame, reports: Mapping[str, Report]) -> str:
    """The scan most of the rows come from, among equals the first by name; "" where they come from none."""
    counts = rows["SRCID"][rows["SRCID"].isin(reports.keys())].value_counts()
    return min(counts.index, key=lambda scan_id: (-counts[scan_id], scan_id), default="")


def _findings(rows: pd.DataFrame, scan_id: str, reports: Mapping[str, Report]) -> dict[Level, Finding]:
    if scan_id:
        return {finding.level: finding for finding in reports[scan_id].findings}
    told = rows[(rows["ANL01FL"] == "Y") | (rows["REASON"] != "")]  # another day's grades of the same visit are neither
    ordered = told.sort_values("ANL01FL", ascending=False, kind="stable").drop_duplicates("LEVEL")
    cells = zip(ordered["LEVEL"], ordered["AVAL"], ordered["REASON"], strict=True)
    return {Level(level): _stated(Level(level), grade, reason) for level, grade, reason in cells if level in set(Level)}


def _stated(level: Level, grade: float, reason: str) -> Finding:
    """A grade somebody else gave, or why there is none or it does not count."""
    if reason or math.isnan(grade):
        return Finding(level, Verdict.UNREADABLE, reason or "no grade")
    return Finding(level, Verdict.SCORED, grade=round(grade))
