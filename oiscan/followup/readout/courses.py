"""Each child's own course of one endpoint, a panel an arm, with the arm's mean or median on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from oiscan.followup.readout.describe import ALL_ARMS, counting, of_whole_child
from oiscan.followup.readout.style import INK, looks_of, mark_months, svg_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLUMNS = ("USUBJID", "ARM", "PARAMCD", "AVISIT", "AVISITN", "AVAL", "AVALU", "CHG", "PCHG", "SRC", "SRCID", "MODEL")


def courses(long: pd.DataFrame, paramcd: str, unit: str) -> pd.DataFrame:
    """The values behind the figure of one endpoint in one unit: one row a child and visit, with its source."""
    rows = of_whole_child(counting(long))
    rows = rows[(rows["PARAMCD"] == paramcd) & (rows["AVALU"] == unit) & rows["AVISITN"].notna()]
    return rows[list(COLUMNS)].sort_values(["ARM", "USUBJID", "AVISITN"], kind="stable", ignore_index=True)


def courses_svg(rows: pd.DataFrame, name: str, label: str, arms: Sequence[str], middle: str = "mean") -> str:
    """Figure of `courses`, as SVG text.

    Parameters
    ----------
    rows
        As `courses` gives them.
    name
        Of the figure, one in a report.
    label
        Of the endpoint, with its unit.
    arms
        In the order of the panels.
    middle
        "median" for scores that have an order only.
    """

    def draw(figure: Figure) -> None:
        panels = figure.subplots(1, len(arms), sharey=True, squeeze=False)[0]
        for panel, (arm, look) in zip(panels, looks_of(arms).items(), strict=True):
            group = rows[rows["ARM"] == arm]
            for _, child in group.groupby("USUBJID"):
                panel.plot(child["AVISITN"], child["AVAL"], c=look.colour, marker=look.mark, ms=3, lw=0.8, alpha=0.55)
            centre = group.groupby("AVISITN")["AVAL"].agg(middle)
            panel.plot(centre.index, centre, color=INK, lw=2.2, label=middle)
            panel.set_title(f"{arm or ALL_ARMS} (n = {group['USUBJID'].nunique()})")
            mark_months(panel, sorted(set(rows["AVISITN"])))
        panels[0].legend(loc="best", fontsize=8)

    return svg_of(name, f"{label} of each child by arm, with the {middle}", (2.7 * len(arms), 2.6), draw)

