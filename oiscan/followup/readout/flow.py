"""How many children of each arm were in the study, were dosed, came to each visit and were analysed (CONSORT)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from oiscan.followup.readout.describe import counting, given_doses, visits_of
from oiscan.followup.safety.since_dose import DOSE

ASSIGNED, DOSED, ANALYSED = "In the study table", "Had a dose", "In the primary comparison"
STEPS = {"SEEN": "any value", "SCANNED": "lateral scan with a graded vertebra", "DENSITY": "lumbar spine aBMD"}
COLUMNS = ("step", "AVISIT", "AVISITN", "ARM", "children", "of", "missing")


def flow(long: pd.DataFrame, children: Mapping[str, str], analysed: Mapping[str, int]) -> pd.DataFrame:
    """One row for each step and arm.

    Parameters
    ----------
    long
        The long table.
    children
        Arm of every child in the study, whether any value of it is known or not.
    analysed
        Children of each arm in the primary comparison, as its test says.

    Returns
    -------
    pandas.DataFrame
        In `COLUMNS`; `of` is how many the arm has, `missing` names those who are not among the `children`.
    """
    groups = {arm: {child for child, own in children.items() if own == arm} for arm in sorted(set(children.values()))}
    steps: list[tuple[str, str, float, set[str]]] = [(ASSIGNED, "", float("nan"), set(children))]
    if (long["PARAMCD"] == DOSE).any():  # a blinded table has no doses, which is not: nobody had one
        steps.append((DOSED, "", float("nan"), set(given_doses(long)["USUBJID"])))
    for month, visit in visits_of(long).items():
        here = counting(long[long["AVISITN"] == month])
        steps += [(words, visit, month, _with(here, step)) for step, words in STEPS.items()]
    rows = [_row(*step, arm, group) for step in steps for arm, group in groups.items()]
    rows += [
        {"step": ANALYSED, "AVISIT": "", "ARM": arm, "children": analysed[arm], "of": len(group)}
        for arm, group in groups.items()
        if arm in analysed
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _with(here: pd.DataFrame, step: str) -> set[str]:
    codes = {"SEEN": set(here["PARAMCD"]), "SCANNED": {"VFGRADE"}, "DENSITY": {"LSBMD"}}[step]
    return set(here.loc[here["PARAMCD"].isin(codes), "USUBJID"])


def _row(step: str, visit: str, month: float, seen: Iterable[str], arm: str, group: set[str]) -> dict[str, object]:
    there = group & set(seen)
    missing = " ".join(sorted(group - there))
    return {"step": step, "AVISIT": visit, "AVISITN": month, "ARM": arm, "children": len(there), "of": len(group),
            "missing": missing}  # fmt: skip
