"""The tables, the JSON files and the page, written from the finished scans: as often as one likes, the same each time.

All of them go through the scans a few people at a time, so that what is in memory of a scan is its place, not its
findings.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from oiscan.anatomy import View
from oiscan.loaders.printed import UserRow
from oiscan.report import Report, Status
from oiscan.reports import page, table
from oiscan.reports.bone_rows import bone_rows
from oiscan.reports.bone_sets import BoneSet, bone_sets, unused_lines
from oiscan.reports.cells import defused
from oiscan.reports.densitometry import BoneOptions, densitometry_csv, lumbar_by_scan
from oiscan.reports.printed import PrintedSet, printed_csv
from oiscan.reports.printed_people import KnownScan, user_sets
from oiscan.reports.visits import visits_csv
from oiscan.store.entry import Entry
from oiscan.store.files import as_json, write_changed, write_parts, write_whole
from oiscan.store.finished import FinishedScans
from oiscan.store.inputs import Inputs
from oiscan.subjects import SubjectCodes, study_days
from oiscan.visit import laterals, visits

SCANS_AT_A_TIME = 100
TABLES = ("scans.csv", "vertebrae.csv", "visits.csv", "printed.csv", "densitometry.csv", "index.html")
FILES_COLUMNS = (
    "scan_id",
    "subject",
    "source",
    "patient_id",
    "issuer",
    "birth_date",
    "scan_date",
    "study_uid",
    "series_uid",
    "sop_instance_uid",
)
"""Columns of `private/files.csv`: one row a file."""


@dataclass(frozen=True)
class TableOptions:
    """What the user chose for the tables; scans need not be scored anew for another choice.

    Parameters
    ----------
    own_codes
        The user's own subject codes by patient id (see `oiscan.subjects.read_codes`).
    keep_identifiers
        Whether `scans.csv` also names source files and patients.
    user_values
        Printed values the user typed (see `oiscan.loaders.printed.read_user_values`).
    bone
        What the user chose for bone density.
    """

    own_codes: Mapping[str, str] = field(default_factory=dict)
    keep_identifiers: bool = False
    user_values: Sequence[UserRow] = ()
    bone: BoneOptions = field(default_factory=BoneOptions)


@dataclass(frozen=True)
class Written:
    """What the tables now hold.

    Parameters
    ----------
    counts
        Files, scans, those of each status, and scans that are still to be scored.
    failed
        (scan_id, reason) of each failed scan.
    unused_exclusions
        Lines of the user's exclusions that met no printed values.
    """

    counts: Mapping[str, int]
    failed: tuple[tuple[str, str], ...]
    unused_exclusions: tuple[int, ...]


class Tables:
    """Writes everything that belongs to all scans of a run.

    Parameters
    ----------
    folder
        The results folder.
    finished, inputs
        The scans, and the files they are of; only those that are both are told of.
    codes
        Of the subjects.
    """

    def __init__(
        self, folder: Path, finished: FinishedScans, inputs: Inputs, codes: SubjectCodes, options: TableOptions
    ) -> None:
        self.folder, self._finished, self._inputs = folder, finished, inputs
        self._codes, self._options = codes, options
        entries = [entry for scan_id in inputs if (entry := finished.entry(scan_id)) is not None]
        self._known = _ordered(entries, codes)
        self._subjects = {scan.scan_id: scan.subject for scan in self._known}
        self._days = {scan.scan_id: scan.day for scan in self._known}
        self._entries = {entry.scan_id: entry for entry in entries}

    def write(self) -> Written:
        """Write them all."""
        printed = self._printed()
        sets = bone_sets(printed, self._known, self._laterals(printed), self._options.bone.exclusions)
        self._write_scans(sets)
        self._write_csv("vertebrae.csv", lambda reports: table.vertebrae_csv(reports, self._subjects, self._days))
        self._write_csv("visits.csv", lambda reports: visits_csv(visits(reports, self._subjects, self._days)))
        write_whole(self.folder / "printed.csv", printed_csv(printed))
        write_parts(self.folder / "private" / "files.csv", _csv_lines(self._files()), 0o600)
        write_changed(self._json())
        write_parts(self.folder / "index.html", self._page())
        unused = unused_lines(self._options.bone.exclusions, sets, self._known)
        return Written(self._counts(), tuple(self._failed()), tuple(unused))

    def _write_scans(self, sets: Sequence[BoneSet]) -> None:
        """Write what holds bone density: a scan's L1-L4 stand in its own row, too."""
        bone = self._options.bone
        rows = bone_rows(sets, bone.strict_all_four)
        lumbar = lumbar_by_scan(rows, bone, self._known)

        def text(reports: Sequence[Report]) -> str:
            told = table.scans_csv(reports, self._subjects, self._days, lumbar)
            return self._with_identifiers(told, reports) if self._options.keep_identifiers else told

        self._write_csv("scans.csv", text)
        write_whole(self.folder / "densitometry.csv", densitometry_csv(rows, bone))

    def _write_csv(self, name: str, text: Callable[[Sequence[Report]], str]) -> None:
        """Write a table, of which `text` gives the part with some reports; each part has the line of columns."""

        def parts() -> Iterator[str]:
            yield text([])
            for reports in self._reports_by_people():
                yield text(reports).partition("\n")[2]

        write_parts(self.folder / name, parts())

    def _reports_by_people(self) -> Iterator[list[Report]]:
        """Some reports after others, in the order of the tables; never a person's in two lists."""
        together: list[str] = []
        for _, scans in groupby(self._known, lambda scan: scan.subject):
            together += [scan.scan_id for scan in scans]
            if len(together) >= SCANS_AT_A_TIME:
                yield [self._finished.report(scan_id) for scan_id in together]
                together = []
        yield [self._finished.report(scan_id) for scan_id in together]

    def _printed(self) -> list[PrintedSet]:
        """What the scanner printed, from the files and from the user."""
        from_files = [
            PrintedSet(scan.scan_id, scan.subject, scan.day, self._entries[scan.scan_id].file.values)
            for scan in self._known
        ]
        by_user = user_sets(self._options.user_values, self._known, lambda patient: self._codes.code(patient, ""))
        return [one for one in (*from_files, *by_user) if one.values]

    def _laterals(self, printed: Iterable[PrintedSet]) -> dict[tuple[str, int], Report]:
        """The lateral scan of each day with printed values, whose grades say which vertebrae do not count."""
        wanted = {(one.subject, one.day) for one in printed}
        found: dict[tuple[str, int], Report] = {}
        for reports in self._reports_by_people() if wanted else ():
            joined = visits(reports, self._subjects, self._days)
            of_days = laterals(reports, self._subjects, self._days, joined)
            found |= {day: _without_points(report) for day, report in of_days.items() if day in wanted}
        return found

    def _json(self) -> Iterator[tuple[Path, str]]:
        for reports in self._reports_by_people():
            for report in reports:
                yield self.folder / "scans" / f"{report.scan_id}.json", as_json(report.to_dict())

    def _page(self) -> Iterator[str]:
        reports = (report for some in self._reports_by_people() for report in some)
        pictures = {entry.scan_id for entry in self._entries.values() if entry.has_picture}
        return page.index_parts(reports, self._subjects, self._days, pictures)

    def _files(self) -> Iterator[Sequence[object]]:
        yield FILES_COLUMNS
        for scan in self._known:
            who = scan.identity
            told = (who.patient_id, who.issuer, who.birth_date, who.scan_date)
            uids = (who.study_uid, who.series_uid, who.sop_instance_uid)
            for source in self._inputs[scan.scan_id]:
                cells = (scan.scan_id, scan.subject, source, *told, *uids)
                yield [defused(cell) if isinstance(cell, str) else cell for cell in cells]

    def _with_identifiers(self, scans_csv: str, reports: Iterable[Report]) -> str:
        """Lines of `scans.csv` with two more columns, as the user asked."""
        header, *rows = csv.reader(io.StringIO(scans_csv))
        ids = [report.scan_id for report in reports]
        more = [(" | ".join(self._inputs[one]), self._entries[one].file.identity.patient_id) for one in ids]
        wider = [[*row, *map(defused, cells)] for row, cells in zip(rows, more, strict=True)]
        return "".join(_csv_lines([[*header, "source", "patient_id"], *wider]))

    def _counts(self) -> dict[str, int]:
        ended = Counter(entry.status for entry in self._entries.values())
        files = sum(len(self._inputs[scan_id]) for scan_id in self._entries)
        waiting = len(self._inputs) - len(self._entries)
        told = {"files": files, "scans": len(self._entries), "waiting": waiting}
        return told | {status.value: ended[status] for status in Status}

    def _failed(self) -> Iterator[tuple[str, str]]:
        for scan_id in self._inputs:
            if scan_id in self._entries and self._entries[scan_id].status is Status.FAILED:
                yield scan_id, self._entries[scan_id].reason


def _ordered(entries: Sequence[Entry], codes: SubjectCodes) -> list[KnownScan]:
    """Scans grouped by subject, then by day and scan_id.

    Subjects follow each other by their smallest scan_id: so the order depends on the scans alone, not on the order they
    came in nor on the folder's key.
    """
    who = [entry.file.identity for entry in entries]
    subjects = [
        codes.code(one.patient_id, entry.scan_id, one.issuer) for entry, one in zip(entries, who, strict=True)
    ]
    days = study_days((subject, one.scan_date) for subject, one in zip(subjects, who, strict=True))
    known = [_known(*told) for told in zip(entries, subjects, days, strict=True)]
    first: dict[str, str] = {}
    for scan in known:
        first[scan.subject] = min(first.get(scan.subject, scan.scan_id), scan.scan_id)
    return sorted(known, key=lambda scan: (first[scan.subject], scan.day is None, scan.day or 0, scan.scan_id))


def _known(entry: Entry, subject: str, day: int | None) -> KnownScan:
    file = entry.file
    is_bone = entry.view is View.AP or bool(file.values)
    return KnownScan(entry.scan_id, subject, day, file.identity, file.subject, file.acquisition, is_bone)


def _without_points(report: Report) -> Report:
    """A report with all that fills memory left out."""
    slim = tuple(replace(finding, landmarks_px=(), landmark_sd_px=(), outline_px=()) for finding in report.findings)
    return replace(report, findings=slim)


def _csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow(row)
        yield text.getvalue()
        text.seek(0)
        text.truncate()
