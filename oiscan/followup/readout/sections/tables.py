"""Endpoints as tables that are read: a row an endpoint and arm, a column a visit."""

from __future__ import annotations

from typing import Any

import pandas as pd

from oiscan.followup.readout.answers import Answers
from oiscan.followup.readout.describe import ALL_ARMS, grouped
from oiscan.followup.readout.parts import Table
from oiscan.followup.readout.words import mean_sd, median_range, share, with_unit
from oiscan.followup.study.params import Kind

ROW = ("PARAMCD", "PARAM", "LEVEL", "AVALU", "QUANTITY")


def values_table(answers: Answers, numbers: pd.DataFrame, name: str, caption: str) -> Table:
    """The values themselves, by visit; `numbers` as `readout.endpoints` gives them."""
    shown = numbers[numbers["QUANTITY"] == "AVAL"]
    note = "Mean ± SD, of ordinal scores median [quartiles], of yes-or-no ones how many; in brackets the children."
    return _table(answers, shown, name, caption, note)


def changes_table(answers: Answers, numbers: pd.DataFrame, name: str, caption: str) -> Table:
    """Change and percent change from baseline of the same children, by visit."""
    shown = numbers[(numbers["QUANTITY"] != "AVAL") & (numbers["AVISITN"] > 0)]
    shown = shown[[answers.study.params[code].kind is not Kind.BINARY for code in shown["PARAMCD"]]]
    note = (
        "Each child's own change from its baseline, then mean ± SD or median [quartiles]; in brackets the children. "
        "Growth and healing are in it: a change within an arm says nothing about the treatment."
    )
    return _table(answers, shown, name, caption, note)


def _table(answers: Answers, shown: pd.DataFrame, name: str, caption: str, note: str) -> Table:
    visits = dict(sorted(set(zip(shown["AVISITN"], shown["AVISIT"], strict=True)))).values()
    order = {code: place for place, code in enumerate(answers.study.params)}
    ordered = shown.sort_values("PARAMCD", key=lambda codes: codes.map(order), kind="stable")
    rows = [
        (_label(key, quantity), arm or ALL_ARMS, *(_cell(answers, group, visit) for visit in visits))
        for (*key, quantity), endpoint in grouped(ordered, *ROW, as_met=True)
        for arm in answers.arms
        if len(group := endpoint[endpoint["ARM"] == arm])
    ]
    return Table(name, caption, ("", "arm", *visits), tuple(rows), shown, (note,))


def _label(key: list[str], quantity: str) -> str:
    _, label, level, unit = key
    unit = "%" if quantity == "PCHG" else unit
    words = f"{label}, {level}" if level else label
    return with_unit(f"{words}{', percent change' if quantity == 'PCHG' else ''}", unit)


def _cell(answers: Answers, rows: pd.DataFrame, visit: str) -> str:
    for row in rows[rows["AVISIT"] == visit].to_dict("records"):
        return _told(row, answers.study.params[row["PARAMCD"]].kind)
    return ""


def _told(row: dict[Any, Any], kind: Kind) -> str:
    if kind is Kind.BINARY:
        return share(round(row["mean"] * row["n"]), row["n"])
    middle = median_range(row) if kind is Kind.ORDINAL else mean_sd(row)
    return f"{middle} ({row['n']})"
