"""Order of the worklist and totals."""

from __future__ import annotations

from dataclasses import replace

from oiscan.report import Report, Status, Verdict
from oiscan.reports.summary import WORKLISTS, Totals, count_fractures, count_verdict, levels_span, urgency, worklists_of
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
    order = [report.scan_id for report in sorted(reports, key=urgency)]
    assert order == ["severe", "two", "one", "sound", "none", "r", "f", "u"]
    assert order == [report.scan_id for report in sorted(reversed(reports), key=urgency)]


def test_one_report_in_words() -> None:
    report = drawn.report()
    assert levels_span(report) == "T11-L4"
    assert levels_span(replace(report, findings=report.findings[:1])) == "T11"
    assert levels_span(drawn.failed()) == ""
    assert (count_fractures(report), count_fractures(drawn.failed())) == (2, None)
    assert (count_verdict(report, Verdict.SCORED), count_verdict(report, Verdict.UNREADABLE)) == (4, 2)


def test_which_lists_a_scan_stands_on() -> None:
    def lists(report: Report) -> list[str]:
        return [list(WORKLISTS)[place] for place in worklists_of(report)]

    between = replace(drawn.report().findings[0], grade=0, borderline=(0, 1))
    assert lists(graded("severe", 0, 3)) == ["all", "grade \u2265 1", "grade \u2265 2", "grade \u2265 3"]
    assert lists(graded("mild", 1)) == ["all", "grade \u2265 1"]
    assert lists(replace(graded("sound", 0), findings=(between,))) == ["all", "borderline"]
    assert lists(replace(graded("named", 0), numbering_probability=0.8)) == ["all"]
    assert lists(replace(graded("named", 0), numbering_probability=0.79)) == ["all", "level not sure"]
    assert lists(drawn.failed()) == ["all", "failed"]
    assert lists(replace(drawn.failed(), status=Status.UNREADABLE)) == ["all", "unreadable"]
    assert lists(replace(drawn.failed(), status=Status.UNSUPPORTED)) == ["all", "unsupported"]


def test_totals() -> None:
    totals = Totals()
    for report in (drawn.report(), graded("sound", 0), graded("none", None), drawn.failed()):
        totals.add(report)
    assert dict(totals.statuses) == {Status.SCORED: 3, Status.FAILED: 1}
    assert (totals.fractured_scans, totals.graded_scans) == (1, 2)
    assert (totals.vertebrae[Verdict.SCORED], totals.vertebrae[Verdict.UNREADABLE]) == (6, 2)
    assert [totals.worklists[place] for place in range(len(WORKLISTS))] == [4, 1, 1, 1, 0, 0, 0, 1, 0]
    assert (totals.scales, totals.versions, totals.models) == ({"genant"}, {"0.1.0"}, {("default", "feed" * 16)})
