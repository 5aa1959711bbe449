"""Grades of the same picture at half its pixels, mirrored, inverted and with another pixel size: they must stay."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from oiscan.anatomy import View
from oiscan.evaluation.altered import Labelled, inverted, mirrored, resized
from oiscan.evaluation.grades.cases import Child, at_place, drawn_scan, findings_on
from oiscan.evaluation.processes import each
from oiscan.grading import Doubt, doubt_in
from oiscan.labels import LabelledImage, LabelledVertebra
from oiscan.report import Finding
from oiscan.segmentation import Model

LEAST_SAME = 0.97
"""Of the grades, that must be the same on an altered picture."""

ALTERATIONS: dict[str, Callable[[Labelled], Labelled]] = {
    "half the pixels": resized(math.sqrt(0.5)),
    "mirrored": mirrored,
    "inverted": inverted,
    "other spacing": resized((0.8, 1.0)),
}


@dataclass(frozen=True)
class Same:
    """Of so many graded vertebrae, how many bear the same grade on the altered picture. One now refused does not."""

    vertebrae: int
    same: int

    @property
    def share(self) -> float:
        """NaN without vertebrae."""
        return self.same / self.vertebrae if self.vertebrae else math.nan

    def __add__(self, other: Same) -> Same:
        return Same(self.vertebrae + other.vertebrae, self.same + other.same)


def same_grades(
    children: Sequence[Child], model: Model, workers: int = 1, advance: Callable[[int], None] = lambda done: None
) -> dict[str, Same]:
    """For each alteration, all children together."""
    doubt = doubt_in(model.card) if model.calibrated else None
    told = each(_Task(model, doubt), children, workers, advance)
    return {name: sum((one[name] for one in told), Same(0, 0)) for name in ALTERATIONS}


@dataclass(frozen=True)
class _Task:
    model: Model
    doubt: Doubt | None

    def __call__(self, child: Child) -> dict[str, Same]:
        scan, _ = drawn_scan(child)
        graded = {f.level: f for f in findings_on(scan, self.model, self.doubt) if f.grade is not None}
        places = tuple(LabelledVertebra(level, np.array(f.landmarks_px)) for level, f in graded.items())
        given = scan, LabelledImage(Path(), View.LATERAL, places)
        return {name: self._same(alter(given), list(graded.values())) for name, alter in ALTERATIONS.items()}

    def _same(self, altered: Labelled, graded: Sequence[Finding]) -> Same:
        scan, image = altered
        again = findings_on(scan, self.model, self.doubt)
        moved = [at_place(one.landmarks_px, again) for one in image.vertebrae]
        same = [now is not None and now.grade == was.grade for now, was in zip(moved, graded, strict=True)]
        return Same(len(same), sum(same))
