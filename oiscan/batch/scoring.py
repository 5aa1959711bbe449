"""One job scored: its report and all else that has to be known of the file, without the pixels."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from oiscan.batch.jobs import Job
from oiscan.errors import ScanError, UnreadableFileError
from oiscan.grading import scale_named
from oiscan.loaders.containers import Held, Source, held
from oiscan.loaders.printed import PrintedFile, read_printed_file
from oiscan.pipeline import Settings, file_sha256, refused, score_file
from oiscan.report import Report
from oiscan.reports import picture
from oiscan.scan import Scan
from oiscan.version import __version__

if TYPE_CHECKING:
    from oiscan.segmentation import Model

NOT_SHOWN = "no picture in the results: text may be burnt into it (--allow-burned-in-text shows it)"
KEY_DIGITS = 16


@dataclass(frozen=True)
class Scored:
    """What is kept of a scored file.

    Parameters
    ----------
    report
        Without its scan.
    file
        Whose it is, the scanner, and what that printed into it.
    picture
        PNG of the overlay; None where there is none.
    """

    report: Report
    file: PrintedFile
    picture: bytes | None = None

    @classmethod
    def of(cls, report: Report, file: PrintedFile, shown: bool) -> Scored:
        """What is kept of a report; the picture is drawn unless it may hold text and is not to be `shown` then."""
        scan = report.scan
        if scan is None:
            return cls(report, file)
        told = PrintedFile(file.values, scan.identity, scan.subject, scan.acquisition)
        if scan.may_hold_text and not shown:
            return cls(replace(report, scan=None, notes=(*report.notes, NOT_SHOWN)), told)
        return cls(replace(report, scan=None), told, _overlay(scan, report))


def settings_key(settings: Settings, model_sha256: str, shown: bool) -> str:
    """Stands for all that a scan's result depends on beside its content, the program's version included.

    Parameters
    ----------
    settings, model_sha256
        What it is scored with.
    shown
        Whether pictures that may hold text are drawn.
    """
    told = asdict(settings) | {"scale": asdict(scale_named(settings.scale)), "model": model_sha256}  # not its name
    said = json.dumps([__version__, shown, told], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:KEY_DIGITS]


def score_job(job: Job, source: Source | ScanError, settings: Settings, model: Model) -> tuple[Report, Held | None]:
    """Report on one job, with its scan, and the file it was read from.

    Parameters
    ----------
    job
        What is asked for.
    source
        Where to read it, or why it could not be read.
    """
    try:
        file = as_it_was(job, source)
        return score_file(file, settings, model), file
    except ScanError as error:
        return refused(error, job.scan_id, job.sha256, settings, model), None


def as_it_was(job: Job, source: Source | ScanError) -> Held:
    """The bytes of a job; raises `ScanError` where they cannot be had, or are not those the job was made for."""
    if isinstance(source, ScanError):
        raise source
    file = held(source)
    if job.sha256 and file_sha256(file) != job.sha256:
        raise UnreadableFileError("the file changed after the run began", "give the same command again")
    return file


def printed_in(file: Held | None) -> PrintedFile:
    """What the scanner printed into a file; nothing where there is none."""
    return PrintedFile() if file is None else read_printed_file(file)


def _overlay(scan: Scan, report: Report) -> bytes:
    return picture.encode_png(picture.overlay(scan, report))
