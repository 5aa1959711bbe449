"""Motor scores as what they are: ordinal or continuous, and 'not able' a value that the user decides about."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from oiscan.followup.study.cells import NOT_ABLE

MOTOR = ("BAMF", "GMFM88", "WALK1M", "WALK6M")


class NotAble(StrEnum):
    """How a test a child could not do counts."""

    ZERO = "zero"
    """0 m, 0 points: the lowest value there is."""
    LOWEST_RANK = "lowest rank"
    """No number, but below all who could, in tests of ranks only (`motor_ranks`)."""
    MISSING = "missing"
    """Left out: the children who walk worst are then missing, and the mean is too good."""


def with_not_able(table: pd.DataFrame, how: NotAble) -> pd.DataFrame:
    """The long table with 'not able' as 0 where that is chosen; before baselines are derived.

    Rows keep AVALC "NOT ABLE", so that they can be counted and ranked whatever was chosen.
    """
    if how is not NotAble.ZERO:
        return table
    return table.assign(AVAL=table.AVAL.mask(is_unable(table), 0.0))


def is_unable(table: pd.DataFrame) -> pd.Series:
    """Which rows are motor tests a child could not do."""
    return table.PARAMCD.isin(list(MOTOR)) & table.AVALC.str.strip().str.upper().eq(NOT_ABLE)


def motor_ranks(rows: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Ranks of values, 'not able' below all others and tied; for tests of ranks, never for a mean.

    Parameters
    ----------
    rows
        Long rows of one motor parameter in which more is better.

    Returns
    -------
    ndarray of shape (rows,)
        Ranks from 1, ties averaged; NaN where the value is missing for another reason.
    """
    values = rows.AVAL.where(~is_unable(rows), -np.inf)
    return np.asarray(values.rank(method="average"), dtype=np.float64)


def unable_counts(table: pd.DataFrame) -> pd.DataFrame:
    """How many children could do each test, could not, or have no value, by arm and visit.

    Returns
    -------
    DataFrame
        PARAMCD, ARM, AVISIT, AVISITN, NABLE, NUNABLE, NMISSING.
    """
    asked = table[table.PARAMCD.isin(list(MOTOR)) & table.AVISIT.ne("")]
    flagged = asked.ANL01FL.eq("Y")
    states = asked.assign(ABLE=flagged & asked.AVAL.notna() & ~is_unable(asked), UNABLE=flagged & is_unable(asked))
    visit = ["PARAMCD", "ARM", "AVISIT", "AVISITN"]
    children = states.groupby([*visit, "USUBJID"], as_index=False)[["ABLE", "UNABLE"]].any()
    children = children.assign(MISSING=~children.ABLE & ~children.UNABLE)
    counts = children.groupby(visit, as_index=False)[["ABLE", "UNABLE", "MISSING"]].sum()
    named = counts.rename(columns={"ABLE": "NABLE", "UNABLE": "NUNABLE", "MISSING": "NMISSING"})
    return named.sort_values(["PARAMCD", "AVISITN", "ARM"], ignore_index=True)
