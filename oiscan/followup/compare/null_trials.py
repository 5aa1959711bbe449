"""Whether the tests keep their word: how often they cry wolf in trials without a difference, and how often their 95 %
intervals hold a true one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from scipy.stats import binom

from oiscan.evaluation.agreement.accuracy import wilson
from oiscan.followup.compare import simulated_trials
from oiscan.followup.compare.ancova import ancova
from oiscan.followup.compare.mmrm import mmrm
from oiscan.followup.compare.permutation import permutation_test
from oiscan.followup.compare.power import ALPHA
from oiscan.followup.compare.proportions import BOSCHLOO, FISHER, Table, boschloo, boschloo_p, fisher, fisher_p
from oiscan.followup.compare.rates import METHOD as POISSON
from oiscan.followup.compare.rates import poisson_rate, rate_ratio
from oiscan.followup.compare.results import Comparison
from oiscan.followup.compare.simulated_trials import ARMS, BASELINE_SD, CHILDREN, VISITS, YEARS, SimulatedTrial
from oiscan.followup.compare.summaries import Summary, hedges_g

PERMUTATIONS = 1_999
"""Fewer than in a study: 5 % is a whole number of them, and so the test is as exact."""
EFFECT_SD = 1.0
"""The true difference that intervals must hold."""

NOMINAL = (0.044, 0.056)
"""What may be rejected of 10,000 true nulls by a test of 5 %: about 2.75 standard errors to either side."""
AT_MOST = (0.0, 0.05)
"""The same of a test that is exact, and so conservative."""
COVERED = (0.94, 0.96)
SHARES_TRIED = 1001
"""True shares from 0 to 1 at which the size of an exact test is counted."""

EXACT = (FISHER, BOSCHLOO, POISSON)


def check(n: int, seed: int, advance: Callable[[int], None]) -> dict[str, Any]:
    """Run n trials without and n with a difference of the arms.

    Parameters
    ----------
    n
        Trials of either kind.
    seed
        Of the series.
    advance
        Is told now and then how many are done.

    Returns
    -------
    Plain data: by test the share rejected, by interval the share that held the truth, each with Wilson's 95 % interval
    and the number of trials without a number.
    """
    rejected = _shares(_rejections(number, seed) for number in _counted(n, advance, 0))
    held = _shares(_coverages(number, seed) for number in _counted(n, advance, n))
    return {
        "trials": n, "seed": seed, "children": CHILDREN, "visits": VISITS, "permutations": PERMUTATIONS,
        "effect_sd": EFFECT_SD, "rejected_at_5_percent": rejected, "interval_holds_effect": held,
        "largest_size": {FISHER: largest_size(fisher_p), BOSCHLOO: largest_size(boschloo_p)},
    }  # fmt: skip


def promises(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Each promise beside what was found."""
    rejected, held = found["rejected_at_5_percent"], found["interval_holds_effect"]
    told = [_promise(f"rejects, {name}", one, AT_MOST if name in EXACT else NOMINAL) for name, one in rejected.items()]
    told += [_promise(f"interval holds, {name}", one, COVERED) for name, one in held.items()]
    sizes = found["largest_size"].items()
    return told + [_promise(f"largest size, {name}", {"share": size}, AT_MOST) for name, size in sizes]


def largest_size(p_value: Callable[[Table], float]) -> float:
    """The most an exact test rejects of two arms with the same true share, whatever that is: counted, not simulated."""
    n, m = CHILDREN
    rejects = np.array([[p_value(((i, j), (n - i, m - j))) <= ALPHA for j in range(m + 1)] for i in range(n + 1)])
    sizes = [
        binom.pmf(range(n + 1), n, share) @ rejects @ binom.pmf(range(m + 1), m, share)
        for share in np.linspace(0, 1, SHARES_TRIED)
    ]
    return round(float(max(sizes)), 4)


def _promise(figure: str, found: dict[str, Any], must: tuple[float, float]) -> dict[str, Any]:
    share = found["share"]
    return {"figure": figure, "value": share, "must": must, "kept": share is not None and must[0] <= share <= must[1]}


def _counted(n: int, advance: Callable[[int], None], before: int) -> Iterator[int]:
    for number in range(n):
        yield before + number
        if (number + 1) % 100 == 0 or number + 1 == n:
            advance(before + number + 1)


def _rejections(number: int, seed: int) -> dict[str, bool | None]:
    """By test, whether it rejected; None where it gave no number."""
    trial = simulated_trials.simulated_trial(seed, number)
    return {
        _label(one): None if np.isnan(one.p_value) else bool(one.p_value <= ALPHA)
        for one in (*_of_scores(trial, number), *_of_fractures(trial))
    }


def _of_scores(trial: SimulatedTrial, number: int) -> list[Comparison]:
    last = VISITS[-1]
    by_chance = permutation_test(trial.scores, last, PERMUTATIONS, seed=number)
    return [*(ancova(trial.scores, visit) for visit in VISITS), *mmrm(trial.scores), by_chance]


def _of_fractures(trial: SimulatedTrial) -> list[Comparison]:
    rates = [poisson_rate(count, YEARS * n) for count, n in zip(trial.fractures, CHILDREN, strict=True)]
    of_rates = rate_ratio("FX", ARMS, rates[0], rates[1], CHILDREN)
    return [fisher("VFANYN", "", *trial.fractured), boschloo("VFANYN", "", *trial.fractured), of_rates]


def _coverages(number: int, seed: int) -> dict[str, bool | None]:
    """By interval, whether it holds the true difference; None where there was none."""
    trial = simulated_trials.simulated_trial(seed, number, EFFECT_SD)
    truth = EFFECT_SD * BASELINE_SD
    fitted = [*(ancova(trial.scores, visit) for visit in VISITS), *mmrm(trial.scores)]
    held = {_label(one): None if one.reason else bool(one.low <= truth <= one.high) for one in fitted}
    g = hedges_g(Summary.of(trial.complete[0]), Summary.of(trial.complete[1]))
    return held | {"Hedges g": bool(g.low <= EFFECT_SD <= g.high)}


def _label(one: Comparison) -> str:
    return f"{one.method}, {one.visit}" if one.visit else one.method


def _shares(answers: Iterable[dict[str, bool | None]]) -> dict[str, dict[str, Any]]:
    counts: dict[str, list[int]] = {}
    for answer in answers:
        for name, yes in answer.items():
            tally = counts.setdefault(name, [0, 0, 0])
            tally[2 if yes is None else int(yes)] += 1
    return {name: _share(*tally) for name, tally in counts.items()}


def _share(no: int, yes: int, without: int) -> dict[str, Any]:
    told = wilson((yes, yes + no))
    known = yes + no > 0
    return {
        "yes": yes, "of": yes + no, "without_number": without, "share": round(told.value, 4) if known else None,
        "low": round(told.low, 4) if known else None, "high": round(told.high, 4) if known else None,
    }  # fmt: skip
