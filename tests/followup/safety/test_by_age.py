import math

import pytest

from oiscan.errors import ConfigError
from oiscan.followup.safety.age_limits import AgeLimits, Band, age_limits
from oiscan.followup.safety.by_age import held_against_age, quantification_limit, standing
from tests.followup.safety.rows import dose, lab, table

URINE = next(one for one in age_limits() if one.paramcd == "UCACR")
SUFFICIENT, DEFICIENT = (one for one in age_limits() if one.paramcd == "VITD")


def indicator(value, age_years, unit="mg/mg", text="", limits=URINE) -> str:
    return standing(value, text, unit, age_years, "F", limits).indicator


@pytest.mark.parametrize(
    ("age_years", "limit"),
    [(0.0, 0.75), (0.5, 0.64), (1, 0.40), (2, 0.38), (4.99, 0.38), (5, 0.29), (9.99, 0.29), (10, 0.26), (14.9, 0.26)],
)
def test_urinary_calcium_by_age(age_years, limit):
    assert [indicator(limit + shift, age_years) for shift in (0.0, 0.001)] == ["NORMAL", "HIGH"]


def test_a_child_who_turns_5_crosses_the_step_at_the_age_of_the_sample():
    rows = table(lab("UCACR", 0.35, "mg/mg", 1, AGE=4.6), lab("UCACR", 0.35, "mg/mg", 366, AGE=5.6))
    found = held_against_age(rows, [URINE])
    assert found.REFIND.tolist() == ["NORMAL", "HIGH"]
    assert found.REFHI.tolist() == [0.38, 0.29]
    assert found.REFNAME.unique().tolist() == ["urinary calcium/creatinine, southern Thailand"]


def test_the_limit_is_converted_to_the_unit_of_the_value():
    """0.38 mg/mg is 1.0725 mmol/mmol, 0.29 is 0.8185."""
    assert standing(1.0, "", "mmol/mmol", 4.0, "", URINE).high == pytest.approx(1.0725, abs=5e-5)
    assert [indicator(value, 6.0, "mmol/mmol") for value in (0.818, 0.819)] == ["NORMAL", "HIGH"]


def test_vitamin_d_has_two_tables_and_two_units():
    assert [indicator(value, 5.0, "nmol/L", limits=SUFFICIENT) for value in (49.9, 50.0)] == ["LOW", "NORMAL"]
    assert [indicator(value, 5.0, "nmol/L", limits=DEFICIENT) for value in (29.9, 30.0)] == ["LOW", "NORMAL"]
    assert [indicator(value, 5.0, "ng/mL", limits=SUFFICIENT) for value in (20.0, 20.1)] == ["LOW", "NORMAL"]
    found = held_against_age(table(lab("VITD", 40, "nmol/L")), age_limits())
    assert found.REFIND.tolist() == ["LOW", "NORMAL"]
    assert found.REFSTAT.str.contains("consensus").all()


def test_what_is_below_quantification_is_told_where_it_can_be():
    assert indicator(math.nan, 6.0, text="<0.1") == "NORMAL"
    assert indicator(math.nan, 6.0, text="<0.5") == ""
    assert indicator(math.nan, 6.0, "nmol/L", "< 20", SUFFICIENT) == "LOW"
    assert indicator(math.nan, 6.0, "nmol/L", "<75", SUFFICIENT) == ""
    assert [quantification_limit(text) for text in ("<5", "< 0.05", "5", "NOT ABLE", "<")] == [
        5,
        0.05,
        None,
        None,
        None,
    ]


def test_a_number_that_does_not_count_is_held_against_nothing():
    found = held_against_age(table(dose(1), lab("UCACR", 0.9, "mg/mg", 29, REASON="seems to be in mmol/mmol")), [URINE])
    assert found[["REFIND", "REFREAS", "DSLD"]].to_numpy().tolist() == [["", "seems to be in mmol/mmol", 28.0]]


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ((0.2, "", "mmol/L", 5.0), "the table is in mg/mg"),
        ((0.2, "", "mg/mg", math.nan), "no limits for a child of unknown age"),
        ((0.2, "", "mg/mg", 16.0), "no limits for a child of 16.0 years"),
        ((math.nan, "", "mg/mg", 5.0), "there is no value"),
        ((math.nan, ">5", "mg/mg", 5.0), "only '>5' is known"),
    ],
)
def test_no_indicator_without_unit_age_band_or_value(told, reason):
    value, text, unit, age_years = told
    found = standing(value, text, unit, age_years, "F", URINE)
    assert found.indicator == ""
    assert reason in found.reason


OWN = """
[[tables]]
name = "own DPD"
paramcd = "DPDCR"
unit = "nmol/mmol"
statistic = "3rd to 97th percentile"
source = "own laboratory"
bands = [
    { from_years = 3, below_years = 8, sex = "F", low = 10, high = 40, L = 0, M = 20, S = 0.25 },
    { from_years = 3, below_years = 8, sex = "M", low = 12, high = 44 },
]
"""


def own(tmp_path, text=OWN):
    path = tmp_path / "limits.toml"
    path.write_text(text)
    return age_limits(path)


def test_an_own_table_by_sex_with_a_z_score(tmp_path):
    (limits,) = own(tmp_path)
    girl = standing(20 * math.exp(0.5), "", "nmol/mmol", 5.0, "F", limits)
    assert girl.z == pytest.approx(2)  # ln(ratio) / S
    boy = standing(41.0, "", "nmol/mmol", 5.0, "M", limits)
    assert (boy.indicator, boy.low, boy.high, math.isnan(boy.z)) == ("NORMAL", 12, 44, True)
    assert standing(41.0, "", "nmol/mmol", 5.0, "F", limits).indicator == "HIGH"
    assert "no limits" in standing(41.0, "", "nmol/mmol", 5.0, "", limits).reason


@pytest.mark.parametrize(
    ("told", "instead"),
    [
        ("below_years = 8", "below_years = 2"),
        ("low = 10", "low = 50"),
        ("low = 10", "lowest = 10"),
        ('sex = "M"', 'sex = "F"'),
        ('"own laboratory"', ""),
        ("S = 0.25", "S = -1"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path, told, instead):
    with pytest.raises(ConfigError, match=r"limits\.toml holds no limits by age"):
        own(tmp_path, OWN.replace(told, instead))


def test_two_tables_of_one_name_are_refused(tmp_path):
    with pytest.raises(ConfigError, match="two tables have one name"):
        own(tmp_path, OWN + OWN)


def test_bands_must_not_overlap():
    with pytest.raises(ValueError, match="two bands cover the age of 3 years"):
        AgeLimits("x", "UCACR", "mg/mg", "", "", (Band(0, 5), Band(3, 8)))
