"""Turnover markers, which are skewed and change with age: percent of the child's own baseline, and its logarithm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from oiscan.followup.safety.by_age import quantification_limit
from oiscan.followup.safety.since_dose import SINCE, after_first_dose, days_since_dose
from oiscan.followup.safety.usable import usable, why_missing

SKEWED = ("DPDCR", "P1NP", "CTX", "UCACR", "ALP")
COPIED = (
    *("USUBJID", "ARM", "AGE", "PARAMCD", "PARAM", "AVISIT", "AVISITN", "ADY"),
    *("AVAL", "AVALC", "AVALU", "BASE", "ANL01FL", "SRCID"),
)


def marker_changes(table: pd.DataFrame, paramcds: Sequence[str] = SKEWED, half_of_limit: bool = False) -> pd.DataFrame:
    """Each marker value after baseline as a share of the child's own baseline.

    Parameters
    ----------
    table
        The long table, with its baselines.
    paramcds
        The markers.
    half_of_limit
        Whether a value below quantification counts as half the limit. As it is not, it stays "<5" and has no ratio.

    Returns
    -------
    DataFrame
        A row a value: `COPIED`, the columns of `days_since_dose`, PCTBASE (percent of baseline), LOGRATIO (natural
        logarithm of the ratio), HALVED ("Y" where half a limit was taken) and MKREAS (why there is no ratio).
    """
    values = usable(table[table.PARAMCD.isin(list(paramcds))])
    after = values[after_first_dose(values)]
    after = after.join(days_since_dose(after, table))
    rows = [
        {name: row[name] for name in (*COPIED, *SINCE)} | _ratio(row, half_of_limit) for row in after.to_dict("records")
    ]
    return pd.DataFrame(rows, columns=[*COPIED, *SINCE, "PCTBASE", "LOGRATIO", "HALVED", "MKREAS"])


def geometric_means(changes: pd.DataFrame) -> pd.DataFrame:
    """Geometric mean of the ratios to baseline by arm and visit: a description of each arm, no comparison.

    Parameters
    ----------
    changes
        As `marker_changes` gives them; only rows with ANL01FL count.

    Returns
    -------
    DataFrame
        PARAMCD, ARM, AVISIT, AVISITN, N (ratios), NMISSING (values without one, "<5" among them), GMPCT (geometric mean
        in percent of baseline) and GSD (geometric standard deviation, a factor).
    """
    counted = changes[changes.ANL01FL.eq("Y")]
    rows = [
        (*key, ratios.count(), int(ratios.isna().sum()), 100 * math.exp(ratios.mean()), math.exp(ratios.std()))
        for key, ratios in counted.groupby(["PARAMCD", "ARM", "AVISIT", "AVISITN"])["LOGRATIO"]
    ]
    names = ("PARAMCD", "ARM", "AVISIT", "AVISITN", "N", "NMISSING", "GMPCT", "GSD")
    return pd.DataFrame(rows, columns=names).sort_values(["PARAMCD", "AVISITN", "ARM"], ignore_index=True)


def _ratio(row: dict[Any, Any], half_of_limit: bool) -> dict[str, object]:
    limit = quantification_limit(row["AVALC"])
    halved = limit is not None and half_of_limit
    value = limit / 2 if limit is not None and half_of_limit else row["AVAL"]
    reason = why_missing(row) if math.isnan(value) else _why_none(value, row["BASE"])
    ratio = math.nan if reason else value / row["BASE"]
    return {
        "PCTBASE": 100 * ratio,
        "LOGRATIO": math.log(ratio) if ratio > 0 else math.nan,
        "HALVED": "Y" if halved else "",
        "MKREAS": reason,
    }


def _why_none(value: float, base: float) -> str:
    if math.isnan(base):
        return "there is no baseline"
    return "" if base > 0 and value > 0 else "a ratio needs values above 0"
