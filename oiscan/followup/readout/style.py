"""How figures look, and how they become SVG text that is the same every time.

Text stays text (searchable, read aloud, in the reader's own font). Colours are few and named, so that the report can
exchange them for its light or dark ones. Those of the arms are Okabe and Ito's, told apart by the colour-blind, and
each arm has its own mark besides.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import escape

from oiscan.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, FAINT, LINE = "#2b3034", "#5a6268", "#cfd3d6"
LIMIT = "#8a6d00"
"""Of normal limits and what lies outside of them."""


class Look(NamedTuple):
    """Colour and mark of an arm."""

    colour: str
    mark: str


LOOKS = (Look("#0072b2", "o"), Look("#d55e00", "s"), Look("#009e73", "^"), Look("#cc79a7", "D"))

THEME = {INK: "text", FAINT: "faint", LINE: "line", LIMIT: "limit"} | {
    look.colour: f"arm-{number}" for number, look in enumerate(LOOKS, start=1)
}
"""Name of the report's colour for each colour of a figure."""

SETTINGS = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # matplotlib brings it
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
}


def looks_of(arms: Sequence[str]) -> dict[str, Look]:
    """A look for each arm, in the order given; a fifth arm looks like the first."""
    return {arm: LOOKS[place % len(LOOKS)] for place, arm in enumerate(arms)}


def svg_of(name: str, title: str, size_inches: tuple[float, float], draw: Callable[[Figure], None]) -> str:
    """SVG text of what `draw` draws; the same drawing gives the same bytes.

    Parameters
    ----------
    name
        Of the figure, one in a report: the ids inside are made from it, so that figures on one page share none.
    title
        What the figure shows, for those who cannot see it.
    size_inches
        Width, height.

    Raises
    ------
    ConfigError
        When matplotlib is not installed.
    """
    try:
        from matplotlib import rc_context, rcParamsDefault
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ConfigError('figures need matplotlib: pip install "oiscan[study]"') from error
    plain = {key: value for key, value in rcParamsDefault.items() if not key.startswith("backend")}
    settings: dict[Any, Any] = {**plain, **SETTINGS, "svg.hashsalt": name}  # whatever the user's matplotlibrc says
    with rc_context(settings):
        figure = Figure(figsize=size_inches, layout="constrained")
        canvas: Any = FigureCanvasSVG(figure)
        draw(figure)
        text = io.StringIO()
        # Not `savefig`, which draws every figure twice.
        canvas.print_svg(text, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return _tidied(text.getvalue(), title)


def themed(svg: str) -> str:
    """The figure as it stands inside the report: its colours are those of the page."""
    for colour, name in THEME.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg[svg.index("<svg") :]


def mark_months(axes: Axes, months: Sequence[float]) -> None:
    """Ticks at the visits, and nothing between them."""
    axes.set_xticks(months, [f"{month:g}" for month in months])
    axes.set_xlabel("months")
    axes.grid(axis="y", color=LINE, linewidth=0.6)
    axes.set_axisbelow(True)


def _tidied(svg: str, title: str) -> str:
    """Without ids nobody refers to, which would stand twice on one page; with its title as text."""
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", svg)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1)
