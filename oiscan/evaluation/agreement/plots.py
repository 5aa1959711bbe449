"""Agreement as pictures that a paper could print; needs matplotlib (the extra `plot`).

Colours are those of Okabe and Ito, told apart by the colour-blind; a panel a reader.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from oiscan.errors import ConfigError
from oiscan.evaluation.agreement.accuracy import wilson
from oiscan.evaluation.agreement.comparison import NOT_GRADED, Comparison
from oiscan.evaluation.agreement.heights import bland_altman
from oiscan.evaluation.agreement.readings import HEIGHTS
from oiscan.evaluation.agreement.reliability import reliability_bins

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Shown = TypeVar("Shown")

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "0.4"
PANEL_INCHES = 3.3
"""Width of a column of print."""


def confusion_plot(comparisons: Sequence[Comparison]) -> Figure:
    """How often each pair of grades came up: the reader's down, the program's across, what was not graded apart."""
    return _panels([[comparison] for comparison in comparisons], _confusion)


def calibration_plot(comparisons: Sequence[Comparison]) -> Figure | None:
    """Stated probability of a fracture beside the share a reader calls fractured; None where none is stated."""
    stated = [[comparison] for comparison in comparisons if reliability_bins(comparison)]
    return _panels(stated, _calibration) if stated else None


def bland_altman_plot(comparisons: Sequence[Comparison]) -> Figure | None:
    """Differences of the heights over their means, a row a height; None where no reader gives heights."""
    names = [name for name in HEIGHTS if any(_comparable(one, name) for one in comparisons)]
    columns = [[(one, name) for name in names] for one in comparisons if any(_comparable(one, name) for name in names)]
    return _panels(columns, _bland_altman) if columns else None


def _comparable(comparison: Comparison, name: str) -> bool:
    return len(comparison.measured(name)[0]) > 1


def _panels(columns: Sequence[Sequence[Shown]], draw: Callable[[Axes, Shown], None]) -> Figure:
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ConfigError('plots need matplotlib: pip install "oiscan[plot]"') from error
    shape = len(columns[0]), len(columns)
    size = (PANEL_INCHES * shape[1], PANEL_INCHES * shape[0])
    figure = Figure(figsize=size, dpi=300, layout="constrained")
    FigureCanvasAgg(figure)
    grid = figure.subplots(*shape, squeeze=False)
    for axes, shown in zip(grid.T.flat, (one for column in columns for one in column), strict=True):
        draw(axes, shown)
    return figure


def _confusion(axes: Axes, comparison: Comparison) -> None:
    counts = comparison.vertebrae.confusion(np.arange(len(comparison.pairs)))
    axes.imshow(np.sqrt(counts), cmap="Blues")  # roots, or the many normal vertebrae would leave all else white
    for (row, column), count in np.ndenumerate(counts):
        dark = count > counts.max() / 3
        axes.text(column, row, str(count), ha="center", va="center", color="white" if dark else "black")
    grades = [*map(str, range(NOT_GRADED)), "none"]
    axes.set_xticks(range(len(grades)), grades)
    axes.set_yticks(range(len(grades)), grades)
    for line in (axes.axhline, axes.axvline):
        line(NOT_GRADED - 0.5, color=GREY, linewidth=1)
    _label(axes, f"grade by {comparison.test}", f"grade by {comparison.reference}")


def _calibration(axes: Axes, comparison: Comparison) -> None:
    held = reliability_bins(comparison)
    stated, called = [one.probability for one in held], [wilson(one.fractured) for one in held]
    values = np.array([one.value for one in called])
    reach = np.array([[one.value - one.low, one.high - one.value] for one in called]).T
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--")
    axes.errorbar(stated, values, np.maximum(reach, 0), color=BLUE, marker="o", markersize=4, linewidth=1, capsize=2)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
    _label(axes, f"probability of a fracture by {comparison.test}", f"called fractured by {comparison.reference}")


def _bland_altman(axes: Axes, shown: tuple[Comparison, str]) -> None:
    comparison, name = shown
    if not _comparable(comparison, name):
        axes.set_axis_off()
        return
    both, _ = comparison.measured(name)
    axes.scatter(both.mean(1), both[:, 1] - both[:, 0], s=8, color=BLUE, alpha=0.5, linewidths=0)
    limits = bland_altman(*both.T)
    axes.axhline(0, color=GREY, linewidth=0.5)
    axes.axhline(limits["bias"], color=ORANGE)
    for end in ("lower_limit", "upper_limit"):
        axes.axhline(limits[end], color=ORANGE, linestyle="--")
    height = name.removesuffix("_mm").replace("_", " ")
    _label(axes, f"{height}, mean of both (mm)", f"{comparison.test} minus {comparison.reference} (mm)")


def _label(axes: Axes, x: str, y: str) -> None:
    """Names of readers are shown as they are, dollar signs too."""
    axes.set_xlabel(x, parse_math=False)
    axes.set_ylabel(y, parse_math=False)
