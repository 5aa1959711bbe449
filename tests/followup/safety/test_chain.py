"""From a clinic's tables to grades and flags, through the study's own reading of them."""

import pandas as pd
import pytest

from oiscan.followup.safety.calcium import adjusted_calcium
from oiscan.followup.safety.dosing import check_doses
from oiscan.followup.safety.dosing_table import dosing_table
from oiscan.followup.safety.events import event_rates
from oiscan.followup.safety.grades import toxicity_grades, worst_grades
from oiscan.followup.safety.motor import NotAble, unable_counts, with_not_able
from oiscan.followup.safety.toxicity_tables import toxicity_table
from oiscan.followup.safety.windows import LOW_AFTER_DOSE, NOT_ASSESSED, REBOUND, WITHIN, calcium_windows
from oiscan.followup.study.baseline import derived
from oiscan.followup.study.study import load_study
from oiscan.followup.study.table import gathered

FILES = {
    "study.toml": """
        arms = { A = "Denosumab", B = "Zoledronic acid" }
        [study]
        id = "TEST"
        data_cut = 2026-01-01
        [children]
        file = "children.csv"
        subject = "id"
        arm = "arm"
        sex = "sex"
        birth_date = "born"
        first_dose_date = "start"
        [[visits]]
        name = "Baseline"
        month = 0
        from_day = -60
        to_day = 1
        [[visits]]
        name = "Month 12"
        month = 12
        from_day = 300
        to_day = 430
        [[tables]]
        file = "labs.csv"
        source = "lab"
        subject = "id"
        day = "day"
        unscheduled = true
        [tables.columns.ca]
        param = "CA"
        unit = "mg/dL"
        low = 8.8
        high = 10.5
        [tables.columns.alb]
        param = "ALB"
        unit = "g/dL"
        [[tables]]
        file = "doses.csv"
        source = "dose"
        subject = "id"
        day = "day"
        [tables.columns.mg]
        param = "DOSE"
        [tables.columns.kg]
        param = "WEIGHT"
        [[tables]]
        file = "walk.csv"
        source = "motor"
        subject = "id"
        day = "day"
        [tables.columns.m]
        param = "WALK1M"
        [[tables]]
        file = "events.csv"
        source = "event"
        subject = "id"
        day = "day"
        [tables.columns.what]
        param = "FX"
    """,
    "children.csv": "id,arm,sex,born,start\nC1,A,F,2018-06-01,2023-01-02\nC2,B,M,2017-01-15,2023-02-01\n",
    "labs.csv": "id,day,ca,alb\nC1,-1,9.4,4.0\nC1,11,8.0,3.5\nC1,60,11.6,4.0\nC1,70,11.6,\nC2,1,9.5,4.1\n",
    "doses.csv": "id,day,mg,kg\nC1,1,15,15\nC1,113,30,16\nC2,1,0.5,20\nC2,113,0,\n",
    "walk.csv": "id,day,m\nC1,1,not able\nC1,365,30\nC2,1,50\nC2,365,55\n",
    "events.csv": "id,day,what\nC1,200,left tibia\nC2,-20,right femur\n",
}


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> pd.DataFrame:
    folder = tmp_path_factory.mktemp("study")
    for name, text in FILES.items():
        (folder / name).write_text(text)
    study = load_study(folder)
    raw, problems = gathered(study)
    assert not [problem for problem in problems if problem.severity == "error"]
    raw = with_not_able(raw, NotAble.ZERO)
    return derived(study, pd.concat([raw, adjusted_calcium(raw)], ignore_index=True))


def test_calcium_keeps_its_unit_and_gets_a_baseline(table):
    adjusted = table[table.PARAMCD.eq("CAADJ") & table.USUBJID.eq("C1")].set_index("ADY")
    assert adjusted.AVALU.unique().tolist() == ["mg/dL"]
    assert adjusted.AVAL.dropna().to_dict() == pytest.approx({-1.0: 9.4, 11.0: 8.4, 60.0: 11.6})
    assert adjusted.BASE.dropna().unique().tolist() == pytest.approx([9.4])
    assert "no albumin" in adjusted.REASON[70.0]


def test_the_worst_grades_of_a_child(table):
    found = worst_grades(toxicity_grades(table, [toxicity_table("ctcae")]))
    own = found[found.USUBJID.eq("C1")].set_index("SIDE")
    assert own.BTOXGR.to_dict() == {"low": "0", "high": "0"}
    assert own.WTOXGR.to_dict() == {"low": "1", "high": "2"}
    assert own.NNOGRADE.tolist() == [1, 1]  # the sample without albumin


def test_the_windows(table):
    found = calcium_windows(table)
    own = found[found.USUBJID.eq("C1")].set_index("ADY").FINDING.to_dict()
    assert own == {-1.0: WITHIN, 11.0: LOW_AFTER_DOSE, 60.0: REBOUND, 70.0: NOT_ASSESSED}


def test_the_doses(table):
    found = check_doses(table, dosing_table())
    assert found.FLAGS.tolist() == ["", "amount +88 % from the plan", "", "not given"]
    assert found.PLANHIMG.tolist()[:3] == pytest.approx([15, 16, 1.0])  # the second child is 6 years old


def test_who_could_not_walk_and_who_broke_a_bone(table):
    able = unable_counts(table).set_index(["ARM", "AVISIT"])
    assert able.loc[("Denosumab", "Baseline"), ["NABLE", "NUNABLE"]].tolist() == [0, 1]
    assert able.loc[("Denosumab", "Month 12"), ["NABLE", "NUNABLE"]].tolist() == [1, 0]
    walked = table[table.PARAMCD.eq("WALK1M") & table.ADY.eq(365)].set_index("USUBJID")
    assert walked.CHG.to_dict() == {"C1": 30, "C2": 5}
    rates = event_rates(table, "FX").set_index("ARM")
    assert rates.NEVENTS.to_dict() == {"Denosumab": 1, "Zoledronic acid": 0}
    assert rates.NLEFTOUT["Zoledronic acid"] == 1
