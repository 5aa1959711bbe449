"""What is told of a model that was trained here: `card.json` for programs, `card.md` for people."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from oiscan.anatomy import Level, View
from oiscan.evaluation.figures import summary
from oiscan.evaluation.landmarks import ImageResult
from oiscan.segmentation import Model
from oiscan.training.dataset import Dataset
from oiscan.training.settings import TrainSettings

PRIVATE = {"init", "data", "device", "workers", "checkpoint_rounds", "checkpoint_minutes"}
"""Settings that tell of somebody's disk, or change nothing that is learnt."""

FIGURES = ("scans", "vertebrae", "found", "corner_error_median", "corner_error_p90", "ratio_error_mean",
           "false_finds_per_scan", "scans_named_right")

INTENDED_USE = (
    "Research. Finds and outlines vertebrae on spine scans so that a reader can check and grade them. "
    "Not a medical device."
)
NOT_TESTED = ["pictures unlike those of the data it was trained on", "readers' grades"]
SIMULATED = "simulated pictures of oiscan.phantom"


def new_card(
    name: str, runs: Sequence[TrainSettings], initial: Model | None, data: Dataset | None, version: str
) -> dict[str, Any]:
    """The card of a model before it is measured; it is not calibrated, so scoring prints no probabilities."""
    return {
        "name": name,
        "program_version": version,
        "calibration": None,
        "initial_model": None if initial is None else {"name": initial.name, "sha256": initial.sha256},
        "initial_training": {} if initial is None else initial.card.get("training", {}),
        "training": {
            "data": SIMULATED if data is None else f"labelled pictures, and {SIMULATED}",
            "data_sha256": "" if data is None else data.sha256,
            "pictures": {} if data is None else _counts(runs, data),
            "settings": {run.view.value: run.model_dump(mode="json", exclude=PRIVATE) for run in runs},
        },
        "metrics": {},
        "intended_use": INTENDED_USE,
        "not_tested": NOT_TESTED,
    }


def _counts(runs: Sequence[TrainSettings], data: Dataset) -> dict[str, dict[str, int]]:
    return {run.view.value: dict(zip(("trained_on", "held_back"), map(len, data.of(run.view)), strict=True))
            for run in runs}


def held_back_figures(results: Sequence[ImageResult]) -> dict[str, float | None]:
    """Figures of pictures nobody trained on, all levels; None where there is nothing to take a mean of."""
    figures = summary(list(results), Level.T1, Level.L6) | {"scans": float(len(results))}
    return {name: _rounded(figures[name]) for name in FIGURES}


def _rounded(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def card_text(card: dict[str, Any]) -> str:
    """The card for people, in Markdown."""
    training = card["training"]
    begun = card["initial_model"]
    lines = [
        f"# Model card: {card['name']}",
        "",
        f"**What it is for.** {card['intended_use']}",
        "",
        f"**What it learned from.** {training['data'].capitalize()}. {_counted(training['pictures'])}".rstrip(),
        f"It began with {'random weights' if begun is None else _begun(begun)}.",
        *([f"SHA-256 of the data: `{training['data_sha256']}`."] if training["data_sha256"] else []),
        "",
        *_measured(card["metrics"]),
        "**Not calibrated.** Its covariances rank landmarks; they are no probabilities, and scoring prints none.",
        "",
        f"**What was not tested.** {'; '.join(card['not_tested'])}.",
    ]
    return "\n".join(lines) + "\n"


def _begun(model: dict[str, str]) -> str:
    return f"the weights of model {model['name']} (SHA-256 `{model['sha256']}`)"


def _counted(pictures: dict[str, dict[str, int]]) -> str:
    return " ".join(f"{View(view).value}: {counts['trained_on']} labelled pictures, {counts['held_back']} held back."
                    for view, counts in pictures.items())


def _measured(metrics: dict[str, Any]) -> list[str]:
    """A table of every view: before and after, on the subjects held back."""
    if not metrics:
        return ["**What was measured.** Nothing yet: `scripts/evaluate.py` measures it.", ""]
    lines = ["**What was measured** on the subjects held back; errors are shares of the depth (AP: width)."]
    for view, columns in metrics["held_back"].items():
        lines += ["", f"| {view} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
        for name in FIGURES:
            cells = ["-" if one[name] is None else f"{one[name]:g}" for one in columns.values()]
            lines.append(f"| {name.replace('_', ' ')} | {' | '.join(cells)} |")
    return [*lines, ""]
