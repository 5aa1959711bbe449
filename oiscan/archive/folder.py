"""The folder `dicom` of the results: objects for the archive, and a table of what there is and what not."""

from __future__ import annotations

import csv
import importlib.util
import re
from collections.abc import Iterable, Mapping
from io import StringIO
from pathlib import Path

from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    SecondaryCaptureImageStorage,
)

from oiscan.archive.journal import append, entries
from oiscan.archive.pseudonyms import Pseudonym
from oiscan.archive.source_image import source_image
from oiscan.errors import ConfigError, ScanError
from oiscan.loaders.containers import Source, read_bytes
from oiscan.loaders.dicom import parse
from oiscan.loaders.header import Header
from oiscan.loaders.picture import is_picture
from oiscan.loaders.quiet import quiet
from oiscan.report import Report, Status
from oiscan.scan import Scan
from oiscan.store import KEY_FILE, write_whole
from oiscan.subjects import SubjectCodes, subject_key

FOLDER = "dicom"
KINDS = ("seg", "sr", "capture")
TABLE, JOURNAL = "objects.csv", "objects.jsonl"
COLUMNS = ("scan_id", *KINDS, "reason")
"""Columns of `objects.csv`: the names of the files made of a scan, and why one is missing."""

IMAGE_CLASSES = frozenset(
    {
        ComputedRadiographyImageStorage,
        DigitalXRayImageStorageForPresentation,
        DigitalXRayImageStorageForProcessing,
        SecondaryCaptureImageStorage,
    }
)
"""Kinds of image that objects are made for, by SOP class. What may have many frames, or a place in space as a CT scout
has, would need other references."""

NOT_DICOM = "a plain picture: there is no DICOM image the objects could belong to"
OTHER_KIND = "a kind of DICOM image that objects are not made for"
NO_PICTURE = "no capture: text may be burnt into the picture (--allow-burned-in-text shows it)"
NO_SEGMENT = "no segmentation: no vertebra was scored"


class DicomFolder:
    """Takes reports one by one, in one run or several, and leaves the DICOM objects made of them.

    An object that is there already is left as it is: the same content keeps the same UID, and two different files
    must never share one.

    Parameters
    ----------
    out
        The results folder; it has its subject key already.
    own_codes
        The user's own subject codes by patient id.
    keep_identifiers
        Whether the objects name the patient and the study they came from.
    allow_burned_in_text
        Whether pictures that may hold text are shown too.

    Raises
    ------
    ConfigError
        highdicom is not installed, or the subject key cannot be used.
    """

    def __init__(
        self,
        out: Path,
        own_codes: Mapping[str, str],
        keep_identifiers: bool = False,
        allow_burned_in_text: bool = False,
    ) -> None:
        if importlib.util.find_spec("highdicom") is None:
            raise ConfigError('--dicom needs highdicom: pip install "oiscan[archive]"')
        self.folder = out / FOLDER
        self.keep_identifiers = keep_identifiers
        self.allow_burned_in_text = allow_burned_in_text
        self.folder.mkdir(parents=True, exist_ok=True)
        self._codes = SubjectCodes(subject_key(out / "private" / KEY_FILE), own_codes)
        self._journal = out / "private" / JOURNAL

    def add(self, report: Report, source: Source) -> None:
        """Write the objects of one scan, from its report and the file it was read from.

        A scan of which none can be made is no error: its row says why. The row is on disk when this returns, so that a
        run that is broken off loses none.
        """
        try:
            made = self._made(report, source)
        except ScanError as error:
            made = {"reason": error.reason}
        append(self._journal, {"scan_id": report.scan_id, **made})

    def finish(self, scan_ids: Iterable[str]) -> str:
        """Write `objects.csv` of these scans, remove objects of all others, and sum up in a sentence."""
        latest = {row["scan_id"]: row for row in entries(self._journal)}
        rows = [latest[scan_id] for scan_id in sorted(scan_ids) if scan_id in latest]
        write_whole(self.folder / TABLE, _table(rows))
        kept = {row[kind] for row in rows for kind in KINDS if row.get(kind)}
        _remove_others(self.folder, kept)
        scans = sum("sr" in row for row in rows)
        return f"{len(kept)} DICOM objects of {scans} scans are in {FOLDER}/; objects.csv there says what is missing."

    def _made(self, report: Report, source: Source) -> dict[str, str]:
        scan = report.scan
        if scan is None or report.status not in (Status.SCORED, Status.UNREADABLE):
            return {"reason": report.reason}
        data = read_bytes(source)
        if is_picture(data):
            return {"reason": NOT_DICOM}
        with quiet():
            header = parse(data)
            if header.text("SOPClassUID") not in IMAGE_CLASSES:
                return {"reason": OTHER_KIND}
            return self._written(report, scan, header)

    def _written(self, report: Report, scan: Scan, header: Header) -> dict[str, str]:
        from oiscan.archive.making import Making
        from oiscan.archive.objects import objects

        who = scan.identity
        pseudonym = Pseudonym(self._codes, self._codes.code(who.patient_id, report.scan_id, who.issuer))
        image = source_image(header, scan, pseudonym, self.keep_identifiers)
        making = Making(report, image, scan.stored, pseudonym, self.keep_identifiers)
        shown = self.allow_burned_in_text or not scan.may_hold_text
        names = {}
        for kind, content in objects(scan, making, shown).items():
            names[kind] = f"{report.scan_id}.{kind}.dcm"
            if not _holds(self.folder / names[kind], making.uid(kind)):
                write_whole(self.folder / names[kind], content)
        missing = [words for kind, words in (("seg", NO_SEGMENT), ("capture", NO_PICTURE)) if kind not in names]
        return {**names, "reason": "; ".join(missing)}


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
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _holds(file: Path, uid: str) -> bool:
    """Whether a file is there, whole, with this SOP Instance UID."""
    try:
        return file.is_file() and parse(file.read_bytes()).text("SOPInstanceUID") == uid
    except ScanError:
        return False
