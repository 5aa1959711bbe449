"""The flow of the children through the study as boxes and arrows, a column an arm (CONSORT)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from oiscan.followup.readout.describe import ALL_ARMS, each
from oiscan.followup.readout.flow import ANALYSED, ASSIGNED, DOSED, STEPS
from oiscan.followup.readout.style import FAINT, svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMN_INCHES, BOX_INCHES, STEP_INCHES = 2.7, 0.66, 0.98


def flow_svg(numbers: pd.DataFrame, name: str, arms: Sequence[str]) -> str:
    """Figure of what `oiscan.followup.readout.flow.flow` gives, as SVG text; `arms` in the order of the columns."""
    columns = [_boxes(numbers[numbers["ARM"] == arm], arm) for arm in arms]
    size = COLUMN_INCHES * len(arms), STEP_INCHES * len(columns[0])

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.set_axis_off()
        axes.set_xlim(0, len(arms))
        axes.set_ylim(len(columns[0]) - 0.5, -0.5)
        for place, boxes in enumerate(columns):
            _draw_column(axes, place + 0.5, boxes)

    return svg_of(name, "Flow of the children through the study, by arm", size, draw)


def _boxes(rows: pd.DataFrame, arm: str) -> list[str]:
    """Text of each box, from assignment to analysis."""
    counts = {(one.step, one.AVISIT): one.children for one in each(rows)}
    of = int(rows["of"].max())
    boxes = [f"{arm or ALL_ARMS}\n{counts[ASSIGNED, '']} in the study"]
    boxes += [f"{counts[DOSED, '']} had a dose"] if (DOSED, "") in counts else []
    for visit in dict.fromkeys(rows.loc[rows["AVISITN"].notna(), "AVISIT"]):
        seen, scanned, density = (counts[step, visit] for step in STEPS.values())
        missed = f", {of - seen} not" if seen < of else ""
        boxes.append(f"{visit}: {seen} seen{missed}\nlateral scan {scanned}, spine aBMD {density}")
    return [*boxes, *([f"{counts[ANALYSED, '']} in the primary comparison"] if (ANALYSED, "") in counts else [])]


def _draw_column(axes: Axes, x: float, boxes: Sequence[str]) -> None:
    frame = {"boxstyle": "round,pad=0.5", "facecolor": "none", "edgecolor": FAINT}
    gap = BOX_INCHES / STEP_INCHES / 2
    for y, text in enumerate(boxes):
        axes.text(x, y, text, ha="center", va="center", fontsize=8.5, linespacing=1.4, bbox=frame)
        if y:
            arrow = {"arrowstyle": "-|>", "color": FAINT, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
            axes.annotate("", xy=(x, y - gap), xytext=(x, y - 1 + gap), arrowprops=arrow)
