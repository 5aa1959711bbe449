"""The verdict on every vertebra of a spine: scored with its measures, or unreadable with the reason."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from oiscan.anatomy import COLUMN, Level, View
from oiscan.grading.column import Body, Column
from oiscan.grading.doubt import Band, borderline_grades, likeliest_grade, likely_loss
from oiscan.grading.genant import GENANT_1993, Scale, grade
from oiscan.grading.morphometry import ap_size, crosses_itself, landmark_sd, lateral_heights, polygon_area
from oiscan.grading.remarks import remarks
from oiscan.grading.shape import Reference, losses
from oiscan.report import Finding, Verdict
from oiscan.scan import FloatArray, PixelSpacing
from oiscan.spine import Evidence, Spine, Vertebra

IMPOSSIBLE = "landmarks are not those of a vertebra"
BURNT_OUT = "burnt out: too bright or too dark to see anything in it"

POSSIBLE_ANTERIOR_POSTERIOR = (0.2, 1.6)
"""ha/hp outside these bounds is no vertebral body. oiscan's own, provisional."""

LARGEST_RELATIVE_SD = 0.12
"""Landmarks less certain than this, as a part of the depth (AP: of the width), are not measured, whoever placed them.
oiscan's own."""

def assess(
    spine: Spine,
    relative_pixel_size: FloatArray,
    spacing: PixelSpacing | None = None,
    scale: Scale = GENANT_1993,
    band: Band | None = None,
    burnt_out: Collection[Level] = (),
) -> tuple[Finding, ...]:
    """One finding for every level from the first to the last seen, head to foot.

    A lateral vertebra is graded by its largest loss of height,
    ``100 * max(1 - ha/hp, 1 - hm/hp, 1 - hp/reference, 0)``. An AP vertebra has no grade: width, height and area only.
    What cannot be measured is unreadable with a reason and carries no number; no level is ever left out.

    Parameters
    ----------
    spine
        Landmarks in pixels of the stored image.
    relative_pixel_size
        (2,): size of a pixel along rows and columns, in any unit; only their ratio is used.
    spacing
        Where it is known, lengths are given in mm, and it is used instead of `relative_pixel_size`.
    scale
        The grading scale.
    band
        How the covariance of the landmarks becomes the doubt of a grade; None where the model is not calibrated: losses
        and grades are then those of the landmarks as they stand, and no error or probability is given.
    burnt_out
        Levels of which the picture shows nothing but white or black (see `oiscan.grading.quality`).
    """
    if not spine.vertebrae:
        return ()
    size = np.asarray(relative_pixel_size, dtype=float) if spacing is None else spacing.row_column_mm
    seen = {vertebra.level: vertebra for vertebra in spine.vertebrae}
    levels = _levels_between(seen)
    reasons = [
        BURNT_OUT if level in burnt_out else _unreadable_reason(seen.get(level), spine.view, size) for level in levels
    ]
    findings = [_described(level, seen.get(level), reason) for level, reason in zip(levels, reasons, strict=True)]
    readable = [None if reason else seen[level] for level, reason in zip(levels, reasons, strict=True)]
    if spine.view is View.AP:
        return tuple(_with_ap_size(*pair, spacing) for pair in zip(findings, readable, strict=True))
    return _graded(findings, readable, size, spacing is not None, scale, band)


def _levels_between(seen: dict[Level, Vertebra]) -> list[Level]:
    """All levels from the first to the last seen; T13 and L6 only where they were seen."""
    known = [level for level in Level if level in seen or level in COLUMN]
    places = [known.index(level) for level in seen]
    return known[min(places) : max(places) + 1]


def _unreadable_reason(vertebra: Vertebra | None, view: View, size: FloatArray) -> str:
    """Why a vertebra cannot be measured; empty when it can."""
    if vertebra is None:
        return Evidence.NOT_FOUND.value
    if vertebra.evidence is not Evidence.CLEAR:
        return vertebra.evidence.value
    if not _possible(vertebra, view, size):
        return IMPOSSIBLE
    if landmark_sd(vertebra.covariance_px, size).mean() > LARGEST_RELATIVE_SD * _breadth(vertebra, view, size):
        return Evidence.FAINT.value
    return ""


def _possible(vertebra: Vertebra, view: View, size: FloatArray) -> bool:
    points = vertebra.landmarks_px
    if crosses_itself(points) or _breadth(vertebra, view, size) <= 0:
        return False
    if view is View.AP:
        return ap_size(points, size)[1] > 0
    h = lateral_heights(points, size)
    least, most = POSSIBLE_ANTERIOR_POSTERIOR
    return min(h.anterior, h.middle, h.posterior) > 0 and least <= h.anterior_posterior <= most


def _breadth(vertebra: Vertebra, view: View, size: FloatArray) -> float:
    """Depth on a lateral scan, width on an AP scan."""
    points = vertebra.landmarks_px
    return ap_size(points, size)[0] if view is View.AP else lateral_heights(points, size).depth


def _described(level: Level, vertebra: Vertebra | None, reason: str) -> Finding:
    """The finding without its numbers: what was seen, and the reason if it cannot be measured."""
    status = Verdict.UNREADABLE if reason else Verdict.SCORED
    if vertebra is None:
        return Finding(level, status, reason)
    return Finding(
        level,
        status,
        reason,
        confidence=vertebra.confidence,
        landmarks_px=_points(vertebra.landmarks_px),
        landmark_sd_px=tuple(landmark_sd(vertebra.covariance_px, np.ones(2)).tolist()),
        outline_px=_points(vertebra.outline_px),
    )


def _points(array: FloatArray) -> tuple[tuple[float, float], ...]:
    return tuple((float(row), float(column)) for row, column in array)


def _with_ap_size(finding: Finding, vertebra: Vertebra | None, spacing: PixelSpacing | None) -> Finding:
    if vertebra is None or spacing is None:
        return finding
    width, height = ap_size(vertebra.landmarks_px, spacing.row_column_mm)
    outline = vertebra.outline_px
    area = polygon_area(outline, spacing.row_column_mm) / 100 if len(outline) >= 3 else None
    return replace(finding, width_mm=width, height_mm=height, area_cm2=area)


def _graded(
    findings: Sequence[Finding],
    readable: Sequence[Vertebra | None],
    size: FloatArray,
    in_mm: bool,
    scale: Scale,
    band: Band | None,
) -> tuple[Finding, ...]:
    levels = [finding.level for finding in findings]
    column = Column.of([None if vertebra is None else Body.of(vertebra, size) for vertebra in readable], levels, scale)
    names = [level.value for level in levels]
    graded = list(findings)
    for i, body in enumerate(column.bodies):
        if body is not None:
            finding = replace(findings[i], **body.measures(in_mm), **_against_others(column, i, body, names))
            finding = _with_grade(finding, body, column.reference(i), scale)
            if band is not None:
                finding = _with_doubt(finding, column, i, in_mm, scale, band)
            graded[i] = replace(finding, remarks=remarks(finding))
    return tuple(graded)


def _against_others(column: Column, position: int, body: Body, names: Sequence[str]) -> dict[str, Any]:
    reference, trend, posterior = column.reference(position), column.trend(position), body.heights.posterior
    return {
        "ratio_posterior_reference": None if reference is None else posterior / reference.posterior,
        "posterior_reference": "" if reference is None else " ".join(names[i] for i in reference.neighbours),
        "ratio_posterior_trend": None if trend is None else posterior / trend,
    }


def _with_grade(finding: Finding, body: Body, reference: Reference | None, scale: Scale) -> Finding:
    """Graded by the measured loss as it stands."""
    lost = losses(body.heights, reference)
    number = grade(lost.largest, scale)
    return replace(
        finding, height_loss_percent=lost.largest, grade=number, deformity=lost.deformity if number else ""
    )


def _with_doubt(
    finding: Finding, column: Column, position: int, in_mm: bool, scale: Scale, band: Band
) -> Finding:
    """Graded by what the true loss is likely to be."""
    body, reference = column.bodies[position], column.reference(position)
    assert body is not None
    likely = likely_loss(body.heights, body.errors, reference, column.reference_error(position), band)
    probabilities = likely.grades(scale)
    number = likeliest_grade(probabilities)
    return replace(
        finding,
        height_loss_percent=likely.percent,
        height_loss_interval_percent=likely.interval,
        grade_probabilities=probabilities,
        grade=number,
        borderline=borderline_grades(probabilities, number),
        deformity=losses(body.heights, reference).deformity if number else "",
        standard_errors=column.standard_errors(position, in_mm) | {"height_loss_percent": likely.standard_error},
    )
