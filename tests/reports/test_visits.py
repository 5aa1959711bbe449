"""`visits.csv`: both views of a day side by side, a row a level."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

from oiscan.anatomy import Level, View
from oiscan.report import Finding, Verdict, Visit
from oiscan.reports.visits import VISIT_DECIMALS, visits_csv
from tests.reports import drawn


def visit() -> Visit:
    """The drawn lateral scan, T11 to L4, and an AP scan of L4 and L5 that was renamed."""
    findings = (
        Finding(Level.L4, Verdict.SCORED, width_mm=40.0, height_mm=26.5, area_cm2=10.6),
        Finding(Level.L5, Verdict.UNREADABLE, "too faint or overlapped"),
    )
    ap = replace(drawn.report(), scan_id="a" * 16, view=View.AP, findings=findings, numbering_anchor="visit")
    return Visit("=S-1", 30, drawn.report(), ap, 0, 1, 0.9)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_no_visit_is_a_table_without_rows() -> None:
    assert visits_csv([]) == ",".join(VISIT_DECIMALS) + "\n"


def test_every_level_of_either_view_has_a_row() -> None:
    table = rows(visits_csv([visit()]))
    assert [row["level"] for row in table] == ["T11", "T12", "L1", "L2", "L3", "L4", "L5"]
    assert {(row["subject"], row["day"], row["numbering_probability"]) for row in table} == {("'=S-1", "30", "0.9000")}
    assert {(row["lateral_scan_id"], row["ap_scan_id"]) for row in table} == {(drawn.report().scan_id, "a" * 16)}
    assert {(row["lateral_anchor"], row["lateral_shift"]) for row in table} == {("sacrum", "0")}
    assert {(row["ap_anchor"], row["ap_shift"]) for row in table} == {("visit", "1")}


def test_what_a_view_does_not_show_is_empty() -> None:
    t12, *_, l4, l5 = rows(visits_csv([visit()]))[1:]
    assert (t12["lateral_status"], t12["grade"], t12["deformity"]) == ("scored", "2", "biconcave")
    assert (t12["ap_status"], t12["width_mm"]) == ("", "")
    assert (l4["lateral_status"], l4["ap_status"], l4["area_cm2"]) == ("unreadable", "scored", "10.6000")
    assert (l5["lateral_status"], l5["ap_reason"], l5["height_mm"]) == ("", "too faint or overlapped", "")
