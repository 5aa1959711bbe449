"""Order of the worklist and totals."""

from __future__ import annotations

from dataclasses import replace

from oiscan.report import Report, Status, Verdict
from oiscan.reports.summary import Totals, count_fractures, count_verdict, levels_span, worst_first
from tests.reports import drawn


def graded(scan_id: str, *grades: int | None) -> Report:
    finding = drawn.report().findings[0]
    return replace(drawn.report(), scan_id=scan_id, findings=tuple(replace(finding, grade=grade) for grade in grades))


def test_worst_first_then_what_was_not_scored() -> None:
    reports = [
        replace(drawn.failed("u"), status=Status.UNSUPPORTED),
        drawn.failed("f"),
        replace(drawn.failed("r"), status=Status.UNREADABLE),
        graded("none", None),
        graded("sound", 0, 0),
        graded("one", 2, 0),
        graded("two", 2, 1),
        graded("severe", 3),
    ]
    order = [report.scan_id for report in worst_first(reports)]
    assert order == ["severe", "two", "one", "sound", "none", "r", "f", "u"]
    assert order == [report.scan_id for report in worst_first(reversed(reports))]


def test_one_report_in_words() -> None:
    report = drawn.report()
    assert levels_span(report) == "T11-L4"
    assert levels_span(replace(report, findings=report.findings[:1])) == "T11"
    assert levels_span(drawn.failed()) == ""
    assert (count_fractures(report), count_fractures(drawn.failed())) == (2, None)
    assert (count_verdict(report, Verdict.SCORED), count_verdict(report, Verdict.UNREADABLE)) == (4, 2)


def test_totals() -> None:
    totals = Totals.of([drawn.report(), graded("sound", 0), graded("none", None), drawn.failed()])
    assert totals.scans == {"scored": 3, "unreadable": 0, "failed": 1, "unsupported": 0}
    assert (totals.fractured_scans, totals.graded_scans) == (1, 2)
    assert (totals.vertebrae_scored, totals.vertebrae_unreadable) == (6, 2)
