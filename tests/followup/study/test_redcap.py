"""A flat REDCap export: one file for all, the arm in the name of every event."""

import pytest

from oiscan.followup.study.problems import Severity
from tests.followup.study.studies import read_study, row

TOML = """
[study]
id = "RC"
data_cut = 2026-01-01

[arms]
1 = "Denosumab"
2 = "Zoledronic acid"

[sex]
1 = "M"
2 = "F"

[[visits]]
name = "Baseline"
month = 0
from_day = -60
to_day = 1
also = ["baseline_visit"]

[[visits]]
name = "Month 12"
month = 12
from_day = 320
to_day = 420

[children]
file = "export.csv"
redcap = true
subject = "record_id"
sex = "sex"
age_years = "age"
first_dose_date = "first_dose"

[[tables]]
file = "export.csv"
source = "motor"
redcap = true
[tables.columns]
bamf = { param = "BAMF" }

[[tables]]
file = "export.csv"
source = "lab"
redcap = true
date = "sampled"
[tables.columns]
ca = { param = "CA" }
nephro___1 = { param = "NEPHRO" }

[params.NEPHRO]
label = "Nephrocalcinosis on ultrasound"
kind = "binary"
no_percent = "no percent change of yes or no"
most = 1
least = 0
"""

EXPORT = """\
record_id,redcap_event_name,redcap_repeat_instrument,sex,age,first_dose,demography_complete,bamf,sampled,ca,nephro___1
1,baseline_visit_arm_1,,2,4.5,2024-01-10,2,5,2024-01-08 09:30,2.35,0
1,month_12_arm_1,,,,,,6,2025-01-10 10:00,2.41,1
2,baseline_visit_arm_2,,1,6.1,2024-02-01,2,,2024-02-01 08:00,2.30,0
2,month_12_arm_2,,,,,,7,,,
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "export.csv").write_text(EXPORT, encoding="utf-8")
    (tmp_path / "study.toml").write_text(TOML, encoding="utf-8")
    return tmp_path


def test_children_are_gathered_from_all_their_rows(folder):
    table, problems = read_study(folder)
    people = {(one.USUBJID, one.ARM, one.SEX) for one in table.itertuples()}
    assert people == {("1", "Denosumab", "F"), ("2", "Zoledronic acid", "M")}
    errors = [str(one) for one in problems if one.severity is Severity.ERROR]
    assert errors == [
        "error: export.csv row 5 column bamf: Brief assessment of motor function, gross motor has no baseline, no "
        "value on or before the first dose: no change is computed; look for the value, or correct the date of the "
        "first dose"
    ]


def test_visits_come_from_events_freed_of_the_arm(folder):
    table, problems = read_study(folder)
    assert row(table, "1", "BAMF", "Month 12")["CHG"] == 1
    assert not table["AVISIT"].str.contains("arm").any()
    told = {(one.row, one.column) for one in problems if "tells the arm" in one.text}
    assert told == {(2, "redcap_event_name")}


def test_dated_values_and_checkboxes(folder):
    table, _ = read_study(folder)
    assert row(table, "1", "CA", "Month 12")["ADY"] == 367
    assert [row(table, "1", "NEPHRO", visit)["AVAL"] for visit in ("Baseline", "Month 12")] == [0, 1]


def test_an_export_with_labels_reads_the_same(folder):
    labelled = (
        EXPORT.replace("baseline_visit_arm_1", "Baseline visit (Arm 1: Denosumab)")
        .replace("month_12_arm_1", "Month 12 (Arm 1: Denosumab)")
        .replace("09:30,2.35,0", "09:30,2.35,Unchecked")
        .replace("2.41,1", "2.41,Checked")
    )
    raw, _ = read_study(folder)
    (folder / "export.csv").write_text(labelled, encoding="utf-8")
    table, _ = read_study(folder)
    assert table.equals(raw)


def test_a_child_in_two_arms(folder):
    (folder / "export.csv").write_text(EXPORT.replace("1,month_12_arm_1", "1,month_12_arm_2"), encoding="utf-8")
    _, problems = read_study(folder)
    assert {(one.row, one.column) for one in problems if "another arm" in one.text} == {(3, "redcap_event_name")}


def test_rows_of_a_child_that_contradict_each_other(folder):
    text = EXPORT.replace("1,month_12_arm_1,,,", "1,month_12_arm_1,,1,")
    (folder / "export.csv").write_text(text, encoding="utf-8")
    table, problems = read_study(folder)
    told = {(one.row, one.column) for one in problems if "different things" in one.text}
    assert told == {(2, "sex"), (3, "sex")}
    assert set(table.loc[table["USUBJID"] == "1", "SEX"]) == {""}
