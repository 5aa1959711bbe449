"""Table 1: who the children of each arm were at baseline. No p-values: arms drawn by lot differ by chance alone."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from oiscan.followup.readout.describe import STATISTICS, counting, described, of_whole_child

ALL = "All"
COLUMNS = ("PARAMCD", "characteristic", "unit", "ARM", "children", "count", *STATISTICS)
BASELINE = (
    "WEIGHT", "HEIGHT", "HAZ", "LSBMD", "LSBMDZ", "LSHAZ", "TBLHBMD", "TBLHZ", "VFANYN", "SDI", "BAMF", "GMFM88",
    "WALK1M", "WALK6M", "CA", "CAADJ", "PHOS", "VITD", "ALP",
)  # fmt: skip
"""What Table 1 tells where the study has it, in order."""


def table_one(long: pd.DataFrame) -> pd.DataFrame:
    """One row for each characteristic and arm, and for all arms together.

    Numbers have statistics; yes-or-no ones, and girls, have a `count` of the `n` children it is known of.
    """
    people = _people(long)
    baseline = of_whole_child(counting(long))
    baseline = baseline[baseline["ABLFL"] == "Y"]
    rows = []
    arms = sorted(set(people["ARM"]))
    for arm in (*arms, ALL) if len(arms) > 1 else arms:
        group = people if arm == ALL else people[people["ARM"] == arm]
        start = {"ARM": arm, "children": len(group)}
        rows.append(start | {"PARAMCD": "AGE", "characteristic": "Age", "unit": "years", **described(group["AGE"])})
        rows.append(start | {"PARAMCD": "SEX", "characteristic": "Girls", "unit": "", **_girls(group["SEX"])})
        rows += [start | row for row in _measured(baseline[baseline["USUBJID"].isin(group["USUBJID"])])]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = {code: place for place, code in enumerate(("AGE", "SEX", *BASELINE))}
    return table.sort_values("PARAMCD", key=lambda codes: codes.map(order), kind="stable", ignore_index=True)


def _people(long: pd.DataFrame) -> pd.DataFrame:
    """One row a child, with the age at its baseline, or else at its first value."""
    ordered = long.assign(late=long["ABLFL"] != "Y").sort_values(["USUBJID", "late", "ADY"], kind="stable")
    return ordered.groupby("USUBJID", as_index=False).agg({"ARM": "first", "SEX": "first", "AGE": "first"})


def _girls(sexes: Iterable[str]) -> dict[str, int]:
    known = [sex for sex in sexes if sex]
    return {"n": len(known), "count": known.count("F")}


def _measured(baseline: pd.DataFrame) -> list[dict[str, object]]:
    from oiscan.followup.study.params import PARAMS, Kind

    rows = []
    for (code, label, unit), group in baseline.groupby(["PARAMCD", "PARAM", "AVALU"]):
        if code not in BASELINE:
            continue
        row = {"PARAMCD": code, "characteristic": label, "unit": unit, **described(group["AVAL"])}
        if PARAMS[code].kind is Kind.BINARY:
            row = {**row, "n": len(group), "count": int(group["AVAL"].sum())}
        rows.append(row)
    return rows
