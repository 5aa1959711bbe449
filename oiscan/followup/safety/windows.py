"""Calcium after denosumab: low soon after a dose, and high again when its action ends (rebound)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from oiscan.followup.safety.criteria import Criterion
from oiscan.followup.safety.since_dose import days_since_dose
from oiscan.followup.safety.usable import usable, why_missing

CALCIA = ("CAADJ", "CAION")
"""What is held against the windows: never raw total calcium."""

LOW_AFTER_DOSE, LOW = "low calcium after a dose", "low calcium, outside the window"
REBOUND, HIGH = "high calcium in the rebound window", "high calcium, outside the window"
WITHIN, NOT_ASSESSED = "within limits", "not assessed"


@dataclass(frozen=True)
class CalciumWindows:
    """Days since the last dose in which an abnormal calcium is looked for; both ends belong to the window.

    Parameters
    ----------
    low_to_days
        A low calcium counts for a dose up to here. oiscan's own choice, unverified.
    rebound_from_days
        Six weeks: in OI type VI high calcium came 7 to 12 weeks after a dose (Trejo 2018, PMC5881132).
    rebound_to_days
        Nine months: often within 3 months of the last dose (Horiuchi 2021, PMC8605220), in giant cell tumour after 5.5
        to 7 (PubMed 29211870); 9 is the longest named in a secondary source, unverified.
    """

    low_to_days: float = 28
    rebound_from_days: float = 42
    rebound_to_days: float = 274

    def __str__(self) -> str:
        return (
            f"low calcium up to day {self.low_to_days:g} after a dose, high calcium from day "
            f"{self.rebound_from_days:g} to day {self.rebound_to_days:g} after the last dose; unverified"
        )


def calcium_windows(table: pd.DataFrame, windows: CalciumWindows | None = None) -> pd.DataFrame:
    """Every adjusted and ionised calcium, held against its own limits and the days since the last dose.

    Parameters
    ----------
    table
        The long table.
    windows
        `CalciumWindows` where not given.

    Returns
    -------
    DataFrame
        A row a value: USUBJID, ARM, PARAMCD, AVISIT, ADY, AVAL, AVALC, AVALU, ANRLO, ANRHI, SRCID, the columns of
        `days_since_dose`, FINDING (one of the words of this module) and FINDREAS (why not assessed).
    """
    used = windows or CalciumWindows()
    copied = ["USUBJID", "ARM", "PARAMCD", "AVISIT", "ADY", "AVAL", "AVALC", "AVALU", "ANRLO", "ANRHI", "SRCID"]
    values = usable(table[table.PARAMCD.isin(CALCIA)])
    rows = values[[*copied, "REASON"]].join(days_since_dose(values, table))
    found = [_finding(row, used) for row in rows.to_dict("records")]
    told = rows.drop(columns="REASON").reset_index(drop=True)
    return told.assign(FINDING=[one for one, _ in found], FINDREAS=[why for _, why in found])


def _finding(row: dict[Any, Any], windows: CalciumWindows) -> tuple[str, str]:
    if math.isnan(row["AVAL"]):
        return NOT_ASSESSED, why_missing(row)
    limits = {"LLN": row["ANRLO"], "ULN": row["ANRHI"]}
    low, high = (Criterion(*bound).holds(row["AVAL"], limits) for bound in (("<", 1, "LLN"), (">", 1, "ULN")))
    days = row["DSLD"]  # NaN, before the first dose, lies in no window
    if low:
        return (LOW_AFTER_DOSE if days <= windows.low_to_days else LOW), ""
    if high:
        return (REBOUND if windows.rebound_from_days <= days <= windows.rebound_to_days else HIGH), ""
    if low is None or high is None:
        return NOT_ASSESSED, f"the {'lower' if low is None else 'upper'} normal limit is not known"
    return WITHIN, ""
