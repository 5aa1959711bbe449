"""Files that hold or list other files: zip archives and DICOMDIR.

Nothing of an archive is ever written to disk, so no member's name can lead anywhere: a member is read into memory when
it is its turn, within bounds of size, number and ratio. A DICOMDIR leads to files of its own folder and no further.
"""

from __future__ import annotations

import os
import struct
import zipfile
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from oiscan.errors import ScanError, UnreadableFileError
from oiscan.loaders.quiet import quiet

MAX_FILE_BYTES = 160 * 2**20
"""Larger files are refused unread: the largest picture accepted fits in this, uncompressed and in colour."""

MAX_MEMBERS = 10_000
MAX_TOTAL_BYTES = 16 * 2**30
MAX_DIRECTORY_BYTES = 8 * 2**20
"""Of the list of members at an archive's end: zipfile reads it whole, long before the members can be counted."""

MAX_RATIO = 200
RATIO_MATTERS_BYTES = 2**20
"""Larger members may not unpack to more than `MAX_RATIO` times their size; a mostly black scan unpacks to 30 times."""

_UNPACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_ZIP_END, _ZIP64_END = b"PK\x05\x06", b"PK\x06\x07"
_ZIP_END_BYTES = 22 + 65535
_DICOMDIR_CLASS = b"1.2.840.10008.1.3.10"
_HEAD_BYTES = 512


@dataclass(frozen=True)
class ZipMember:
    """A file in a zip archive, as good as a path: a scan of its own.

    Parameters
    ----------
    archive
        The archive.
    name
        Of the member, for people; nothing is opened by it.
    index
        The member's place in the archive's list: two members may have one name.
    """

    archive: Path
    name: str
    index: int

    def __str__(self) -> str:
        return f"{self.archive}!{self.name}"

    def read_bytes(self) -> bytes:
        """The member's content; `UnreadableFileError` says why it cannot be had."""
        path = Path(str(self))
        try:
            with zipfile.ZipFile(self.archive) as archive:
                info = archive.infolist()[self.index]
                _check_member(info, path)
                with archive.open(info) as stream:
                    return stream.read(MAX_FILE_BYTES)
        except ScanError:
            raise
        except Exception as error:  # zipfile raises whatever it meets in broken bytes
            raise _damaged_archive(path) from error


@dataclass(frozen=True)
class Held:
    """A file whose bytes are in memory, as good as a path: read once, or sent from another machine.

    Parameters
    ----------
    source
        Where the bytes came from; it is not opened again.
    data
        The bytes, as `read_bytes` gave them.
    """

    source: Path | ZipMember
    data: bytes = field(repr=False)

    def __str__(self) -> str:
        return str(self.source)


Source = Path | ZipMember | Held
"""Where a scan's bytes are."""


def file_of(source: Source) -> Path:
    """The file on disk."""
    if isinstance(source, Held):
        return file_of(source.source)
    return source.archive if isinstance(source, ZipMember) else source


def held(source: Source) -> Held:
    """The file with its bytes, read now; raises as `read_bytes` does."""
    return source if isinstance(source, Held) else Held(source, read_bytes(source))


def read_bytes(source: Source) -> bytes:
    """Content of a file or a member, never more than `MAX_FILE_BYTES`.

    Raises
    ------
    UnreadableFileError
        If it cannot be opened, is too large or empty.
    """
    if isinstance(source, Held):
        return source.data
    if isinstance(source, ZipMember):
        data = source.read_bytes()
    else:
        try:
            if source.stat().st_size > MAX_FILE_BYTES:
                raise _too_large(source)
            data = source.read_bytes()
        except OSError as error:
            cause = f"the file cannot be opened ({error.strerror})"
            raise UnreadableFileError(cause, "check that it is there and that you may read it") from error
    if not data:
        raise UnreadableFileError("the file is empty", "copy or export it again")
    return data


def head(path: Path) -> bytes:
    """First bytes of a file, to tell its kind by; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError:
        return b""


def is_zip(head: bytes) -> bool:
    """Whether a file that begins so is a zip archive. A DICOM file's preamble may imitate one."""
    return head.startswith(_ZIP_STARTS) and head[128:132] != b"DICM"


def is_dicomdir(head: bytes) -> bool:
    """Whether a file that begins so is a DICOMDIR, by the class its file meta information names."""
    return head[128:132] == b"DICM" and _DICOMDIR_CLASS in head


def zip_members(path: Path) -> list[ZipMember]:
    """The files in an archive, folders left out; unreadable ones too, since reading them says why.

    Raises
    ------
    UnreadableFileError
        If the archive is damaged, or larger than any batch of scans.
    """
    try:
        with path.open("rb") as file:
            return _members(file, path)
    except OSError as error:
        raise _damaged_archive(path) from error


def zip_members_held(held: Held) -> list[ZipMember]:
    """As `zip_members`, of an archive that is in memory."""
    return _members(BytesIO(held.data), file_of(held))


def _members(file: BinaryIO, path: Path) -> list[ZipMember]:
    try:
        _check_directory_size(file, path)
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
    except ScanError:
        raise
    except Exception as error:  # as above
        raise _damaged_archive(path) from error
    if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_TOTAL_BYTES:
        raise _archive_too_large(path)
    return [ZipMember(path, info.filename, index) for index, info in enumerate(infos) if not info.is_dir()]


def _check_directory_size(file: BinaryIO, path: Path) -> None:
    """Refuse an archive whose list of members is huge, or of the kind that may be (zip64), before it is parsed."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - _ZIP_END_BYTES))
    tail = file.read()
    place = tail.find(_ZIP_END)
    while place >= 0:  # which of several ends counts, is for zipfile to say: none may be huge
        if len(tail) >= place + 16 and struct.unpack_from("<I", tail, place + 12)[0] > MAX_DIRECTORY_BYTES:
            raise _archive_too_large(path)
        place = tail.find(_ZIP_END, place + 1)
    if _ZIP64_END in tail:
        raise _archive_too_large(path)


def _damaged_archive(path: Path) -> UnreadableFileError:
    return UnreadableFileError("the zip archive is damaged", "copy or export it again", path)


def _archive_too_large(path: Path) -> UnreadableFileError:
    limits = f"{MAX_MEMBERS} files or {MAX_TOTAL_BYTES // 2**30} GiB"
    return UnreadableFileError(f"the zip archive holds more than {limits}", "unpack it, or make several of it", path)


def _check_member(info: zipfile.ZipInfo, path: Path) -> None:
    if info.flag_bits & 0x1:
        raise UnreadableFileError("it is encrypted in the zip archive", "unpack it with its password first", path)
    if info.compress_type not in _UNPACKED:
        raise UnreadableFileError("the zip archive is compressed in an unusual way", "unpack it first", path)
    if info.file_size > MAX_FILE_BYTES:
        raise _too_large(path)
    if info.file_size > max(RATIO_MATTERS_BYTES, MAX_RATIO * info.compress_size):
        raise UnreadableFileError(f"it unpacks to more than {MAX_RATIO} times its size", "no scan does that", path)


def _too_large(path: Path) -> UnreadableFileError:
    return UnreadableFileError(f"the file is larger than {MAX_FILE_BYTES // 2**20} MiB", "no scan is that large", path)


def listed_files(dicomdir: Path) -> list[Path]:
    """The files a DICOMDIR lists, each once, in its order; names that lead out of its folder are left out.

    Raises
    ------
    UnreadableFileError
        If the DICOMDIR is damaged.
    """
    from oiscan.loaders.dicom import parse

    with quiet():
        records = parse(read_bytes(dicomdir)).datasets("DirectoryRecordSequence")
        named = [PurePosixPath(*parts) for record in records if (parts := record.texts("ReferencedFileID"))]
    folder = dicomdir.resolve().parent
    inside = [name for name in dict.fromkeys(named) if (folder / name).resolve().is_relative_to(folder)]
    return [dicomdir.parent / name for name in inside]
