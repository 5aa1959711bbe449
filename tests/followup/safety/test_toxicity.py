"""Every edge of CTCAE 5.0 and DAIDS 2.1 that oiscan grades by, in both units and on both sides.

The edges stand here once more, typed from the published tables, so that a slip in the data files is seen.
"""

import math

import pytest

from oiscan.errors import ConfigError
from oiscan.followup.safety.toxicity import Grade, LabValue, grade
from oiscan.followup.safety.toxicity_tables import toxicity_table

CTCAE, DAIDS = toxicity_table("ctcae"), toxicity_table("daids")
STEP = 0.001
"""Beside an edge."""

# parameter, unit, side, normal limit, edges of grades 1 to 4. The edge itself is the lower grade, but for DAIDS high.
CTCAE_EDGES = [
    ("CAADJ", "mg/dL", "high", 10.5, (10.5, 11.5, 12.5, 13.5)),
    ("CAADJ", "mmol/L", "high", 2.6, (2.6, 2.9, 3.1, 3.4)),
    ("CAADJ", "mg/dL", "low", 8.8, (8.8, 8.0, 7.0, 6.0)),
    ("CAADJ", "mmol/L", "low", 2.2, (2.2, 2.0, 1.75, 1.5)),
    ("CAION", "mmol/L", "high", 1.35, (1.35, 1.5, 1.6, 1.8)),
    ("CAION", "mg/dL", "high", 5.4, (5.4, 6.0, 6.4, 7.2)),
    ("CAION", "mmol/L", "low", 1.12, (1.12, 1.0, 0.9, 0.8)),
    ("CAION", "mg/dL", "low", 4.5, (4.5, 4.0, 3.6, 3.2)),
    ("CREAT", "umol/L", "high", 50.0, (50.0, 75.0, 150.0, 300.0)),
    ("CREAT", "mg/dL", "high", 0.6, (0.6, 0.9, 1.8, 3.6)),
    ("ALP", "U/L", "high", 200.0, (200.0, 500.0, 1000.0, 4000.0)),
]
DAIDS_EDGES = [
    ("CAADJ", "mg/dL", "high", math.nan, (10.6, 11.5, 12.5, 13.5)),
    ("CAADJ", "mmol/L", "high", math.nan, (2.65, 2.88, 3.13, 3.38)),
    ("CAADJ", "mg/dL", "low", math.nan, (8.4, 7.8, 7.0, 6.1)),
    ("CAADJ", "mmol/L", "low", math.nan, (2.10, 1.95, 1.75, 1.53)),
    ("CAION", "mg/dL", "low", 4.5, (4.5, 4.0, 3.6, 3.2)),
    ("CAION", "mmol/L", "low", 1.12, (1.12, 1.0, 0.9, 0.8)),
    ("PHOS", "mg/dL", "low", math.nan, (3.5, 3.0, 2.5, 1.5)),
    ("PHOS", "mmol/L", "low", math.nan, (1.13, 0.97, 0.81, 0.48)),
    ("ALP", "U/L", "high", 400.0, (500.0, 1000.0, 2000.0, 4000.0)),
    ("ALP", "ukat/L", "high", 8.0, (10.0, 20.0, 40.0, 80.0)),
]


def edges(cases):
    """(parameter, unit, side, limit, edge, grade on the mild side of the edge, grade beyond it)."""
    return [
        (paramcd, unit, side, limit, edge, number - 1, number)
        for paramcd, unit, side, limit, four in cases
        for number, edge in enumerate(four, start=1)
    ]


def graded(table, paramcd, unit, side, limit, value, **more) -> int | None:
    limits = {"uln": limit} if side == "high" else {"lln": limit}
    return grade(LabValue(paramcd, value, unit, **limits, **{"age_years": 5.0} | more), table, side).grade


@pytest.mark.parametrize(("paramcd", "unit", "side", "limit", "edge", "mild", "beyond"), edges(CTCAE_EDGES))
def test_ctcae_edges_belong_to_the_lower_grade(paramcd, unit, side, limit, edge, mild, beyond):
    away = STEP if side == "high" else -STEP
    found = [graded(CTCAE, paramcd, unit, side, limit, edge + shift) for shift in (-away, 0.0, away)]
    assert found == [mild, mild, beyond]


@pytest.mark.parametrize(("paramcd", "unit", "side", "limit", "edge", "mild", "beyond"), edges(DAIDS_EDGES))
def test_daids_high_edges_belong_to_the_higher_grade_and_low_ones_to_the_lower(
    paramcd, unit, side, limit, edge, mild, beyond
):
    away = STEP if side == "high" else -STEP
    found = [graded(DAIDS, paramcd, unit, side, limit, edge + shift) for shift in (-away, 0.0, away)]
    assert found == [mild, beyond if side == "high" else mild, beyond]


@pytest.mark.parametrize(("unit", "uln", "four"), [("mg/dL", 5.4, (6.0, 6.4, 7.2)), ("mmol/L", 1.35, (1.5, 1.6, 1.8))])
def test_daids_ionised_calcium_has_a_strict_first_edge_and_open_others(unit, uln, four):
    assert [graded(DAIDS, "CAION", unit, "high", uln, uln + shift) for shift in (0.0, STEP)] == [0, 1]
    for number, edge in enumerate(four, start=2):
        assert [graded(DAIDS, "CAION", unit, "high", uln, edge + shift) for shift in (-STEP, 0.0)] == [
            number - 1,
            number,
        ]


def test_daids_phosphate_above_14_years_starts_at_the_lower_normal_limit():
    older = {"age_years": 14.1}
    for unit, lln, four in (("mg/dL", 2.7, (2.7, 2.0, 1.4, 1.0)), ("mmol/L", 0.87, (0.87, 0.65, 0.45, 0.32))):
        for number, edge in enumerate(four, start=1):
            found = [graded(DAIDS, "PHOS", unit, "low", lln, edge + shift, **older) for shift in (0.0, -STEP)]
            assert found == [number - 1, number]
    assert graded(DAIDS, "PHOS", "mg/dL", "low", math.nan, 3.2, age_years=14.0) == 1
    assert graded(DAIDS, "PHOS", "mg/dL", "low", math.nan, 3.2, **older) is None
    assert graded(DAIDS, "PHOS", "mg/dL", "low", math.nan, 1.9, **older) == 2
    assert graded(DAIDS, "PHOS", "mg/dL", "low", 2.7, 3.2, age_years=0.9) is None


def test_daids_creatinine_mixes_both_kinds_of_edge_and_goes_by_baseline_too():
    by_limit = [(109.9, 0), (110, 1), (130, 1), (130.1, 2), (180, 2), (180.1, 3), (349.9, 3), (350, 4)]
    assert [(value, graded(DAIDS, "CREAT", "umol/L", "high", 100.0, value)) for value, _ in by_limit] == by_limit
    by_base = [(51.9, 0), (52, 2), (59.9, 2), (60, 3), (79.9, 3), (80, 4)]
    found = [(value, graded(DAIDS, "CREAT", "umol/L", "high", 100.0, value, base=40.0)) for value, _ in by_base]
    assert found == by_base


def test_ctcae_creatinine_by_baseline():
    by_base = [(30, 0), (30.1, 2), (60, 2), (60.1, 3), (119, 3)]
    found = [(value, graded(CTCAE, "CREAT", "umol/L", "high", 100.0, value, base=20.0)) for value, _ in by_base]
    assert found == by_base


def test_ctcae_alkaline_phosphatase_of_a_child_whose_baseline_was_high_goes_by_that_baseline():
    high = {"base": 500.0, "base_uln": 400.0}
    steps = [(999.9, 0), (1000, 1), (1250, 1), (1250.1, 2), (2500, 2), (2500.1, 3)]
    assert [(value, graded(CTCAE, "ALP", "U/L", "high", 400.0, value, **high)) for value, _ in steps] == steps
    assert graded(CTCAE, "ALP", "U/L", "high", 200.0, 4400.0, base=210.0, base_uln=200.0) == 4
    normal = {"base": 400.0, "base_uln": 400.0}
    assert graded(CTCAE, "ALP", "U/L", "high", 400.0, 1000.1, **normal) == 2


@pytest.mark.parametrize("table", [CTCAE, DAIDS], ids=lambda table: table.name)
@pytest.mark.parametrize(
    ("paramcd", "unit", "least", "most"), [("CAADJ", "mmol/L", 1.2, 4.4), ("CREAT", "umol/L", 5, 900)]
)
def test_further_from_normal_is_never_a_lower_grade(table, paramcd, unit, least, most):
    values = [least + (most - least) * step / 500 for step in range(501)]
    known = {"lln": 2.2, "uln": 2.6, "base": 2.4} if paramcd == "CAADJ" else {"uln": 50.0, "base": 30.0}
    labs = [LabValue(paramcd, value, unit, age_years=5.0, **known) for value in values]
    high = [grade(lab, table, "high").grade for lab in labs]
    assert high == sorted(high)
    assert set(high) == {0, 1, 2, 3, 4} - ({1} if paramcd == "CREAT" else set())  # the baseline skips grade 1 here
    if paramcd == "CAADJ":
        low = [grade(lab, table, "low").grade for lab in labs]
        assert low == sorted(low, reverse=True)
        assert set(low) == {0, 1, 2, 3, 4}


def test_the_trap_of_the_two_units():
    """11.5 mg/dL is 2.869 mmol/L, so CTCAE's own edges do not agree: nothing is converted before it is graded."""
    in_mmol, in_mg = 2.88, 2.88 * 4.0078
    assert in_mg == pytest.approx(11.54, abs=0.005)
    assert graded(CTCAE, "CAADJ", "mmol/L", "high", 2.6, in_mmol) == 1
    assert graded(CTCAE, "CAADJ", "mg/dL", "high", 10.5, in_mg) == 2
    assert graded(DAIDS, "CAADJ", "mmol/L", "high", 2.6, 2.875) == 1
    assert graded(DAIDS, "CAADJ", "mg/dL", "high", 10.5, 2.875 * 4.0078) == 2


@pytest.mark.parametrize(("value", "unit"), [(2.4, "mg/dL"), (9.6, "mmol/L"), (240.0, "mg/dL")])
def test_a_calcium_no_child_has_is_of_another_unit_and_not_graded(value, unit):
    for side in ("high", "low"):
        found = grade(LabValue("CAADJ", value, unit, 2.2, 2.6), CTCAE, side)
        assert found.grade is None
        assert "is it in another unit?" in found.reason


def test_without_a_normal_limit_grade_0_cannot_be_told_from_1():
    assert grade(LabValue("CAADJ", 10.9, "mg/dL"), CTCAE, "high") == Grade(
        None, "upper normal limit not known: grade 0 cannot be told from 1"
    )
    assert grade(LabValue("CAADJ", 11.6, "mg/dL"), CTCAE, "high") == Grade(2)
    assert grade(LabValue("CAADJ", 9.0, "mg/dL", uln=10.5), CTCAE, "low").grade is None
    assert grade(LabValue("ALP", 5000.0, "U/L", base=300.0), CTCAE, "high").grade is None


def test_creatinine_without_its_limit_is_graded_by_the_baseline_where_that_is_enough():
    far = grade(LabValue("CREAT", 65.0, "umol/L", base=20.0), CTCAE, "high")
    assert far == Grade(3, "", "upper normal limit not known: the grade may be higher")
    assert grade(LabValue("CREAT", 25.0, "umol/L", base=20.0), CTCAE, "high").grade is None


def test_creatinine_without_its_baseline_says_that_the_grade_may_be_higher():
    found = grade(LabValue("CREAT", 30.0, "umol/L", uln=50.0), CTCAE, "high")
    assert found == Grade(0, "", "value at baseline not known: the grade may be higher")


def test_an_unknown_baseline_of_alkaline_phosphatase_is_said():
    found = grade(LabValue("ALP", 450.0, "U/L", uln=400.0), CTCAE, "high")
    assert found == Grade(1, "", "graded as if the baseline had been normal: it is not known")


def test_no_number_where_there_is_no_value_no_age_no_unit_or_no_term():
    assert grade(LabValue("CAADJ", math.nan, "mg/dL", uln=10.5), CTCAE, "high").reason == "there is no value"
    assert grade(LabValue("CAADJ", 11.0, "mg/dL"), DAIDS, "high").reason == "the age is not known"
    assert "only in mg/dL and mmol/L" in grade(LabValue("CAADJ", 11.0, "", uln=10.5), CTCAE, "high").reason
    assert grade(LabValue("PHOS", 1.0, "mmol/L"), CTCAE, "low").reason == "CTCAE 5.0 has no grade for a low PHOS"
    assert grade(LabValue("CA", 3.0, "mmol/L", uln=2.6), CTCAE, "high").grade is None  # raw calcium has no term


def test_a_corrected_calcium_on_the_edge_stays_on_it():
    on_edge = 2.7 + 0.02 * (40 - 30)  # 2.9000000000000004
    assert on_edge > 2.9
    assert graded(CTCAE, "CAADJ", "mmol/L", "high", 2.6, on_edge) == 1


OWN = """
name = "own"
source = "a protocol"
[[terms]]
paramcd = "MG"
term = "Magnesium, low"
side = "low"
[terms.grades."mmol/L"]
1 = "< LLN"
2 = "< 0.5"
"""


def test_a_study_brings_its_own_table(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(OWN)
    own = toxicity_table(str(path))
    assert (own.name, own.source, own.paramcds) == ("own", "a protocol", {"MG"})
    assert graded(own, "MG", "mmol/L", "low", 0.7, 0.45) == 2


@pytest.mark.parametrize(
    ("told", "instead"),
    [
        ('side = "low"', 'side = "below"'),
        ("1 =", "7 ="),
        ('"< LLN"', '"under"'),
        ('paramcd = "MG"', ""),
        ("[[terms]]", "x"),
    ],
)
def test_a_table_that_cannot_be_used_says_so(tmp_path, told, instead):
    path = tmp_path / "own.toml"
    path.write_text(OWN.replace(told, instead))
    with pytest.raises(ConfigError, match=r"own\.toml holds no toxicity table"):
        toxicity_table(str(path))


def test_an_unknown_table_names_the_known_ones():
    with pytest.raises(ConfigError, match=r"choose ctcae or daids, or give a \.toml file"):
        toxicity_table("who")


def test_every_table_says_what_it_cannot_know():
    assert "lower bound" in CTCAE.note
    assert "lower bound" in DAIDS.note
