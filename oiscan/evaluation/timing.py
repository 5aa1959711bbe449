"""Where the CPU seconds of a scan go: preparing the picture, the two networks, and making sense of their answers."""

from __future__ import annotations

import cProfile
import pstats
import statistics
import time
from collections.abc import Callable
from typing import TypeVar

from oiscan.scan import Scan
from oiscan.segmentation import Model, segment

T = TypeVar("T")

STAGES = {
    "preprocess": (("preprocess.py", "stretched_grey"), ("preprocess.py", "resampled"), ("preprocess.py", "mirrored"),
                   ("preprocess.py", "crop")),
    "finder": (("model.py", "find"),),
    "refiner": (("model.py", "refine"),),
}  # fmt: skip
"""The functions of `oiscan.segmentation` a stage consists of; what is left is decoding: candidates, chain, names."""

REPEATS = 3


def timed(step: Callable[[], T]) -> tuple[T, float]:
    """What a step gives, and the CPU seconds it took."""
    start = time.process_time()
    return step(), time.process_time() - start


def stage_seconds(scan: Scan, model: Model) -> dict[str, float]:
    """CPU seconds of each stage of segmentation, on a warm process.

    The whole is the median of some runs; a profile of one more, which is slower, tells how it divides.
    """
    segment(scan, model)  # opens the networks
    whole = statistics.median(timed(lambda: segment(scan, model))[1] for _ in range(REPEATS))
    shares = _shares(lambda: segment(scan, model))
    stages = {name: whole * share for name, share in shares.items()}
    return stages | {"decode": whole - sum(stages.values())}


def _shares(step: Callable[[], object]) -> dict[str, float]:
    profile = cProfile.Profile(time.process_time)
    _, whole = timed(lambda: profile.runcall(step))
    spent = {(file.rsplit("/", 1)[-1], name): cumulative for (file, _, name), (_, _, _, cumulative, _)
             in pstats.Stats(profile).stats.items()}  # type: ignore[attr-defined]  # fmt: skip
    return {stage: sum(spent.get(one, 0.0) for one in parts) / whole for stage, parts in STAGES.items()}
