"""The finished scans of a results folder, one file each: written, synced and renamed."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from pathlib import Path

from oiscan.errors import StoreError
from oiscan.loaders.printed import PrintedFile
from oiscan.report import Report
from oiscan.store.entry import Entry, entry_from, to_text
from oiscan.store.files import write_private, write_whole

AGAIN = "give the same command again: it scores anew what is missing"
_NAME = re.compile(r"(?P<scan_id>[0-9a-f]{16}|unopened-\d+)\.(?P<key>[0-9a-f]{16})\.json")


class FinishedScans:
    """What is finished under one key.

    A scan has at most one entry: under another key it is not finished, and is replaced when it is finished anew.

    Parameters
    ----------
    entries, overlays
        The folders of the entries, which identify people, and of the pictures. They exist.
    key
        Stands for model and settings: 16 hexadecimal digits.
    """

    def __init__(self, entries: Path, overlays: Path, key: str) -> None:
        self.entries, self.overlays, self.key = entries, overlays, key
        self._outdated = {found["scan_id"]: found.string for found in self._names() if found["key"] != key}

    def scan_ids(self) -> set[str]:
        """Scans that are finished under this key."""
        return {found["scan_id"] for found in self._names() if found["key"] == self.key}

    def add(self, report: Report, file: PrintedFile, picture: bytes | None) -> None:
        """Keep a scan: it is finished once this returns, and not before.

        Whatever an earlier key left of it goes first, so that no result ever stands beside the picture of another.
        """
        overlay = self.overlays / f"{report.scan_id}.png"
        if report.scan_id in self._outdated:
            (self.entries / self._outdated.pop(report.scan_id)).unlink(missing_ok=True)
        if picture is None:
            overlay.unlink(missing_ok=True)
        else:
            write_whole(overlay, picture)
        text = to_text(Entry.of(report, file, picture is not None), report)
        write_private(self._path(report.scan_id), text)

    def entry(self, scan_id: str) -> Entry | None:
        """A finished scan without its findings; None where there is none, or none that can be read."""
        try:
            with self._path(scan_id).open(encoding="utf-8") as lines:
                return entry_from(lines.readline())
        except (OSError, ValueError, LookupError, TypeError):
            return None

    def report(self, scan_id: str) -> Report:
        """What a finished scan's report said.

        Raises
        ------
        StoreError
            The entry is damaged; it is not finished any more.
        """
        try:
            with self._path(scan_id).open(encoding="utf-8") as lines:
                lines.readline()
                return Report.from_dict(json.loads(lines.readline()))
        except (OSError, ValueError, LookupError, TypeError) as error:
            self.forget(scan_id)
            raise StoreError(f"what was kept of scan {scan_id} is damaged; {AGAIN}") from error

    def forget(self, scan_id: str) -> None:
        """Take a scan for not finished."""
        self._path(scan_id).unlink(missing_ok=True)

    def forget_others(self, kept: Collection[str]) -> None:
        """Remove all entries but these."""
        for found in self._names():
            if found["key"] != self.key or found["scan_id"] not in kept:
                (self.entries / found.string).unlink(missing_ok=True)

    def _names(self) -> list[re.Match[str]]:
        return [found for file in self.entries.iterdir() if (found := _NAME.fullmatch(file.name))]

    def _path(self, scan_id: str) -> Path:
        return self.entries / f"{scan_id}.{self.key}.json"
