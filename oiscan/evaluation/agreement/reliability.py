"""Whether a probability of a fracture means what it says: the share that a reader calls fractured beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from oiscan.evaluation.agreement.accuracy import Part, wilson
from oiscan.evaluation.agreement.comparison import Comparison
from oiscan.evaluation.agreement.estimate import drawn_told
from oiscan.evaluation.agreement.readings import PROGRAM
from oiscan.evaluation.bootstrap import Rows, intervals

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Vertebrae whose stated probability lies in one tenth of 0 to 1.

    `probability` is the mean of the stated ones; `fractured` so many, of so many.
    """

    probability: float
    fractured: Part


def reliability(comparison: Comparison) -> dict[str, Any] | None:
    """The program's probabilities against a reader's calls, as plain data; None where it states none."""
    held = reliability_bins(comparison)
    if not held:
        return None
    units = comparison.vertebrae
    truth, stated = units.fractured[units.graded], units.score[units.graded]

    def figures(rows: Rows) -> dict[str, float]:
        error = expected_calibration_error(bins(truth[rows], stated[rows]))
        return {"expected_calibration_error": error, "brier_score": brier_score(truth[rows], stated[rows])}

    subjects = [units.subjects[row] for row in np.flatnonzero(units.graded)]
    drawn = {name: drawn_told(one) for name, one in intervals(figures, subjects).items()}
    return {"bins": [_bin_told(one) for one in held], **drawn}


def reliability_bins(comparison: Comparison) -> list[Bin]:
    """The bins of the vertebrae both graded; none where the program states no probability."""
    units = comparison.vertebrae
    if comparison.test != PROGRAM or comparison.score != "fracture_probability":
        return []
    return bins(units.fractured[units.graded], units.score[units.graded])


def bins(fractured: npt.ArrayLike, probability: npt.ArrayLike) -> list[Bin]:
    """The tenths that hold a vertebra, lowest first, from (n,) bool by the reader and (n,) stated probabilities."""
    truth, stated = np.asarray(fractured, dtype=bool), np.asarray(probability, dtype=float)
    tenth = np.minimum((stated * BINS).astype(int), BINS - 1)
    parts = [np.flatnonzero(tenth == i) for i in range(BINS)]
    return [Bin(float(stated[some].mean()), (int(truth[some].sum()), len(some))) for some in parts if len(some)]


def expected_calibration_error(held: list[Bin]) -> float:
    """Mean distance of stated and true share over the bins, each by its size (Naeini 2015); NaN of nothing."""
    total = sum(one.fractured[1] for one in held)
    if not total:
        return float("nan")
    return sum(abs(one.probability * one.fractured[1] - one.fractured[0]) for one in held) / total


def brier_score(fractured: npt.ArrayLike, probability: npt.ArrayLike) -> float:
    """Mean square of stated probability minus truth, 0 to 1, less is better (Brier 1950); NaN of nothing."""
    truth, stated = np.asarray(fractured, dtype=float), np.asarray(probability, dtype=float)
    return float(((stated - truth) ** 2).mean()) if len(stated) else float("nan")


def _bin_told(one: Bin) -> dict[str, Any]:
    called, (_, of) = wilson(one.fractured), one.fractured
    return {"probability": one.probability, "fractured": called.value, "ci95": [called.low, called.high], "n": of}
