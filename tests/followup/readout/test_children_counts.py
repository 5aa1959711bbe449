"""Flow of the children and Table 1, by hand."""

import math

from oiscan.followup.readout.flow import ANALYSED, ASSIGNED, DOSED, flow
from oiscan.followup.readout.flow_drawing import flow_svg
from oiscan.followup.readout.table_one import ALL, table_one
from oiscan.followup.study.columns import long_frame
from tests.followup.readout.cases import ARMS, row

CHILDREN = {"S-2": ARMS[0], "S-4": ARMS[0], "S-1": ARMS[1]}
"""S-4 has an arm and no value at all."""


def counts(table, step, visit=""):
    chosen = table[(table["step"] == step) & (table["AVISIT"].fillna("") == visit)]
    return dict(zip(chosen["ARM"], zip(chosen["children"], chosen["of"], strict=True), strict=True))


def flow_of_three():
    rows = [row("S-2", 0, "LSBMD", 0.4, LEVEL="L1-L4"), row("S-2", 0, "DOSE", 15.0), row("S-1", 0, "DOSE", 0.0)]
    rows += [row("S-1", 0, "VFGRADE", 1, LEVEL="L1"), row("S-1", 12, "VFGRADE", None, LEVEL="L1", REASON="too faint")]
    rows += [row("S-2", 12, "WALK1M", 30.0)]
    return flow(long_frame(rows), CHILDREN, {ARMS[0]: 1, ARMS[1]: 0})


def test_who_was_there_at_each_step():
    found = flow_of_three()
    assert counts(found, ASSIGNED) == {ARMS[0]: (2, 2), ARMS[1]: (1, 1)}
    assert counts(found, DOSED) == {ARMS[0]: (1, 2), ARMS[1]: (0, 1)}  # a dose of 0 was none
    assert counts(found, "lateral scan with a graded vertebra", "Baseline") == {ARMS[0]: (0, 2), ARMS[1]: (1, 1)}
    assert counts(found, "lateral scan with a graded vertebra", "Month 12") == {ARMS[0]: (0, 2), ARMS[1]: (0, 1)}
    assert counts(found, "lumbar spine aBMD", "Baseline") == {ARMS[0]: (1, 2), ARMS[1]: (0, 1)}
    assert counts(found, "any value", "Month 12") == {ARMS[0]: (1, 2), ARMS[1]: (0, 1)}
    assert counts(found, ANALYSED) == {ARMS[0]: (1, 2), ARMS[1]: (0, 1)}


def test_who_is_missing_is_named():
    found = flow_of_three()
    missing = found[(found["step"] == DOSED) & (found["ARM"] == ARMS[0])]["missing"]
    assert missing.tolist() == ["S-4"]


def test_a_blinded_table_without_doses_does_not_say_that_nobody_had_one():
    rows = long_frame([row("S-2", 0, "LSBMD", 0.4, ARM="")])
    found = flow(rows, {"S-2": ""}, {})
    assert DOSED not in set(found["step"])
    assert "had a dose" not in flow_svg(found, "flow", ("",))
    assert set(table_one(rows)["ARM"]) == {""}  # one group, not the same children twice


def test_the_drawing_says_the_same():
    svg = flow_svg(flow_of_three(), "flow", ARMS)
    assert "2 in the study" in svg
    assert "Month 12: 1 seen, 1 not" in svg
    assert "0 in the primary comparison" in svg


def test_table_one_by_hand():
    rows = [
        row("S-2", 0, "HEIGHT", 90.0, AGE=4.0, SEX="F"), row("S-4", 0, "HEIGHT", 100.0, AGE=6.0, SEX="M"),
        row("S-1", 0, "VFANYN", 1, AGE=5.0, SEX=""), row("S-3", 0, "VFANYN", 0, AGE=7.0, SEX="F"),
        row("S-2", 12, "HEIGHT", 999.0, AGE=5.0),
    ]  # fmt: skip
    found = table_one(long_frame(rows)).set_index(["PARAMCD", "ARM"])
    assert found.loc[("AGE", ARMS[0]), ["n", "mean"]].tolist() == [2, 5.0]
    assert found.loc[("AGE", ALL), "mean"] == 5.5
    assert found.loc[("SEX", ARMS[1]), ["count", "n"]].tolist() == [1, 1]  # of one child the sex is not known
    assert found.loc[("HEIGHT", ARMS[0]), "mean"] == 95.0  # baseline only
    assert ("HEIGHT", ARMS[1]) not in found.index
    assert found.loc[("VFANYN", ARMS[1]), ["count", "n"]].tolist() == [1, 2]
    assert math.isnan(found.loc[("HEIGHT", ARMS[0]), "count"])
