"""Which scan is compared with which, and whose grades count."""

from __future__ import annotations

import pandas as pd

from oiscan.anatomy import Level
from oiscan.followup.change.pairs import OTHER_READER, pairs
from oiscan.report import Verdict
from tests.followup.change.cases import HEIGHTS_MM, grade_rows, lateral, shifted, table

FIRST = lateral("first", HEIGHTS_MM, grades={Level.L1: 2})
LATER = lateral("later", HEIGHTS_MM, grades={Level.L1: 1})
REPORTS = {"first": FIRST, "later": LATER}
ROWS = [*grade_rows(FIRST, 0), *grade_rows(LATER, 12)]


def test_each_later_visit_is_paired_with_the_baseline() -> None:
    third = lateral("third", HEIGHTS_MM)
    found = pairs(table([*ROWS, *grade_rows(third, 24)]), REPORTS | {"third": third})
    assert [(pair.baseline_id, pair.scan_id, pair.visit["AVISITN"]) for pair in found] == [
        ("first", "later", 12.0),
        ("first", "third", 24.0),
    ]
    assert found[0].before[Level.L1].height_loss_percent == 44.0  # from the report, not the table
    assert (found[0].after[Level.L1].grade, found[0].model) == (1, "m" * 64)


def test_without_a_baseline_a_child_has_no_pair() -> None:
    assert pairs(table(grade_rows(LATER, 12)), REPORTS) == ()


def test_a_visit_that_does_not_count_is_no_pair() -> None:
    uncounted = [{**row, "ANL01FL": ""} for row in grade_rows(LATER, 12)]
    assert pairs(table([*grade_rows(FIRST, 0), *uncounted]), REPORTS) == ()


def test_names_are_matched_between_reports() -> None:
    inner = {level: height for level, height in HEIGHTS_MM.items() if level not in (Level.T4, Level.L5)}
    off = lateral("later", inner, shifted(inner, 1), grades={Level.L1: 3})
    (pair,) = pairs(table([*grade_rows(FIRST, 0), *grade_rows(off, 12)]), {"first": FIRST, "later": off})
    assert (pair.before[Level.L1].grade, pair.after[Level.L1].grade) == (2, 3)
    assert pair.names == "names moved by -1 level to match the first visit"


def readers(month: int, grade: float | None, reason: str = "", level: str = "L1") -> dict[str, object]:
    baseline = "" if month or grade is None else "Y"
    return {"PARAMCD": "VFGRADE", "LEVEL": level, "AVAL": grade, "AVISITN": month, "REASON": reason,
            "AVISIT": str(month), "ABLFL": baseline, "SRCID": f"reads.csv:{month}"}  # fmt: skip


def test_readers_own_grades_are_taken_from_the_table() -> None:
    rows = [readers(0, 2), readers(0, None, "overlapped", "L2"), readers(12, 1), readers(12, 3, level="L2")]
    (pair,) = pairs(table(rows), {})
    assert (pair.before[Level.L1].grade, pair.after[Level.L1].grade) == (2, 1)
    assert (pair.before[Level.L2].status, pair.before[Level.L2].reason) == (Verdict.UNREADABLE, "overlapped")
    assert (pair.baseline_id, pair.scan_id, pair.names) == ("", "", "")


def test_a_grade_with_a_reason_against_it_does_not_count() -> None:
    (pair,) = pairs(table([readers(0, 2), readers(0, 1, level="L2"), readers(12, 1, "two values")]), {})
    assert pair.after[Level.L1].status is Verdict.UNREADABLE


def test_grades_of_another_day_of_the_visit_fill_no_gap() -> None:
    earlier = {**readers(0, 3, level="L2"), "ABLFL": "", "ANL01FL": "", "ADY": -20}
    (pair,) = pairs(table([readers(0, 2), earlier, readers(12, 1), readers(12, 1, level="L2")]), {})
    assert Level.L2 not in pair.before


def test_two_kinds_of_readers_are_told_apart() -> None:
    (pair,) = pairs(table([readers(0, 2), *grade_rows(LATER, 12)]), REPORTS)
    assert pair.names == OTHER_READER


def test_the_long_table_is_not_changed() -> None:
    given = table(ROWS)
    kept = given.copy()
    pairs(given, REPORTS)
    pd.testing.assert_frame_equal(given, kept)
