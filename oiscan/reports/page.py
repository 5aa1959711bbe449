"""The page to open first, and what a notebook shows of one report."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterable, Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined

from oiscan.grading import SCALES
from oiscan.report import Report
from oiscan.reports.picture import encode_png, overlay
from oiscan.reports.summary import Totals, count_fractures, grades_between, levels_span, worst_first

_EMPTY_SUBJECTS: Mapping[str, str] = {}
_EMPTY_DAYS: Mapping[str, int | None] = {}


def index_page(
    reports: Iterable[Report],
    subjects: Mapping[str, str] = _EMPTY_SUBJECTS,
    days: Mapping[str, int | None] = _EMPTY_DAYS,
    overlays: Collection[str] = (),
) -> str:
    """HTML of `index.html`: a worklist, worst first, and for every scan its picture beside its vertebrae.

    The page needs no network and no other file than the pictures in `overlays/` beside it.

    Parameters
    ----------
    reports
        In any order.
    subjects, days
        Code of the person, and days since that person's first scan, by scan_id; blank where missing.
    overlays
        The scan_ids that have a picture `overlays/<scan_id>.png`.
    """
    ordered = worst_first(reports)
    return (
        _templates()
        .get_template("index.html.j2")
        .render(
            reports=ordered,
            subjects=subjects,
            days=days,
            overlays=overlays,
            totals=Totals.of(ordered),
            scales=_scales_used(ordered),
            models=sorted({(report.model_name, report.model_sha256) for report in ordered if report.model_sha256}),
            versions=sorted({report.program_version for report in ordered if report.program_version}),
        )
    )


def notebook_html(report: Report) -> str:
    """HTML of one report: its picture, where the report still holds its scan, beside its vertebrae."""
    picture = b"" if report.scan is None else encode_png(overlay(report.scan, report))
    return (
        _templates()
        .get_template("notebook.html.j2")
        .render(
            report=report,
            picture=base64.b64encode(picture).decode(),
            scales=_scales_used([report]),
        )
    )


def _scales_used(reports: Iterable[Report]) -> dict[str, str]:
    """Name and note of every scale that graded something; a user's own scale has no note here."""
    names = sorted({report.scale for report in reports if report.worst_grade is not None})
    return {name: SCALES[name].note if name in SCALES else "" for name in names}


def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("oiscan.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["number"] = _number
    templates.filters["levels"] = levels_span
    templates.filters["fractures"] = count_fractures
    templates.filters["between"] = grades_between
    return templates


def _number(value: float | None, decimals: int = 0) -> str:
    """A number as readers write it; nothing where it is not known."""
    return "" if value is None else f"{value:.{decimals}f}"
