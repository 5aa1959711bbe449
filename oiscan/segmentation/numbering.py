"""Names for the vertebrae of a column: what each looks like, together with a sacrum just below the last one.

The names stated are those of twelve thoracic and five lumbar vertebrae. That somebody has four or six lumbar ones
cannot be told for sure from one scan: it is said, with its probability, beside the shift of names it would mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from oiscan.anatomy import COLUMN, LUMBAR_COUNTS, Level, View
from oiscan.scan import FloatArray
from oiscan.segmentation.chain import Column
from oiscan.segmentation.finder import Candidate
from oiscan.spine import Numbering

Answer = TypeVar("Answer", int, str)

FOUR_LUMBAR = "four lumbar vertebrae (L1-L4), or ribs on thirteen"
SIX_LUMBAR = "six lumbar vertebrae (L1-L6), or ribs on eleven"

_LOWEST_PROBABILITY = 0.01
"""Alternatives less likely than this are not told."""


@dataclass(frozen=True)
class Trust:
    """How far the evidence for names is believed; `oiscan.evaluation.naming` fits it.

    Parameters
    ----------
    temperature
        Divides the summed log-probabilities, because neighbours look alike and do not vote independently.
    shifted
        How often all vertebrae look like their neighbour above, and how often like the one below.
    sacrum
        How far a sure S1 is believed.
    """

    temperature: float
    shifted: float
    sacrum: float


TRUST = Trust(temperature=5.0, shifted=0.05, sacrum=0.95)
"""Set by hand, between what simulated exams ask for (temperature 2) and what 19 lateral radiographs do (12): simulated
vertebrae look their part, real ones are off by one together in about one radiograph of ten. On simulated exams the
probability is therefore a little too low, on radiographs a little too high."""

L5, SACRUM = 16, 17
"""Places of these levels among the votes."""

LOWER_IS_S1 = {View.LATERAL: 0.3, View.AP: 0.9}
"""Where the finder sees two S1, one below the other: how likely the lower one is S1 and the upper one L5. Set by hand:
so in 1 of 3 lateral radiographs and in 9 of 9 AP ones, where L5 and S1 are seen at the same slant."""

L5_FOR_S1 = 0.7
"""Of wrong S1, the share that is really L5, the commonest mistake on radiographs. Set by hand."""


def name_levels(
    column: Sequence[Candidate], sacrum: Candidate | None = None, between: int = 0, trust: Trust = TRUST
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
    anchored = len(COLUMN) - between - len(column)
    if sacrum is None or anchored < 0:
        looks = _looks(appearance(column, SACRUM), trust)
        return _named(column, looks, np.zeros_like(looks), -1)
    looks = _looks(appearance(column, L5), trust)
    usual, variant = _sacrum(trust.sacrum * sacrum.score, anchored, len(looks))
    whole = (looks * (usual + variant)).sum()
    return _named(column, looks * usual / whole, looks * variant / whole, anchored)


def appearance(column: Sequence[Candidate], below_l5: int) -> FloatArray:
    """Log-likelihood of each possible index of the first vertebra (0 = T1), by what the vertebrae look like.

    With the last index the lowest one is one below L5, and looks like level `below_l5`: an L6 like L5, an S1 taken for
    a vertebra like S1.
    """
    votes = _votes(column)
    look = np.array([*range(len(COLUMN)), below_l5])
    places = np.arange(len(column))
    return np.array([votes[places, look[places + top]].sum() for top in range(len(look) - len(column) + 1)])


def with_l5(column: Column, view: View, trust: Trust = TRUST) -> Column:
    """The column, longer by an L5 where the upper one of two S1 below it is none."""
    if column.sacrum is None or column.lower_sacrum is None or len(column.vertebrae) >= len(COLUMN):
        return column
    seen = (*column.vertebrae, column.sacrum)
    places = np.arange(len(seen)) - len(seen) + 1
    votes = _votes(seen)
    upper, lower = (votes[np.arange(len(seen)), places + last].sum() for last in (SACRUM, L5))
    odds = np.log(LOWER_IS_S1[view] / (1 - LOWER_IS_S1[view])) + (lower - upper) / trust.temperature
    return replace(column, vertebrae=seen, sacrum=column.lower_sacrum, lower_sacrum=None) if odds > 0 else column


def _votes(column: Sequence[Candidate]) -> FloatArray:
    """(n, 18); a vertebra counts by its score, so that an interpolated one, which nobody saw, does not."""
    return np.array([candidate.score * candidate.level_log_probabilities for candidate in column])


def _looks(log_likelihood: FloatArray, trust: Trust) -> FloatArray:
    """Probability of each index of the first vertebra by appearance, where all of them may be off by one together."""
    tempered = log_likelihood / trust.temperature
    sure = _sums_to_1(np.exp(tempered - tempered.max()))
    beside = np.pad(sure, 1)
    return _sums_to_1((1 - 2 * trust.shifted) * sure + trust.shifted * (beside[:-2] + beside[2:]))


def _sacrum(right: float, anchored: int, n: int) -> tuple[FloatArray, FloatArray]:
    """What an S1 that is one with probability `right` says of each index: with five lumbar vertebrae, with others."""
    usual = np.full(n, (1 - right) * (1 - L5_FOR_S1) / n)
    variant = np.zeros(n)
    usual[anchored] += right * LUMBAR_COUNTS[5]
    variant[anchored + 1] = right * LUMBAR_COUNTS[6]
    if anchored > 0:
        usual[anchored - 1] += (1 - right) * L5_FOR_S1
        variant[anchored - 1] = right * LUMBAR_COUNTS[4]
    return usual, variant


def _named(
    column: Sequence[Candidate], five: FloatArray, other: FloatArray, anchored: int
) -> tuple[tuple[Level, ...], Numbering]:
    """The likeliest names with five lumbar vertebrae; `five` and `other` (n,) are joint probabilities that sum to 1."""
    top, both = int(np.argmax(five[:-1])), five + other
    numbering = Numbering(
        "sacrum" if top == anchored else "appearance",
        float(both[top]),
        _told([(int(i) - top, float(both[i])) for i in range(len(both)) if i != top]),
        _told([(words, float(other[i])) for words, i in _variants(anchored)]),
    )
    return COLUMN[top : top + len(column)], numbering


def _variants(anchored: int) -> list[tuple[str, int]]:
    """Other numbers of lumbar vertebrae with the index of the first vertebra each of them means."""
    six, four = (SIX_LUMBAR, anchored + 1), (FOUR_LUMBAR, anchored - 1)
    return [] if anchored < 0 else [six, four] if anchored > 0 else [six]


def _told(answers: list[tuple[Answer, float]]) -> tuple[tuple[Answer, float], ...]:
    """The answers worth telling, likeliest first."""
    told = [answer for answer in answers if answer[1] > _LOWEST_PROBABILITY]
    return tuple(sorted(told, key=lambda answer: -answer[1]))


def _sums_to_1(array: FloatArray) -> FloatArray:
    return np.asarray(array / array.sum())
