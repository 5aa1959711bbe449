"""Files to score: simulated pictures in many exposures, some broken in ten ways, some copied under another name."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from oiscan.evaluation.broken_files.damage import DAMAGES
from oiscan.phantom.exam import ExamSettings, draw_exam
from oiscan.phantom.export import Layout, noisy_copy, write_exam

FIRST_SEED = 930_000
EXPOSURES = 15
"""Of each picture."""

BROKEN_EVERY, COPIED_EVERY = 20, 50
"""5 % of the files are broken, and 2 % stand there twice."""

WAYS = (*DAMAGES, "no scan at all")
"""A file is broken in one of ten ways."""


def write_files(folder: Path, n: int) -> list[Path]:
    """Write `n` files of different content and the copies of some; the same number gives the same files.

    The pictures they are made of are left beside the folder.
    """
    pictures = write_pictures(folder.with_name("pictures"), -(-n // EXPOSURES))
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for number in range(n):
        content = noisy_copy(pictures[number % len(pictures)], number)
        if number % BROKEN_EVERY == BROKEN_EVERY // 2:
            content = _broken(content, number)
        names = [f"{number:05d}.dcm"] + [f"copy_{number:05d}.dcm"] * (number % COPIED_EVERY == 0)
        for name in names:
            (folder / name).write_bytes(content)
            files.append(folder / name)
    return files


def write_pictures(folder: Path, n: int) -> list[Path]:
    """Both views of simulated people, until there are `n` pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(-(-n // 2)):
        write_exam(draw_exam(ExamSettings(FIRST_SEED + number)), folder, f"{number:04d}", Layout.GENERIC)
    return sorted(folder.glob("*.dcm"))[:n]


def _broken(content: bytes, number: int) -> bytes:
    rng = np.random.default_rng([FIRST_SEED, number])
    way = WAYS[number // BROKEN_EVERY % len(WAYS)]
    broken = DAMAGES[way](content, rng) if way in DAMAGES else rng.bytes(500)
    return broken + number.to_bytes(4, "little")  # bombs of one size are all alike
