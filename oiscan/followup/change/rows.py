"""What is counted of a child's vertebrae at a visit, as rows of the long table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from oiscan.followup.change.pairs import Pair, pairs
from oiscan.followup.change.spine import SpineChange, spine_change
from oiscan.followup.change.vertebra import State, VertebraChange
from oiscan.followup.study.columns import long_frame
from oiscan.report import Report

if TYPE_CHECKING:
    import pandas as pd

COUNTED: Mapping[str, tuple[State, str]] = {
    "VFNEW": (State.NEW, "Any new vertebral fracture"),
    "VFWORS": (State.WORSENING, "Any worsening vertebral fracture"),
    "VFIMPR": (State.IMPROVING, "Any improving vertebral fracture"),
}
"""What a child has or has not at a visit: code, state of a vertebra, and words."""

SUM = "Grade sum over levels readable at both visits"
STATE = "Change of the vertebra since baseline"
NONE_EVALUABLE = "no vertebra readable at both visits"


def change_rows(table: pd.DataFrame, reports: Mapping[str, Report], min_ratio_change: float = 0.0) -> pd.DataFrame:
    """Long rows to append once baseline and visits are derived; parameters as for `vertebral_changes`.

    VFNEW, VFWORS and VFIMPR are 1 where a vertebra of the child is in that state, 0 where none is; how many of how many
    stands in AVALC. VFSUM is the sum of the grades, with BASE that of the same levels at baseline. VFSTATE has one row
    a level, the state in AVALC.
    """
    rows: list[dict[str, Any]] = []
    for pair in pairs(table, reports):
        spine = spine_change(pair.before, pair.after, min_ratio_change)
        common = {**derived_from(pair), "REASON": "" if spine.evaluable else NONE_EVALUABLE}
        rows += [{**common, **_counted(spine, code)} for code in COUNTED]
        rows.append({**common, **_sum(spine)})
        rows += [{**derived_from(pair), **_state(change)} for change in spine.vertebrae]
    return long_frame(rows)


def derived_from(pair: Pair) -> dict[str, Any]:
    """What all rows that are derived from a pair of visits have in common."""
    sources = " ".join(filter(None, (pair.baseline_id, pair.scan_id)))
    return {**pair.visit, "ANL01FL": "Y", "SRC": "derived", "SRCID": sources, "MODEL": pair.model}


def _counted(spine: SpineChange, code: str) -> dict[str, Any]:
    state, words = COUNTED[code]
    found = spine.any(state)
    if found is None:
        return {"PARAMCD": code, "PARAM": words}
    counts = [f"{spine.count(state)} of {len(spine.evaluable)} vertebrae"]
    counts += [f"{doubtful} uncertain"] if (doubtful := spine.count(State.UNCERTAIN)) else []
    return {"PARAMCD": code, "PARAM": words, "AVAL": float(found), "AVALC": ", ".join(counts)}


def _sum(spine: SpineChange) -> dict[str, Any]:
    named: dict[str, Any] = {"PARAMCD": "VFSUM", "PARAM": SUM}
    if spine.grade_sums is None:
        return named
    first, later = spine.grade_sums
    levels = f"over {len(spine.evaluable)} vertebrae"
    return {**named, "AVAL": later, "AVALC": levels, "BASE": first, "CHG": later - first}


def _state(change: VertebraChange) -> dict[str, Any]:
    said = {"PARAMCD": "VFSTATE", "PARAM": STATE, "LEVEL": change.level.value, "AVALC": change.state.value}
    return {**said, "REASON": change.reason}
