import pandas as pd

from oiscan.followup.safety.calcium import adjusted_calcium
from oiscan.followup.safety.grades import toxicity_grades, worst_grades
from oiscan.followup.safety.toxicity_tables import toxicity_table
from oiscan.followup.study.cells import BLANK
from tests.followup.safety.rows import dose, lab, table

SCALES = (toxicity_table("ctcae"), toxicity_table("daids"))
LIMITS = {"ANRLO": 2.2, "ANRHI": 2.6}


def grades(*rows) -> pd.DataFrame:
    return toxicity_grades(table(*rows), SCALES)


def test_a_row_a_value_and_table_with_both_sides():
    found = grades(dose(1), lab("CAADJ", 2.95, "mmol/L", 60, **LIMITS))
    assert found.SCALE.tolist() == ["CTCAE 5.0", "DAIDS 2.1"]
    assert found.ATOXGRH.tolist() == ["2", "2"]
    assert found.ATOXGRL.tolist() == ["0", "0"]
    assert found.ATOXDSCH.tolist() == ["Hypercalcaemia", "Calcium, high"]
    assert found.DSLD.tolist() == [59, 59]
    assert found.SRCID.tolist() == ["t.csv:3", "t.csv:3"]


def test_phosphate_is_graded_by_daids_alone_and_on_the_low_side():
    found = grades(lab("PHOS", 0.9, "mmol/L", 60))
    assert found[["SCALE", "ATOXDSCL", "ATOXGRL", "ATOXDSCH", "ATOXGRH"]].to_numpy().tolist() == [
        ["DAIDS 2.1", "Phosphate, low", "2", "", ""]
    ]


def test_raw_calcium_is_not_graded_and_its_adjusted_row_says_why_there_is_none():
    raw = table(lab("CA", 3.5, "mmol/L", 60, **LIMITS))
    found = toxicity_grades(pd.concat([raw, adjusted_calcium(raw)], ignore_index=True), SCALES)
    assert set(found.PARAMCD) == {"CAADJ"}
    assert found.ATOXGRH.tolist() == ["", ""]
    assert found.REMARK.str.contains("no albumin in the same sample").all()


def test_the_limits_of_the_baseline_row_say_whether_the_baseline_was_high():
    own = {"BASE": 500.0, "ANRHI": 400.0}
    found = grades(lab("ALP", 500.0, "U/L", 1, ABLFL="Y", **own), lab("ALP", 900.0, "U/L", 365, **own))
    ctcae = found[found.SCALE.eq("CTCAE 5.0")].set_index("ADY")
    assert ctcae.ATOXGRH.to_dict() == {1.0: "0", 365.0: "0"}  # under twice the baseline, though above 2 x ULN
    assert not ctcae.REMARK.any()


def test_the_worst_grade_after_the_first_dose():
    found = worst_grades(
        grades(
            dose(1),
            lab("CAADJ", 2.65, "mmol/L", 1, ABLFL="Y", **LIMITS),
            lab("CAADJ", 1.9, "mmol/L", 10, **LIMITS),
            lab("CAADJ", 2.95, "mmol/L", 60, **LIMITS),
            lab("CAADJ", 2.4, "mmol/L", 90),
        )
    )
    ctcae = found[found.SCALE.eq("CTCAE 5.0")].set_index("SIDE")
    assert ctcae[["BTOXGR", "WTOXGR", "NGRADED", "NNOGRADE"]].to_dict("index") == {
        "low": {"BTOXGR": "0", "WTOXGR": "2", "NGRADED": 2, "NNOGRADE": 1},
        "high": {"BTOXGR": "1", "WTOXGR": "2", "NGRADED": 2, "NNOGRADE": 1},
    }
    assert ctcae.TERM.to_dict() == {"low": "Hypocalcaemia", "high": "Hypercalcaemia"}


def test_a_child_without_grades_has_none():
    found = worst_grades(grades(lab("ALP", 300.0, "U/L", 90)))
    assert found[["BTOXGR", "WTOXGR", "NGRADED", "NNOGRADE"]].drop_duplicates().to_numpy().tolist() == [["", "", 0, 1]]


def test_a_number_that_does_not_count_is_not_graded():
    found = grades(lab("PHOS", 0.9, "mmol/L", 60, REASON="another value stands elsewhere"))
    assert found[["ATOXGRL", "REMARK"]].to_numpy().tolist() == [["", "another value stands elsewhere"]]


def test_a_value_beyond_what_can_be_measured_is_not_graded_and_told():
    found = grades(lab("CREAT", None, "umol/L", 60, AVALC=">900"))
    assert set(found.REMARK) == {"only '>900' is known"}
    assert not found.ATOXGRH.any()


def test_a_blank_cell_is_no_missing_grade():
    assert grades(lab("PHOS", None, "mmol/L", 60, REASON=BLANK)).empty


def test_nothing_to_grade():
    assert grades(lab("VITD", 50, "nmol/L")).empty
    assert worst_grades(grades(lab("VITD", 50, "nmol/L"))).empty
