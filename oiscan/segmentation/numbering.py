"""Names for the vertebrae of a column: what each looks like, together with a sacrum just below the last one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from oiscan.anatomy import COLUMN, Level
from oiscan.scan import FloatArray
from oiscan.segmentation.finder import Candidate
from oiscan.spine import Numbering

TEMPERATURE = 4.0
"""Divides the summed log-probabilities, because neighbours look alike and do not vote independently.

Provisional: not yet calibrated on held-out scans, so the probability of a numbering is only a rank.
"""

SACRUM_TRUST = 0.95
"""How far a sure S1 is believed. Provisional, like `TEMPERATURE`: L5 and S1 are easily taken for each other."""

_LOWEST_PROBABILITY = 0.01
"""Alternatives less likely than this are not told."""


def name_levels(
    column: Sequence[Candidate], sacrum: Candidate | None = None, between: int = 0
) -> tuple[tuple[Level, ...], Numbering]:
    """Levels of the column's vertebrae from head to foot, and how sure they are.

    Parameters
    ----------
    column
        1 to 17 candidates, a continuous row.
    sacrum
        S1, where it was seen below the column.
    between
        How many vertebrae are missing between the last of the column and `sacrum`.
    """
    log_likelihood = appearance(column) / TEMPERATURE
    anchored = len(COLUMN) - between - len(column)
    if sacrum is not None and 0 <= anchored < len(log_likelihood):
        log_likelihood = log_likelihood + _sacrum(sacrum.score, anchored, len(log_likelihood))
    probability = np.exp(log_likelihood - log_likelihood.max())
    probability /= probability.sum()
    top = int(np.argmax(probability))
    anchor = "sacrum" if sacrum is not None and top == anchored else "appearance"
    levels = COLUMN[top : top + len(column)]
    return levels, Numbering(anchor, float(probability[top]), _alternatives(probability, top))


def appearance(column: Sequence[Candidate]) -> FloatArray:
    """Log-likelihood of each possible index of the first vertebra (0 = T1), by what the vertebrae look like.

    A vertebra counts by its score, so that an interpolated one, which nobody saw, does not.
    """
    votes = np.array([candidate.score * candidate.level_log_probabilities for candidate in column])
    places = np.arange(len(column))
    return np.array([votes[places, places + top].sum() for top in range(len(COLUMN) - len(column) + 1)])


def _sacrum(score: float, anchored: int, n: int) -> FloatArray:
    right = SACRUM_TRUST * score
    evidence = np.full(n, np.log((1 - right) / n))
    evidence[anchored] = np.log(right + (1 - right) / n)
    return evidence


def _alternatives(probability: FloatArray, top: int) -> tuple[tuple[int, float], ...]:
    others = [(int(i) - top, float(probability[i])) for i in np.argsort(-probability) if i != top]
    return tuple((shift, likely) for shift, likely in others if likely > _LOWEST_PROBABILITY)
