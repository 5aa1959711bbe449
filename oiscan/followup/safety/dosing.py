"""Doses given, checked against what was planned from weight, age and the study's dosing table."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from oiscan.followup.safety.criteria import significant
from oiscan.followup.safety.dosing_table import DosingTable
from oiscan.followup.safety.since_dose import DOSE, elapsed_days, is_given
from oiscan.followup.safety.usable import usable
from oiscan.followup.study.params import PARAMS

WEIGHT = "WEIGHT"
CHECKED = (
    *("USUBJID", "ARM", "ADY", "DOSEN", "DRUG", "AGE", "WEIGHTKG", "WEIGHTDY", "PLANLOMG", "PLANHIMG"),
    *("GIVENMG", "DEVPCT", "INTERVAL", "DEVDAYS", "FLAGS", "REASON", "SRCID"),
)


def check_doses(table: pd.DataFrame, dosing: DosingTable) -> pd.DataFrame:
    """Each dose against the plan.

    Parameters
    ----------
    table
        The long table: DOSE rows (AVAL 0 is a dose not given), WEIGHT rows; ARM is the drug, AGE the age at the dose.
    dosing
        What was planned.

    Returns
    -------
    DataFrame
        `CHECKED`, a row a dose: its number among those given (0 where it was not), drug, age, the last weight on or
        before that day and its day, planned range in mg, amount given, how far that lies outside the range in percent
        of the nearer end (0 inside), days since the dose before, how many of them too many (negative: too few), FLAGS
        in words, and REASON why an amount was not checked.
    """
    doses = table[table.PARAMCD.eq(DOSE)]
    doses = doses.assign(GIVEN=is_given(doses))
    weights = usable(table[table.PARAMCD.eq(WEIGHT)]).dropna(subset="AVAL")
    of_child = {str(child): rows for child, rows in weights.groupby("USUBJID")}
    rows = [
        row
        for child, given in doses.sort_values(["USUBJID", "ADY", "SRCID"], kind="stable").groupby("USUBJID")
        for row in _child(given, of_child.get(str(child), weights.iloc[:0]), dosing)
    ]
    return pd.DataFrame(rows, columns=list(CHECKED))


def dose_counts(checked: pd.DataFrame, table: pd.DataFrame, dosing: DosingTable) -> pd.DataFrame:
    """Doses planned and given for each child, up to the last day anything is known of it.

    Parameters
    ----------
    checked
        As `check_doses` gives it.

    Returns
    -------
    DataFrame
        USUBJID, ARM, LASTDY, NPLANNED (one at the start and one each interval), NGIVEN, NAMOUNT and NINTERVAL (doses
        whose amount or interval is flagged).
    """
    rows = []
    for (child, arm), values in table[table.ADY.notna()].groupby(["USUBJID", "ARM"]):
        own = checked[checked.USUBJID.eq(str(child))]
        last = values.ADY.max()
        planned = int(max(elapsed_days(last), 0) // dosing.interval_days) + 1
        flagged = [int(own.FLAGS.str.contains(word).sum()) for word in ("amount", "early|late")]
        rows.append((child, arm, last, planned, int(own.DOSEN.gt(0).sum()), *flagged))
    names = ("USUBJID", "ARM", "LASTDY", "NPLANNED", "NGIVEN", "NAMOUNT", "NINTERVAL")
    return pd.DataFrame(rows, columns=list(names))


def _child(doses: pd.DataFrame, weights: pd.DataFrame, dosing: DosingTable) -> Iterator[dict[str, object]]:
    number, before = 0, math.nan
    for row in doses.to_dict("records"):
        common = {name: row[name] for name in ("USUBJID", "ARM", "ADY", "AGE", "SRCID")} | {"DRUG": row["ARM"]}
        if not row["GIVEN"]:
            yield common | {"DOSEN": 0, "GIVENMG": row["AVAL"], "FLAGS": "not given", "REASON": row["REASON"]}
            continue
        day = elapsed_days(row["ADY"])
        number += day != before
        amount, interval = _amount(row, weights, dosing), _interval(day - before, dosing)
        before = day
        flags = [flag for flag in (amount.pop("FLAG"), interval.pop("FLAG")) if flag]
        yield common | {"DOSEN": number, **amount, **interval, "FLAGS": "; ".join(map(str, flags))}


def _amount(row: dict[Any, Any], weights: pd.DataFrame, dosing: DosingTable) -> dict[str, object]:
    """The planned amount and how far the given one is from it."""
    weight_kg, weight_day, doubt = _weight(row["ADY"], weights, dosing)
    rule = dosing.rule(row["ARM"], row["AGE"])
    given_mg = row["AVAL"] if row["AVALU"] == PARAMS[DOSE].unit else math.nan
    told = {"WEIGHTKG": weight_kg, "WEIGHTDY": weight_day, "GIVENMG": given_mg}
    if isinstance(rule, str) or row["REASON"] or math.isnan(weight_kg) or math.isnan(given_mg):
        reason = row["REASON"] or (rule if isinstance(rule, str) else doubt) or "the amount is missing or not in mg"
        return told | {"REASON": reason, "FLAG": ""}
    low, high = rule.planned_mg(weight_kg)
    deviation = 100 * (min(given_mg / low - 1, 0) + max(given_mg / high - 1, 0))
    off = abs(significant(deviation)) > dosing.amount_tolerance_percent
    flag = f"amount {deviation:+.0f} % from the plan" if off else ""
    plan = {"PLANLOMG": low, "PLANHIMG": high, "DEVPCT": deviation, "REASON": ""}
    return told | plan | {"FLAG": "; ".join(filter(None, (flag, doubt)))}


def _weight(day: float, weights: pd.DataFrame, dosing: DosingTable) -> tuple[float, float, str]:
    """The last weight in kg on or before a day, its day, and what is doubtful about it."""
    earlier = weights[weights.ADY.le(day) & weights.AVALU.isin(list(PARAMS[WEIGHT].units))]
    if earlier.empty:
        return math.nan, math.nan, "no weight on or before the day of the dose, or that day is not known"
    last = earlier.sort_values(["ADY", "SRCID"]).iloc[-1]
    age_days = elapsed_days(day) - elapsed_days(last.ADY)
    doubt = f"the weight is {age_days:.0f} days old" if age_days > dosing.oldest_weight_days else ""
    return last.AVAL * PARAMS[WEIGHT].units[last.AVALU], last.ADY, doubt


def _interval(days: float, dosing: DosingTable) -> dict[str, object]:
    """Days since the dose before, and how many too many."""
    if days == 0:
        return {"FLAG": "another row of the same day"}
    deviation = days - dosing.interval_days
    off = abs(deviation) > dosing.interval_tolerance_days  # False for the first dose, where it is NaN
    flag = f"{abs(deviation):.0f} days {'late' if deviation > 0 else 'early'}" if off else ""
    return {"INTERVAL": days, "DEVDAYS": deviation, "FLAG": flag}
