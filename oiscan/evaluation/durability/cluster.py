"""A small Dask cluster on this machine, whose workers are killed and replaced."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

WORKERS = 2
_START_SECONDS = 60


class Cluster:
    """A scheduler and two worker processes of one thread; `address` is what ``--scheduler`` takes."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "scheduler.json"
        self._scheduler = _dask("scheduler", "--scheduler-file", str(self._file), "--port", "0", "--no-dashboard")
        self.address = self._address()
        self._workers = [self._worker() for _ in range(WORKERS)]
        self.kills = 0

    def kill_one(self) -> None:
        """Kill the worker that has lived longest, and start another."""
        oldest = self._workers.pop(0)
        oldest.kill()
        oldest.wait()
        self._workers.append(self._worker())
        self.kills += 1

    def close(self) -> None:
        """End all its processes."""
        for process in (*self._workers, self._scheduler):
            process.kill()
            process.wait()

    def _worker(self) -> subprocess.Popen[bytes]:
        options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(self._file.parent))
        return _dask("worker", "--scheduler-file", str(self._file), *options)

    def _address(self) -> str:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            try:
                return str(json.loads(self._file.read_text(encoding="utf-8"))["address"])
            except (OSError, ValueError):
                time.sleep(0.1)
        self._scheduler.kill()
        raise TimeoutError("the Dask scheduler does not start")


@contextmanager
def dying_cluster(every_seconds: float) -> Iterator[Cluster]:
    """A cluster of which a worker is killed every so many seconds."""
    with tempfile.TemporaryDirectory() as folder:
        cluster, over = Cluster(Path(folder)), threading.Event()

        def kill() -> None:
            while not over.wait(every_seconds):
                cluster.kill_one()

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            yield cluster
        finally:
            over.set()
            killer.join()
            cluster.close()


def _dask(*words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dask", *words]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
