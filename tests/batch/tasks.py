"""Tasks for the tests of workers: small, and found by other processes."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from oiscan.errors import ModelError


def lost(item: int) -> str:
    return f"{item} lost"


def square(item: int) -> int:
    return item * item


def refuse(item: int) -> int:
    raise ModelError("another model")


def process(item: int) -> int:
    return os.getpid()


@dataclass(frozen=True)
class Deadly:
    """Ends its process over some items: as often as told, which files in a folder count."""

    folder: Path
    deaths: dict[int, int]

    def __call__(self, item: int) -> int:
        done = len(list(self.folder.glob(f"{item}-*")))
        if done < self.deaths.get(item, 0):
            (self.folder / f"{item}-{done}").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return item * item


class Unloadable:
    """Cannot be unpickled in a worker."""

    def __reduce__(self) -> tuple[object, ...]:
        return _fail, ()


def _fail() -> None:
    os._exit(3)
