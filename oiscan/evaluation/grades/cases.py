"""Simulated lateral exams of children, each true vertebra beside what grading said of it.

Drawn by the physical route, in memory, with the looks scanners have; seeds far from those of training. Two kinds of
children: with osteogenesis imperfecta, in whom 20 to 40 % of vertebrae are fractured, and healthy ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from oiscan.anatomy import COLUMN, Level, View
from oiscan.evaluation.measure import CORNERS
from oiscan.evaluation.processes import each
from oiscan.grading import Band, Doubt, assess, burnt_out_levels, doubt_in
from oiscan.loaders.margins import scanned_area
from oiscan.phantom.exam import ExamSettings, Route, draw_exam
from oiscan.phantom.looks import SCANNER_LOOKS, STYLES
from oiscan.phantom.truth import truth
from oiscan.report import Finding, Verdict
from oiscan.scan import FloatArray, Scan, Subject
from oiscan.segmentation import Model, segment

GRADING_SEED = 910_000
GRADING_CALIBRATION_SEED = 810_000

HEALTHY_OFFSET = 10_000
"""The seeds of healthy children lie so far behind those of the others."""

CHILD_YEARS = (2.0, 18.0)
FRACTURED = (0.2, 0.4)
"""Share of fractured vertebrae in a child with osteogenesis imperfecta: from, to."""

ASKED = COLUMN[COLUMN.index(Level.T4) :]
"""What a lateral scan is meant to show: T4 to L5."""

_SAME_PLACE_HEIGHTS = 0.5
"""A finding is about the vertebra whose centre lies nearer than this, in heights of its back wall."""


@dataclass(frozen=True)
class Child:
    """One child to draw; the same numbers give the same exam."""

    seed: int
    healthy: bool = False

    @property
    def settings(self) -> ExamSettings:
        """Age, look and the share of fractures, drawn from the seed."""
        rng = np.random.default_rng([self.seed, 0])
        look = SCANNER_LOOKS[int(rng.integers(len(SCANNER_LOOKS)))]
        style, age, fractured = (float(rng.uniform(*one)) for one in (STYLES[look], CHILD_YEARS, FRACTURED))
        return ExamSettings(self.seed, age, 0.0 if self.healthy else fractured, style, look=look, route=Route.PHYSICAL)


@dataclass(frozen=True)
class Answer:
    """One true vertebra of T4 to L5, and the finding on it; None where nothing was said of its place."""

    child: Child
    age_years: float
    readable: bool
    height_loss_percent: float
    grade: int
    deformity: str
    finding: Finding | None

    @property
    def graded(self) -> bool:
        """Whether it was given a grade."""
        return self.finding is not None and self.finding.status is Verdict.SCORED


def answers(
    children: Sequence[Child], model: Model, workers: int = 1, advance: Callable[[int], None] = lambda done: None
) -> list[Answer]:
    """All vertebrae of these children, graded as the pipeline grades them."""
    doubt = doubt_in(model.card) if model.calibrated else None
    return [one for some in each(_Task(model, doubt), children, workers, advance) for one in some]


def uncalibrated_answers(
    children: Sequence[Child], model: Model, workers: int = 1, advance: Callable[[int], None] = lambda done: None
) -> list[Answer]:
    """The same with the doubt of the landmarks' covariance alone: what `oiscan.evaluation.grades.fit` is fitted on."""
    plain = Band(float("inf"))
    return [one for some in each(_Task(model, Doubt((plain,), plain)), children, workers, advance) for one in some]


def drawn_scan(child: Child) -> tuple[Scan, list[dict[str, Any]]]:
    """A child's scan as a scanner's file would hold it, and the truth about each vertebra of T4 to L5 it shows."""
    exam = draw_exam(child.settings, views=(View.LATERAL,))
    told, picture = truth(exam, View.LATERAL), exam.views[View.LATERAL].picture
    pixels = np.clip(np.round(picture * 255), 0, 255).astype(np.uint8)
    scan = Scan.from_array(pixels, view=View.LATERAL, spacing_mm=tuple(told["spacing_mm"]))
    scan = replace(scan, scanned=scanned_area(scan.pixels), subject=Subject(exam.anatomy.age_years, "day"))
    return scan, [one for one in told["vertebrae"] if one["level"] in ASKED]


def findings_on(scan: Scan, model: Model, doubt: Doubt | None) -> tuple[Finding, ...]:
    """What the pipeline would say of the vertebrae of a scan."""
    spine = segment(scan, model)
    band = None if doubt is None else doubt.at(scan.subject.age_years)
    return assess(spine, scan.relative_pixel_size, scan.spacing, band=band, burnt_out=burnt_out_levels(scan, spine))


def at_place(landmarks_px: FloatArray, findings: Sequence[Finding]) -> Finding | None:
    """The finding whose body lies where these landmarks (6, 2) do."""
    height = float(np.linalg.norm(landmarks_px[0] - landmarks_px[5]))
    away = {
        i: float(np.linalg.norm(_centre(np.array(finding.landmarks_px)) - _centre(landmarks_px)))
        for i, finding in enumerate(findings) if finding.landmarks_px
    }  # fmt: skip
    nearest = min(away, key=away.__getitem__, default=None)
    return None if nearest is None or away[nearest] > _SAME_PLACE_HEIGHTS * height else findings[nearest]


@dataclass(frozen=True)
class _Task:
    model: Model
    doubt: Doubt | None

    def __call__(self, child: Child) -> list[Answer]:
        scan, told = drawn_scan(child)
        findings = findings_on(scan, self.model, self.doubt)
        return [_answer(child, scan, one, findings) for one in told]


def _answer(child: Child, scan: Scan, told: dict[str, Any], findings: Sequence[Finding]) -> Answer:
    assert scan.subject.age_years is not None
    return Answer(
        child,
        scan.subject.age_years,
        told["readable"],
        told["height_loss_percent"],
        told["grade"],
        told["deformity"],
        at_place(np.array(told["landmarks_px"]), findings),
    )


def _centre(landmarks_px: FloatArray) -> FloatArray:
    return np.asarray(landmarks_px[CORNERS[View.LATERAL]].mean(0))
