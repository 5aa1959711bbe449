"""What tables and page both say of a report in a word or a number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from oiscan.report import Finding, Report, Status, Verdict
from oiscan.spine import SURE_NAMES

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


def is_borderline(report: Report) -> bool:
    """Whether a vertebra lies between two grades."""
    return any(finding.borderline for finding in report.findings)


def names_not_sure(report: Report) -> bool:
    """Whether the names of the levels are so little sure that the scan carries a note about it."""
    return report.numbering_probability is not None and report.numbering_probability < SURE_NAMES


def urgency(report: Report) -> tuple[int, int, int, str]:
    """Sorts scans in the order to look at them: highest grade first, then highest sum; then what was not scored."""
    worst = -1 if report.worst_grade is None else report.worst_grade
    return _LAST_TO_LOOK_AT.index(report.status), -worst, -(report.grade_sum or 0), report.scan_id


def _at_least(grade: int) -> Callable[[Report], bool]:
    return lambda report: (report.worst_grade or 0) >= grade


def _ended(status: Status) -> Callable[[Report], bool]:
    return lambda report: report.status is status


WORKLISTS: dict[str, Callable[[Report], bool]] = {
    "all": lambda report: True,
    "grade \N{GREATER-THAN OR EQUAL TO} 1": _at_least(1),
    "grade \N{GREATER-THAN OR EQUAL TO} 2": _at_least(2),
    "grade \N{GREATER-THAN OR EQUAL TO} 3": _at_least(3),
    "borderline": is_borderline,
    "level not sure": names_not_sure,
    "unreadable": _ended(Status.UNREADABLE),
    "failed": _ended(Status.FAILED),
    "unsupported": _ended(Status.UNSUPPORTED),
}
"""The lists a reader goes through, and which scans stand on each; the names are those the page shows."""


def worklists_of(report: Report) -> list[int]:
    """Places in `WORKLISTS` of the lists a scan stands on."""
    return [place for place, belongs in enumerate(WORKLISTS.values()) if belongs(report)]


@dataclass
class Totals:
    """A run in numbers and what made them, counted report by report, so that no report need be kept.

    Parameters
    ----------
    statuses, worklists
        Scans by how they ended, and by their place in `WORKLISTS`.
    vertebrae
        By verdict.
    graded_scans, fractured_scans
        Scans with at least one graded vertebra; with at least one of grade 1 or more.
    scales, versions
        Names of the scales that graded something; of the programs.
    models
        (name, SHA-256) of each.
    """

    statuses: Counter[Status] = field(default_factory=Counter)
    worklists: Counter[int] = field(default_factory=Counter)
    vertebrae: Counter[Verdict] = field(default_factory=Counter)
    graded_scans: int = 0
    fractured_scans: int = 0
    scales: set[str] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)
    models: set[tuple[str, str]] = field(default_factory=set)

    def add(self, report: Report) -> None:
        """Count one more scan."""
        self.statuses[report.status] += 1
        self.worklists.update(worklists_of(report))
        self.vertebrae.update(finding.status for finding in report.findings)
        if report.program_version:
            self.versions.add(report.program_version)
        if report.model_sha256:
            self.models.add((report.model_name, report.model_sha256))
        if report.worst_grade is not None:
            self.graded_scans += 1
            self.fractured_scans += report.worst_grade > 0
            self.scales.add(report.scale)
