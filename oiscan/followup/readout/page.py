"""The report: one HTML file that needs no other file, no network and no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from oiscan.followup.readout.children import Sheet
from oiscan.followup.readout.parts import Section
from oiscan.followup.readout.style import themed
from oiscan.version import __version__

LONG = 22
"""Characters from which a cell may be broken into lines."""


@dataclass(frozen=True)
class Title:
    """Whose report it is.

    Parameters
    ----------
    study
        STUDYID.
    simulated
        Whether no child stands behind it; then every page says so.
    models
        SHA-256 of every model that measured something.
    """

    study: str
    simulated: bool
    models: tuple[str, ...] = ()


def report_page(title: Title, sections: Sequence[Section], sheets: Sequence[Sheet]) -> str:
    """HTML of the report. All text from files is escaped; the figures are oiscan's own drawings."""
    return (
        _templates()
        .get_template("report.html.j2")
        .render(
            study=title.study,
            simulated=title.simulated,
            models=title.models,
            version=__version__,
            style=Markup(files(__package__).joinpath("templates", "report.css").read_text(encoding="utf-8")),
            sections=sections,
            sheets=sheets,
        )
    )


def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader(__package__), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    templates.filters["themed"] = lambda svg: Markup(themed(svg))
    templates.tests["long"] = lambda cell: len(cell) >= LONG
    return templates
