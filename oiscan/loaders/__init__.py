"""Files in, scans out: DICOM of any maker, and plain pictures.

A file's kind is told by its content, never by its name. To teach oiscan a new maker, write a `Vendor` (see `vendor.py`
and `lunar.py`) and list it in `dicom.VENDORS`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from oiscan.anatomy import View
from oiscan.errors import ScanError, UnreadableFileError
from oiscan.loaders.collect import find_files
from oiscan.loaders.quiet import quiet
from oiscan.loaders.stated import Stated
from oiscan.scan import Scan

__all__ = ["find_files", "read"]

MAX_FILE_BYTES = 512 * 2**20
"""Larger files are refused unread: the largest picture accepted fits in this, uncompressed and in colour."""


def read(
    path: str | Path,
    *,
    view: View | str | None = None,
    spacing_mm: tuple[float, float] | float | None = None,
    inverted: bool | None = None,
) -> Scan:
    """Read one scan from a DICOM file, or from a PNG, TIFF or JPEG picture.

    Parameters
    ----------
    path
        The file.
    view
        How the spine was imaged, "lateral" or "ap"; overrides what the header says of the view, the study and the body
        part. A scan whose own protocol or series names another part of the body stays refused.
    spacing_mm
        Pixel size in mm, one number for square pixels or (row, column); overrides the header.
    inverted
        Whether bone is dark in the stored pixels; overrides the header.

    Returns
    -------
    Scan
        Bone bright and cranial up. `view` and `spacing` are None where neither the file nor the caller told.

    Raises
    ------
    UnreadableFileError
        If the file is missing, empty, cut short, damaged, no scan file, or its pixels cannot be decoded.
    NoImageError
        If it is a DICOM object without a picture (report, presentation state, PDF).
    UnsupportedScanError
        If it is a picture oiscan does not score: another body part, a colour page, several frames.
    ConfigError
        If there is no such view, or `spacing_mm` is impossible.
    """
    path = Path(path)
    stated = Stated.from_user(view, spacing_mm, inverted)
    try:
        data = _bytes_of(path)
        with quiet():
            return _reader_for(data)(data, hashlib.sha256(data).hexdigest(), stated)
    except ScanError as error:
        error.path = path
        raise


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UnreadableFileError(f"the file is larger than {MAX_FILE_BYTES // 2**20} MiB", "no scan is that large")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFileError(f"the file cannot be opened ({error.strerror})", "check that it is there") from error
    if not data:
        raise UnreadableFileError("the file is empty", "copy or export it again")
    return data


def _reader_for(data: bytes) -> Callable[[bytes, str, Stated], Scan]:
    # Imported here: `import oiscan` must stay light, and a picture needs no pydicom.
    from oiscan.loaders.picture import is_picture, read_picture

    if is_picture(data):
        return read_picture
    from oiscan.loaders.dicom import read_dicom

    return read_dicom
