"""Bone density against what a measurement can tell: least significant change, and values that are not compared."""

from __future__ import annotations

import pandas as pd

from oiscan.followup.readout.answers import Answers
from oiscan.followup.readout.describe import ALL_ARMS, each, grouped
from oiscan.followup.readout.parts import Table
from oiscan.followup.readout.words import number, share

GROWTH = (
    "Growth alone carries a child's bone density past the least significant change within a year or two: reaching it "
    "is no answer to treatment. Look at the Z-score beside it."
)


def density_tables(answers: Answers) -> list[Table]:
    """How many children changed by more than the measurement's own doubt, and who could not be compared."""
    return [*_beyond(answers), *_not_compared(answers)]


def _beyond(answers: Answers) -> list[Table]:
    told = answers.density[answers.density["BEYOND"] != ""]
    if told.empty:
        return []
    rows = [
        (answers.study.params[code].label, arm or ALL_ARMS, visit, _reached(group), number(group["CHG"].mean()),
         number(group["ZCHG"].mean()))
        for (code, _, visit, arm), group in grouped(told, "PARAMCD", "AVISITN", "AVISIT", "ARM")
    ]  # fmt: skip
    head = ("", "arm", "visit", "reached it", "mean change", "mean change of Z")
    caption = f"Children whose change reaches the least significant one ({number(told['LSC'].iloc[0])} g/cm2, as given)"
    return [Table("least_significant_change", caption, head, tuple(rows), told, (GROWTH,))]


def _reached(rows: pd.DataFrame) -> str:
    return share(int((rows["BEYOND"] == "Y").sum()), len(rows))


def _not_compared(answers: Answers) -> list[Table]:
    numbers = answers.density[answers.density["REASON"] != ""]
    rows = tuple(
        (one.USUBJID, answers.study.params[one.PARAMCD].label, one.AVISIT, one.REASON)
        for one in each(numbers)
    )
    caption = "Bone density that is not compared with baseline"
    return [Table("density_not_compared", caption, ("", "", "visit", "because"), rows, numbers)] if rows else []
