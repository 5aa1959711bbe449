"""How well one rater finds the fractures another calls: shares with Wilson's interval, and the area under the ROC."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest, rankdata

from oiscan.evaluation.bootstrap import Interval

Part = tuple[int, int]
"""So many, of so many."""


def accuracy(fractured: npt.ArrayLike) -> dict[str, Part]:
    """The shares readers publish.

    Parameters
    ----------
    fractured
        (2, 2): counts by the reference (rows) and the test (columns), not fractured first.
    """
    (right_no, false_yes), (missed, right_yes) = np.asarray(fractured, dtype=int).tolist()
    return {
        "sensitivity": (right_yes, right_yes + missed),
        "specificity": (right_no, right_no + false_yes),
        "positive_predictive_value": (right_yes, right_yes + false_yes),
        "negative_predictive_value": (right_no, right_no + missed),
        "agreement": (right_yes + right_no, right_yes + right_no + false_yes + missed),
    }


def share(part: Part) -> float:
    """As a number from 0 to 1; NaN of nothing."""
    count, of = part
    return count / of if of else float("nan")


def wilson(part: Part) -> Interval:
    """A share with Wilson's 95 % interval (Wilson, J Am Stat Assoc 1927;22:209); NaN of nothing."""
    count, of = part
    if not of:
        return Interval(float("nan"), float("nan"), float("nan"))
    bounds = binomtest(count, of).proportion_ci(confidence_level=0.95, method="wilson")
    return Interval(count / of, float(bounds.low), float(bounds.high))


def area_under_roc(fractured: npt.ArrayLike, score: npt.ArrayLike) -> float:
    """How likely a fractured vertebra scores higher than one that is not; ties count half (Mann and Whitney 1947).

    Parameters
    ----------
    fractured
        (n,) bool, by the reference.
    score
        (n,): the more, the likelier a fracture.

    Returns
    -------
    NaN where none or all are fractured.
    """
    truth = np.asarray(fractured, dtype=bool)
    yes, no = int(truth.sum()), int((~truth).sum())
    if not yes or not no:
        return float("nan")
    return float((rankdata(score)[truth].sum() - yes * (yes + 1) / 2) / (yes * no))
