"""The plan of a study becomes its comparisons, each test suited to its endpoint."""

import pytest

from oiscan.errors import AnalysisError
from oiscan.followup.compare.ancova import ancova
from oiscan.followup.compare.mmrm import mmrm
from oiscan.followup.compare.results import Comparison
from oiscan.followup.compare.table import trial_of
from oiscan.followup.readout.comparisons import compared, plan_of
from oiscan.followup.readout.forest import forest_rows
from tests.followup.readout.cases import ARMS, SETTINGS, long, study

LONG = long()
REFERENCE = ARMS[::-1]
"""Reference arm first: the last of study.toml where none is named."""


@pytest.fixture(scope="module")
def found():
    return compared(study(), LONG)


def test_the_plan_is_made_whole():
    plan = plan_of(study(), LONG)
    assert (plan.arms, plan.visit, plan.visits) == (REFERENCE, "Month 24", ("Month 12", "Month 24"))


def test_the_reference_arm_can_be_chosen():
    analysis = SETTINGS["analysis"] | {"reference_arm": ARMS[0]}
    assert plan_of(study(analysis=analysis), LONG).arms == ARMS


def test_the_primary_comparison_is_the_mixed_model_at_the_last_visit(found):
    (primary,) = (one.comparison for one in found.family if one.role == "primary")
    trial = trial_of(LONG, "LSBMD", "CHG", REFERENCE, ("Month 12", "Month 24"))
    assert primary == mmrm(trial)[1]
    assert primary.n == (4, 3)
    assert ancova(trial, "Month 24") in found.supportive


def test_each_secondary_endpoint_has_the_test_that_suits_it(found):
    methods = {one.comparison.endpoint: one.comparison.method for one in found.family if one.role == "secondary"}
    assert methods == {
        "LSBMDZ CHG": "MMRM",
        "BAMF CHG": "permutation test of ranks",
        "VFNEW AVAL": "Boschloo's exact test",
        "FX": "exact Poisson test",
    }


def test_only_the_family_shares_its_error(found):
    tested = [one.comparison.p_value for one in found.family if one.role == "secondary"]
    adjusted = [one.adjusted_p for one in found.family if one.role == "secondary"]
    least = min(range(len(tested)), key=tested.__getitem__)
    assert adjusted[least] == pytest.approx(min(1.0, len(tested) * tested[least]))


def test_changes_within_arms_are_no_comparisons(found):
    assert found.within
    assert not any(isinstance(one, Comparison) for one in found.within)
    assert {one.endpoint for one in found.within} == {"LSBMD CHG", "LSBMDZ CHG"}  # no mean of an ordinal score


def test_a_blinded_study_is_not_compared():
    blinded = compared(study(study={"id": "X", "blinded": True}), LONG.assign(ARM=""))
    assert "blinded" in blinded.reason
    assert blinded.family == ()


@pytest.mark.parametrize("arms", [{"D": "Denosumab"}, {"D": "Denosumab", "Z": "Zoledronic acid", "P": "Placebo"}])
def test_other_than_two_arms_are_not_compared(arms):
    with pytest.raises(AnalysisError, match=f"has {len(arms)}"):
        plan_of(study(arms=arms), LONG)


def test_an_endpoint_that_cannot_be_compared_says_why_and_stops_no_other():
    analysis = SETTINGS["analysis"] | {"secondary": ["WALK6M", "LSBMDZ"]}
    first, walk, z_score = (one.comparison for one in compared(study(analysis=analysis), LONG).family)
    assert "WALK6M" in walk.reason
    assert not first.reason
    assert not z_score.reason


def test_values_in_several_units_are_not_compared():
    mixed = LONG.copy()
    mixed.loc[(mixed["PARAMCD"] == "LSBMDZ") & (mixed["USUBJID"] == "S-1"), "AVALU"] = "percentile"
    comparisons = {one.comparison.endpoint.split()[0]: one.comparison for one in compared(study(), mixed).family}
    assert "unit" in comparisons["LSBMDZ"].reason


def test_the_forest_divides_by_the_spread_of_both_arms(found):
    rows = forest_rows([one.comparison for one in found.family], LONG, lambda endpoint: endpoint)
    assert rows["endpoint"].tolist() == ["LSBMD CHG", "LSBMDZ CHG"]  # the others are no differences of means
    last = LONG[(LONG["PARAMCD"] == "LSBMD") & (LONG["AVISITN"] == 24)]
    assert rows["sd"].iloc[0] == pytest.approx(last["CHG"].std())
