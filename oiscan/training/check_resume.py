"""Does a training that was killed end with the weights of one that was not?"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from oiscan.anatomy import View
from oiscan.errors import ModelError

SHORT: dict[str, Any] = {
    "view": View.LATERAL.value,
    "rounds": 4,
    "scenes_per_round": 8,
    "pool_rounds": 2,
    "finder_steps": 2,
    "finder_batch": 2,
    "refiner_steps": 4,
    "refiner_pictures": 3,
    "refiner_crops": 2,
    "device": "cpu",
    "checkpoint_rounds": 1,
}
"""Settings of a run of seconds in which there is a checkpoint to be killed beside."""

COMMAND = (sys.executable, "-c", "from oiscan.cli import main; main()", "train")


def check_resume(out: Path, kills: int = 3, seed: int = 0, changes: Mapping[str, Any] = SHORT) -> dict[str, Any]:
    """Run a training undisturbed, and again killed (SIGKILL) at random moments and resumed; compare the weights.

    Parameters
    ----------
    out
        Empty folder for the runs.
    kills
        How often the second one is killed.
    seed
        Of the moments.
    changes
        Settings of both runs.

    Returns
    -------
    dict
        `identical`; `seconds` of the undisturbed run; `killed_after_seconds` and `rounds_kept`, a value a kill.

    Raises
    ------
    ModelError
        A training failed by itself.
    """
    view, started = View(changes["view"]), time.monotonic()
    _finish(out / "whole", changes)
    seconds = time.monotonic() - started
    moments = np.random.default_rng(seed).uniform(0.2, 0.95, kills) * seconds
    kept = [_kill(out / "killed", changes, moment, view) for moment in moments]
    _finish(out / "killed", changes)
    return {
        "identical": same_weights(out / "whole" / view, out / "killed" / view),
        "seconds": round(seconds, 1),
        "killed_after_seconds": [round(float(moment), 1) for moment in moments],
        "rounds_kept": kept,
    }


def same_weights(one: Path, other: Path) -> bool:
    """Whether two runs' checkpoints hold the same numbers, bit by bit: weights, their means, and the optimisers'."""
    a, b = (torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True) for run in (one, other))
    return all(_same(a[key], b[key]) for key in ("round", "finder", "refiner"))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor):
        return torch.equal(one, other)
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, Sequence) and not isinstance(one, str):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _start(out: Path, changes: Mapping[str, Any]) -> subprocess.Popen[str]:
    words = [word for key, value in changes.items() for word in ("--set", f"{key}={value}")]
    return subprocess.Popen([*COMMAND, "--out", str(out), *words], stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True)


def _finish(out: Path, changes: Mapping[str, Any]) -> None:
    training = _start(out, changes)
    _, said = training.communicate()
    if training.returncode:
        raise ModelError(f"the training failed by itself: {said.strip()}")


def _kill(out: Path, changes: Mapping[str, Any], seconds: float, view: View) -> int:
    """Start or go on with a run and kill it; returns how many rounds its checkpoint holds."""
    training = _start(out, changes)
    try:
        training.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        training.kill()
        training.communicate()
    path = out / view / "checkpoint.pt"
    return int(torch.load(path, map_location="cpu", weights_only=True)["round"]) if path.exists() else 0
