"""The vertebrae of a study between baseline and each later visit, as a table: a row a child, level and visit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from oiscan.followup.change.pairs import Pair, pairs
from oiscan.followup.change.spine import spine_change
from oiscan.followup.change.vertebra import VertebraChange
from oiscan.report import Report

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: dict[str, str] = {
    "USUBJID": "code of the child",
    "ARM": "arm",
    "AVISIT": "later visit",
    "AVISITN": "that visit in months",
    "LEVEL": "vertebra, under its name at baseline",
    "STATE": "what became of it since baseline",
    "GRADED": "the same by the grades alone, whatever their doubt",
    "RESHAPE": "of a fractured one: complete, incomplete, absent or uncertain",
    "BGRADE": "grade at baseline",
    "GRADE": "grade at the later visit",
    "DLOSS": "change of height loss in points, above 0 where height was lost",
    "DLOSSSE": "its standard error",
    "PHIGHER": "probability that the true grade is higher",
    "PLOWER": "probability that it is lower",
    "REASON": "why it is not evaluable or uncertain",
    "BSRCID": "scan of the baseline",
    "SRCID": "scan of the later visit",
    "MODEL": "SHA-256 of the model",
    "NAMES": "what to know of how the two visits were compared: names that were moved, another scale or model",
}
"""Columns of the table and what they mean."""

_NUMBERS = ("AVISITN", "BGRADE", "GRADE", "DLOSS", "DLOSSSE", "PHIGHER", "PLOWER")


def vertebral_changes(
    table: pd.DataFrame, reports: Mapping[str, Report], min_ratio_change: float = 0.0
) -> pd.DataFrame:
    """What became of every vertebra of a study; see `COLUMNS`, `pairs` and `vertebra_change`.

    Children are sorted by code, visits by month, levels from head to foot.
    """
    import pandas as pd

    rows = [
        _row(pair, change)
        for pair in pairs(table, reports)
        for change in spine_change(pair.before, pair.after, min_ratio_change).vertebrae
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    kinds = {name: "float64" if name in _NUMBERS else object for name in COLUMNS}
    return frame.astype(kinds)


def _row(pair: Pair, change: VertebraChange) -> dict[str, Any]:
    return {
        **{name: pair.visit[name] for name in ("USUBJID", "ARM", "AVISIT", "AVISITN")},
        "LEVEL": change.level.value,
        "STATE": change.state.value,
        "GRADED": change.graded.value,
        "RESHAPE": change.reshaping.value,
        "BGRADE": change.grade_before,
        "GRADE": change.grade_after,
        "DLOSS": change.loss_change_percent,
        "DLOSSSE": change.loss_change_error_percent,
        "PHIGHER": change.probability_higher,
        "PLOWER": change.probability_lower,
        "REASON": change.reason,
        "BSRCID": pair.baseline_id,
        "SRCID": pair.scan_id,
        "MODEL": pair.model,
        "NAMES": pair.names,
    }
