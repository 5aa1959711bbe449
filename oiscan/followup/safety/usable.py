"""Which rows of the long table safety may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from oiscan.followup.study.cells import BLANK

NO_VALUE = "there is no value"


def usable(table: pd.DataFrame) -> pd.DataFrame:
    """The long table without blank cells, and without numbers that do not count: no AVAL where REASON says why.

    A blank cell says nothing: it would be counted as a missing value at every visit where nothing was planned.
    """
    written = table[table.REASON.ne(BLANK)]
    return written.assign(AVAL=written.AVAL.where(written.REASON.eq("")))


def why_missing(row: Mapping[Any, Any]) -> str:
    """Why a usable row has no number: its reason, or that only a text such as "<5" is known."""
    return row["REASON"] or (f"only '{row['AVALC']}' is known" if row["AVALC"] else NO_VALUE)
