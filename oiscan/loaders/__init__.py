"""Files in, scans out: DICOM of any maker, and plain pictures.

A file's kind is told by its content, never by its name. To teach oiscan a new maker, write a `Vendor` (see `vendor.py`
and `lunar.py`) and list it in `dicom.VENDORS`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from oiscan.anatomy import View
from oiscan.errors import NoImageError, ScanError, UnreadableFileError
from oiscan.loaders.collect import find_files, opened
from oiscan.loaders.containers import (
    Held,
    Source,
    ZipMember,
    head,
    is_zip,
    read_bytes,
    zip_members,
    zip_members_held,
)
from oiscan.loaders.quiet import quiet
from oiscan.loaders.stated import Stated
from oiscan.scan import Scan

__all__ = ["find_files", "read", "read_energies"]


def read(
    path: str | Source,
    *,
    view: View | str | None = None,
    spacing_mm: tuple[float, float] | float | None = None,
    inverted: bool | None = None,
) -> Scan:
    """Read one scan from a DICOM file, or from a PNG, TIFF or JPEG picture.

    Parameters
    ----------
    path
        The file, or a member of a zip archive as `find_files` gives it. A zip archive or DICOMDIR with a single file
        in it is that file.
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
    source = _single(Path(path) if isinstance(path, str) else path)
    stated = Stated.from_user(view, spacing_mm, inverted)
    try:
        data = read_bytes(source)
        with quiet():
            return _reader_for(data)(data, hashlib.sha256(data).hexdigest(), stated)
    except ScanError as error:
        error.path = Path(str(source))
        raise
    except (MemoryError, RecursionError) as error:
        cause = "reading it takes more memory than a scan does"
        raise UnreadableFileError(cause, "export it again", str(source)) from error


def read_energies(
    low: str | Path, high: str | Path, *, spacing_mm: tuple[float, float] | float | None = None
) -> Scan:
    """Read one AP scan from two DICOM files of one X-ray energy each, in the layout of `oiscan.loaders.energies`.

    Parameters
    ----------
    low, high
        The files, in either order; what the headers say is taken from the first.
    spacing_mm
        As for `read`.

    Raises
    ------
    UnsupportedScanError
        If they are not the two halves of one scan.
    UnreadableFileError, NoImageError, ConfigError
        As for `read`.
    """
    from oiscan.loaders.dicom import read_halves

    stated = Stated.from_user(None, spacing_mm, None)
    try:
        first, second = read_bytes(Path(low)), read_bytes(Path(high))
        with quiet():
            return read_halves(first, second, hashlib.sha256(first + second).hexdigest(), stated)
    except ScanError as error:
        error.path = error.path or Path(low)
        raise


def _single(source: Source) -> Source:
    """The one file a container leads to; a file that is no container is itself."""
    if isinstance(source, ZipMember):
        return source
    if isinstance(source, Held):
        _check_held(source)
        return source
    sources = opened(source)
    if len(sources) > 1:
        raise NoImageError(f"it leads to {len(sources)} files", "score them all with oiscan score", source)
    if sources == [source] and is_zip(head(source)):
        zip_members(source)  # says what is wrong with the archive
        raise _empty_archive(source)
    return sources[0] if sources else source


def _check_held(source: Held) -> None:
    """Say what is wrong with an archive: one that led to scans would stand there as its members."""
    if isinstance(source.source, Path) and is_zip(source.data):
        zip_members_held(source)
        raise _empty_archive(source.source)


def _empty_archive(path: Path) -> NoImageError:
    return NoImageError("a zip archive without a scan file in it", path=path)


def _reader_for(data: bytes) -> Callable[[bytes, str, Stated], Scan]:
    # Imported here: `import oiscan` must stay light, and a picture needs no pydicom.
    from oiscan.loaders.picture import is_picture, read_picture

    if is_zip(data):
        raise UnreadableFileError("a zip archive inside a zip archive", "unpack it first")
    if is_picture(data):
        return read_picture
    from oiscan.loaders.dicom import read_dicom

    return read_dicom
