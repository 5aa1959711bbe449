"""Who was in the study: CONSORT flow and Table 1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from oiscan.followup.readout.answers import Answers
from oiscan.followup.readout.describe import ALL_ARMS, grouped
from oiscan.followup.readout.flow import flow
from oiscan.followup.readout.flow_drawing import flow_svg
from oiscan.followup.readout.parts import Drawing, Section, Table
from oiscan.followup.readout.table_one import ALL, table_one
from oiscan.followup.readout.words import mean_sd, median_range, share, with_unit


def children_section(answers: Answers) -> Section:
    """How many there were at each step, and who they were at baseline."""
    numbers = flow(answers.long, answers.children, _analysed(answers))
    note = "Who is missing at each step is named in the file."
    svg = flow_svg(numbers, "flow", answers.arms)
    drawing = Drawing("flow", "Flow of the children through the study", svg, numbers, (note,))
    return Section("study", "Children and visits", (), (drawing, _table_one(answers)))


def _analysed(answers: Answers) -> Mapping[str, int]:
    for one in answers.compared.family:
        if one.role == "primary":
            return dict(zip(one.comparison.arms, one.comparison.n, strict=True))
    return {}


def _table_one(answers: Answers) -> Table:
    numbers = table_one(answers.long)
    arms = (*answers.arms, ALL) if len(answers.arms) > 1 else answers.arms
    sizes = {arm: int(numbers.loc[numbers["ARM"] == arm, "children"].max()) for arm in arms}
    head = ("", *(f"{arm or ALL_ARMS} (n = {size})" for arm, size in sizes.items()))
    rows = [
        (with_unit(label, unit), *(_told(group[group["ARM"] == arm].to_dict("records")) for arm in arms))
        for (_, label, unit), group in grouped(numbers, "PARAMCD", "characteristic", "unit", as_met=True)
    ]
    note = "Mean ± SD, median [quartiles]; n where some are not known. Arms dealt by lot differ by chance: no tests."
    return Table("table_1", "Table 1. The children at baseline", head, tuple(rows), numbers, (note,))


def _told(rows: Iterable[dict[Any, Any]]) -> str:
    for row in rows:
        if row["count"] == row["count"]:
            return share(int(row["count"]), int(row["n"]))
        known = "" if row["n"] == row["children"] else f"; n = {row['n']}"
        return f"{mean_sd(row)}; {median_range(row)}{known}"
    return ""
