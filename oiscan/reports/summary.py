"""What tables and page both say of a report in a word or a number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from oiscan.report import Finding, Report, Status, Verdict

_LAST_TO_LOOK_AT = (Status.SCORED, Status.UNREADABLE, Status.FAILED, Status.UNSUPPORTED)


def levels_span(report: Report) -> str:
    """First and last level of a report, such as "T6-L5"; one level alone as "L1"; empty when there is none."""
    ends = [report.findings[i].level.value for i in (0, -1)] if report.findings else []
    return "-".join(dict.fromkeys(ends))


def grades_between(finding: Finding) -> str:
    """The two grades a borderline vertebra lies between, such as "0/1"; empty for any other."""
    return "/".join(map(str, finding.borderline))


def count_fractures(report: Report) -> int | None:
    """Vertebrae of grade 1 and above; None when no vertebra was graded."""
    grades = [finding.grade for finding in report.findings if finding.grade is not None]
    return sum(grade >= 1 for grade in grades) if grades else None


def count_verdict(report: Report, verdict: Verdict) -> int:
    """Vertebrae that ended so."""
    return sum(finding.status is verdict for finding in report.findings)


def worst_first(reports: Iterable[Report]) -> list[Report]:
    """The order to look at scans in: highest grade first, then highest sum; then what was not scored."""

    def urgency(report: Report) -> tuple[int, int, int, str]:
        worst = -1 if report.worst_grade is None else report.worst_grade
        return _LAST_TO_LOOK_AT.index(report.status), -worst, -(report.grade_sum or 0), report.scan_id

    return sorted(reports, key=urgency)


@dataclass(frozen=True)
class Totals:
    """A run in numbers; `scans` by how they ended."""

    scans: dict[str, int]
    fractured_scans: int
    graded_scans: int
    vertebrae_scored: int
    vertebrae_unreadable: int

    @classmethod
    def of(cls, reports: Sequence[Report]) -> Totals:
        """Count."""
        ended = Counter(report.status for report in reports)
        fractures = [count_fractures(report) for report in reports]
        return cls(
            scans={status.value: ended[status] for status in _LAST_TO_LOOK_AT},
            fractured_scans=sum(n is not None and n > 0 for n in fractures),
            graded_scans=sum(n is not None for n in fractures),
            vertebrae_scored=sum(count_verdict(report, Verdict.SCORED) for report in reports),
            vertebrae_unreadable=sum(count_verdict(report, Verdict.UNREADABLE) for report in reports),
        )
