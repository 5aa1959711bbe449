"""Broken files read one by one, in a process that may die: what came of each, how long it took, how much memory."""

from __future__ import annotations

import multiprocessing
import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from oiscan.errors import OiscanError
from oiscan.evaluation.broken_files.damage import damaged
from oiscan.evaluation.broken_files.memory import peak_memory_mib
from oiscan.evaluation.broken_files.sound_files import sound_files

CHUNK = 100
"""Files a worker reads before it reports."""

KILLED_AFTER_SECONDS = 60
"""A reading that takes longer ends its process, and so counts as a crash."""

SCAN = "Scan"


@dataclass(frozen=True)
class Reading:
    """What came of one broken file.

    Parameters
    ----------
    number, kind, source
        Which file of the series, what was done to it, what it was made of.
    outcome
        "Scan", or the name of the error's class.
    intended
        Whether that is a result or an `OiscanError`; False is a bug.
    seconds
        Time to read it.
    """

    number: int
    kind: str
    source: str
    outcome: str
    intended: bool
    seconds: float


def read_damaged_files(n: int, seed: int, advance: Callable[[int], None] = lambda done: None) -> dict[str, Any]:
    """Read `n` broken files and sum up; `advance` is called with the number done.

    Returns
    -------
    dict
        ``n``; ``results`` (files that still gave a scan); ``errors`` by class; ``crashes`` (files that ended the
        reading process, or gave an exception that is no `OiscanError`), each named; ``worst_seconds``;
        ``worst_memory_mib`` of the reading process and its decoder together; counts by ``damage``.
    """
    readings: list[Reading] = []
    crashes: list[dict[str, Any]] = []
    memory_mib = 0.0
    for start in range(0, n, CHUNK):
        numbers = list(range(start, min(start + CHUNK, n)))
        found, used_mib, died = _read_chunk(numbers, seed)
        readings += found
        crashes += [{"number": number, "outcome": "the process ended"} for number in died]
        memory_mib = max(memory_mib, used_mib)
        advance(numbers[-1] + 1)
    crashes += [{"number": r.number, "outcome": r.outcome} for r in readings if not r.intended]
    outcomes = Counter(reading.outcome for reading in readings)
    return {
        "n": n,
        "seed": seed,
        "results": outcomes.pop(SCAN, 0),
        "errors": dict(sorted(outcomes.items())),
        "crashes": sorted(crashes, key=lambda crash: int(crash["number"])),
        "worst_seconds": round(max((reading.seconds for reading in readings), default=0.0), 2),
        "worst_memory_mib": round(memory_mib),
        "damage": dict(sorted(Counter(reading.kind for reading in readings).items())),
    }


def _read_chunk(numbers: list[int], seed: int) -> tuple[list[Reading], float, list[int]]:
    """Readings, memory in MiB, and the files whose reading ended the process."""
    try:
        return (*_in_new_process(numbers, seed), [])
    except BrokenProcessPool:
        if len(numbers) == 1:
            return [], 0.0, numbers
    halves = (numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :])
    first, second = (_read_chunk(half, seed) for half in halves)
    return first[0] + second[0], max(first[1], second[1]), first[2] + second[2]


def _in_new_process(numbers: list[int], seed: int) -> tuple[list[Reading], float]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_read_all, numbers, seed).result()


def _read_all(numbers: list[int], seed: int) -> tuple[list[Reading], float]:
    from oiscan.loaders import apart

    readings, decoder_mib = [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            readings.append(_read_one(number, seed, Path(folder)))
            decoder_mib = max(decoder_mib, peak_memory_mib(helper) if (helper := apart.helper_process()) else 0.0)
    apart.close()
    return readings, peak_memory_mib(os.getpid()) + decoder_mib


def _read_one(number: int, seed: int, folder: Path) -> Reading:
    from oiscan.loaders import read
    from oiscan.loaders.printed import read_printed_file

    broken = damaged(number, seed, _sound_files())
    path = folder / f"{number}.dcm"
    path.write_bytes(broken.data)
    signal.alarm(KILLED_AFTER_SECONDS)
    clock = time.monotonic()
    try:
        read_printed_file(path)
        read(path)
        outcome, intended = SCAN, True
    except OiscanError as error:
        outcome, intended = type(error).__name__, True
    except Exception as error:  # what must not happen is counted, not raised
        outcome, intended = f"{type(error).__name__}: {error}", False
    seconds = time.monotonic() - clock
    signal.alarm(0)
    path.unlink()
    return Reading(number, broken.kind, broken.source, outcome, intended, seconds)


@cache
def _sound_files() -> dict[str, bytes]:
    return sound_files()
