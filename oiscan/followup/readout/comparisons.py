"""The comparisons a study planned: the primary one, what supports it, the secondary ones; changes within arms apart.

Which test goes with which endpoint follows from what the endpoint is: a mixed model for what has a mean, a permutation
test of ranks for what has an order only, an exact test for yes or no, an exact ratio for rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from oiscan.errors import AnalysisError
from oiscan.followup.compare.ancova import ancova
from oiscan.followup.compare.mmrm import mmrm
from oiscan.followup.compare.multiplicity import Judged, judged
from oiscan.followup.compare.permutation import permutation_test, rank_test
from oiscan.followup.compare.proportions import boschloo, proportions
from oiscan.followup.compare.rates import poisson_rate, rate_ratio
from oiscan.followup.compare.results import Comparison, WithinArm
from oiscan.followup.compare.table import trial_of
from oiscan.followup.compare.within import within_arms
from oiscan.followup.safety.events import event_list, person_years
from oiscan.followup.study.params import Kind
from oiscan.followup.study.study import Study


@dataclass(frozen=True)
class Plan:
    """What study.toml says of the analysis, made whole.

    Parameters
    ----------
    arms
        Reference arm first.
    visits
        After baseline, in order; `visit` is the one of the primary comparison.
    """

    primary: str
    quantity: str
    visit: str
    visits: tuple[str, ...]
    arms: tuple[str, str]
    secondary: tuple[str, ...]
    covariates: tuple[str, ...]
    seed: int


@dataclass(frozen=True)
class Compared:
    """All comparisons of a study.

    Parameters
    ----------
    family
        The primary comparison and the secondary ones, with their p-values judged together.
    supportive
        The primary endpoint by other methods and at other visits: not in the family, no test of their own.
    within
        Changes inside one arm: never a comparison.
    reason
        Why there are none; "" where there are.
    """

    family: tuple[Judged, ...] = ()
    supportive: tuple[Comparison, ...] = ()
    within: tuple[WithinArm, ...] = ()
    reason: str = ""


def plan_of(study: Study, long: pd.DataFrame) -> Plan:
    """The plan of a study.

    Raises
    ------
    AnalysisError
        The study is blinded, or does not have two arms.
    """
    told = study.settings.analysis
    if study.settings.study.blinded:
        raise AnalysisError("the study is blinded: arms are compared once [study] blinded is taken away")
    arms = study.arms or tuple(sorted(set(long["ARM"]) - {""}))
    if len(arms) != 2:
        raise AnalysisError(f"two arms are compared; this study has {len(arms)}")
    reference = told.reference_arm or arms[-1]
    visits = tuple(visit for visit in study.visit_names if _month(study, visit) > 0)
    (other,) = (arm for arm in arms if arm != reference)
    return Plan(
        told.primary, told.primary_change, told.visit or visits[-1], visits, (reference, other), told.secondary,
        told.covariates, study.settings.study.seed,
    )  # fmt: skip


def compared(study: Study, long: pd.DataFrame) -> Compared:
    """All comparisons the study planned, or why there are none."""
    try:
        plan = plan_of(study, long)
    except AnalysisError as error:
        return Compared(reason=str(error))
    primary, *supportive = _primary(long, plan)
    family = (primary, *(_secondary(study, long, plan, code) for code in plan.secondary))
    within = tuple(one for code in (plan.primary, *plan.secondary) for one in _within(study, long, plan, code))
    return Compared(judged(family, primary.name), tuple(supportive), within)


def _primary(long: pd.DataFrame, plan: Plan) -> list[Comparison]:
    """The primary comparison first, then the same by other methods and at the other visits."""
    endpoint = f"{plan.primary} {plan.quantity}"
    try:
        trial = trial_of(long, plan.primary, plan.quantity, plan.arms, plan.visits, plan.covariates)
    except AnalysisError as error:
        return [_without(plan, endpoint, str(error))]
    by_visit = {one.visit: one for one in mmrm(trial)}
    others = ancova(trial, plan.visit), permutation_test(trial, plan.visit, seed=plan.seed)
    return [by_visit.pop(plan.visit), *others, *by_visit.values()]


def _without(plan: Plan, endpoint: str, reason: str) -> Comparison:
    return Comparison(endpoint, plan.visit, "not compared", "", plan.arms, (0, 0), reason=reason)


def _secondary(study: Study, long: pd.DataFrame, plan: Plan, paramcd: str) -> Comparison:
    try:
        return _tested(study.params[paramcd].kind, long, plan, paramcd)
    except AnalysisError as error:
        return _without(plan, paramcd, str(error))


def _tested(kind: Kind, long: pd.DataFrame, plan: Plan, paramcd: str) -> Comparison:
    """The test that suits what the endpoint is."""
    if kind is Kind.COUNT:
        return _rates(long, plan, paramcd)
    if kind is Kind.BINARY:
        yes_or_no = trial_of(long, paramcd, "AVAL", plan.arms, plan.visits, ())
        return boschloo(yes_or_no.endpoint, plan.visit, *proportions(yes_or_no, plan.visit))
    if kind is Kind.ORDINAL:
        return rank_test(trial_of(long, paramcd, "CHG", plan.arms, plan.visits, ()), plan.visit, seed=plan.seed)
    changes = trial_of(long, paramcd, "CHG", plan.arms, plan.visits, plan.covariates)
    (at_visit,) = (one for one in mmrm(changes) if one.visit == plan.visit)
    return at_visit


def _rates(long: pd.DataFrame, plan: Plan, paramcd: str) -> Comparison:
    """Events under treatment per person-year."""
    listed = event_list(long)
    counted = listed[(listed["PARAMCD"] == paramcd) & (listed["NOTCNTD"] == "")]
    watched = person_years(long)
    rates = [
        poisson_rate(int((counted["ARM"] == arm).sum()), float(watched.loc[watched["ARM"] == arm, "PYEARS"].sum()))
        for arm in plan.arms
    ]
    first, second = (int((watched["ARM"] == arm).sum()) for arm in plan.arms)
    return rate_ratio(paramcd, plan.arms, rates[0], rates[1], (first, second))


def _within(study: Study, long: pd.DataFrame, plan: Plan, paramcd: str) -> Sequence[WithinArm]:
    if study.params[paramcd].kind is not Kind.CONTINUOUS:
        return ()
    try:
        trial = trial_of(long, paramcd, "CHG", plan.arms, plan.visits, ())
    except AnalysisError:
        return ()  # the comparison of this endpoint tells the reason
    return [one for visit in plan.visits for one in within_arms(trial, visit)]


def _month(study: Study, visit: str) -> float:
    (month,) = (one.month for one in study.settings.visits if one.name == visit)
    return month
