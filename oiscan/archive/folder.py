"""The folder `dicom` of the results: objects for the archive, and a table of what there is and what not."""

from __future__ import annotations

import csv
import importlib.util
import re
from collections.abc import Iterable, Mapping
from io import StringIO
from pathlib import Path

from oiscan.archive.journal import append, entries
from oiscan.archive.maker import Made, ObjectMaker
from oiscan.errors import ConfigError, ScanError
from oiscan.loaders.dicom import parse
from oiscan.scan import Identity
from oiscan.store import write_whole

FOLDER = "dicom"
KINDS = ("seg", "sr", "capture")
TABLE, JOURNAL = "objects.csv", "objects.jsonl"
COLUMNS = ("scan_id", *KINDS, "reason")
"""Columns of `objects.csv`: the names of the files made of a scan, and why one is missing."""


class DicomFolder:
    """Takes the objects of scans one by one, in one run or several.

    An object that is there already is left as it is: the same content keeps the same UID, and two different files
    must never share one.

    Parameters
    ----------
    out
        The results folder.
    maker
        Makes the objects.
    settings_key
        Stands for what the scans were scored with.

    Raises
    ------
    ConfigError
        highdicom is not installed.
    """

    def __init__(self, out: Path, maker: ObjectMaker, settings_key: str = "") -> None:
        if importlib.util.find_spec("highdicom") is None:
            raise ConfigError('--dicom needs highdicom: pip install "oiscan[archive]"')
        self.folder = out / FOLDER
        self.folder.mkdir(parents=True, exist_ok=True)
        self._maker, self._settings_key = maker, settings_key
        self._journal = out / "private" / JOURNAL
        self._rows = {row["scan_id"]: row for row in entries(self._journal)}

    def add(self, scan_id: str, who: Identity, made: Made) -> None:
        """Keep what the maker made of a scan of somebody.

        The objects and their row are on the disk when this returns, so that a run that is broken off loses none.
        """
        row = {"scan_id": scan_id, "key": self._key(scan_id, who), "reason": made.reason}
        for kind, (uid, content) in made.files.items():
            row[kind] = f"{scan_id}.{kind}.dcm"
            if not _holds(self.folder / row[kind], uid):
                write_whole(self.folder / row[kind], content)
        append(self._journal, row)
        self._rows[scan_id] = row

    def has(self, scan_id: str, who: Identity) -> bool:
        """Whether the objects this maker would make of a scan of somebody are there."""
        row = self._rows.get(scan_id, {})
        there = all((self.folder / row[kind]).is_file() for kind in KINDS if kind in row)
        return there and row.get("key") == self._key(scan_id, who)

    def finish(self, scan_ids: Iterable[str]) -> str:
        """Write `objects.csv` of these scans, remove objects of all others, and sum up in a sentence."""
        rows = [self._rows[scan_id] for scan_id in sorted(scan_ids) if scan_id in self._rows]
        write_whole(self.folder / TABLE, _table(rows))
        kept = {row[kind] for row in rows for kind in KINDS if row.get(kind)}
        _remove_others(self.folder, kept)
        scans = sum("sr" in row for row in rows)
        return f"{len(kept)} DICOM objects of {scans} scans are in {FOLDER}/; objects.csv there says what is missing."

    def _key(self, scan_id: str, who: Identity) -> str:
        return self._maker.key(self._settings_key, scan_id, who)


def forget_objects(out: Path) -> None:
    """Remove what an earlier run with ``--dicom`` left in a results folder: it may name people the new one does not."""
    _remove_others(out / FOLDER, set())
    (out / FOLDER / TABLE).unlink(missing_ok=True)
    (out / "private" / JOURNAL).unlink(missing_ok=True)


def _remove_others(folder: Path, kept: set[str]) -> None:
    """Remove objects that are not `kept`; files that are no object of oiscan stay."""
    for file in folder.iterdir():
        if re.fullmatch(rf"[0-9a-f]{{16}}\.({'|'.join(KINDS)})\.dcm", file.name) and file.name not in kept:
            file.unlink()


def _table(rows: Iterable[Mapping[str, str]]) -> str:
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _holds(file: Path, uid: str) -> bool:
    """Whether a file is there, whole, with this SOP Instance UID."""
    try:
        return file.is_file() and parse(file.read_bytes()).text("SOPInstanceUID") == uid
    except ScanError:
        return False
