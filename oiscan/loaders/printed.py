"""Values the scanner printed (BMD, BMC, area, T- and Z-score per region), read from wherever they travel.

They come in image comments and structured reports (GE Lunar), on report pages (Hologic), or in a table the user typed.
They are the scanner's numbers: oiscan keeps them in a table of their own and never mixes them with what it measures.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from oiscan.errors import ScanError
from oiscan.loaders.containers import Source, read_bytes
from oiscan.loaders.printed_check import PrintedFinding, check_printed
from oiscan.loaders.printed_user import UserRow, read_user_values
from oiscan.loaders.printed_value import INVALIDITY, ORIGIN, QUANTITIES, PrintedValue
from oiscan.scan import Acquisition, Identity, Subject

__all__ = [
    "INVALIDITY",
    "ORIGIN",
    "QUANTITIES",
    "PrintedFile",
    "PrintedFinding",
    "PrintedValue",
    "UserRow",
    "check_printed",
    "read_printed",
    "read_printed_file",
    "read_user_values",
]


@dataclass(frozen=True)
class PrintedFile:
    """The printed values of one file, whose they are, and what they were measured with."""

    values: tuple[PrintedValue, ...] = ()
    identity: Identity = field(default_factory=Identity)
    subject: Subject = field(default_factory=Subject)
    acquisition: Acquisition = field(default_factory=Acquisition)


def read_printed(path: str | Source) -> tuple[PrintedValue, ...]:
    """Values the scanner printed into a DICOM file, be it a scan, a report page or a structured report.

    Parameters
    ----------
    path
        Any file, or a member of a zip archive as `find_files` gives it.

    Returns
    -------
    tuple of PrintedValue
        In the order of the file; empty where it holds none, is damaged or is no DICOM file.

    Raises
    ------
    UnreadableFileError
        If the file cannot be opened.
    """
    return read_printed_file(path).values


def read_printed_file(path: str | Source) -> PrintedFile:
    """As `read_printed`, with the patient the values belong to and the scanner."""
    from oiscan.loaders.picture import is_picture
    from oiscan.loaders.quiet import quiet

    data = read_bytes(Path(path) if isinstance(path, str) else path)
    if is_picture(data):
        return PrintedFile()
    with quiet():
        try:
            return _from_dicom(data)
        except ScanError:  # no DICOM file: reading it as a scan says so
            return PrintedFile()


def _from_dicom(data: bytes) -> PrintedFile:
    from oiscan.loaders.dicom import parse
    from oiscan.loaders.ge_comments import comment_values
    from oiscan.loaders.ge_report import report_values
    from oiscan.loaders.hologic_page import page_values
    from oiscan.loaders.identity import acquisition_from_header, identity_from_header, subject_from_header

    header = parse(data)
    scan_id = hashlib.sha256(data).hexdigest()[:16]
    sources = (comment_values, report_values, page_values)
    values = tuple(value for source in sources for value in source(header, scan_id))
    identity = identity_from_header(header)
    # What is impossible in the header is remarked on where the file is read as a scan.
    person, acquisition = subject_from_header(header, identity, []), acquisition_from_header(header, identity)
    return PrintedFile(values, identity, person, acquisition)
