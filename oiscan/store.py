"""The results folder: what one run leaves behind, and what of it stays private."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oiscan.anatomy import View
from oiscan.loaders.containers import Source
from oiscan.loaders.printed import PrintedFile, PrintedValue, UserRow
from oiscan.report import Report, Status
from oiscan.reports import page, picture, table
from oiscan.reports.bone_rows import bone_rows
from oiscan.reports.bone_sets import bone_sets, unused_lines
from oiscan.reports.cells import defused
from oiscan.reports.densitometry import BoneOptions, densitometry_csv, lumbar_by_scan
from oiscan.reports.printed import PrintedSet, printed_csv
from oiscan.reports.printed_people import KnownScan, user_sets
from oiscan.reports.visits import visits_csv
from oiscan.scan import Acquisition, Identity, Scan, Subject
from oiscan.subjects import SubjectCodes, study_days, subject_key
from oiscan.visit import laterals, visits

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_FILE = "subject_key"
NOT_SHOWN = "no picture in the results: text may be burnt into it (--allow-burned-in-text shows it)"
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
class _Entry:
    """A scan without its pixels."""

    report: Report
    sources: tuple[Source, ...]
    identity: Identity
    subject: str
    printed: tuple[PrintedValue, ...]
    person: Subject
    acquisition: Acquisition


class ResultsFolder:
    """Takes the reports of one run, one by one, and leaves a complete results folder.

    A folder holds one run: what an earlier run left there is replaced. Only the subject key stays, so that the same
    person keeps the same code.

    Parameters
    ----------
    folder
        Made where it does not exist.
    own_codes
        The user's own subject codes by patient id (see `oiscan.subjects.read_codes`).
    keep_identifiers
        Whether `scans.csv` also names source files and patients.
    allow_burned_in_text
        Whether pictures that may hold text (`Scan.may_hold_text`) are shown too.
    user_values
        Printed values the user typed (see `oiscan.loaders.printed.read_user_values`).
    bone
        What the user chose for bone density.
    """

    def __init__(
        self,
        folder: Path,
        own_codes: Mapping[str, str],
        keep_identifiers: bool = False,
        allow_burned_in_text: bool = False,
        user_values: Sequence[UserRow] = (),
        bone: BoneOptions | None = None,
    ) -> None:
        self.folder = folder
        self.keep_identifiers = keep_identifiers
        self.allow_burned_in_text = allow_burned_in_text
        self._user_values = tuple(user_values)
        self._bone = bone or BoneOptions()
        self.unused_exclusions: list[int] = []
        """Lines of the user's exclusions that met no printed values, known once finished."""
        for name in ("scans", "overlays", "private"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "private").chmod(0o700)
        self._codes = SubjectCodes(subject_key(folder / "private" / KEY_FILE), own_codes)
        self._entries: list[_Entry] = []
        self._overlays: set[str] = set()

    def add(self, report: Report, sources: Sequence[Source], printed: PrintedFile | None = None) -> None:
        """Write what belongs to one scan alone, and remember the rest without its pixels.

        `printed` is what the scanner printed into the same file. It tells whose a file without a scan is, too.
        """
        printed = printed or PrintedFile()
        told = report.scan or printed
        subject = self._codes.code(told.identity.patient_id, report.scan_id, told.identity.issuer)
        if report.scan is not None:
            report = self._shown(report, report.scan)
        write_whole(self.folder / "scans" / f"{report.scan_id}.json", as_json(report.to_dict()))
        known = told.identity, subject, printed.values, told.subject, told.acquisition
        self._entries.append(_Entry(replace(report, scan=None), tuple(sources), *known))

    def _shown(self, report: Report, scan: Scan) -> Report:
        """Write the picture, or note on the report why there is none."""
        if scan.may_hold_text and not self.allow_burned_in_text:
            return replace(report, notes=(*report.notes, NOT_SHOWN))
        write_whole(self.folder / "overlays" / f"{report.scan_id}.png", _overlay(scan, report))
        self._overlays.add(report.scan_id)
        return report

    def finish(self, run: Mapping[str, Any]) -> None:
        """Write what belongs to all scans: tables, page, the private list of files and `run.json`.

        `run` is what the caller knows of the run (settings, model, times); the counts are added here.
        """
        entries, days = self._ordered()
        reports = [entry.report for entry in entries]
        by_scan = {entry.report.scan_id: entry.subject for entry in entries}
        joined = visits(reports, by_scan, days)
        known = _known_scans(entries, days)
        printed = self._printed(known, entries)
        sets = bone_sets(printed, known, laterals(reports, by_scan, days, joined), self._bone.exclusions)
        rows = bone_rows(sets, self._bone.strict_all_four)
        self.unused_exclusions = unused_lines(self._bone.exclusions, sets, known)
        scans = table.scans_csv(reports, by_scan, days, lumbar_by_scan(rows, self._bone, known))
        if self.keep_identifiers:
            scans = _with_identifiers(scans, entries)
        write_whole(self.folder / "scans.csv", scans)
        write_whole(self.folder / "vertebrae.csv", table.vertebrae_csv(reports, by_scan, days))
        write_whole(self.folder / "visits.csv", visits_csv(joined))
        write_whole(self.folder / "printed.csv", printed_csv(printed))
        write_whole(self.folder / "densitometry.csv", densitometry_csv(rows, self._bone))
        write_private(self.folder / "private" / "files.csv", _files_csv(entries))
        write_whole(self.folder / "index.html", page.index_page(reports, by_scan, days, self._overlays))
        write_whole(self.folder / "run.json", as_json({**run, "counts": self.counts()}))
        self._forget_earlier_runs()

    def counts(self) -> dict[str, int]:
        """How many files and scans there were, and how the scans ended."""
        ended = Counter(entry.report.status for entry in self._entries)
        files = sum(len(entry.sources) for entry in self._entries)
        return {"files": files, "scans": len(self._entries)} | {status.value: ended[status] for status in Status}

    def _ordered(self) -> tuple[list[_Entry], dict[str, int | None]]:
        """Entries grouped by subject, then by day and scan_id; and the day of each scan.

        Subjects follow each other by their smallest scan_id: so the order depends on the scans alone, not on the order
        they came in nor on the folder's key.
        """
        dates = study_days((entry.subject, entry.identity.scan_date) for entry in self._entries)
        days = {entry.report.scan_id: day for entry, day in zip(self._entries, dates, strict=True)}
        first: dict[str, str] = {}
        for entry in self._entries:
            first[entry.subject] = min(first.get(entry.subject, entry.report.scan_id), entry.report.scan_id)

        def place(entry: _Entry) -> tuple[str, bool, int, str]:
            day = days[entry.report.scan_id]
            return first[entry.subject], day is None, day or 0, entry.report.scan_id

        return sorted(self._entries, key=place), days

    def _printed(self, known: Sequence[KnownScan], entries: Iterable[_Entry]) -> list[PrintedSet]:
        """What the scanner printed, from the files and from the user."""
        values = {entry.report.scan_id: entry.printed for entry in entries}
        from_files = [PrintedSet(one.scan_id, one.subject, one.day, values[one.scan_id]) for one in known]
        return from_files + list(user_sets(self._user_values, known, lambda patient: self._codes.code(patient, "")))

    def _forget_earlier_runs(self) -> None:
        kept = {entry.report.scan_id for entry in self._entries}
        _remove_others(self.folder / "scans", ".json", kept)
        _remove_others(self.folder / "overlays", ".png", self._overlays)


def _known_scans(entries: Iterable[_Entry], days: Mapping[str, int | None]) -> list[KnownScan]:
    return [
        KnownScan(
            entry.report.scan_id,
            entry.subject,
            days[entry.report.scan_id],
            entry.identity,
            entry.person,
            entry.acquisition,
            is_bone=entry.report.view is View.AP or bool(entry.printed),
        )
        for entry in entries
    ]


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    # A file name need not be UTF-8: its odd bytes are written as they are.
    partial.write_bytes(content.encode(errors="surrogateescape") if isinstance(content, str) else content)
    os.replace(partial, path)


def write_private(path: Path, content: str | bytes) -> None:
    """As `write_whole`, for the eyes of its owner alone, also where the file is taken out of its folder."""
    write_whole(path, content)
    path.chmod(0o600)


def as_json(data: Any) -> str:
    """As JSON text that any reader accepts: no NaN, one key a line."""
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _overlay(scan: Scan, report: Report) -> bytes:
    return picture.encode_png(picture.overlay(scan, report))


def _files_csv(entries: Iterable[_Entry]) -> str:
    rows = [
        (
            entry.report.scan_id,
            entry.subject,
            str(source),
            entry.identity.patient_id,
            entry.identity.issuer,
            entry.identity.birth_date,
            entry.identity.scan_date,
            entry.identity.study_uid,
            entry.identity.series_uid,
            entry.identity.sop_instance_uid,
        )
        for entry in entries
        for source in entry.sources
    ]
    told = [[defused(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
    return _csv_text([FILES_COLUMNS, *told])


def _with_identifiers(scans_csv: str, entries: Sequence[_Entry]) -> str:
    """`scans.csv` with two more columns, as the user asked."""
    header, *rows = csv.reader(io.StringIO(scans_csv))
    more = [(" | ".join(map(str, entry.sources)), entry.identity.patient_id) for entry in entries]
    wider = [[*row, *map(defused, cells)] for row, cells in zip(rows, more, strict=True)]
    return _csv_text([[*header, "source", "patient_id"], *wider])


def _csv_text(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _remove_others(folder: Path, suffix: str, kept: set[str]) -> None:
    """Remove results of scans not in `kept`; files that are no result of oiscan stay."""
    for file in folder.iterdir():
        named = re.fullmatch(r"[0-9a-f]{16}|unopened-\d+", file.stem)
        if named and file.suffix == suffix and file.stem not in kept:
            file.unlink()
