"""Every endpoint by arm and visit: how many, mean, spread, and change from baseline of the same children."""

from __future__ import annotations

import pandas as pd

from oiscan.followup.readout.describe import STATISTICS, counting, described, of_whole_child

QUANTITIES = ("AVAL", "CHG", "PCHG")
_KEYS = ("PARAMCD", "PARAM", "LEVEL", "AVALU", "ARM", "AVISIT", "AVISITN")
COLUMNS = (*_KEYS, "QUANTITY", "children", *STATISTICS)


def endpoints(long: pd.DataFrame) -> pd.DataFrame:
    """One row for each endpoint, arm, visit and quantity: the value, its change, its percent change.

    Percent change is each child's own, then averaged: never the ratio of two means. Values of single vertebrae are not
    summed up here, since the vertebrae of one child are not independent. Each number stands for the rows of the long
    table with the same PARAMCD, ARM and AVISIT and ANL01FL "Y", which name their sources.

    Parameters
    ----------
    long
        The long table.

    Returns
    -------
    pandas.DataFrame
        In `COLUMNS`; `children` is how many the arm has, `n` how many of them have this number.
    """
    children = long.groupby("ARM")["USUBJID"].nunique().to_dict()
    whole = of_whole_child(counting(long))
    whole = whole[whole["AVISITN"].notna()]
    rows = [
        {**dict(zip(_KEYS, key, strict=True)), "QUANTITY": quantity, "children": int(children[key[4]]), **numbers}
        for key, group in whole.groupby(list(_KEYS))
        for quantity in QUANTITIES
        if (numbers := described(group[quantity]))["n"]
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).sort_values(
        ["PARAMCD", "LEVEL", "AVALU", "QUANTITY", "AVISITN", "ARM"], kind="stable", ignore_index=True
    )
