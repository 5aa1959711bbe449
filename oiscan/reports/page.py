"""The page to open first, and what a notebook shows of one report."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from oiscan.anatomy import Level, View
from oiscan.grading import SCALES
from oiscan.report import Report, Status, Verdict
from oiscan.reports.picture import encode_png, overlay
from oiscan.reports.rows import HINTS, ScanRow, VertebraRow, columns_of, scan_row, vertebra_rows
from oiscan.reports.summary import WORKLISTS, Totals, urgency

_EMPTY_SUBJECTS: Mapping[str, str] = {}
_EMPTY_DAYS: Mapping[str, int | None] = {}


def index_page(
    reports: Iterable[Report],
    subjects: Mapping[str, str] = _EMPTY_SUBJECTS,
    days: Mapping[str, int | None] = _EMPTY_DAYS,
    overlays: Collection[str] = (),
) -> str:
    """HTML of `index.html` in one piece; parameters as for `index_parts`."""
    return "".join(index_parts(reports, subjects, days, overlays))


def index_parts(
    reports: Iterable[Report],
    subjects: Mapping[str, str] = _EMPTY_SUBJECTS,
    days: Mapping[str, int | None] = _EMPTY_DAYS,
    overlays: Collection[str] = (),
) -> Iterator[str]:
    """HTML of `index.html`, part after part.

    A worklist, worst first; every scan's picture beside its vertebrae; a sheet a subject.

    The page needs no network and no other file than the pictures in `overlays/` beside it. It holds the scans as data
    and draws only what is looked at, so that thousands of scans open at once; without JavaScript it shows the run in
    numbers. Its own script and style are named to the browser by their hashes: nothing else in it is ever run.

    Parameters
    ----------
    reports
        In any order; read one by one and not kept.
    subjects, days
        Code of the person, and days since that person's first scan, by scan_id; blank where missing.
    overlays
        The scan_ids that have a picture `overlays/<scan_id>.png`.
    """
    totals, scans = Totals(), []
    for report in reports:
        totals.add(report)
        scan_id = report.scan_id
        row = scan_row(report, subjects.get(scan_id, ""), days.get(scan_id), scan_id in overlays)
        scans.append((urgency(report), _json(list(vars(row).values()))))
    return (
        _templates()
        .get_template("index.html.j2")
        .generate(
            totals=totals,
            worklists=list(WORKLISTS),
            statuses=list(Status),
            verdicts=list(Verdict),
            scales=_notes_of(totals.scales),
            layout=_json(_layout()),
            scans=[as_json for _, as_json in sorted(scans)],
            script=_part("index.js"),
            style=_part("index.css"),
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
            columns=columns_of(report.view),
            vertebrae=vertebra_rows(report),
            picture=base64.b64encode(picture).decode(),
            scales=_notes_of([] if report.worst_grade is None else [report.scale]),
        )
    )


def _layout() -> dict[str, object]:
    """What the page's script must know to read the scans and to set its tables."""
    return {
        "scan_fields": [field.name for field in fields(ScanRow)],
        "vertebra_fields": [field.name for field in fields(VertebraRow)],
        "columns": {view: [vars(column) for column in columns_of(view)] for view in View},
        "hints": HINTS,
        "levels": list(Level),
    }


def _notes_of(scales: Iterable[str]) -> dict[str, str]:
    """Name and note of every scale that graded something; a user's own scale has no note here."""
    return {name: SCALES[name].note if name in SCALES else "" for name in sorted(scales)}


def _json(value: object) -> Markup:
    """As JSON that may stand inside a script element, whatever text it holds; without NaN, which no browser reads."""
    return htmlsafe_json_dumps(value, separators=(",", ":"), allow_nan=False)


def _part(name: str) -> Markup:
    """Text of one of the page's own files."""
    return Markup(files("oiscan.reports").joinpath("templates", name).read_text(encoding="utf-8"))


def _hash(text: str) -> str:
    """How a page names a script or style it trusts (Content Security Policy)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("oiscan.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["hash"] = _hash
    return templates
