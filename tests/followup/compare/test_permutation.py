"""Permutation tests, against all deals counted out."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from oiscan.followup.compare.permutation import permutation_test, rank_test
from oiscan.followup.compare.trial import Trial
from tests.followup.compare.dental import dental_trial

ARM = [0, 0, 0, 0, 1, 1, 1, 1]


def test_the_most_extreme_of_70_deals() -> None:
    """4 against 4, every value of one arm above the other's: 2 of the 70 deals are as extreme."""
    told = permutation_test(Trial.of(ARM, np.arange(8.0)[:, None]), "visit 1", permutations=20_000)
    assert told.p_value == pytest.approx(2 / 70, abs=0.004)
    assert told.estimate == pytest.approx(4)
    assert "of 70 deals" in told.note


def test_every_deal_counted_out_gives_the_same_p_value() -> None:
    """With a baseline: the correlation of what is left of arm and values, over all 70 deals."""
    values = np.array([1.0, 3.5, 2.2, 4.1, 5.0, 2.8, 6.3, 5.5])
    baseline = np.array([2.0, 1.0, 4.0, 3.0, 2.5, 3.5, 1.5, 5.0])
    both = np.column_stack([np.ones(8), baseline])

    def strength(second: tuple[int, ...]) -> float:
        arm = np.isin(np.arange(8), second).astype(float)
        left = arm - both @ np.linalg.lstsq(both, arm, rcond=None)[0]
        return abs(left @ values) / np.linalg.norm(left)

    deals = [strength(second) for second in combinations(range(8), 4)]
    exact = np.mean([one >= strength((4, 5, 6, 7)) - 1e-9 for one in deals])
    told = permutation_test(Trial.of(ARM, values[:, None], baseline), "visit 1", permutations=20_000)
    assert told.p_value == pytest.approx(exact, abs=0.01)


def test_deals_stay_within_their_strata() -> None:
    """Two strata of one and one: 4 deals in all, 2 as extreme as the one made, so never below 0.5."""
    trial = Trial.of([0, 1, 0, 1], [[0.0], [10.0], [100.0], [110.0]], strata=[0, 0, 1, 1])
    told = permutation_test(trial, "visit 1", permutations=4_000)
    assert told.p_value == pytest.approx(0.5, abs=0.03)
    assert "of 4 deals within 2 strata" in told.note


def test_the_p_value_is_never_0_and_the_same_every_time() -> None:
    trial = Trial.of(np.repeat([0, 1], 13), np.arange(26.0)[:, None])
    told = permutation_test(trial, "visit 1", permutations=99)
    assert told.p_value == pytest.approx(0.01)
    assert told == permutation_test(trial, "visit 1", permutations=99)


def test_of_many_children_it_agrees_with_ancova() -> None:
    """27 children of the dental study at 14 years: ANCOVA of 22 gives p = 0.0036 at most a little away."""
    from oiscan.followup.compare.ancova import ancova

    trial = dental_trial()
    told, fitted = permutation_test(trial, "visit 3"), ancova(trial, "visit 3")
    assert (told.estimate, told.n) == (fitted.estimate, fitted.n)
    assert told.p_value == pytest.approx(fitted.p_value, rel=0.5)


def test_what_ancova_refuses_is_refused() -> None:
    told = permutation_test(Trial.of([0, 1, 1], [[1.0], [2.0], [3.0]]), "visit 1")
    assert "each needs 2" in told.reason


def test_ranks_of_a_score_with_ties() -> None:
    """Of the 9 pairs, the second arm is higher in 7 and equal in 1: 7.5 / 9."""
    told = rank_test(Trial.of([0, 0, 0, 1, 1, 1], [[3], [4], [9], [5], [9], [10]]), "visit 1", permutations=20_000)
    assert told.estimate == pytest.approx(7.5 / 9)
    # ranks 1 2 4.5 | 3 4.5 6: of the 20 deals, those whose sum of ranks is as far from 10.5 as 13.5
    ranks = [1, 2, 4.5, 3, 4.5, 6]
    exact = np.mean([abs(sum(ranks[i] for i in deal) - 10.5) >= 3 for deal in combinations(range(6), 3)])
    assert told.p_value == pytest.approx(exact, abs=0.02)


def test_ranks_know_no_unit() -> None:
    trial = dental_trial()
    stretched = replace(trial, values=np.exp(trial.values))
    assert rank_test(trial, "visit 3", 199).p_value == rank_test(stretched, "visit 3", 199).p_value


def test_one_value_for_all_has_no_order() -> None:
    assert "same value" in rank_test(Trial.of([0, 0, 1, 1], [[2], [2], [2], [2]]), "visit 1").reason
