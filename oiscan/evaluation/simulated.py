"""Simulated exams nobody trained on, drawn and evaluated one by one: the hold-out, and what calibration is fitted on.

Training draws its scenes from small seeds. The two series here are far from those and from each other.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from oiscan.anatomy import View
from oiscan.evaluation.cases import Case, evaluate_image
from oiscan.evaluation.processes import each
from oiscan.phantom.anatomy import SACRUM
from oiscan.phantom.exam import Exam, ExamSettings, Route, draw_exam
from oiscan.phantom.export import Layout, write_exam
from oiscan.phantom.looks import SCANNER_LOOKS, STYLES, Look
from oiscan.segmentation import Model

HOLD_OUT_SEED = 900_000
CALIBRATION_SEED = 800_000

CALIBRATION_LOOKS = (*SCANNER_LOOKS, Look.HARD)
"""Doubt is learnt from hard pictures too."""


@dataclass(frozen=True)
class Series:
    """Exams of many people, one a seed: how they are drawn, and the looks one of which each has."""

    seeds: range
    route: Route = Route.FAST
    looks: Sequence[Look] = SCANNER_LOOKS

    def settings(self, seed: int) -> ExamSettings:
        """One exam: person, look and the style that fits it, drawn from the seed."""
        rng = np.random.default_rng([seed, 0])
        look = self.looks[int(rng.integers(len(self.looks)))]
        return ExamSettings(seed, style=float(rng.uniform(*STYLES[look])), look=look, route=self.route)


def evaluate_exams(
    model: Model, series: Series, workers: int = 1, advance: Callable[[int], None] = lambda done: None
) -> list[Case]:
    """Both views of every person, or the one the model knows: drawn, written as DICOM, read, segmented and compared."""
    pairs = each(_Task(model, series), series.seeds, workers, advance)
    return [case for pair in pairs for case in pair]


@dataclass(frozen=True)
class _Task:
    model: Model
    series: Series

    def __call__(self, seed: int) -> list[Case]:
        exam = draw_exam(self.series.settings(seed))
        with tempfile.TemporaryDirectory() as folder:
            images = write_exam(exam, Path(folder), str(seed), Layout.GENERIC)
            known = [image for image in images if image.view in self.model.views]
            return [evaluate_image(self.model, image, sacrum_in_view(exam, image.view)) for image in known]


def sacrum_in_view(exam: Exam, view: View) -> bool:
    """Whether the upper endplate of S1 lies in the picture."""
    scene = exam.views[view]
    points, (rows, columns) = scene.landmarks_px[SACRUM], scene.picture.shape
    upper = points[: len(points) // 2]
    return bool((upper >= 0).all() and (upper <= [columns - 1, rows - 1]).all())
