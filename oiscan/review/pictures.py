"""The picture of a scan, read again from the file it was scored from."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from oiscan.errors import ReadingError, ScanError
from oiscan.loaders import find_files
from oiscan.loaders.containers import Source, zip_members
from oiscan.pipeline import Settings, file_sha256, read_scan
from oiscan.reports.cells import FORMULA_STARTS
from oiscan.review.cases import Results
from oiscan.review.sheet import Frame
from oiscan.scan import Scan

IN_MEMORY = 8
MAY_HOLD_TEXT = "text may be burnt into it (--allow-burned-in-text shows it)"
GONE = "the file it was scored from is not there any more or was changed (--scans FOLDER tells where it is now)"
SHOWN_PERCENT = (0.05, 99.95)
"""Of the pixels, what lies beyond is shown black or white: a marker or a gap must not take all the grey."""


@dataclass(frozen=True, repr=False)
class Shown:
    """The bytes of a PNG file of the stored image, bone bright, and the frame it stands in."""

    png: bytes
    frame: Frame


class Pictures:
    """The pictures of a results folder.

    Parameters
    ----------
    results
        The folder; its private list says which files it was made from.
    elsewhere
        Folders and files to search for scans that are not where they were, by their content.
    allow_burned_in_text
        Whether pictures that may hold text are shown.
    """

    def __init__(self, results: Results, elsewhere: Sequence[Path] = (), allow_burned_in_text: bool = False) -> None:
        self._results = results
        self._elsewhere = elsewhere
        self._allow_text = allow_burned_in_text or bool(results.settings["allow_burned_in_text"])
        self.shown = lru_cache(maxsize=IN_MEMORY)(self._shown)

    def _shown(self, scan_id: str) -> Shown:
        """The picture of a scan; `ReadingError` says why there is none."""
        scan = self.allowed_scan(scan_id)
        return Shown(_png(scan), frame_of(scan))

    def allowed_scan(self, scan_id: str) -> Scan:
        """A scan whose picture may be shown; `ReadingError` says why there is none."""
        scan = self._scan(scan_id)
        if scan.may_hold_text and not self._allow_text:
            raise ReadingError(MAY_HOLD_TEXT)
        return scan

    def _scan(self, scan_id: str) -> Scan:
        """A scan, read as it was when it was scored; `ReadingError` says why it cannot be."""
        expected = self._results.report(scan_id).input_sha256
        for source in self._candidates(scan_id, expected):
            try:
                if file_sha256(source) == expected:
                    return read_scan(source, self._settings)
            except ScanError:
                continue
        raise ReadingError(GONE)

    @cached_property
    def _settings(self) -> Settings:
        told = self._results.settings
        return Settings(told["view"], _pair(told["spacing_mm"]), told["inverted"])

    def _candidates(self, scan_id: str, sha256: str) -> Iterator[Source]:
        for text in self._sources.get(scan_id, ()):
            yield from _source(text)
        if self._elsewhere and sha256 in self._found_elsewhere:
            yield self._found_elsewhere[sha256]

    @cached_property
    def _sources(self) -> dict[str, list[str]]:
        """Where the scans were, by scan_id."""
        sources: dict[str, list[str]] = {}
        with (self._results.private / "files.csv").open(newline="", encoding="utf-8", errors="surrogateescape") as file:
            for row in csv.DictReader(file):
                sources.setdefault(row["scan_id"], []).append(_undefused(row["source"]))
        return sources

    @cached_property
    def _found_elsewhere(self) -> dict[str, Source]:
        found: dict[str, Source] = {}
        for source in find_files(self._elsewhere):
            try:
                found[file_sha256(source)] = source
            except ScanError:
                continue
        return found


def frame_of(scan: Scan) -> Frame:
    """The stored image of a scan, for a sheet to lie on."""
    assert scan.view is not None, "only scans with a view are cases"
    row_size, column_size = scan.relative_pixel_size.tolist()
    return Frame(
        scan.view,
        scan.stored.rows,
        scan.stored.columns,
        (row_size, column_size),
        None if scan.spacing is None else (scan.spacing.row_mm, scan.spacing.column_mm),
        scan.stored.upside_down,
    )


def _png(scan: Scan) -> bytes:
    """The pixels in the order they are stored in, bone bright, stretched over 8 bits: pixels and nothing else."""
    seen = np.ones(scan.pixels.shape, dtype=bool) if scan.scanned is None else scan.scanned
    low, high = np.percentile(scan.pixels[seen], SHOWN_PERCENT) if seen.any() else (0.0, 1.0)
    grey = np.clip((scan.pixels - low) / max(high - low, np.finfo(np.float32).eps), 0, 1)
    bytes_ = np.where(seen, np.rint(grey * 255), 0).astype(np.uint8)
    stored = bytes_[::-1] if scan.stored.upside_down else bytes_
    return cv2.imencode(".png", np.ascontiguousarray(stored))[1].tobytes()


def _source(text: str) -> list[Source]:
    """What a line of the private list names: a file, or a member of a zip archive ("archive.zip!member")."""
    if Path(text).is_file():
        return [Path(text)]
    archive = next((Path(text[:at]) for at in _marks(text) if Path(text[:at]).is_file()), None)
    try:
        return [] if archive is None else [member for member in zip_members(archive) if str(member) == text]
    except ScanError:
        return []


def _marks(text: str) -> list[int]:
    return [place for place, letter in enumerate(text) if letter == "!"]


def _undefused(cell: str) -> str:
    """A cell as it was before `oiscan.reports.cells.defused`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_STARTS) else cell


def _pair(told: Any) -> Any:
    return tuple(told) if isinstance(told, list) else told
