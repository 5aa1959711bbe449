import math

import pytest

from oiscan.followup.safety.since_dose import after_first_dose, days_since_dose, elapsed_days, since_dose
from oiscan.followup.study.cells import BLANK
from tests.followup.safety.rows import dose, lab, table


def test_study_days_have_no_0():
    assert [elapsed_days(day) for day in (-2, -1, 1, 2, 113)] == [-2, -1, 0, 1, 112]


@pytest.mark.parametrize(
    ("days", "since", "number"), [(0.5, 0.5, 1), (111, 111, 1), (113, 1, 2), (400, 288, 2)]
)  # fmt: skip
def test_the_last_dose_counts(days, since, number):
    found = since_dose(days, (0.0, 112.0))
    assert (found.days, found.dose_number) == (since, number)


def test_blood_of_the_day_of_a_dose_is_from_before_it():
    before, after = since_dose(112, (0.0, 112.0)), since_dose(112, (0.0, 112.0), same_day_is_before=False)
    assert (before.days, before.dose_number, before.dose_that_day) == (112, 1, True)
    assert (after.days, after.dose_number, after.dose_that_day) == (0, 2, True)


@pytest.mark.parametrize(
    ("days", "doses", "reason"),
    [(math.nan, (0.0,), "the day of the value is not known"), (5, (), "no dose"), (0, (0.0,), "before the first dose")],
)
def test_no_days_without_a_dose_before(days, doses, reason):
    found = since_dose(days, doses)
    assert math.isnan(found.days)
    assert found.dose_number == 0
    assert reason in found.reason


def test_days_of_a_table():
    rows = table(dose(1), dose(113, None), dose(225, 0.0), lab("CA", 2.3, "mmol/L", 240), lab("CA", 2.2, "mmol/L", -5))
    values = rows[rows.PARAMCD.eq("CA")]
    found = days_since_dose(values, rows)
    assert found.index.equals(values.index)
    assert found.loc[values.index[values.ADY.eq(240)][0]].to_dict() == {
        "DSLD": 127.0, "DOSEN": 2, "DOSEDAY": "", "DSLDREAS": ""
    }  # fmt: skip  # a dose of unknown amount counts, one not given does not
    assert found.DSLDREAS.tolist().count("before the first dose") == 1


def test_a_blank_cell_is_no_dose():
    rows = table(dose(1), dose(113, None, REASON=BLANK), lab("CA", 2.3, "mmol/L", 120))
    assert days_since_dose(rows[rows.PARAMCD.eq("CA")], rows).DSLD.item() == 119


def test_doses_of_another_child_do_not_count():
    rows = table(dose(1, USUBJID="P2"), lab("CA", 2.3, "mmol/L", 20))
    assert days_since_dose(rows[rows.PARAMCD.eq("CA")], rows).DSLDREAS.item() == "no dose of this child is recorded"


def test_after_the_first_dose_by_day_or_visit():
    rows = table(
        lab("CA", 1, "mmol/L", 1), lab("CA", 2, "mmol/L", 2), lab("CA", 3, "mmol/L", 2, ABLFL="Y"),
        lab("CA", 4, "mmol/L") | {"ADY": None, "AVISITN": 12}, lab("CA", 5, "mmol/L") | {"ADY": None, "AVISITN": 0},
    )  # fmt: skip
    assert rows.AVAL[after_first_dose(rows)].tolist() == [2, 4]
