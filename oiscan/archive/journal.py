"""A file of JSON lines that survives whatever happens to the machine: each line is on disk when `append` returns."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from oiscan.store.files import unwritable


def append(path: Path, entry: Mapping[str, str]) -> None:
    """Add a line, for its owner's eyes only; the file is made where there is none.

    Raises
    ------
    StoreError
        It cannot be written, as on a full disk.
    """
    try:
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a+b") as lines:
            lines.write(_line_break(lines) + json.dumps(entry).encode() + b"\n")
            lines.flush()
            os.fsync(lines.fileno())
    except OSError as error:
        raise unwritable(error) from error


def entries(path: Path) -> Iterator[dict[str, str]]:
    """The lines, in order; one that was cut short says nothing."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, dict):
                yield entry


def _line_break(lines: BinaryIO) -> bytes:
    """What must go before a new line where the last one was cut short."""
    if lines.seek(0, os.SEEK_END) == 0:
        return b""
    lines.seek(-1, os.SEEK_END)
    return b"" if lines.read(1) == b"\n" else b"\n"
