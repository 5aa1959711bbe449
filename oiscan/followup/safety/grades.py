"""Toxicity grades of a whole study: a row a value and table, and the worst of each child."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from oiscan.followup.safety.since_dose import SINCE, after_first_dose, days_since_dose
from oiscan.followup.safety.toxicity import SIDES, LabValue, grade
from oiscan.followup.safety.toxicity_tables import ToxicityTable
from oiscan.followup.safety.usable import usable, why_missing

COPIED = (
    *("USUBJID", "ARM", "AGE", "PARAMCD", "PARAM", "AVISIT", "AVISITN", "ADY"),
    *("AVAL", "AVALC", "AVALU", "ANRLO", "ANRHI", "BASE", "ABLFL", "SRCID"),
)
"""Columns of the long table that stand beside a grade."""

GRADED = ("SCALE", "ATOXDSCL", "ATOXGRL", "ATOXDSCH", "ATOXGRH", "REMARK")
"""What is added: the table; on the low and the high side its term and the grade, 0 to 4 as text, "" where there is
none; and why there is none, or what the grade could not be held against."""

SUFFIX = {"low": "L", "high": "H"}


def toxicity_grades(table: pd.DataFrame, scales: Sequence[ToxicityTable]) -> pd.DataFrame:
    """The grades of all values that a table grades.

    Raw total calcium is graded by none; see `oiscan.followup.safety.calcium`.

    Parameters
    ----------
    table
        The long table, with its baselines.
    scales
        The tables to grade by.

    Returns
    -------
    DataFrame
        A row a value and table: `COPIED`, the columns of `days_since_dose`, and `GRADED`.
    """
    graded = {code for scale in scales for code in scale.paramcds}
    values = usable(table[table.PARAMCD.isin(graded)])
    values = values.join(days_since_dose(values, table))
    base_uln = _baseline_limits(values)
    rows = [
        {name: row[name] for name in (*COPIED, *SINCE)} | found
        for row in values.to_dict("records")
        for found in _grades(row, base_uln.get((row["USUBJID"], row["PARAMCD"]), float("nan")), scales)
    ]
    return pd.DataFrame(rows, columns=[*COPIED, *SINCE, *GRADED])


def worst_grades(grades: pd.DataFrame) -> pd.DataFrame:
    """Each child's grade at baseline and its worst after the first dose, as shift tables need them.

    Parameters
    ----------
    grades
        As `toxicity_grades` gives them.

    Returns
    -------
    DataFrame
        A row a child, table, parameter and side: USUBJID, ARM, SCALE, PARAMCD, PARAM, SIDE, TERM, BTOXGR and WTOXGR
        (grades as text, "" where there is none), NGRADED and NNOGRADE (values after the first dose with and without).
    """
    rows = [
        _worst(key, rows, side)
        for key, rows in grades.groupby(["USUBJID", "ARM", "SCALE", "PARAMCD", "PARAM"])
        for side in SIDES
        if rows[f"ATOXDSC{SUFFIX[side]}"].ne("").any()
    ]
    names = ("USUBJID", "ARM", "SCALE", "PARAMCD", "PARAM", "SIDE", "TERM", "BTOXGR", "WTOXGR", "NGRADED", "NNOGRADE")
    return pd.DataFrame(rows, columns=names)


def _worst(key: Any, rows: pd.DataFrame, side: str) -> tuple[Any, ...]:
    grade_of, term_of = rows[f"ATOXGR{SUFFIX[side]}"], rows[f"ATOXDSC{SUFFIX[side]}"]
    after = grade_of[after_first_dose(rows)]
    graded = after[after.ne("")]
    baseline = grade_of[rows.ABLFL.eq("Y")]
    term = term_of[term_of.ne("")].iloc[0]
    found = [baseline.iloc[0] if len(baseline) else "", graded.max() if len(graded) else ""]
    return (*key, side, term, *found, len(graded), len(after) - len(graded))


def _baseline_limits(values: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Upper normal limit of each child's baseline value."""
    baseline = values[values.ABLFL.eq("Y")]
    return dict(zip(zip(baseline.USUBJID, baseline.PARAMCD, strict=True), baseline.ANRHI, strict=True))


def _grades(row: dict[Any, Any], base_uln: float, scales: Iterable[ToxicityTable]) -> Iterator[dict[str, str]]:
    value, limits = (row["PARAMCD"], row["AVAL"], row["AVALU"]), (row["ANRLO"], row["ANRHI"])
    lab = LabValue(*value, *limits, base=row["BASE"], base_uln=base_uln, age_years=row["AGE"])
    missing = why_missing(row) if math.isnan(row["AVAL"]) else ""
    for scale in scales:
        if row["PARAMCD"] in scale.paramcds:
            yield {"SCALE": scale.name, **_sides(lab, scale, missing)}


def _sides(lab: LabValue, scale: ToxicityTable, missing: str) -> dict[str, str]:
    told: dict[str, str] = {}
    remarks = []
    for side in SIDES:
        terms = scale.terms_for(lab.paramcd, side)
        found = grade(lab, scale, side)
        told[f"ATOXDSC{SUFFIX[side]}"] = terms[0].name if terms else ""
        told[f"ATOXGR{SUFFIX[side]}"] = "" if found.grade is None else str(found.grade)
        remarks += [remark for remark in (found.reason, found.remark) if terms and remark]
    return told | {"REMARK": missing or "; ".join(dict.fromkeys(remarks))}
