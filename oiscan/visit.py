"""The lateral and the AP scan of one visit joined: the same vertebrae must bear the same names in both.

A scan's own report never depends on its neighbours. Joining makes new reports, whose names are those that suit both
pictures best: how sure each scan is of its own names and of the shifted ones, and how well the heights of the vertebrae
and the steps between them agree between the views under each shift.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import product

import numpy as np

from oiscan.anatomy import COLUMN, Level, View
from oiscan.grading.remarks import remarks
from oiscan.report import Finding, Report, Status, Verdict, Visit
from oiscan.scan import FloatArray

SAME_SPREAD = 0.035
"""Spread of the logarithm of a length in one view over the same length in the other, after the common magnification is
taken out. From simulated exams; unverified in people."""

OTHER_SPREAD = 0.075
"""The same for lengths of neighbouring vertebrae compared by mistake. From simulated exams; unverified in people."""

_TAILS = 3.0
"""Degrees of freedom of Student's t: now and then a length is far off in one view, and must not decide alone."""

_FARTHEST = 2
"""Names further off are no miscount: that scan cannot be named, and the other one does not change it."""

_FEWEST_LENGTHS = 3
"""Fewer compared lengths say nothing: their common magnification is fitted to them."""

_Lengths = dict[tuple[str, int], float]


def visits(
    reports: Iterable[Report], subjects: Mapping[str, str], days: Mapping[str, int | None]
) -> tuple[Visit, ...]:
    """Every subject's day with a scored scan of either view, joined.

    Where there are several scans of a view, the one with most measured vertebrae counts.

    Parameters
    ----------
    subjects, days
        By scan_id. Scans without a day belong to no visit.
    """
    by_day = _by_day(reports, subjects, days)
    chosen = [(key, [_best(same_day, view) for view in View]) for key, same_day in by_day.items()]
    return tuple(join(*key, lateral, ap) for key, (lateral, ap) in chosen if lateral is not None and ap is not None)


def laterals(
    reports: Iterable[Report],
    subjects: Mapping[str, str],
    days: Mapping[str, int | None],
    joined: Iterable[Visit],
) -> dict[tuple[str, int], Report]:
    """The lateral scan of every subject's day: under the visit's names where it was joined with an AP scan.

    Parameters
    ----------
    reports, subjects, days
        As for `visits`.
    joined
        What `visits` made of them.
    """
    best = {day: _best(same_day, View.LATERAL) for day, same_day in _by_day(reports, subjects, days).items()}
    alone = {day: report for day, report in best.items() if report is not None}
    return alone | {(visit.subject, visit.day): visit.lateral for visit in joined}


def _by_day(
    reports: Iterable[Report], subjects: Mapping[str, str], days: Mapping[str, int | None]
) -> dict[tuple[str, int], list[Report]]:
    """Scored reports by subject and day; those without a day are left out."""
    by_day: dict[tuple[str, int], list[Report]] = {}
    for report in reports:
        day = days.get(report.scan_id)
        if report.status is Status.SCORED and day is not None:
            by_day.setdefault((subjects[report.scan_id], day), []).append(report)
    return by_day


def join(subject: str, day: int, lateral: Report, ap: Report) -> Visit:
    """A lateral and an AP report under the names that suit both."""
    pairs = list(product(_namings(lateral), _namings(ap)))
    lengths = _lengths(lateral), _lengths(ap)
    scores = np.array([np.log(p * q) + _agreement(*lengths, there - here) for (here, p), (there, q) in pairs])
    probability = np.exp(scores - scores.max())
    probability /= probability.sum()
    best = int(np.argmax(probability))
    (here, _), (there, _) = pairs[best]
    sure = float(probability[best])
    return Visit(subject, day, renamed(lateral, here, sure), renamed(ap, there, sure), here, there, sure)


def renamed(report: Report, shift: int, probability: float) -> Report:
    """The report with all names moved by `shift` levels, saying so; the report itself where that is 0.

    Every number stays that of the scan's own report: what was normal at the first names is not looked up again.
    """
    if shift == 0:
        return report
    names = {level.value: moved.value for level in COLUMN if (moved := _moved(level, shift)) is not None}
    findings = tuple(_renamed(finding, names) for finding in report.findings)
    note = f"renamed by {shift:+d} level from the other view of the visit"
    return replace(
        report,
        findings=findings,
        numbering_anchor="visit",
        numbering_probability=probability,
        numbering_alternatives=(),
        numbering_variants=(),
        notes=(*report.notes, note),
    )


def _best(reports: Iterable[Report], view: View) -> Report | None:
    """The report of a view with most measured vertebrae, among equals the first by scan_id; None without one."""
    of_view = [report for report in reports if report.view is view]
    return min(of_view, key=lambda one: (-_measured(one), one.scan_id), default=None)


def _measured(report: Report) -> int:
    return sum(finding.status is Verdict.SCORED for finding in report.findings)


def _namings(report: Report) -> list[tuple[int, float]]:
    """Shifts of all names that are possible, with the scan's own probability of each."""
    own = 1.0 if report.numbering_probability is None else report.numbering_probability
    others = [(shift, likely) for shift, likely in report.numbering_alternatives if _fits(report, shift)]
    return [(0, own), *others]


def _fits(report: Report, shift: int) -> bool:
    return abs(shift) <= _FARTHEST and all(_moved(finding.level, shift) is not None for finding in report.findings)


def _moved(level: Level, shift: int) -> Level | None:
    """The level so many further down; None beyond T1 and L5, and for T13 and L6, which only readers name."""
    place = COLUMN.index(level) + shift if level in COLUMN else -1
    return COLUMN[place] if 0 <= place < len(COLUMN) else None


def _renamed(finding: Finding, names: Mapping[str, str]) -> Finding:
    level = Level(names[finding.level.value])
    reference = " ".join(names[name] for name in finding.posterior_reference.split())
    renamed = replace(finding, level=level, posterior_reference=reference)
    return renamed if finding.grade is None else replace(renamed, remarks=remarks(renamed))


def _lengths(report: Report) -> _Lengths:
    """Heights of the measured vertebrae, and steps from each to the next, in mm; none without known spacing."""
    seen = {COLUMN.index(f.level): f for f in report.findings if f.status is Verdict.SCORED and f.level in COLUMN}
    if report.spacing_mm is None:
        return {}
    lengths = {("height", place): _height_mm(finding) for place, finding in seen.items()}
    centres = {place: np.mean(finding.landmarks_px, 0) * report.spacing_mm for place, finding in seen.items()}
    steps = {
        ("step", place): float(np.linalg.norm(centres[place + 1] - centre))
        for place, centre in centres.items()
        if place + 1 in centres
    }
    return {key: length for key, length in (lengths | steps).items() if length > 0}


def _height_mm(finding: Finding) -> float:
    """Mean of the sides of the body in this view; 0 where it is not known."""
    if finding.height_mm is not None:
        return finding.height_mm
    return ((finding.anterior_height_mm or 0.0) + (finding.posterior_height_mm or 0.0)) / 2


def _agreement(lateral: _Lengths, ap: _Lengths, shift: int) -> float:
    """Log of how much likelier the lengths are those of the same vertebrae than of others; 0 where they cannot tell.

    `shift` is how many levels the AP names move against the lateral ones.
    """
    moved = {(kind, place + shift): length for (kind, place), length in ap.items()}
    ratios = np.array([np.log(moved[key] / lateral[key]) for key in sorted(moved.keys() & lateral.keys())])
    if len(ratios) < _FEWEST_LENGTHS:
        return 0.0
    deviations = ratios - np.median(ratios)
    return float((_log_density(deviations, SAME_SPREAD) - _log_density(deviations, OTHER_SPREAD)).sum())


def _log_density(deviations: FloatArray, spread: float) -> FloatArray:
    """Of Student's t, up to a constant."""
    return np.asarray(-np.log(spread) - (_TAILS + 1) / 2 * np.log1p(np.square(deviations / spread) / _TAILS))
