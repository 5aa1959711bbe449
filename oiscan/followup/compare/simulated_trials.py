"""Simulated trials of 13 and 13 children, with and without a true difference of the arms, to check the tests on.

A lumbar spine Z-score at baseline and after 12 and 24 months, a new vertebral fracture or none, a count of fractures.
The figures are shaped like the published ones of such children, and are those of no trial.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oiscan.followup.compare.proportions import Proportion
from oiscan.followup.compare.trial import Trial
from oiscan.scan import FloatArray

CHILDREN = (13, 13)
ARMS = ("reference", "treated")
VISITS = ("Month 12", "Month 24")
STRATA = ((6, 6), (7, 7))
"""Children of either arm in each stratum of the randomisation, such as two age groups."""

BASELINE_MEAN, BASELINE_SD = -2.2, 2.0
"""Z-scores of Hoyer-Kuhn 2016 (J Musculoskelet Neuronal Interact 16:24): -2.23, SD 2.03."""
CORRELATION = 0.6
"""Of any two visits of a child. Chosen."""
MISSED_AT_12 = 0.04
"""Share of children who miss month 12 by chance. Chosen."""
LOST_INTERCEPT, LOST_SLOPE = -2.2, -0.8
"""Log odds of a child seen at month 12 to be lost before month 24, and how they fall with each SD of the value at month
12: about one in eight, the worse off more often. Missing at random. Chosen."""
FRACTURED = 0.2
"""Share of children with a new vertebral fracture. Chosen."""
FRACTURES_PER_YEAR = 0.5
"""Of each child. Chosen."""
YEARS = 2.0


@dataclass(frozen=True)
class SimulatedTrial:
    """One trial.

    Parameters
    ----------
    scores
        Changes of the Z-score, adjusted for baseline.
    complete
        The same children at month 24 had nobody missed a visit, unadjusted: (13,) of each arm, in standard deviations.
    fractured
        Children with a new fracture, of each arm.
    fractures
        Counted over both years, of each arm.
    """

    scores: Trial
    complete: tuple[FloatArray, FloatArray]
    fractured: tuple[Proportion, Proportion]
    fractures: tuple[int, int]


def simulated_trial(seed: int, number: int, effect_sd: float = 0.0) -> SimulatedTrial:
    """Trial `number` of a series.

    Parameters
    ----------
    seed, number
        The same two give the same trial.
    effect_sd
        What the treated arm truly gains at both visits, in standard deviations of the Z-score.
    """
    generator = np.random.default_rng((seed, number))
    second = np.concatenate([np.repeat([False, True], sizes) for sizes in STRATA])
    strata = np.repeat(np.arange(len(STRATA)), [sum(sizes) for sizes in STRATA])
    correlation = np.full((3, 3), CORRELATION) + np.eye(3) * (1 - CORRELATION)
    units = generator.standard_normal((len(second), 3)) @ np.linalg.cholesky(correlation).T
    units[:, 1:] += effect_sd * second[:, None]
    baseline = BASELINE_MEAN + BASELINE_SD * units[:, 0]
    changes = BASELINE_MEAN + BASELINE_SD * units[:, 1:] - baseline[:, None]
    scores = Trial(
        "LSBMDZ CHG", ARMS, VISITS, second, _dropped(generator, changes, units[:, 1]), baseline[:, None], ("BASE",),
        strata.astype(np.int64),
    )  # fmt: skip
    first_fractured, second_fractured = (
        Proportion(arm, int(generator.binomial(n, FRACTURED)), n) for arm, n in zip(ARMS, CHILDREN, strict=True)
    )
    first_count, second_count = (int(generator.poisson(FRACTURES_PER_YEAR * YEARS * n)) for n in CHILDREN)
    return SimulatedTrial(
        scores, (units[~second, 2], units[second, 2]), (first_fractured, second_fractured), (first_count, second_count)
    )


def _dropped(generator: np.random.Generator, changes: FloatArray, at_12_sd: FloatArray) -> FloatArray:
    """The changes as the study got to see them."""
    kept = changes.copy()
    missed = generator.random(len(kept)) < MISSED_AT_12
    lost = generator.random(len(kept)) < 1 / (1 + np.exp(-(LOST_INTERCEPT + LOST_SLOPE * at_12_sd)))
    kept[missed, 0] = np.nan
    kept[lost & ~missed, 1] = np.nan
    return kept
