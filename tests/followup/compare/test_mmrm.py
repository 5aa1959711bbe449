"""The mixed model for repeated measures as a comparison of arms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from oiscan.followup.compare.ancova import ancova
from oiscan.followup.compare.mmrm import mmrm
from oiscan.followup.compare.simulated_trials import simulated_trial
from oiscan.followup.compare.trial import Trial
from tests.followup.compare.dental import dental_trial


def complete_trial(visits: int, covariates: int) -> Trial:
    generator = np.random.default_rng(visits)
    arm = np.repeat([False, True], 13)
    base = generator.normal(-2, 2, (26, covariates))
    common = generator.normal(0, 1, (26, 1))
    values = common + generator.normal(0, 0.8, (26, visits)) + 0.4 * base.sum(1, keepdims=True) + arm[:, None]
    trial = Trial.of(arm, values)
    return replace(trial, covariates=base, covariate_names=tuple(f"C{i}" for i in range(covariates)))


@pytest.mark.parametrize(("visits", "covariates"), [(2, 1), (2, 0), (3, 2)])
def test_with_nothing_missing_it_is_the_ancova_of_each_visit(visits: int, covariates: int) -> None:
    """Estimate, standard error and degrees of freedom, to a millionth: needs no other program to be checked against."""
    trial = complete_trial(visits, covariates)
    for told in mmrm(trial):
        alone = ancova(trial, told.visit)
        for name in ("estimate", "standard_error", "df", "low", "high", "p_value"):
            assert getattr(told, name) == pytest.approx(getattr(alone, name), abs=1e-6, rel=1e-6), name
        assert told.df == pytest.approx(24 - covariates, abs=1e-6)
        for mine, theirs in zip(told.means, alone.means, strict=True):
            assert mine.mean.value == pytest.approx(theirs.mean.value)
            assert mine.mean.standard_error == pytest.approx(theirs.mean.standard_error)


def test_a_missed_visit_takes_its_children_along_at_the_others() -> None:
    """Boys against girls at 14 years, five of whom were not seen then; R's nlme gives 3.108098 (0.965157)."""
    told = mmrm(dental_trial())[2]
    assert (told.n, told.estimate, told.standard_error) == ((9, 13), pytest.approx(3.108098), pytest.approx(0.965158))
    assert "11 and 16 children with any visit" in told.note


def test_the_unit_does_not_matter() -> None:
    trial = dental_trial()
    small = replace(trial, values=trial.values * 1e-4, covariates=trial.covariates * 1e3)
    for one, other in zip(mmrm(trial), mmrm(small), strict=True):
        assert (other.estimate, other.df, other.p_value) == pytest.approx((one.estimate * 1e-4, one.df, one.p_value))


def test_values_far_from_zero_keep_their_digits() -> None:
    """A baseline-adjusted model does not care about 100,000 mm more; the digits of the floats are all that is lost."""
    trial = dental_trial()
    far = replace(trial, values=trial.values + 1e5)
    for one, other in zip(mmrm(trial), mmrm(far), strict=True):
        assert (other.estimate, other.df) == pytest.approx((one.estimate, one.df), rel=1e-7)


def test_the_order_of_the_children_does_not_matter() -> None:
    trial = dental_trial()
    order = np.random.default_rng(0).permutation(27)
    shuffled = Trial.of(trial.in_second_arm[order], trial.values[order], trial.covariates[order, 0])
    for one, other in zip(mmrm(trial), mmrm(shuffled), strict=True):
        assert (other.estimate, other.df) == pytest.approx((one.estimate, one.df))


def test_changes_and_values_give_the_same_difference() -> None:
    """With the baseline in the model, AVAL and CHG differ by nothing the arms could differ by."""
    trial = dental_trial()
    changes = replace(trial, values=trial.values - trial.covariates)
    for one, other in zip(mmrm(trial), mmrm(changes), strict=True):
        assert (other.estimate, other.standard_error, other.df) == pytest.approx(
            (one.estimate, one.standard_error, one.df)
        )


def test_a_visit_nobody_had_yet_does_not_spoil_the_others() -> None:
    trial = dental_trial()
    early = replace(trial, values=np.column_stack([trial.values[:, :2], np.full(27, np.nan)]))
    two = replace(trial, values=trial.values[:, :2], visits=trial.visits[:2])
    *others, last = mmrm(early)
    assert "fewer than 2" in last.reason
    assert [one.estimate for one in others] == [one.estimate for one in mmrm(two)]


def test_a_fit_that_fails_has_a_reason_and_no_number() -> None:
    trial = Trial.of([0, 0, 0, 1, 1, 1], [[1, 2], [2, 4], [3, 6], [4, 8], [7, 14], [9, 18]])
    for told in mmrm(trial):
        assert told.reason
        assert np.isnan([told.estimate, told.p_value, told.df]).all()


def test_four_children_are_refused_or_fitted_but_never_stop_it() -> None:
    told = mmrm(Trial.of([0, 0, 1, 1], [[1.0, 2.0], [2.0, 2.5], [4.0, 6.0], [7.0, 6.5]], [1.0, 2.0, 2.5, 3.0]))
    assert all(one.reason or np.isfinite(one.p_value) for one in told)


def test_dropout_that_the_first_visit_explains_leaves_no_bias() -> None:
    """150 simulated trials with a true gain of 1 SD (2 Z): the mean estimate at month 24 lies within its error."""
    gains = [mmrm(simulated_trial(3, number, 1.0).scores)[1].estimate for number in range(150)]
    assert np.mean(gains) == pytest.approx(2, abs=3 * np.std(gains) / 150**0.5)
