"""Sum of Genant grades of each child over time, always over the same vertebrae."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from oiscan.followup.readout.describe import counting

COLUMNS = ("USUBJID", "ARM", "AVISIT", "AVISITN", "levels", "n_levels", "grade_sum", "SRCID", "MODEL")


def grade_sums(long: pd.DataFrame) -> pd.DataFrame:
    """One row a child and visit: the sum over the levels that were graded at every one of the child's scanned visits.

    A vertebra that could be read at one visit only would make a sum rise or fall by itself; `levels` names those that
    are in it. A child scanned once stands there with one point.
    """
    graded = counting(long)
    graded = graded[(graded["PARAMCD"] == "VFGRADE") & graded["AVISITN"].notna()]
    rows = [row for _, child in graded.groupby("USUBJID") for row in _of_child(child)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["ARM", "USUBJID", "AVISITN"], kind="stable", ignore_index=True)


def _of_child(graded: pd.DataFrame) -> list[dict[str, object]]:
    visits = [visit for _, visit in graded.groupby("AVISITN")]
    common = set.intersection(*(set(visit["LEVEL"]) for visit in visits))
    return [_of_visit(visit[visit["LEVEL"].isin(common)]) for visit in visits if common]


def _of_visit(visit: pd.DataFrame) -> dict[str, object]:
    first = visit.iloc[0]
    names = {name: first[name] for name in ("USUBJID", "ARM", "AVISIT", "AVISITN", "MODEL")}
    levels = _in_body_order(set(visit["LEVEL"]))
    scans = " ".join(sorted(set(visit["SRCID"])))
    told = {"levels": " ".join(levels), "n_levels": len(levels), "grade_sum": visit["AVAL"].sum(), "SRCID": scans}
    return names | told


def _in_body_order(levels: set[str]) -> Sequence[str]:
    from oiscan.anatomy import Level

    return [level for level in Level if level in levels]
