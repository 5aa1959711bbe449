"""Concavity, height-to-length and projected area of a child's vertebrae, as per cent of their own baseline.

The measures of a study of zoledronic acid in OI (PubMed 31216496). Each is the mean over the levels measured at both
visits, so that a level missing once moves no mean. Ratios know no growth; the projected area grows with the child, and
its rise is growth and treatment together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from oiscan.followup.change.pairs import pairs
from oiscan.followup.change.rows import derived_from
from oiscan.followup.change.spine import Findings
from oiscan.followup.study.columns import long_frame
from oiscan.report import Finding, Report

if TYPE_CHECKING:
    import pandas as pd

MM2_PER_CM2 = 100.0


@dataclass(frozen=True)
class Measure:
    """A field of `Finding`, its words and unit, and how many of that unit one of the field's is."""

    field: str
    words: str
    unit: str = ""
    factor: float = 1.0


MEASURES: Mapping[str, Measure] = {
    "VFRMP": Measure("ratio_middle_posterior", "Concavity: middle to posterior height, mean of levels"),
    "VFCI": Measure("ratio_middle_anterior", "Concavity: middle to anterior height, mean of levels"),
    "VFRAL": Measure("ratio_anterior_depth", "Anterior height to length, mean of levels"),
    "VFRML": Measure("ratio_middle_depth", "Middle height to length, mean of levels"),
    "VFRPL": Measure("ratio_posterior_depth", "Posterior height to length, mean of levels"),
    "VFPA": Measure("area_cm2", "Projected area, mean of levels; grows with the child", "mm2", MM2_PER_CM2),
}
"""By code of the long table."""


@dataclass(frozen=True)
class ShapeChange:
    """Mean of a measure over the levels that have it at both visits.

    Parameters
    ----------
    levels
        How many there are.
    before, after
        None where there are none.
    """

    levels: int
    before: float | None = None
    after: float | None = None

    @property
    def percent(self) -> float | None:
        """Per cent of the first."""
        if self.before is None or self.after is None:
            return None
        return 100 * (self.after - self.before) / self.before


def shape_change(before: Findings, after: Findings, measure: Measure) -> ShapeChange:
    """The mean of a measure at two visits, over the levels that have it at both."""
    both = [
        (first, later)
        for level in before
        if level in after
        and (first := _value(before[level], measure)) is not None
        and (later := _value(after[level], measure)) is not None
    ]
    if not both:
        return ShapeChange(0)
    first, later = (fmean(values) for values in zip(*both, strict=True))
    return ShapeChange(len(both), first, later)


def shape_rows(table: pd.DataFrame, reports: Mapping[str, Report]) -> pd.DataFrame:
    """Long rows, one a child, later visit and measure, to append once baseline and visits are derived.

    LEVEL is blank: the value is the child's. Without reports there are none: grades tell no shape.
    """
    rows: list[dict[str, Any]] = []
    for pair in pairs(table, reports):
        for code, measure in MEASURES.items() if pair.scan_id and pair.baseline_id else ():
            change = shape_change(pair.before, pair.after, measure)
            rows.append({**derived_from(pair), "PARAMCD": code, "PARAM": measure.words, "AVALU": measure.unit,
                         **_cells(change)})  # fmt: skip
    return long_frame(rows)


def _cells(change: ShapeChange) -> dict[str, Any]:
    if change.before is None or change.after is None:
        return {"REASON": "no vertebra measured at both visits"}
    return {
        "AVAL": change.after,
        "AVALC": f"mean of {change.levels} vertebrae",
        "BASE": change.before,
        "CHG": change.after - change.before,
        "PCHG": change.percent,
    }


def _value(finding: Finding, measure: Measure) -> float | None:
    value = getattr(finding, measure.field)
    return None if value is None else value * measure.factor
