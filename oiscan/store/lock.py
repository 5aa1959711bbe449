"""A lock that dies with its process: nobody has to remove anything after a crash."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from oiscan.errors import StoreError
from oiscan.store.files import unwritable

BUSY = "another oiscan is working on this results folder: wait for it, or give another --out"
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
_TAKEN = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
_POLL_SECONDS = 0.2


@contextmanager
def locked(path: Path, wait: bool = False) -> Iterator[bool]:
    """Hold the lock that a file stands for; gives whether the file system has locks at all.

    On a network share it depends on the server whether another machine sees the lock, and some have none: then the
    user must see to it that one run at a time works on a folder.

    Parameters
    ----------
    path
        Made where it is absent; it stays, and holds nothing.
    wait
        Whether to wait for whoever holds it.

    Raises
    ------
    StoreError
        Somebody else holds it, or the file cannot be made.
    """
    with _opened(path) as file:
        yield _taken(file, wait)


def _opened(path: Path) -> BinaryIO:
    try:
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    except OSError as error:
        raise unwritable(error) from error


def _taken(file: BinaryIO, wait: bool) -> bool:
    while True:
        try:
            _lock(file)
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return False
            if error.errno not in _TAKEN:
                raise unwritable(error) from error
            if not wait:
                raise StoreError(BUSY) from error
            time.sleep(_POLL_SECONDS)
        else:
            return True


if sys.platform == "win32":
    import msvcrt

    def _lock(file: BinaryIO) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
