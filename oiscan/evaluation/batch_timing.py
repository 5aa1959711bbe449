"""What a batch costs: seconds, where they go, and the memory of the process that writes and of its workers."""

from __future__ import annotations

import resource
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from oiscan.evaluation.broken_files.memory import peak_memory_mib
from oiscan.evaluation.durability.command import Command

POLL_SECONDS = 0.2


def measured(command: Command) -> dict[str, Any]:
    """Seconds and memory of a run; the memory on Linux only.

    Returns
    -------
    dict
        ``scans`` finished, ``seconds``, ``scans_per_second``, ``cpu_seconds_a_scan`` of all processes, and the most
        MiB that the writing process and a worker have held: ``writer_mib``, ``worker_mib``.
    """
    before, start = _cpu_seconds(), time.perf_counter()
    peaks: dict[int, float] = {}
    with command.started(subprocess.DEVNULL) as process:
        while process.poll() is None:
            for one in (process.pid, *children(process.pid)):
                peaks[one] = max(peaks.get(one, 0.0), peak_memory_mib(one))
            time.sleep(POLL_SECONDS)
    seconds, scans = time.perf_counter() - start, command.finished()
    writer = peaks.pop(process.pid, 0.0)
    return {
        "scans": scans,
        "seconds": round(seconds, 1),
        "scans_per_second": round(scans / seconds, 2),
        "cpu_seconds_a_scan": round((_cpu_seconds() - before) / scans, 4),
        "writer_mib": round(writer),
        "worker_mib": round(max(peaks.values(), default=0.0)),
    }


def children(process: int) -> list[int]:
    """Processes a process has started, as Linux tells."""
    try:
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()]
    except OSError:
        return []


def mean_seconds(timings: Sequence[dict[str, float]]) -> dict[str, float]:
    """Of each part of the work, over the scans."""
    return {part: round(fmean(timing[part] for timing in timings), 4) for part in timings[0]}


def _cpu_seconds() -> float:
    """Of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
