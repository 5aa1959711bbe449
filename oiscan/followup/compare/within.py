"""Change inside one arm, told apart by its type from a comparison of arms."""

from __future__ import annotations

import numpy as np
from scipy.stats import wilcoxon

from oiscan.errors import AnalysisError
from oiscan.followup.compare.results import NAN, WithinArm
from oiscan.followup.compare.summaries import Summary
from oiscan.followup.compare.trial import Trial
from oiscan.scan import FloatArray

CHANGES = ("CHG", "PCHG")
"""Last words of endpoints whose 0 means: no change."""


def within_arms(trial: Trial, visit: str) -> tuple[WithinArm, WithinArm]:
    """The change of either arm at a visit: paired t and Wilcoxon's signed ranks.

    Raises
    ------
    AnalysisError
        Where the endpoint is no change from baseline, or the trial has no such visit.
    """
    if not trial.endpoint.endswith(CHANGES):
        raise AnalysisError(f"{trial.endpoint} is no change from baseline, so 0 says nothing; use CHG or PCHG")
    some = trial.only(trial.seen(visit))
    values = some.at(visit)
    parts = values[~some.in_second_arm], values[some.in_second_arm]
    first, second = (_change(trial, visit, arm, part) for arm, part in zip(trial.arms, parts, strict=True))
    return first, second


def _change(trial: Trial, visit: str, arm: str, changes: FloatArray) -> WithinArm:
    told = trial.endpoint, visit, arm, len(changes)
    if len(changes) < 2:
        only = float(changes[0]) if len(changes) else NAN
        return WithinArm(*told, mean=only, reason="fewer than two children")
    summary = Summary.of(changes)
    if not np.ptp(changes):
        return WithinArm(*told, mean=summary.mean, sd=0.0, reason="all children changed alike")
    mean, p_wilcoxon = summary.estimate, float(wilcoxon(changes).pvalue)
    return WithinArm(*told, mean.value, summary.sd, mean.low, mean.high, mean.p_value, p_wilcoxon)
