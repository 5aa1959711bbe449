"""A small file system that can be filled up and made larger, where the system lets us mount one (Linux, as root)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

AMPLE_MIB = 8192
ROOM_MIB = 3
"""What is left on it when it is to run full: a few scans' worth."""


class SmallDisk:
    """A file system in memory on a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def leave_little(self) -> None:
        """Let it run full soon."""
        used = shutil.disk_usage(self.folder).used // 2**20
        self._resize(used + ROOM_MIB)

    def leave_ample(self) -> None:
        """Let there be room again."""
        self._resize(AMPLE_MIB)

    def _resize(self, mebibytes: int) -> None:
        _mount("-o", f"remount,size={mebibytes}m", self.folder)


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk | None]:
    """Mount one on an empty folder for as long as it is needed; None where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _mount("-t", "tmpfs", "-o", f"size={AMPLE_MIB}m", "tmpfs", folder)
    except (OSError, subprocess.CalledProcessError):
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", folder], check=True)


def _mount(*arguments: object) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True, stderr=subprocess.DEVNULL)
