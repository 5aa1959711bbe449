"""The table of vertebrae, and the rows of a child that follow from it."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from oiscan.anatomy import Level
from oiscan.followup.change.frames import COLUMNS, vertebral_changes
from oiscan.followup.change.rows import NONE_EVALUABLE, change_rows
from oiscan.followup.change.shape import MEASURES, shape_change, shape_rows
from oiscan.followup.study.columns import COLUMNS as LONG
from oiscan.report import Finding, Report
from tests.followup.change.cases import HEIGHTS_MM, grade_rows, graded, lateral, table, unreadable

HEIGHTS = {level: HEIGHTS_MM[level] for level in (Level.T12, Level.L1, Level.L2, Level.L3, Level.L4)}
FIRST = lateral("first", HEIGHTS, grades={Level.T12: 2, Level.L2: 1})


def with_finding(report: Report, finding: Finding) -> Report:
    others = tuple(finding if one.level is finding.level else one for one in report.findings)
    return replace(report, findings=others)


LATER = with_finding(lateral("later", HEIGHTS, grades={Level.L2: 2, Level.L3: 1}), unreadable(Level.L4))
TABLE = table([*grade_rows(FIRST, 0), *grade_rows(LATER, 12)])
REPORTS = {"first": FIRST, "later": LATER}


def test_a_row_a_level_from_head_to_foot() -> None:
    frame = vertebral_changes(TABLE, REPORTS)
    assert list(frame) == list(COLUMNS)
    assert list(frame["LEVEL"]) == ["T12", "L1", "L2", "L3", "L4"]
    assert list(frame["STATE"]) == ["improving", "stable", "worsening", "new", "not evaluable"]
    assert list(frame["RESHAPE"]) == ["complete", "", "absent", "", ""]
    assert frame["DLOSS"].tolist()[:4] == [-44.0, 0.0, 22.0, 22.0]
    assert frame["REASON"].iloc[4] == "later visit: too faint or overlapped"
    assert set(frame["BSRCID"]) == {"first"}
    assert set(frame["MODEL"]) == {"m" * 64}


def test_the_least_change_is_passed_on() -> None:
    states = vertebral_changes(TABLE, REPORTS, 0.3)["STATE"]
    assert list(states[:4]) == ["improving", "stable", "uncertain", "uncertain"]


def test_no_pair_gives_an_empty_table_with_all_columns() -> None:
    assert list(vertebral_changes(TABLE, {})) == list(COLUMNS)
    assert list(vertebral_changes(TABLE.iloc[:0], {})) == list(COLUMNS)
    assert list(change_rows(TABLE.iloc[:0], {})) == list(LONG)


def test_a_child_has_or_has_not_and_says_of_how_many() -> None:
    rows = change_rows(TABLE, REPORTS).set_index("PARAMCD")
    for code, value in (("VFNEW", 1.0), ("VFWORS", 1.0), ("VFIMPR", 1.0)):
        assert (rows.loc[code, "AVAL"], rows.loc[code, "AVALC"]) == (value, "1 of 4 vertebrae")
    total = rows.loc["VFSUM"]
    assert (total["BASE"], total["AVAL"], total["CHG"]) == (3.0, 3.0, 0.0)  # without L4, readable once only
    assert (total["SRC"], total["SRCID"], total["ANL01FL"], total["AVISITN"]) == ("derived", "first later", "Y", 12.0)
    assert list(rows.loc["VFSTATE", "LEVEL"]) == ["L1", "L2", "L3", "L4", "T12"]  # sorted as the long table is


def test_uncertain_ones_are_told_beside_the_count() -> None:
    row = change_rows(TABLE, REPORTS, 0.3).set_index("PARAMCD").loc["VFNEW"]
    assert (row["AVAL"], row["AVALC"]) == (0.0, "0 of 4 vertebrae, 2 uncertain")


def test_no_vertebra_readable_at_both_visits_is_no_zero() -> None:
    blind = lateral("later", HEIGHTS)
    for level in HEIGHTS:
        blind = with_finding(blind, unreadable(level))
    rows = change_rows(table([*grade_rows(FIRST, 0), *grade_rows(blind, 12)]), {"first": FIRST, "later": blind})
    for code in ("VFNEW", "VFSUM"):
        row = rows.set_index("PARAMCD").loc[code]
        assert math.isnan(row["AVAL"])
        assert row["REASON"] == NONE_EVALUABLE


def test_shape_is_the_mean_of_levels_measured_at_both_visits() -> None:
    before = {Level.L1: graded(Level.L1, 0, ratio_middle_posterior=0.8),
              Level.L2: graded(Level.L2, 0, ratio_middle_posterior=0.6),
              Level.L3: graded(Level.L3, 0, ratio_middle_posterior=0.1)}  # fmt: skip
    after = {Level.L1: graded(Level.L1, 0, ratio_middle_posterior=0.88),
             Level.L2: graded(Level.L2, 0, ratio_middle_posterior=0.81),
             Level.L3: unreadable(Level.L3)}  # fmt: skip
    change = shape_change(before, after, MEASURES["VFRMP"])
    assert (change.levels, round(change.before or 0, 9), round(change.after or 0, 9)) == (2, 0.7, 0.845)
    assert round(change.percent or 0, 3) == 20.714  # of the means, not the mean of 10 and 35 %


def test_shape_rows_tell_area_in_square_millimetres_and_why_there_is_none() -> None:
    rows = shape_rows(TABLE, REPORTS).set_index("PARAMCD")
    assert rows.loc["VFPA", "BASE"] == pytest.approx(100 * (17 + 19 + 18 + 21) / 10 / 4)  # T12 to L3 of the hand's case
    assert (rows.loc["VFPA", "AVALU"], rows.loc["VFPA", "AVALC"]) == ("mm2", "mean of 4 vertebrae")
    assert rows.loc["VFRMP", "PCHG"] == 0.0
    assert rows.loc["VFCI", "REASON"] == "no vertebra measured at both visits"
    assert math.isnan(rows.loc["VFCI", "AVAL"])


def test_grades_alone_tell_no_shape() -> None:
    assert shape_rows(TABLE, {}).empty
