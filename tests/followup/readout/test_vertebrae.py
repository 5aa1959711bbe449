"""Grade sums, shift tables and fractures found on scans, by hand."""

import pandas as pd

from oiscan.followup.readout.grade_sums import grade_sums
from oiscan.followup.readout.morphometric import morphometric_fractures
from oiscan.followup.readout.shifts import NOT_GRADED, NOT_READ, grade_shifts, states, toxicity_shifts
from oiscan.followup.study.columns import long_frame
from tests.followup.readout.cases import ARMS, MODEL, row


def graded(child, month, **grades):
    return [row(child, month, "VFGRADE", grade, LEVEL=level, SRC="scan", SRCID=f"scan{month}", MODEL=MODEL)
            for level, grade in grades.items()]  # fmt: skip


def test_a_sum_is_over_vertebrae_graded_at_every_visit():
    rows = graded("S-2", 0, T12=1, L1=2, L2=3) + graded("S-2", 12, L1=1, L2=3) + graded("S-2", 24, L1=1, L2=2, L3=3)
    found = grade_sums(long_frame(rows))
    assert found["grade_sum"].tolist() == [5, 4, 3]
    assert set(found["levels"]) == {"L1 L2"}
    assert found["SRCID"].tolist() == ["scan0", "scan12", "scan24"]


def test_levels_stand_from_head_to_foot():
    found = grade_sums(long_frame(graded("S-2", 0, L1=0, T9=0, T12=0)))
    assert found["levels"].tolist() == ["T9 T12 L1"]


def test_visits_without_a_common_vertebra_give_no_sum():
    assert grade_sums(long_frame(graded("S-2", 0, L1=1) + graded("S-2", 12, L2=1))).empty


def changes(*rows):
    """Rows of (child, level, visit, grade before, grade after, state)."""
    names = ["USUBJID", "LEVEL", "AVISIT", "BGRADE", "GRADE", "STATE"]
    table = pd.DataFrame(rows, columns=names).assign(ARM=ARMS[0])
    return table.assign(AVISITN=table["AVISIT"].str.extract(r"(\d+)", expand=False).astype(float))


NAN = float("nan")
FOUR = changes(
    ("S-2", "L1", "Month 12", 0, 1, "new"), ("S-2", "L2", "Month 12", 0, 1, "new"),
    ("S-4", "L1", "Month 12", 0, 0, "stable"), ("S-4", "L2", "Month 12", NAN, 2, "not evaluable"),
)  # fmt: skip


def test_shifts_count_vertebrae_and_children():
    found = grade_shifts(FOUR).set_index(["baseline_grade", "grade"])
    assert found.loc[("0", "1"), ["vertebrae", "children"]].tolist() == [2, 1]
    assert found.loc[("0", "0"), ["vertebrae", "children"]].tolist() == [1, 1]
    assert found.loc[(NOT_READ, "2"), "vertebrae"] == 1
    assert found["vertebrae"].sum() == 4


def test_states_count_vertebrae_and_children():
    found = states(FOUR).set_index("STATE")
    assert found.loc["new", ["vertebrae", "children"]].tolist() == [2, 1]


def test_toxicity_shifts_count_children():
    worst = pd.DataFrame(
        {"USUBJID": ["S-2", "S-4", "S-6"], "BTOXGR": ["0", "0", ""], "WTOXGR": ["2", "2", "1"]}
        | dict.fromkeys(("SCALE", "PARAMCD", "PARAM", "SIDE", "TERM", "ARM"), "x")
    )
    found = toxicity_shifts(worst).set_index(["baseline_grade", "worst_grade"])["children"]
    assert found.to_dict() == {("0", "2"): 2, (NOT_GRADED, "1"): 1}


def test_a_new_fracture_is_one_event_on_the_day_it_was_first_seen():
    table = long_frame(graded("S-2", 12, L1=1) + graded("S-2", 24, L1=2))
    seen_twice = changes(("S-2", "L1", "Month 24", 0, 2, "new"), ("S-2", "L1", "Month 12", 0, 1, "new"))
    (event,) = morphometric_fractures(table, seen_twice).to_dict("records")
    assert (event["PARAMCD"], event["AVAL"], event["ADY"], event["SRC"]) == ("FX", 1.0, 366, "derived")
    assert (event["AVISIT"], event["SRCID"], event["MODEL"]) == ("Month 12", "scan12", MODEL)


def test_worsening_and_uncertain_vertebrae_are_no_new_event():
    table = long_frame(graded("S-2", 12, L1=2, L2=1))
    others = changes(("S-2", "L1", "Month 12", 1, 2, "worsening"), ("S-2", "L2", "Month 12", 0, 1, "uncertain"))
    assert morphometric_fractures(table, others).empty
