"""How far a figure would wander with other people: percentile bootstrap over subjects, of one model and of two.

Pictures of one person are drawn together, because their errors are alike (Efron and Tibshirani, An Introduction to the
Bootstrap, 1993, chapter 13: percentile intervals).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from oiscan.evaluation.figures import Figure
from oiscan.evaluation.landmarks import ImageResult
from oiscan.scan import FloatArray

Rows = npt.NDArray[np.intp]
"""Places in a table."""

OfSubject = TypeVar("OfSubject")

DRAWS = 1000
SEED = 0

FEWEST_SUBJECTS = 6
"""With fewer, two models are not compared: even if all of five subjects agree, that happens to one pair of equal models
in 16 (sign test, both ways)."""


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval; NaN where there was nothing to draw from."""

    value: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Of a difference: which of two is better, if the interval leaves no doubt (see `difference`)."""
        if self.low > 0:
            return "better"
        return "worse" if self.high < 0 else "cannot tell"


def interval(figure: Figure, results: Sequence[ImageResult], subjects: Sequence[str]) -> Interval:
    """A figure over pictures, whose subjects are named in the same order."""
    numbers = _by_subject(figure, results, subjects)
    return _interval(figure.of(results), [figure.reduce(np.concatenate(drawn)) for drawn in _draws(numbers)])


def difference(
    figure: Figure, ours: Sequence[ImageResult], theirs: Sequence[ImageResult], subjects: Sequence[str]
) -> Interval:
    """How much better (above 0) or worse one model is than another on the same pictures: the same draws for both.

    Fewer than `FEWEST_SUBJECTS` give no interval, and so no verdict.
    """
    pairs = (_by_subject(figure, results, subjects) for results in (ours, theirs))
    draws = zip(*(_draws(numbers) for numbers in pairs), strict=True)
    gains = [figure.reduce(np.concatenate(one)) - figure.reduce(np.concatenate(other)) for one, other in draws]
    gain, enough = figure.of(ours) - figure.of(theirs), len(set(subjects)) >= FEWEST_SUBJECTS
    return _interval(figure.better * gain, [figure.better * drawn for drawn in gains] if enough else [])


def intervals(figures: Callable[[Rows], Mapping[str, float]], subjects: Sequence[str]) -> dict[str, Interval]:
    """Many figures of one table, whose rows belong to the subjects named in the same order.

    `figures` takes the places of the rows it is to sum up, some of them more than once. One subject alone gives no
    interval.
    """
    names = np.array(subjects, dtype=str)
    rows = [np.flatnonzero(names == subject) for subject in dict.fromkeys(subjects)]
    drawn = [figures(np.concatenate(some)) for some in _draws(rows)] if len(rows) > 1 else []
    whole = figures(np.arange(len(names)))
    return {name: _interval(value, [one[name] for one in drawn]) for name, value in whole.items()}


def _by_subject(figure: Figure, results: Sequence[ImageResult], subjects: Sequence[str]) -> list[FloatArray]:
    """The figure's numbers of each subject, in the order the subjects first appear."""
    kept: dict[str, list[FloatArray]] = {}
    for subject, result in zip(subjects, results, strict=True):
        kept.setdefault(subject, []).append(figure.numbers(result))
    return [np.concatenate(numbers) for numbers in kept.values()]


def _draws(numbers: list[OfSubject]) -> list[list[OfSubject]]:
    """As many subjects as there are, with replacement, `DRAWS` times; the same subjects every time this is called."""
    rng = np.random.default_rng(SEED)
    return [[numbers[i] for i in rng.integers(len(numbers), size=len(numbers))] for _ in range(DRAWS if numbers else 0)]


def _interval(value: float, drawn: list[float]) -> Interval:
    known = [one for one in drawn if np.isfinite(one)]
    if not known:
        return Interval(value, float("nan"), float("nan"))
    low, high = np.percentile(known, [2.5, 97.5])
    return Interval(value, float(low), float(high))
