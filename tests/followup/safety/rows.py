"""Long rows for tests: only what a test is about is told."""

import pandas as pd

from oiscan.followup.study.columns import long_frame

CHILD = {"STUDYID": "T", "USUBJID": "P1", "ARM": "Denosumab", "AGE": 5.5, "SEX": "F", "SRC": "lab"}


def table(*rows: dict) -> pd.DataFrame:
    """A long table; each row gets the child's cells and a row of its own to come from."""
    return long_frame(CHILD | {"SRCID": f"t.csv:{number}"} | row for number, row in enumerate(rows, start=2))


def lab(paramcd: str, value: float | None, unit: str, day: int = 1, **more) -> dict:
    return {"PARAMCD": paramcd, "AVAL": value, "AVALU": unit, "ADY": day} | more


def dose(day: int, mg: float | None = 15.0, **more) -> dict:
    return {"PARAMCD": "DOSE", "AVAL": mg, "AVALU": "mg", "ADY": day, "SRC": "dose"} | more
