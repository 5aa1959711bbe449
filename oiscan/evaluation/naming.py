"""How often names are right or among the stated alternatives, and how far to trust what they hang on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import mode
from typing import Any

import cv2
import numpy as np

from oiscan.anatomy import COLUMN, Level, View
from oiscan.evaluation.measure import CORNERS
from oiscan.labels import LabelledImage
from oiscan.loaders import read
from oiscan.scan import Scan
from oiscan.segmentation.finder import Candidate
from oiscan.segmentation.model import Model
from oiscan.segmentation.numbering import TRUST, Trust, name_levels
from oiscan.segmentation.preprocess import to_stored
from oiscan.segmentation.segment import Seen, see

TEMPERATURES = (2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0)
SACRUMS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
_BINS = 10
_LEAST_LIKELY = 1e-3
"""Probability of an answer that was not stated."""


@dataclass(frozen=True, eq=False)
class NamingCase:
    """One column, what lies below it, and the true index of its first vertebra (0 = T1)."""

    column: tuple[Candidate, ...]
    sacrum: Candidate | None
    between: int
    first: int


@dataclass(frozen=True)
class Answer:
    """What was said of one case: the probability of the stated names and of the right ones, None where not stated."""

    probability: float
    right: bool
    of_right: float | None


def naming_cases(images: Iterable[LabelledImage], model: Model) -> dict[View, list[NamingCase]]:
    """All labelled pictures as cases, by view; raises `ScanError` where a picture cannot be read."""
    cases: dict[View, list[NamingCase]] = {}
    for image in images:
        case = naming_case(image, read(image.file, view=image.view, spacing_mm=image.spacing_mm), model)
        if case is not None:
            cases.setdefault(image.view, []).append(case)
    return cases


def naming_case(image: LabelledImage, scan: Scan, model: Model) -> NamingCase | None:
    """A labelled picture as a case; None where no labelled vertebra was found."""
    seen = see(scan, model)
    firsts = [COLUMN.index(level) - place for place, level in _matches(image, scan, seen) if level in COLUMN]
    if not firsts:
        return None
    return NamingCase(tuple(one.candidate for one in seen.places), seen.found.column.sacrum, seen.between, mode(firsts))


def answer(case: NamingCase, trust: Trust = TRUST) -> Answer:
    """Name one case."""
    levels, numbering = name_levels(case.column, case.sacrum, case.between, trust)
    shift = case.first - COLUMN.index(levels[0])
    if shift == 0:
        return Answer(numbering.probability, True, numbering.probability)
    return Answer(numbering.probability, False, dict(numbering.alternatives).get(shift))


def naming_figures(cases: Sequence[NamingCase], trust: Trust = TRUST) -> dict[str, Any]:
    """How the names of these cases came out."""
    answers = [answer(case, trust) for case in cases]
    return {
        "scans": len(cases),
        "named_right": float(np.mean([one.right for one in answers])),
        "right_among_stated": float(np.mean([one.of_right is not None for one in answers])),
        "mean_probability": float(np.mean([one.probability for one in answers])),
        "calibration_error": calibration_error(answers),
        "log_loss": log_loss(answers),
    }


def fit_trust(sets: Iterable[Sequence[NamingCase]]) -> Trust:
    """The temperature and the trust in S1 with the least log loss, each set counting alike; `shifted` is kept."""
    known = [cases for cases in sets if cases]
    tried = [Trust(temperature, TRUST.shifted, sacrum) for temperature, sacrum in product(TEMPERATURES, SACRUMS)]
    return min(tried, key=lambda trust: sum(log_loss([answer(one, trust) for one in cases]) for cases in known))


def log_loss(answers: Sequence[Answer]) -> float:
    """Mean of minus the logarithm of what the right names were given."""
    return float(-np.mean([np.log(one.of_right or _LEAST_LIKELY) for one in answers]))


def calibration_error(answers: Sequence[Answer]) -> float:
    """Expected difference between the stated probability and the share that is right, over ten bins."""
    bins: dict[int, list[Answer]] = {}
    for one in answers:
        bins.setdefault(min(int(one.probability * _BINS), _BINS - 1), []).append(one)
    differences = [abs(sum(one.probability - one.right for one in some)) for some in bins.values()]
    return float(sum(differences) / len(answers))


def _matches(image: LabelledImage, scan: Scan, seen: Seen) -> list[tuple[int, Level]]:
    """(place, level) of each place whose centre lies inside the labelled corners of a vertebra."""
    to_image = to_stored(scan.stored)
    centres = [to_image(place.refined.landmarks).mean(0).tolist() for place in seen.places]
    labelled = [(one.level, one.landmarks_px[CORNERS[image.view]].astype(np.float32)) for one in image.vertebrae]
    return [
        (place, level)
        for level, quad in labelled
        if np.isfinite(quad).all()
        for place, centre in enumerate(centres)
        if cv2.pointPolygonTest(quad, centre, False) >= 0
    ]
