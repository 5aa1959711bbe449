"""The verdict on every vertebra of a spine: scored with its measures, or unreadable with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from oiscan.anatomy import COLUMN, Level, View
from oiscan.grading.genant import GENANT_1993, Scale, grade
from oiscan.grading.morphometry import (
    Heights,
    ap_size,
    crosses_itself,
    landmark_sd,
    lateral_heights,
    polygon_area,
)
from oiscan.grading.shape import Reference, losses, posterior_references
from oiscan.report import Finding, Verdict
from oiscan.scan import FloatArray, PixelSpacing
from oiscan.spine import Evidence, Spine, Vertebra

IMPOSSIBLE = "landmarks are not those of a vertebra"

POSSIBLE_ANTERIOR_POSTERIOR = (0.2, 1.6)
"""ha/hp outside these bounds is no vertebral body. oiscan's own, provisional."""

LARGEST_RELATIVE_SD = 0.08
"""Landmarks less certain than this, as a part of the depth (AP: of the width), are not measured. oiscan's own,
provisional until it is calibrated."""

WEDGE_P5 = 0.893
"""5th percentile of ha/hp in normal children, T10 to L3 (Gaca 2010, AJR 194:516; CT, n = 100, no effect of age)."""

WEDGE_P5_LEVELS = COLUMN[COLUMN.index(Level.T10) : COLUMN.index(Level.L3) + 1]

REMARK_WEDGE = (
    f"wedge_below_p5: ha/hp below {WEDGE_P5}, the 5th percentile of normal children at T10 to L3 (Gaca 2010); "
    "changes no grade"
)
REMARK_NO_REFERENCE = "posterior height not judged: no measurable unfractured neighbour within 3 levels"


def assess(
    spine: Spine,
    relative_pixel_size: FloatArray,
    spacing: PixelSpacing | None = None,
    scale: Scale = GENANT_1993,
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
    """
    if not spine.vertebrae:
        return ()
    size = np.asarray(relative_pixel_size, dtype=float) if spacing is None else spacing.row_column_mm
    seen = {vertebra.level: vertebra for vertebra in spine.vertebrae}
    levels = _levels_between(seen)
    reasons = [_unreadable_reason(seen.get(level), spine.view, size) for level in levels]
    findings = [_described(level, seen.get(level), reason) for level, reason in zip(levels, reasons, strict=True)]
    readable = [None if reason else seen[level] for level, reason in zip(levels, reasons, strict=True)]
    if spine.view is View.AP:
        return tuple(_with_ap_size(*pair, spacing) for pair in zip(findings, readable, strict=True))
    return _graded(findings, readable, size, spacing is not None, scale)


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
) -> tuple[Finding, ...]:
    heights = [None if vertebra is None else lateral_heights(vertebra.landmarks_px, size) for vertebra in readable]
    references = posterior_references(heights, scale)
    names = [finding.level.value for finding in findings]
    graded = []
    for finding, h, reference in zip(findings, heights, references, strict=True):
        if h is not None:
            finding = _with_heights_mm(finding, h) if in_mm else finding
            finding = _with_grade(finding, h, reference, names, scale)
        graded.append(finding)
    return tuple(graded)


def _with_heights_mm(finding: Finding, heights: Heights) -> Finding:
    return replace(
        finding,
        anterior_height_mm=heights.anterior,
        middle_height_mm=heights.middle,
        posterior_height_mm=heights.posterior,
        depth_mm=heights.depth,
    )


def _with_grade(
    finding: Finding, heights: Heights, reference: Reference | None, names: Sequence[str], scale: Scale
) -> Finding:
    lost = losses(heights, reference)
    number = grade(lost.largest, scale)
    return replace(
        finding,
        ratio_anterior_posterior=heights.anterior_posterior,
        ratio_middle_posterior=heights.middle_posterior,
        ratio_posterior_reference=None if reference is None else heights.posterior / reference.posterior,
        posterior_reference="" if reference is None else " ".join(names[i] for i in reference.neighbours),
        height_loss_percent=lost.largest,
        grade=number,
        deformity=lost.deformity if number else "",
        remarks=_remarks(finding.level, heights, reference),
    )


def _remarks(level: Level, heights: Heights, reference: Reference | None) -> tuple[str, ...]:
    wedged = level in WEDGE_P5_LEVELS and heights.anterior_posterior < WEDGE_P5
    return (REMARK_WEDGE,) * wedged + (REMARK_NO_REFERENCE,) * (reference is None)
