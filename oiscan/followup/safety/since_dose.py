"""Days from the last dose to each value."""

from __future__ import annotations

import bisect
import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from oiscan.followup.study.cells import BLANK

DOSE = "DOSE"
SINCE = ("DSLD", "DOSEN", "DOSEDAY", "DSLDREAS")
"""Columns of `days_since_dose`."""


@dataclass(frozen=True)
class SinceDose:
    """When a value was taken, seen from the doses.

    Parameters
    ----------
    days
        Since the last dose before the value; NaN where there is none.
    dose_number
        Which dose that was, counted from 1; 0 where there is none.
    dose_that_day
        Whether another dose was given on the day of the value.
    reason
        Why there are no days.
    """

    days: float
    dose_number: int
    dose_that_day: bool = False
    reason: str = ""


def elapsed_days(study_day: float) -> float:
    """Days from the first dose to a study day; negative before. Study days have no 0: day 1 is the first dose."""
    return study_day - 1 if study_day >= 1 else study_day


def after_first_dose(rows: pd.DataFrame) -> pd.Series:
    """Which long rows are later than the day of the first dose; by the visit where the day is not known.

    A value of that day was taken before the dose, as blood usually is.
    """
    later = rows.ADY.gt(1) | (rows.ADY.isna() & rows.AVISITN.gt(0))
    return later & rows.ABLFL.ne("Y")


def is_given(doses: pd.DataFrame) -> pd.Series:
    """Which DOSE rows are doses: one whose amount cannot be read was given, one of 0 or without any word was not."""
    return ~doses.AVAL.eq(0) & doses.REASON.ne(BLANK)


def dose_days(table: pd.DataFrame) -> dict[str, tuple[float, ...]]:
    """Days from the first dose to every dose given, by child, ascending."""
    given = table[table.PARAMCD.eq(DOSE) & is_given(table) & table.ADY.notna()]
    return {
        str(child): tuple(sorted({elapsed_days(day) for day in rows.ADY})) for child, rows in given.groupby("USUBJID")
    }


def since_dose(days: float, doses: tuple[float, ...], same_day_is_before: bool = True) -> SinceDose:
    """The last dose before a value.

    Parameters
    ----------
    days
        From the first dose to the value; NaN where not known.
    doses
        Days from the first dose to each dose, ascending.
    same_day_is_before
        Whether a value of the day of a dose was taken before it, as blood usually is; then the dose before counts.
    """
    if math.isnan(days):
        return SinceDose(math.nan, 0, reason="the day of the value is not known")
    if not doses:
        return SinceDose(math.nan, 0, reason="no dose of this child is recorded")
    that_day = days in doses
    number = (bisect.bisect_left if same_day_is_before else bisect.bisect_right)(doses, days)
    if not number:
        return SinceDose(math.nan, 0, that_day, "before the first dose")
    return SinceDose(days - doses[number - 1], number, that_day)


def days_since_dose(values: pd.DataFrame, table: pd.DataFrame, same_day_is_before: bool = True) -> pd.DataFrame:
    """For each value the days since the last dose.

    Parameters
    ----------
    values
        Long rows, or any rows with USUBJID and ADY.
    table
        The long table that holds the doses.

    Returns
    -------
    DataFrame
        With the index of `values`: DSLD (days since last dose), DOSEN (its number), DOSEDAY ("Y" where a dose was given
        on that day) and DSLDREAS (why there are no days).
    """
    doses: Mapping[str, tuple[float, ...]] = dose_days(table)
    found = [
        since_dose(elapsed_days(day), doses.get(child, ()), same_day_is_before)
        for child, day in zip(values.USUBJID, values.ADY, strict=True)
    ]
    rows = [(one.days, one.dose_number, "Y" if one.dose_that_day else "", one.reason) for one in found]
    return pd.DataFrame(rows, index=values.index, columns=list(SINCE))
