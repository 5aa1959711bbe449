"""Values of one arm summed up, as papers state them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from oiscan.anatomy import Level
from oiscan.followup.safety.since_dose import DOSE, is_given

STATISTICS = ("n", "mean", "sd", "median", "q1", "q3", "least", "most")
"""Columns of a summary, in order. Quartiles are numpy's default (linear between values)."""

ALL_ARMS = "all arms"
"""What stands for the arm where ARM is blank."""


def described(values: Iterable[float]) -> dict[str, float]:
    """The statistics of the values that are known; NaN where they are too few, and `n` says how many there are."""
    known = np.array([value for value in values if not np.isnan(value)], dtype=float)
    if not known.size:
        return {"n": 0, **dict.fromkeys(STATISTICS[1:], float("nan"))}
    q1, median, q3 = np.percentile(known, [25, 50, 75])
    sd = known.std(ddof=1) if known.size > 1 else float("nan")
    numbers = (known.mean(), sd, median, q1, q3, known.min(), known.max())
    return {"n": known.size, **dict(zip(STATISTICS[1:], map(float, numbers), strict=True))}


def counting(long: pd.DataFrame) -> pd.DataFrame:
    """Rows of the long table that count at their visit (ANL01FL) and have a value."""
    return long[(long["ANL01FL"] == "Y") & long["AVAL"].notna()]


def of_whole_child(long: pd.DataFrame) -> pd.DataFrame:
    """Rows that tell one value of a child: all but those of single vertebrae, which are not independent."""
    return long[~long["LEVEL"].isin(list(Level))]


def given_doses(long: pd.DataFrame) -> pd.DataFrame:
    """Rows of doses that were given, those of an unknown amount among them."""
    return long[(long["PARAMCD"] == DOSE) & is_given(long)]


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """Rows as named tuples. Of the types of their cells pandas says nothing."""
    return frame.itertuples(index=False)


def grouped(frame: pd.DataFrame, *keys: str, as_met: bool = False) -> Iterator[tuple[tuple[Any, ...], pd.DataFrame]]:
    """Key and rows of each group, in the order of the keys, or as they are met in the frame."""
    yield from frame.groupby(list(keys), sort=not as_met)


def visits_of(long: pd.DataFrame) -> dict[float, str]:
    """Name of each visit by its month, in order of time."""
    seen = long.loc[long["AVISITN"].notna(), ["AVISITN", "AVISIT"]].drop_duplicates("AVISITN")
    return dict(sorted(zip(seen["AVISITN"], seen["AVISIT"], strict=True)))
