"""Windows, names of visits, and the arm in them."""

import pytest
from pydantic import ValidationError

from oiscan.followup.study.children import Child
from oiscan.followup.study.settings import Visit
from oiscan.followup.study.visits import visit_called, visit_on, without_arm
from tests.followup.study.studies import FIRST_DOSE, at

BASELINE = Visit(name="Baseline", month=0, from_day=-60, to_day=1)
HALF = Visit(name="Month 6", month=6, target_day=180, from_day=90, to_day=270)
YEAR = Visit(name="Month 12", month=12, target_day=366, from_day=200, to_day=420, also=("V3", "visit_3"))
VISITS = (BASELINE, HALF, YEAR)


@pytest.mark.parametrize(
    ("day", "visit"),
    [(-61, None), (-60, BASELINE), (1, BASELINE), (2, None), (90, HALF), (200, HALF), (274, YEAR), (420, YEAR)],
)
def test_the_window_a_day_lies_in(day, visit):
    assert visit_on(day, VISITS) == visit


def test_between_two_targets_the_closer_counts_and_of_equals_the_earlier():
    assert visit_on(272, VISITS[:2]) is None
    assert visit_on(273, (HALF.model_copy(update={"to_day": 300}), YEAR)).name == "Month 6"  # 93 days from both
    assert visit_on(274, (HALF.model_copy(update={"to_day": 300}), YEAR)).name == "Month 12"


@pytest.mark.parametrize("name", ["Month 12", "month_12", " MONTH 12", "v3", "visit 3"])
def test_a_visit_by_name(name):
    assert visit_called(name, VISITS) == YEAR


def test_a_name_nobody_knows():
    assert visit_called("Month 18", VISITS) is None


@pytest.mark.parametrize(
    ("name", "freed", "arm"),
    [
        ("visit_1_arm_2", "visit_1", "2"),
        ("visit_1_arm_2b", "visit_1", "2"),
        ("Visit 1 (Arm 2: Denosumab)", "Visit 1", "2"),
        ("Month 12 denosumab", "Month 12", "Denosumab"),
        ("denosumab_month_12", "month 12", "Denosumab"),
        ("Month 12", "Month 12", ""),
        ("farm_visit", "farm_visit", ""),
    ],
)
def test_the_arm_is_taken_off(name, freed, arm):
    assert without_arm(name, ["Denosumab", "Zoledronic acid"]) == (freed, arm)


def test_the_target_of_a_month():
    assert (BASELINE.target, Visit(name="x", month=12, from_day=1, to_day=900).target) == (1, 366)


@pytest.mark.parametrize("changes", [{"from_day": 300}, {"from_day": 0, "target_day": 5}, {"to_day": 100}])
def test_a_window_that_cannot_be(changes):
    with pytest.raises(ValidationError):
        Visit(**{"name": "x", "month": 6, "target_day": 180, "from_day": 90, "to_day": 270} | changes)


def test_there_is_no_study_day_0():
    child = Child("K01", 2, first_dose=FIRST_DOSE["K01"])
    assert [child.study_day(at("K01", 0, days)) for days in (-2, -1, 0, 1)] == [-2, -1, 1, 2]
    assert Child("K01", 2).study_day(at("K01", 0)) is None


def test_age_on_a_study_day():
    by_birth = Child("K01", 2, birth=at("K01", -48), first_dose=FIRST_DOSE["K01"])
    by_age = Child("K02", 3, age_years=4.0)
    for child in (by_birth, by_age):
        assert child.age_on(1) == pytest.approx(4, abs=1e-3)
        assert child.age_on(366.25) == pytest.approx(5, abs=1e-3)
        assert child.age_on(-1) == pytest.approx(4 - 1 / 365.25, abs=1e-3)
    assert Child("K03", 4).age_on(1) is None
