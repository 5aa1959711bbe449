"""The check of the tests themselves, on few trials; the numbers of many stand in the guide."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from oiscan.followup.compare import null_trials
from oiscan.followup.compare.ancova import ancova
from oiscan.followup.compare.null_trials import largest_size
from oiscan.followup.compare.proportions import fisher_p
from oiscan.followup.compare.results import Comparison
from oiscan.followup.compare.simulated_trials import BASELINE_MEAN, BASELINE_SD, simulated_trial
from oiscan.followup.compare.trial import Trial


@pytest.fixture(autouse=True)
def no_long_enumeration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(null_trials, "largest_size", lambda test: 0.03)


def checked(n: int, seed: int = 0) -> tuple[dict[str, Any], list[int]]:
    told: list[int] = []
    return null_trials.check(n, seed, told.append), told


def test_a_trial_is_shaped_as_it_says() -> None:
    trials = [simulated_trial(0, number) for number in range(200)]
    scores = [trial.scores for trial in trials]
    missing = np.mean([np.isnan(one.values) for one in scores], axis=(0, 1))
    assert missing == pytest.approx([0.04, 0.12], abs=0.02)
    base = np.concatenate([one.covariates[:, 0] for one in scores])
    assert (base.mean(), base.std()) == pytest.approx((BASELINE_MEAN, BASELINE_SD), abs=0.1)
    assert all((~one.in_second_arm).sum() == one.in_second_arm.sum() == 13 for one in scores)
    later = np.concatenate([one.values[:, 0] for one in scores]) + base
    seen = ~np.isnan(later)
    assert np.corrcoef(base[seen], later[seen])[0, 1] == pytest.approx(0.6, abs=0.03)


def test_the_effect_is_the_only_thing_that_differs() -> None:
    null, treated = simulated_trial(0, 7), simulated_trial(0, 7, effect_sd=1.0)
    both = ~np.isnan(null.scores.values) & ~np.isnan(treated.scores.values)
    gain = np.broadcast_to(null.scores.in_second_arm[:, None] * BASELINE_SD, both.shape)
    np.testing.assert_allclose((treated.scores.values - null.scores.values)[both], gain[both])


def test_twelve_trials() -> None:
    found, told = checked(12)
    assert told == [12, 24]
    shares = [*found["rejected_at_5_percent"].values(), *found["interval_holds_effect"].values()]
    assert len(shares) == 8 + 5
    assert all(one["of"] + one["without_number"] == 12 for one in shares)
    assert all(one["low"] <= one["share"] <= one["high"] for one in shares)
    assert found == checked(12)[0] != checked(12, seed=1)[0]


def test_the_largest_size_is_counted_over_every_table() -> None:
    """Fisher's test of 13 and 13 children rejects at most 2.9 % of true nulls."""
    assert largest_size(fisher_p) == pytest.approx(0.029, abs=5e-4)


def test_a_test_that_cries_wolf_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ANCOVA that forgets to estimate its error would reject everything and hold nothing."""

    def overconfident(trial: Trial, visit: str) -> Comparison:
        told = ancova(trial, visit)
        return Comparison(
            told.endpoint, visit, told.method, told.measure, told.arms, told.n, told.estimate, told.estimate - 1e-9,
            told.estimate + 1e-9, p_value=1e-9,
        )  # fmt: skip

    monkeypatch.setattr(null_trials, "ancova", overconfident)
    kept = {one["figure"]: one["kept"] for one in null_trials.promises(checked(3)[0])}
    assert not kept["rejects, ANCOVA, Month 24"]
    assert not kept["interval holds, ANCOVA, Month 24"]


@pytest.mark.parametrize(
    ("figure", "share", "kept"),
    [
        ("MMRM, Month 24", 0.044, True), ("MMRM, Month 24", 0.0439, False), ("MMRM, Month 24", 0.0561, False),
        ("Fisher's exact test", 0.0, True), ("Fisher's exact test", 0.0501, False), ("MMRM, Month 24", None, False),
    ],
)  # fmt: skip
def test_what_is_promised(figure: str, share: float | None, kept: bool) -> None:
    found = {"rejected_at_5_percent": {figure: {"share": share}}, "interval_holds_effect": {}, "largest_size": {}}
    (told,) = null_trials.promises(found)
    assert told["kept"] is kept
