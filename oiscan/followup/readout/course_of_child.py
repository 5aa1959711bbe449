"""The course of one child in three pictures: Z-scores, loss of vertebral height, calcium with its doses."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from oiscan.anatomy import Level
from oiscan.followup.readout.describe import counting, given_doses
from oiscan.followup.readout.style import FAINT, INK, LIMIT, LINE, LOOKS, mark_months, svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Z_SCORES = {"LSBMDZ": "lumbar spine", "TBLHZ": "body less head", "HAZ": "height"}
PANEL_INCHES = (3.2, 2.5)
GRADE_EDGES_PERCENT = (20, 25, 40)
"""Genant's: loss of height from which a vertebra is of grade 1, 2, 3."""


def course_svg(rows: pd.DataFrame, name: str, subject: str) -> str:
    """Figure of one child's rows of the long table, as SVG text; "" where nothing is to be drawn."""
    counted = counting(rows)
    visited = counted[counted["AVISITN"].notna()]
    z_scores = visited[visited["PARAMCD"].isin(list(Z_SCORES))]
    losses = visited[(visited["PARAMCD"] == "VFHL") & visited["LEVEL"].isin(list(Level))]
    calcium = _calcium(rows)
    doses = given_doses(rows)["ADY"].dropna()
    drawings: dict[str, tuple[pd.DataFrame, Callable[[Axes, pd.DataFrame], None]]] = {
        "Z-scores": (z_scores, _draw_z_scores),
        "height loss of the vertebrae": (losses, _draw_losses),
        "calcium": (calcium, partial(_draw_calcium, doses=doses)),
    }
    known = {words: drawing for words, drawing in drawings.items() if len(drawing[0])}

    def draw(figure: Figure) -> None:
        panels = figure.subplots(1, len(known), squeeze=False)[0]
        for panel, (values, draw_values) in zip(panels, known.values(), strict=True):
            draw_values(panel, values)

    size = PANEL_INCHES[0] * len(known), PANEL_INCHES[1]
    return svg_of(name, f"Course of {subject}: {', '.join(known)}", size, draw) if known else ""


def _calcium(rows: pd.DataFrame) -> pd.DataFrame:
    """Adjusted calcium where there is any, else ionised; never raw total calcium."""
    timed = rows[rows["AVAL"].notna() & rows["ADY"].notna() & (rows["REASON"] == "")].sort_values("ADY")
    for paramcd in ("CAADJ", "CAION"):
        found = timed[timed["PARAMCD"] == paramcd]
        if len(found):
            return found
    return timed.iloc[:0]


def _draw_z_scores(axes: Axes, rows: pd.DataFrame) -> None:
    axes.set_title("Z-scores")
    for (code, label), look in zip(Z_SCORES.items(), LOOKS, strict=False):
        one = rows[rows["PARAMCD"] == code]
        if len(one):
            axes.plot(one["AVISITN"], one["AVAL"], color=look.colour, marker=look.mark, ms=4, lw=1.2, label=label)
    axes.legend(loc="best", fontsize=7)
    mark_months(axes, sorted(set(rows["AVISITN"])))


def _draw_losses(axes: Axes, rows: pd.DataFrame) -> None:
    axes.set_title("Loss of height of each vertebra, %")
    for level, one in rows.groupby("LEVEL"):
        hurt = one["AVAL"].max() >= GRADE_EDGES_PERCENT[0]
        axes.plot(one["AVISITN"], one["AVAL"], color=INK if hurt else FAINT, marker="o", ms=3, lw=1.3 if hurt else 0.6)
        last = one.iloc[-1]
        if last["AVAL"] >= GRADE_EDGES_PERCENT[0]:
            axes.annotate(f" {level}", (last["AVISITN"], last["AVAL"]), fontsize=7, va="center", annotation_clip=False)
    for edge in GRADE_EDGES_PERCENT:
        axes.axhline(edge, color=LIMIT, lw=0.8, ls=(0, (4, 3)))
    mark_months(axes, sorted(set(rows["AVISITN"])))


def _draw_calcium(axes: Axes, rows: pd.DataFrame, doses: pd.Series) -> None:
    axes.set_title(f"{rows['PARAM'].iloc[0]}, {rows['AVALU'].iloc[0]}")
    axes.plot(rows["ADY"], rows["AVAL"], color=INK, marker="o", ms=3, lw=1)
    for limit in sorted({*rows["ANRLO"].dropna(), *rows["ANRHI"].dropna()}):
        axes.axhline(limit, color=LIMIT, lw=0.8, ls=(0, (4, 3)))
    axes.plot(doses, [0.02] * len(doses), "|", color=FAINT, ms=7, transform=axes.get_xaxis_transform())
    axes.set_xlabel("study day; | a dose")
    axes.grid(axis="y", color=LINE, linewidth=0.6)
