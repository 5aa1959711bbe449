"""Laboratory values held against limits by age, at the age of the sample and not of the baseline."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from oiscan.followup.safety.age_limits import AgeLimits, Band
from oiscan.followup.safety.criteria import significant
from oiscan.followup.safety.since_dose import SINCE, days_since_dose
from oiscan.followup.safety.usable import NO_VALUE, usable

_BELOW = re.compile(r"<\s*(\d+(?:\.\d+)?)")
COPIED = (
    *("USUBJID", "ARM", "AGE", "SEX", "PARAMCD", "PARAM", "AVISIT", "AVISITN", "ADY"),
    *("AVAL", "AVALC", "AVALU", "SRCID"),
)
HELD = ("REFNAME", "REFSTAT", "REFLO", "REFHI", "REFIND", "REFZ", "REFREAS")


@dataclass(frozen=True)
class Standing:
    """Where a value stands.

    Parameters
    ----------
    indicator
        "LOW", "NORMAL" or "HIGH", as ADaM's ANRIND; "" where it cannot be told.
    low, high
        The limits, in the value's unit; NaN where there is none.
    z
        Z-score, where the table tells the distribution.
    reason
        Why it cannot be told.
    """

    indicator: str = ""
    low: float = math.nan
    high: float = math.nan
    z: float = math.nan
    reason: str = ""


def quantification_limit(text: str) -> float | None:
    """The number of "<5"; None for any other text."""
    found = _BELOW.fullmatch(text.strip())
    return float(found[1]) if found else None


def standing(value: float, text: str, unit: str, age_years: float, sex: str, limits: AgeLimits) -> Standing:
    """Where one value stands in one table.

    Parameters
    ----------
    value
        NaN where there is only a text.
    text
        Such as "<5": below what the laboratory can measure.
    unit
        Of the value; limits are converted to it.
    """
    factor, band = limits.factor(unit), limits.band(age_years, sex)
    if factor is None:
        return Standing(reason=f"the table is in {limits.unit}, the value in '{unit}'")
    if band is None:
        return Standing(reason=f"the table has no limits for {_child(age_years, sex)}")
    low, high = factor * band.low, factor * band.high
    below = quantification_limit(text)
    if below is not None:
        indicator = _below(below, low, high)
        return Standing(indicator, low, high, reason="" if indicator else f"only '{text}' is known")
    if math.isnan(value):
        return Standing("", low, high, reason=f"only '{text}' is known" if text else NO_VALUE)
    return Standing(_indicator(value, low, high), low, high, _z(value / factor, band))


def _child(age_years: float, sex: str) -> str:
    age = "unknown age" if math.isnan(age_years) else f"{age_years:.1f} years"
    return f"a child of {age}, sex {sex or 'unknown'}"


def held_against_age(table: pd.DataFrame, limits: Iterable[AgeLimits]) -> pd.DataFrame:
    """All values for which there are tables, in each of those tables.

    Parameters
    ----------
    table
        The long table, whose AGE is that of the sample.
    limits
        The tables; several may be for one parameter.

    Returns
    -------
    DataFrame
        A row a value and table: `COPIED`, the columns of `days_since_dose`, then `HELD`: the table and what its limits
        are, the limits in AVALU, LOW, NORMAL, HIGH or "", a Z-score, and why it cannot be told.
    """
    values = usable(table)
    rows = [
        {name: row[name] for name in (*COPIED, *SINCE)} | _held(row, one)
        for one in limits
        for row in _with_days(values[values.PARAMCD.eq(one.paramcd)], table).to_dict("records")
    ]
    return pd.DataFrame(rows, columns=[*COPIED, *SINCE, *HELD])


def _with_days(values: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    return values.join(days_since_dose(values, table))


def _held(row: dict[Any, Any], limits: AgeLimits) -> dict[str, object]:
    if row["REASON"]:
        found = Standing(reason=row["REASON"])
    else:
        found = standing(row["AVAL"], row["AVALC"], row["AVALU"], row["AGE"], row["SEX"], limits)
    told = {"REFLO": found.low, "REFHI": found.high, "REFIND": found.indicator, "REFZ": found.z}
    return {"REFNAME": limits.name, "REFSTAT": limits.statistic, **told, "REFREAS": found.reason}


def _indicator(value: float, low: float, high: float) -> str:
    value, low, high = significant(value), significant(low), significant(high)
    return "LOW" if value < low else "HIGH" if value > high else "NORMAL"


def _below(limit: float, low: float, high: float) -> str:
    """Of a value only known to be below a limit."""
    if limit <= low:
        return "LOW"
    return "NORMAL" if math.isnan(low) and limit <= high else ""


def _z(value: float, band: Band) -> float:
    return band.lms.z(value) if band.lms is not None and value > 0 else math.nan
