"""Scans for other people: files that can be scored and followed, and say nothing of whom they show.

What may leave is decided one way only: a file leaves when oiscan can read it as a scan of the spine, no text is known
to be burnt into it or seen in it, and the file made from it reads back as the same scan. Everything else is held back
for a human, with the reason. Neither a header nor a program can prove that a picture shows no text: GE Lunar scans do
not say, and leave marked as unknown.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from oiscan import loaders
from oiscan.archive.pixels import Box, rewrite_pixels
from oiscan.archive.profile import clean_header
from oiscan.archive.pseudonyms import Pseudonym
from oiscan.batch import Job, gather
from oiscan.errors import ConfigError, HeldBackError, ScanError, UnreadableFileError
from oiscan.loaders.burned_in import burned_in_text
from oiscan.loaders.containers import Source, read_bytes
from oiscan.loaders.dicom import parse, read_dicom
from oiscan.loaders.header import Header
from oiscan.loaders.lettering import shows_lettering
from oiscan.loaders.picture import is_picture
from oiscan.loaders.quiet import quiet
from oiscan.loaders.stated import Stated
from oiscan.scan import Identity, Scan
from oiscan.store import KEY_FILE, write_private, write_whole
from oiscan.subjects import SubjectCodes, subject_key

PRIVATE_TABLE = "deidentified.csv"
PRIVATE_COLUMNS = (
    "source",
    "scan_id",
    "patient_id",
    "issuer",
    "birth_date",
    "scan_date",
    "subject",
    "shift_days",
    "file",
    "reason",
)
"""Columns of the private table that leads from the files made back to the people: one row a file read."""

LEFT_TO_SAY = {True: "yes", False: "no", None: "unknown: look at the picture before you share it"}


@dataclass(frozen=True)
class Choices:
    """What a person decides.

    Parameters
    ----------
    blank
        Boxes of the stored picture to blank, in every picture of the run.
    reviewed
        Whether a person has looked at the pictures, as they will leave, and found no text that identifies.
    """

    blank: tuple[Box, ...] = ()
    reviewed: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one file.

    Parameters
    ----------
    job
        The file, or files of the same bytes.
    file
        Of the file made, below the folder of results; "" where none was.
    subject
        The person's code; "" where the file did not get so far.
    burned_in_text
        What the file made says of text in its picture.
    reason
        Why it is held back; "" where it is not.
    unreadable
        Whether it is held back because it cannot be read at all.
    identity, shift_days
        What the private table remembers.
    """

    job: Job
    file: str = ""
    subject: str = ""
    burned_in_text: bool | None = None
    reason: str = ""
    unreadable: bool = False
    identity: Identity = field(default_factory=Identity)
    shift_days: int | None = None


def deidentify(
    files: Iterable[Source], out: Path, private: Path, given: dict[str, str], choices: Choices
) -> Iterator[Outcome]:
    """Write the scans among `files` to `out` without what identifies, one outcome a file content.

    Parameters
    ----------
    files
        To be read.
    out
        Folder for what may be shared: absent or empty. It gets ``SUBJECT/CODE.dcm``, `released.csv`, `held_back.csv`.
    private
        Folder for what may not: the key, and the table from files to people. The same folder gives the same codes
        again; the `private` folder of scored results gives the codes of those results.
    given
        The user's own codes by patient id.
    choices
        What a person decides.

    Raises
    ------
    ConfigError
        If `out` holds files, `private` lies inside it, or the key cannot be used.
    """
    codes = SubjectCodes(_prepared_key(out, private), given)
    outcomes = []
    for job in gather(files):
        outcome = _one(job, out, codes, choices)
        outcomes.append(outcome)
        yield outcome
    write_whole(out / "released.csv", _released(outcomes))
    write_whole(out / "held_back.csv", _held_back(outcomes))
    _remember(private / PRIVATE_TABLE, outcomes)


def _prepared_key(out: Path, private: Path) -> bytes:
    if private.resolve().is_relative_to(out.resolve()):
        raise ConfigError("the private folder lies inside the folder to be shared: name one outside it with --private")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError("the folder for the de-identified files holds something already: name a new one")
    out.mkdir(parents=True, exist_ok=True)
    private.mkdir(parents=True, exist_ok=True)
    private.chmod(0o700)
    return subject_key(private / KEY_FILE)


def _one(job: Job, out: Path, codes: SubjectCodes, choices: Choices) -> Outcome:
    try:
        scan = loaders.read(job.sources[0])
        data = read_bytes(job.sources[0])
    except ScanError as error:
        return Outcome(job, reason=error.reason, unreadable=isinstance(error, UnreadableFileError))
    subject = codes.code(scan.identity.patient_id, scan.scan_id, scan.identity.issuer)
    pseudonym = Pseudonym(codes, subject)
    try:
        content, text = without_identity(data, scan, pseudonym, choices)
    except HeldBackError as error:
        return Outcome(job, subject=subject, reason=error.reason, identity=scan.identity)
    name = f"{_folder(subject, codes)}/{pseudonym.file_code(scan.sha256)}.dcm"
    (out / name).parent.mkdir(exist_ok=True)
    write_whole(out / name, content)
    return Outcome(job, name, subject, text, identity=scan.identity, shift_days=pseudonym.shift_days)


def _folder(subject: str, codes: SubjectCodes) -> str:
    """The subject's code, or one for it where the user's own makes no good folder name."""
    plain = subject.isascii() and subject.replace("-", "").replace("_", "").isalnum()
    return subject if plain else codes.keyed("folder", subject)


def without_identity(data: bytes, scan: Scan, pseudonym: Pseudonym, choices: Choices) -> tuple[bytes, bool | None]:
    """A DICOM file without what identifies, and what it says of text in its picture.

    Parameters
    ----------
    data, scan
        A file's bytes, and the scan read from them.
    pseudonym
        Of the person on it.
    choices
        What a person decides.

    Raises
    ------
    HeldBackError
        If it must not leave, or not without a human.
    """
    if is_picture(data):
        raise HeldBackError("a plain picture says nothing of itself", "share it by hand, after looking at it")
    inside = tuple(box for box in choices.blank if box.row0 < scan.stored.rows and box.column0 < scan.stored.columns)
    choices = replace(choices, blank=inside)
    with quiet():
        header = parse(data)
        _check_may_leave(header, scan, choices)
        text = False if choices.reviewed else burned_in_text(header)
        try:
            content = _file(header, scan, pseudonym, choices, text)
        except Exception as error:  # pydicom raises whatever it meets in odd values; a file that fails does not leave
            raise HeldBackError("its header is too odd to be cleaned", "export the scan again") from error
    made = _read_back(content)
    _check_same(made, scan, bool(choices.blank))
    if not choices.reviewed and shows_lettering(made.pixels):
        raise HeldBackError("the picture seems to show text", "look at it, then use --blank or --reviewed")
    return content, text


def _check_may_leave(header: Header, scan: Scan, choices: Choices) -> None:
    if scan.view is None:
        raise HeldBackError("nothing in its header says that it is a scan of the spine", "look at it")
    if "ModalityLUTSequence" in header.dataset:
        raise HeldBackError("its table of grey values is not carried over", "export the scan without it")
    if choices.blank:
        return
    if burned_in_text(header):
        raise HeldBackError("text is burnt into the picture", "find its place and blank it with --blank")
    if scan.captured and burned_in_text(header) is None and not choices.reviewed:
        raise HeldBackError("a captured screen, which may show text", "look at it, then use --blank or --reviewed")


def _file(header: Header, scan: Scan, pseudonym: Pseudonym, choices: Choices, text: bool | None) -> bytes:
    clean = clean_header(header, scan, pseudonym, bool(choices.blank))
    rewrite_pixels(clean, header, choices.blank)
    if text is not None:
        clean.BurnedInAnnotation = "YES" if text else "NO"
    clean.file_meta = _file_meta(clean)
    buffer = BytesIO()
    clean.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _file_meta(clean: Dataset) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = clean.SOPClassUID, clean.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return meta


def _read_back(content: bytes) -> Scan:
    try:
        with quiet():
            return read_dicom(content, hashlib.sha256(content).hexdigest(), Stated())
    except ScanError as error:
        raise HeldBackError("the cleaned file would not be read any more", "export the scan again") from error


def _check_same(made: Scan, scan: Scan, blanked: bool) -> None:
    """The file made must be the scan it was made from."""
    if made.view is not scan.view or not np.allclose(made.relative_pixel_size, scan.relative_pixel_size, rtol=1e-6):
        raise HeldBackError("cleaning would change its view or pixel size", "export the scan again")
    if made.stored != scan.stored or not (blanked or np.array_equal(made.pixels, scan.pixels)):
        raise HeldBackError("cleaning would change its picture", "export the scan again")


def _released(outcomes: Iterable[Outcome]) -> str:
    rows = [(o.file, o.subject, LEFT_TO_SAY[o.burned_in_text]) for o in outcomes if o.file]
    return _table([("file", "subject", "burned_in_text"), *sorted(rows)])


def _held_back(outcomes: Iterable[Outcome]) -> str:
    rows = [(o.job.scan_id, o.subject, o.reason) for o in outcomes if not o.file]
    return _table([("scan_id", "subject", "reason"), *sorted(rows)])


def _remember(table: Path, outcomes: Iterable[Outcome]) -> None:
    """Add the run to the private table, after what earlier runs with the same key left there."""
    earlier = (
        table.read_text(encoding="utf-8", errors="surrogateescape") if table.exists() else _table([PRIVATE_COLUMNS])
    )
    rows = [row for outcome in outcomes for row in _private_rows(outcome)]
    write_private(table, earlier + _table(rows))


def _private_rows(outcome: Outcome) -> list[tuple[object, ...]]:
    who = outcome.identity
    person = (who.patient_id, who.issuer, who.birth_date, who.scan_date, outcome.subject, outcome.shift_days)
    return [(source, outcome.job.scan_id, *person, outcome.file, outcome.reason) for source in outcome.job.sources]


def _table(rows: Iterable[Iterable[object]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
