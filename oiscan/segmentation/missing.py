"""Vertebrae the finder missed: a step longer than those beside it, where the looks of the others say that one lacks.

A crushed body between crushed bodies is missed more often than others, and the step over it is short: length alone does
not tell. A place too few puts the names of all above it one off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from oiscan.anatomy import COLUMN
from oiscan.segmentation.chain import Column, between, step_in_sizes
from oiscan.segmentation.finder import Candidate
from oiscan.segmentation.numbering import L5, SACRUM, appearance

LONG_STEP = 1.25
"""In steps beside it, from which one may lead over a missed vertebra."""

CLEARLY = 4.0
"""Log-likelihood by which the names must suit the looks better with a vertebra more. Both set by hand on 110 simulated
lateral scans: eight places are added in six of them, each of which lacked one, and none on 79 radiographs."""

_BESIDE = 4


def with_missing(column: Column) -> Column:
    """The column with an interpolated candidate, of score 0, in each place that lacks one."""
    vertebrae, below = column.vertebrae, SACRUM if column.sacrum is None else L5
    while len(vertebrae) < len(COLUMN) and (steps := _long_steps(vertebrae)):
        best = max((_longer(vertebrae, i) for i in steps), key=lambda longer: _likelihood(longer, below))
        if _likelihood(best, below) - _likelihood(vertebrae, below) < CLEARLY:
            break
        vertebrae = best
    return replace(column, vertebrae=vertebrae)


def _likelihood(vertebrae: Sequence[Candidate], below: int) -> float:
    return float(appearance(vertebrae, below).max())


def _longer(vertebrae: tuple[Candidate, ...], i: int) -> tuple[Candidate, ...]:
    return (*vertebrae[: i + 1], between(vertebrae[i], vertebrae[i + 1], 0.5), *vertebrae[i + 1 :])


def _long_steps(vertebrae: Sequence[Candidate]) -> list[int]:
    """Places of the vertebrae above each step that is long beside the nearest four."""
    steps = [step_in_sizes(upper, lower) for upper, lower in pairwise(vertebrae)]
    if len(steps) <= _BESIDE:
        return []
    return [i for i, step in enumerate(steps) if step > LONG_STEP * float(np.median(_beside(steps, i)))]


def _beside(steps: Sequence[float], i: int) -> list[float]:
    others = sorted((j for j in range(len(steps)) if j != i), key=lambda j: abs(j - i))
    return [steps[j] for j in others[:_BESIDE]]
