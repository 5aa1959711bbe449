"""The scans of a results folder that can be read, under the names a reader may see."""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from oiscan.anatomy import View
from oiscan.errors import ConfigError
from oiscan.grading import SCALES, Scale, scale_named
from oiscan.report import Finding, Report, Verdict
from oiscan.subjects import SubjectCodes, subject_key

REPORTS_IN_MEMORY = 64
_REST_OF_A_CODE = 10
"""Bytes of the digest in a study code: 50 bits, ten letters and digits."""


@dataclass(frozen=True)
class Case:
    """One scan, as a worklist shows it.

    Parameters
    ----------
    code
        What the reader and the page call it: the scan_id, or a study code.
    scan_id
        Never leaves the server where reading is blinded.
    view, subject, day
        Whose scan it is, and how many days after that person's first; "" and None where not known.
    worst_grade, borderline, unreadable
        What the model said: its worst grade, and of how many vertebrae it doubted the grade or could not see.
    doubt
        0 to 1 (see `doubt_of`).
    """

    code: str
    scan_id: str
    view: View
    subject: str
    day: int | None
    worst_grade: int | None
    borderline: int
    unreadable: int
    doubt: float


class Results:
    """What a results folder of `oiscan score` offers for reading.

    Parameters
    ----------
    folder
        As `oiscan score --out` left it.

    Raises
    ------
    ConfigError
        It is no such folder.
    """

    def __init__(self, folder: Path) -> None:
        if not ((folder / "run.json").is_file() and (folder / "private").is_dir()):
            raise ConfigError("this is no results folder of oiscan score: run.json and private/ are not in it")
        self.folder = folder
        self.private = folder / "private"
        self.settings: dict[str, Any] = _json(folder / "run.json")["settings"]
        self.report = lru_cache(maxsize=REPORTS_IN_MEMORY)(self._read_report)

    @cached_property
    def keyed(self) -> SubjectCodes:
        """Keyed codes of this folder."""
        from oiscan.store import KEY_FILE  # brings the tables, which reading without blinding does not need

        return SubjectCodes(subject_key(self.private / KEY_FILE))

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """All scans with a view, by subject and day; their codes are their scan_ids."""
        told = self.people
        reports = (self._read_report(scan_id) for scan_id in told)
        return tuple(_case(report, *told[report.scan_id]) for report in reports if report.view is not None)

    @cached_property
    def people(self) -> dict[str, tuple[str, int | None]]:
        """(subject, day) by scan_id, in the order of `scans.csv`."""
        with (self.folder / "scans.csv").open(newline="", encoding="utf-8") as file:
            return {row["scan_id"]: (row["subject"], int(row["day"]) if row["day"] else None)
                    for row in csv.DictReader(file)}  # fmt: skip

    @property
    def left_out(self) -> int:
        """How many scans cannot be read, because their view is not known."""
        return len(self.people) - len(self.cases)

    def study_code(self, scan_id: str) -> str:
        """The name of a scan in a blinded study; nobody without the folder's key can trace it back."""
        digest = self.keyed.digest("study code", scan_id)[:_REST_OF_A_CODE]
        return "C-" + base64.b32encode(digest).decode()[:10]

    def scale(self, file: str | None = None) -> Scale:
        """The scale the folder was scored on; raises `ConfigError` where it is a user's own and not given again."""
        named = file or str(self.settings["scale"])
        try:
            return scale_named(named)
        except ConfigError as error:
            raise ConfigError(f"give the scale the scans were graded on (--scale): one of {', '.join(SCALES)}, "
                              "or your file") from error  # fmt: skip

    def _read_report(self, scan_id: str) -> Report:
        return Report.from_dict(_json(self.folder / "scans" / f"{scan_id}.json"))


def by_code(cases: Iterable[Case]) -> Mapping[str, Case]:
    """Cases by their code: what a request names is looked up here and becomes no path."""
    return {case.code: case for case in cases}


def doubt_of(report: Report) -> float:
    """How much a reader's correction of this scan would teach, 0 to 1: how likely something on it is wrong.

    The mean doubt of its vertebrae: 1 less the probability of the likeliest grade, 1 less the model's confidence where
    there is none, 1 for one the model could not see; joined with the doubt of the names. oiscan's own, unverified.
    """
    doubts = [_doubt(finding) for finding in report.findings] or [1.0]
    named = 1.0 if report.numbering_probability is None else report.numbering_probability
    return 1 - (1 - sum(doubts) / len(doubts)) * named


def _doubt(finding: Finding) -> float:
    if finding.status is Verdict.UNREADABLE:
        return 1.0
    return 1 - max(finding.grade_probabilities, default=finding.confidence or 0.0)


def _case(report: Report, subject: str, day: int | None) -> Case:
    assert report.view is not None
    return Case(
        code=report.scan_id,
        scan_id=report.scan_id,
        view=report.view,
        subject=subject,
        day=day,
        worst_grade=report.worst_grade,
        borderline=sum(bool(finding.borderline) for finding in report.findings),
        unreadable=sum(finding.status is Verdict.UNREADABLE for finding in report.findings),
        doubt=doubt_of(report),
    )


def _json(path: Path) -> dict[str, Any]:
    """A file oiscan wrote; raises `ConfigError` where it is damaged."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path.name} of the results folder cannot be read: score the scans again") from error
    return dict(told)
