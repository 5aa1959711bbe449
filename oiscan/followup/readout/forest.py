"""Forest plot: the difference between the arms for every endpoint, on one scale."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from oiscan.followup.compare.ancova import MEASURE
from oiscan.followup.compare.results import Comparison
from oiscan.followup.readout.describe import counting, described, of_whole_child
from oiscan.followup.readout.style import FAINT, INK, LINE, svg_of
from oiscan.followup.readout.words import interval, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW_INCHES = 0.27


def forest_rows(comparisons: Iterable[Comparison], long: pd.DataFrame, label: Callable[[str], str]) -> pd.DataFrame:
    """The differences of means among some comparisons, each with the standard deviation it is divided by.

    Parameters
    ----------
    comparisons
        Those without an interval, or of another measure, are left out.
    long
        The long table.
    label
        Words for an endpoint.
    """
    rows = [
        {**one.to_row(), "label": f"{label(one.endpoint)}, {one.visit}", "n": f"{one.n[0]} + {one.n[1]}", "sd": sd}
        for one in comparisons
        if one.measure == MEASURE and one.low == one.low and (sd := _spread(one, long)) > 0
    ]
    return pd.DataFrame(rows)


def _spread(one: Comparison, long: pd.DataFrame) -> float:
    """Standard deviation of an endpoint over the children of both arms at the visit."""
    code, _, quantity = one.endpoint.partition(" ")
    rows = of_whole_child(counting(long))
    rows = rows[(rows["PARAMCD"] == code) & (rows["AVISIT"] == one.visit) & rows["ARM"].isin(one.arms)]
    return described(rows[quantity])["sd"]


def forest_svg(rows: pd.DataFrame, name: str, arms: tuple[str, str]) -> str:
    """Differences with their 95 % intervals, in standard deviations of the endpoint, as SVG text.

    Parameters
    ----------
    rows
        As `forest_rows` gives them. Divided by one number, an interval still crosses 0 where it does.
    name
        Of the figure, one in a report.
    arms
        Reference arm first.
    """
    reference, other = arms

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for place, row in enumerate(rows.to_dict("records")):
            _draw_row(axes, place, row)
        axes.axvline(0, color=FAINT, lw=0.8)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_yticks(range(len(rows)), rows["label"])
        axes.set_xlabel(f"difference in standard deviations: {other} minus {reference}")
        axes.grid(axis="x", color=LINE, linewidth=0.6)
        axes.tick_params(axis="y", length=0, colors=INK)
        axes.spines["left"].set_visible(False)

    size = (10.8, 0.9 + ROW_INCHES * len(rows))
    return svg_of(name, f"Differences between {other} and {reference} with 95 % intervals", size, draw)


def _draw_row(axes: Axes, place: int, row: dict[Any, Any]) -> None:
    low, middle, high = (float(row[key]) / float(row["sd"]) for key in ("ci_low", "estimate", "ci_high"))
    axes.plot([low, high], [place, place], color=INK, lw=1.4, solid_capstyle="butt")
    axes.plot([middle], [place], color=INK, marker="s", ms=5)
    told = f"{number(row['estimate'])} ({interval(row['ci_low'], row['ci_high'])}), n {row['n']}"
    axes.annotate(told, (1.01, place), xycoords=("axes fraction", "data"), va="center", fontsize=8, color=INK)
