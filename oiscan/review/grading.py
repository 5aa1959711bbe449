"""What a sheet's marks mean: findings by the library's own rule, the same that scores scans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from oiscan.anatomy import Level
from oiscan.evaluation.agreement.readings import HEIGHTS, RATIOS
from oiscan.grading import Band, Scale, assess
from oiscan.report import Finding, Verdict
from oiscan.review.sheet import BY_MODEL, Call, Frame, Mark, Sheet
from oiscan.scan import FloatArray, PixelSpacing
from oiscan.spine import Evidence, Spine, Vertebra


@dataclass(frozen=True)
class ModelDoubt:
    """How sure the model was: its own findings, and what its doubt is at the child's age."""

    findings: tuple[Finding, ...]
    band: Band


def findings_on(sheet: Sheet, scale: Scale, doubt: ModelDoubt | None) -> tuple[Finding, ...]:
    """One finding for every level from the first mark to the last.

    Points a reader placed are measured as they stand: the model's doubt is not about them, so there is no probability
    of a grade and no interval. A vertebra of the model's points keeps the model's finding as long as it is compared
    with the same height; where a neighbour's change moved that, it is graded again with the model's doubt (its spread
    taken as the same in all directions). Areas and bone of AP scans are not measured again.

    Parameters
    ----------
    sheet
        Of one reader and one scan.
    scale
        The grading scale.
    doubt
        Of the model that placed the points; None where it is not known or not to be shown: all is then measured as it
        stands.
    """
    by_points = _assessed(sheet, scale, None)
    marks = {mark.level: mark for mark in sheet.marks if _by_model(mark)}
    if doubt is None or not marks:
        return by_points
    again = _Again(sheet, scale, doubt.band)
    return tuple(
        one if one.level not in marks else _doubted(one, marks[one.level], doubt.findings, again) for one in by_points
    )


@dataclass(frozen=True)
class _Again:
    """Findings with the model's doubt, worked out where one is needed."""

    sheet: Sheet
    scale: Scale
    band: Band

    @cached_property
    def findings(self) -> dict[Level, Finding]:
        return {finding.level: finding for finding in _assessed(self.sheet, self.scale, self.band)}


def _doubted(by_points: Finding, mark: Mark, findings: Sequence[Finding], again: _Again) -> Finding:
    place = int(mark.id[1:])
    told = findings[place] if place < len(findings) else None
    if told is None or any(getattr(told, name) != getattr(by_points, name) for name in _COMPARED):
        return again.findings[mark.level]
    named = {name: getattr(by_points, name) for name in ("level", "status", "reason", "posterior_reference")}
    return replace(told, **named, reader_note=mark.note)


def final_grade(mark: Mark | None, finding: Finding) -> int | None:
    """The grade that counts: the reader's own where given, None where the vertebra cannot be measured."""
    if mark is not None and mark.overruled is not None:
        return mark.overruled.grade
    return finding.grade


def calls_on(sheet: Sheet, findings: Sequence[Finding]) -> tuple[Call, ...]:
    """What a reader calls every level, by the findings shown."""
    marks = {mark.level: mark for mark in sheet.marks}
    return tuple(_call(finding, final_grade(marks.get(finding.level), finding)) for finding in findings)


def worst_grade(calls: Sequence[Call]) -> int | None:
    """The highest grade that counts; None where nothing is graded."""
    return max((call.grade for call in calls if call.grade is not None), default=None)


def _call(finding: Finding, grade: int | None) -> Call:
    told = {name: getattr(finding, name) for name in (*HEIGHTS, *RATIOS)}
    measures = {name: value for name, value in told.items() if value is not None}
    return Call(finding.level, grade, finding.deformity if grade else "", measures)


def _by_model(mark: Mark) -> bool:
    return mark.source == BY_MODEL and len(mark.landmark_sd_px) == len(mark.landmarks_px)


def _assessed(sheet: Sheet, scale: Scale, band: Band | None) -> tuple[Finding, ...]:
    frame = sheet.frame
    spine = Spine(frame.view, tuple(_vertebra(mark, band is not None) for mark in sheet.marks))
    findings = assess(spine, np.array(frame.pixel_size), _spacing(frame), scale, band)
    return _with_reasons(findings, sheet.marks)


def _vertebra(mark: Mark, with_doubt: bool) -> Vertebra:
    """A mark as what is graded; the model states one spread for each landmark, the same in all directions."""
    spread = np.array(mark.landmark_sd_px if with_doubt and _by_model(mark) else np.zeros(len(mark.landmarks_px)))
    covariance = np.eye(2) * np.square(spread)[:, np.newaxis, np.newaxis]
    seen = Evidence.CLEAR if mark.readable else Evidence.FAINT
    confidence = 1.0 if mark.confidence is None else mark.confidence
    return Vertebra(mark.level, np.array(mark.landmarks_px), covariance, _NO_OUTLINE, confidence, seen)


def _with_reasons(findings: Sequence[Finding], marks: Sequence[Mark]) -> tuple[Finding, ...]:
    """An unreadable mark's own reason in place of the general one, and the reader's words."""
    of_level = {mark.level: mark for mark in marks}
    return tuple(_with_words(finding, of_level.get(finding.level)) for finding in findings)


def _with_words(finding: Finding, mark: Mark | None) -> Finding:
    if mark is None:
        return finding
    reason = mark.reason if finding.status is Verdict.UNREADABLE and not mark.readable else finding.reason
    return replace(finding, reason=reason, reader_note=mark.note, confidence=mark.confidence)


def _spacing(frame: Frame) -> PixelSpacing | None:
    return None if frame.spacing_mm is None else PixelSpacing(*frame.spacing_mm, "as scored")


_NO_OUTLINE: FloatArray = np.zeros((0, 2))
_COMPARED = ("status", "landmarks_px", "ratio_posterior_reference", "ratio_posterior_trend")
"""Fields that are the same where nothing a vertebra's grade depends on has changed."""
