"""The spine among the candidates: the best continuous column from head to foot, by dynamic programming.

A column earns the scores of its members and pays for every implausible step: a distance that does not fit the size of
the vertebrae, a step aside, a sudden change of size or tilt, a missing vertebra. So false candidates beside the
column, on metal or beyond its ends cost more than they bring. All constants were set by hand on simulated columns and
a few radiographs; none is a clinical rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from oiscan.segmentation.finder import N_LEVELS, Candidate

ENTRY_COST = 0.15
"""What a member pays of its score: a faint candidate with a poor step is not worth having."""

USUAL_STEP = 1.12
"""Distance of neighbours' centres in sizes (root of depth times height): nearly the same along the whole column. Median
of labelled radiographs: 1.11 lateral, 1.16 AP, with 0.99 to 1.34 in nine of ten steps; unverified in children."""

_STEP_RANGE = (0.55, 3.6)
_MOST_MISSING = 2
_MISSING_COST = 0.45
_LOWEST_ALIGNMENT = 0.7
"""Cosine between the step and the vertebrae's own axes."""
_STEP_SPREAD = 0.30
_DEPTH_SPREAD = 0.25
_TILT_SPREAD = 0.50
_ALIGNMENT_SPREAD = 0.40
"""Deviations (log ratio, log ratio, radians, radians) that cost `_DEVIATION_COST` each."""
_DEVIATION_COST = 0.25

_DEAREST_SECOND_S1 = 1.0
"""A step that costs more does not lead from one S1 to another."""


@dataclass(frozen=True, eq=False)
class Column:
    """A continuous row of vertebrae from head to foot.

    Parameters
    ----------
    vertebrae
        Missing ones filled in by interpolated candidates of score 0.
    sacrum
        S1, where it was seen below the last vertebra.
    lower_sacrum
        A second S1 below that one, where there is one: then one of the two is no S1.
    score
        What the column earned, for comparing scales and facings.
    """

    vertebrae: tuple[Candidate, ...] = ()
    sacrum: Candidate | None = None
    lower_sacrum: Candidate | None = None
    score: float = 0.0


def best_column(candidates: Sequence[Candidate]) -> Column:
    """The best column among the candidates of one picture. S1 can only end it; alone it is no column."""
    ordered = sorted(candidates, key=lambda candidate: float(candidate.centre_xy[1]))
    earned = [-np.inf if one.sacrum else one.score - ENTRY_COST for one in ordered]
    before: list[int | None] = [None] * len(ordered)
    for i, one in enumerate(ordered):
        for j in range(i):
            gain = earned[j] + one.score - ENTRY_COST - link_cost(ordered[j], one)
            if not ordered[j].sacrum and gain > earned[i]:
                earned[i], before[i] = gain, j
    if not ordered or max(earned) <= 0:
        return Column()
    last = int(np.argmax(earned))
    return _column(_trace(ordered, before, last), ordered, float(earned[last]))


def link_cost(upper: Candidate, lower: Candidate) -> float:
    """What it costs to have `lower` follow `upper`; infinite where it cannot."""
    ratio = step_in_sizes(upper, lower)
    if not _STEP_RANGE[0] < ratio < _STEP_RANGE[1]:
        return np.inf
    alignment = _alignment(upper, lower)
    if alignment < _LOWEST_ALIGNMENT:
        return np.inf
    steps = _steps(ratio, USUAL_STEP)
    deviations = (
        np.log(ratio / (USUAL_STEP * steps)) / _STEP_SPREAD,
        np.log(max(lower.depth, 1e-6) / max(upper.depth, 1e-6)) / (_DEPTH_SPREAD * np.sqrt(steps)),
        np.arccos(np.clip(upper.down @ lower.down, -1, 1)) / (_TILT_SPREAD * np.sqrt(steps)),
        np.arccos(np.clip(alignment, -1, 1)) / _ALIGNMENT_SPREAD,
    )
    return float(_DEVIATION_COST * np.square(deviations).sum() + _MISSING_COST * (steps - 1))


def step_in_sizes(upper: Candidate, lower: Candidate) -> float:
    """Distance of two candidates' centres in mean sizes."""
    size = max((upper.size + lower.size) / 2, 1e-6)
    return float(np.linalg.norm(lower.centre_xy - upper.centre_xy)) / size


def _steps(ratio: float, usual: float) -> int:
    return int(np.clip(round(ratio / usual), 1, 1 + _MOST_MISSING))


def _alignment(upper: Candidate, lower: Candidate) -> float:
    """Cosine between the step from one centre to the next and the mean axis of the two."""
    step, axis = lower.centre_xy - upper.centre_xy, upper.down + lower.down
    return float(step @ axis) / max(float(np.linalg.norm(step) * np.linalg.norm(axis)), 1e-6)


def _trace(ordered: list[Candidate], before: list[int | None], last: int) -> list[Candidate]:
    chain, i = [ordered[last]], before[last]
    while i is not None:
        chain.append(ordered[i])
        i = before[i]
    return chain[::-1]


def _column(chain: list[Candidate], candidates: list[Candidate], score: float) -> Column:
    filled = _filled(chain)
    if filled[-1].sacrum:
        return Column(tuple(filled[:-1]), filled[-1], _sacrum_below(filled[-1], candidates), score)
    return Column(tuple(filled), score=score)


def _sacrum_below(sacrum: Candidate, candidates: list[Candidate]) -> Candidate | None:
    """The S1 that follows another one best, where the step between them is a plausible one."""
    lower = [one for one in candidates if one.sacrum and one.centre_xy[1] > sacrum.centre_xy[1]]
    best = min(lower, key=lambda one: link_cost(sacrum, one), default=None)
    return best if best is not None and link_cost(sacrum, best) < _DEAREST_SECOND_S1 else None


def _filled(chain: list[Candidate]) -> list[Candidate]:
    """The chain with an interpolated candidate for each missing vertebra, judged by this column's own usual step."""
    ratios = [step_in_sizes(upper, lower) for upper, lower in pairwise(chain)]
    single = [ratio for ratio in ratios if _steps(ratio, USUAL_STEP) == 1]
    usual = float(np.median(single)) if len(single) >= 3 else USUAL_STEP
    filled = chain[:1]
    for (upper, lower), ratio in zip(pairwise(chain), ratios, strict=True):
        steps = _steps(ratio, usual)
        filled += [between(upper, lower, step / steps) for step in range(1, steps)]
        filled.append(lower)
    return filled


def between(upper: Candidate, lower: Candidate, part: float) -> Candidate:
    """A candidate nobody saw, at this part of the way from one to the other; its looks say nothing."""
    corners = (1 - part) * upper.corners_xy + part * lower.corners_xy
    return Candidate(0.0, corners, np.full(N_LEVELS, -np.log(N_LEVELS)))
