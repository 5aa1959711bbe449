"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from oiscan.errors import StoreError

_PARTIAL = ".partial"


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that it is there whole or not at all, and on the disk when this returns.

    Raises
    ------
    StoreError
        It cannot be written, as on a full disk; what was there before is still there.
    """
    write_parts(path, [content])


def write_private(path: Path, content: str | bytes) -> None:
    """As `write_whole`, for the eyes of its owner alone, also where the file is taken out of its folder."""
    write_parts(path, [content], 0o600)


def write_parts(path: Path, parts: Iterable[str | bytes], mode: int = 0o666) -> None:
    """As `write_whole`, part after part, so that a long table is never in memory as a whole."""
    try:
        _write(path, parts, mode)
    except OSError as error:
        raise unwritable(error) from error


def write_changed(files: Iterable[tuple[Path, str]]) -> None:
    """As `write_whole` for many files, sparing the disk those that are as they should be, and all but one sync."""
    at_once = sys.platform != "win32"
    try:
        for path, content in files:
            if not path.is_file() or path.read_bytes() != content.encode():
                _write(path, [content], 0o666, synced=not at_once)
        if at_once:
            os.sync()
    except OSError as error:
        raise unwritable(error) from error


def _write(path: Path, parts: Iterable[str | bytes], mode: int, synced: bool = True) -> None:
    partial = path.with_name(f".{path.name}{_PARTIAL}")
    try:
        with open(partial, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            for part in parts:
                # A file name need not be UTF-8: its odd bytes are written as they are.
                file.write(part.encode(errors="surrogateescape") if isinstance(part, str) else part)
            if synced:
                file.flush()
                os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    if synced:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on the disk; on Windows they are there with the files."""
    if sys.platform == "win32":
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def unwritable(error: OSError) -> StoreError:
    """What to tell of a results folder that takes no more."""
    cause = f"the results folder cannot be written ({error.strerror or type(error).__name__})"
    return StoreError(f"{cause}; see to that and give the same command again: it goes on where this ended")


def remove_partials(folders: Iterable[Path]) -> None:
    """Remove what a run that was killed was just writing."""
    for folder in folders:
        for partial in folder.glob(f".*{_PARTIAL}"):
            partial.unlink(missing_ok=True)


def as_json(data: Any) -> str:
    """As JSON text that any reader accepts: no NaN, one key a line."""
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
