"""The whole loop on simulated scans of a look no network was trained on: score, correct, export, train, measure again.

Every step is the one a user takes: the commands `oiscan score` and `oiscan export-labels`, a reader's desk, training
from a model that ships. The scans that are measured, before and after, are of other people than those corrected.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from oiscan.anatomy import View
from oiscan.evaluation.cases import Case, evaluate_labels
from oiscan.evaluation.groups import compared_models, intervals
from oiscan.labels import LabelledImage, LabelSet
from oiscan.phantom.exam import ExamSettings, draw_exam
from oiscan.phantom.export import Layout, write_exam
from oiscan.phantom.looks import Look
from oiscan.pipeline import file_sha256
from oiscan.review.checks.scripted_reader import READER, READER_SD_MM, correct
from oiscan.review.checks.visitor import COMMAND
from oiscan.review.desk import Terms
from oiscan.review.opening import open_desk
from oiscan.segmentation import Model

CORRECTED_SEED, HELD_SEED = 940_000, 950_000
"""First person of those whose scans are corrected, and of those whose scans are measured."""

LOOK, PIXEL_MM = Look.RELIEF, 1.0
"""Training draws neither this look nor so coarse pixels."""


def check_loop(
    out: Path,
    model: str = "default",
    corrected: int = 30,
    held: int = 100,
    workers: int = 1,
    changes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Correct some lateral scans, retrain, and measure on others, before and after.

    Parameters
    ----------
    out
        Folder for everything that comes up; the weights are for throwing away.
    model
        What to start from.
    corrected, held
        How many people's scans are corrected, and how many others' are measured.
    workers
        Processes that measure.
    changes
        Settings of the training in place of those fine-tuning has.

    Returns
    -------
    dict
        `before` and `after`, figures of the scans held with 95 % intervals over people; `gain`, how much better each
        figure got, with a verdict; `seconds` of each step; `passed`: landmarks are better and no fewer are found.

    Raises
    ------
    ModelError
        There is no such model.
    """
    initial, seconds = Model.load(model), dict[str, float]()
    with _timed(seconds, "draw"):
        theirs = _drawn(out / "scans", range(CORRECTED_SEED, CORRECTED_SEED + corrected))
        others = _drawn(out / "others", range(HELD_SEED, HELD_SEED + held))
    with _timed(seconds, "score"):
        _oiscan("score", out / "scans", "--out", out / "results", "--model", model)
    with _timed(seconds, "correct"):
        placed = _corrected(out / "results", theirs)
    with _timed(seconds, "export"):
        _oiscan("export-labels", out / "results", "--to", out / "labels")
    with _timed(seconds, "train"):
        trained = _trained(out / "corrected", model, out / "labels", changes or {})
    with _timed(seconds, "measure before"):
        before = evaluate_labels(LabelSet(others), initial, workers)
    with _timed(seconds, "measure after"):
        after = evaluate_labels(LabelSet(others), trained, workers)
    scans = {"corrected": corrected, **trained.card["training"]["pictures"][View.LATERAL.value], "measured": held}
    provenance = {
        "simulated": True,
        "look": LOOK.value,
        "pixel_mm": PIXEL_MM,
        "scans": scans,
        "vertebrae_placed": placed,
        "reader_sd_mm": READER_SD_MM,
        "initial_sha256": initial.sha256,
        "trained_sha256": trained.sha256,
        "cores": os.cpu_count(),
    }
    return provenance | _compared(before, after) | {"seconds": seconds}


def _compared(before: Sequence[Case], after: Sequence[Case]) -> dict[str, Any]:
    gain = compared_models(after, before)[View.LATERAL.value]
    passed = gain["landmark_mm_median"]["verdict"] == "better" and gain["found"]["verdict"] != "worse"
    return {"before": _figures(before), "after": _figures(after), "gain": gain, "passed": passed}


def _figures(cases: Sequence[Case]) -> dict[str, Any]:
    """Headlines with their intervals; None for what nothing was measured for."""
    known = intervals([case for case in cases if case.result is not None])
    return {name: {part: _known(value) for part, value in asdict(one).items()} for name, one in known.items()}


def _known(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _drawn(folder: Path, seeds: range) -> list[LabelledImage]:
    """One lateral scan of each person, and its truth."""
    folder.mkdir(parents=True, exist_ok=True)
    exams = (draw_exam(ExamSettings(seed, pixel_mm=PIXEL_MM, look=LOOK), views=[View.LATERAL]) for seed in seeds)
    return [image for seed, exam in zip(seeds, exams, strict=True)
            for image in write_exam(exam, folder, str(seed), Layout.GENERIC)]  # fmt: skip


def _corrected(results: Path, truths: Sequence[LabelledImage]) -> int:
    """Correct every scan; returns how many vertebrae the reader placed."""
    desk, _ = open_desk(results, Terms(READER))
    truth_of = {file_sha256(one.file)[:16]: one for one in truths}
    rng = np.random.default_rng(CORRECTED_SEED)
    codes = sorted(case.code for case in desk.cases)
    return sum(correct(desk, code, truth_of[code], rng) for code in codes)


def _trained(out: Path, model: str, labels: Path, changes: Mapping[str, Any]) -> Model:
    from oiscan.training.run import train_model
    from oiscan.training.settings import load_settings

    asked = {"view": View.LATERAL, "init": model, "data": str(labels), **changes}
    return train_model([load_settings(None, asked)], out)


def _oiscan(*words: object) -> None:
    """Run the command line as a user does."""
    subprocess.run([sys.executable, "-c", COMMAND, *map(str, words)], check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    seconds[step] = round(time.monotonic() - started, 1)
