"""Trained weights to a model folder: ONNX files to score with, safetensors to train on, and the card."""

from __future__ import annotations

import hashlib
import json
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from oiscan.anatomy import LANDMARKS, View
from oiscan.errors import ModelError
from oiscan.segmentation.model import FORMAT
from oiscan.training.augment import FINDER_SHAPE
from oiscan.training.networks import CROP_FIELD, CROP_PX, Finder, Refiner
from oiscan.training.settings import TrainSettings

NAMER = "namer"
"""Part of a view that may be missing: a second finder, of which S1 and the levels are taken."""

LARGEST_DIFFERENCE = 1e-3  # between torch and ONNX Runtime, in each output's own unit; float32 rounding is about 1e-5


class ScoringRefiner(nn.Module):
    """A refiner's outputs as scoring wants them: probabilities instead of logits, no heatmaps."""

    def __init__(self, refiner: Refiner) -> None:
        super().__init__()
        self.refiner = refiner

    def forward(self, crop: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        landmarks, covariance, quality, doubled, mask, _ = self.refiner(crop)
        return landmarks, covariance, quality.sigmoid(), doubled.sigmoid(), mask.sigmoid()


def networks(view: View) -> dict[str, nn.Module]:
    """Untrained finder and refiner of a view."""
    return {"finder": Finder(), "refiner": Refiner(len(LANDMARKS[view]))}


def _loaded(view: View, part: str, state: dict[str, Tensor]) -> nn.Module:
    network = networks(view)["finder" if part == NAMER else part]
    network.load_state_dict(state)
    return network.eval()


def load_weights(folder: Path, view: View) -> dict[str, dict[str, Tensor]]:
    """Weights of one view from a model folder, as {"finder": state, "refiner": state} and, where it has one, "namer".

    Raises
    ------
    ModelError
        The folder has no weights of this view.
    """
    path = folder / "weights.safetensors"
    if not path.exists():
        raise ModelError(f"{path.name} is missing from the model folder; give a complete one")
    tensors = load_file(path)
    states: dict[str, dict[str, Tensor]] = {}
    for part in ("finder", "refiner", NAMER):
        prefix = f"{view.value}_{part}."
        state = {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
        if state:
            states[part] = state
        elif part != NAMER:
            raise ModelError(f"the model folder has no weights of the {view.value} {part}")
    return states


def load_run(folder: Path) -> tuple[View, dict[str, dict[str, Tensor]]]:
    """View and weights of a training run, as {"finder": state, "refiner": state}: the running means, to be exported.

    Raises
    ------
    ModelError
        The folder holds no checkpoint, or its run has not ended.
    """
    path = folder / "checkpoint.pt"
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        settings = TrainSettings.model_validate_json(state["settings"])
        means = {part: dict(state[part]["mean"]) for part in ("finder", "refiner")}
    except (OSError, RuntimeError, pickle.UnpicklingError, EOFError, LookupError, ValueError) as error:
        raise ModelError(f"{folder.name} holds no checkpoint of a training run: {error}") from error
    if state["round"] < settings.rounds:
        raise ModelError(f"the run in {folder.name} ended after round {state['round']} of {settings.rounds}: resume it")
    return settings.view, means


def export_model(weights: dict[View, dict[str, dict[str, Tensor]]], folder: Path, card: dict[str, Any]) -> None:
    """Write a model folder ready to score with.

    Parameters
    ----------
    weights
        Per view {"finder": state, "refiner": state}, and "namer" for a second finder that names come from.
    card
        What is told of the model; hashes and input geometry are added here.

    Raises
    ------
    ModelError
        ONNX Runtime's answers differ from torch's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, Tensor] = {}
    names = ["weights.safetensors"]
    for view, states in weights.items():
        for part, state in states.items():
            path = folder / f"{view.value}_{part}.onnx"
            (_export_refiner if part == "refiner" else _export_finder)(_loaded(view, part, state), view, path)
            names.append(path.name)
            tensors |= {f"{view.value}_{part}.{key}": value.contiguous() for key, value in state.items()}
    save_file(tensors, folder / "weights.safetensors")
    (folder / "weights.safetensors").chmod(0o644)  # safetensors writes files only their owner can read
    geometry = {"finder_pixels_per_mm": 1.0, "crop_px": CROP_PX, "crop_field": CROP_FIELD, "format": FORMAT}
    hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in sorted(names)}
    write_card({**card, "files": hashes, "views": {view.value: geometry for view in weights}}, folder)


def write_card(card: dict[str, Any], folder: Path) -> None:
    """Write `card.json`, which a model folder is known and verified by."""
    text = json.dumps(card, indent=1, sort_keys=True, allow_nan=False) + "\n"
    (folder / "card.json").write_text(text, encoding="utf-8")


def _export_finder(network: nn.Module, view: View, path: Path) -> None:
    picture = torch.rand(1, 1, *FINDER_SHAPE[view], generator=torch.Generator().manual_seed(0))
    axes = {"image": {2: "height", 3: "width"}}
    for name in ("heat", "corners", "level"):
        axes[name] = {2: "rows", 3: "columns"}
    _export(network, picture, path, "image", ["heat", "corners", "level"], axes)


def _export_refiner(network: nn.Module, view: View, path: Path) -> None:
    assert isinstance(network, Refiner)
    crops = torch.rand(3, 1, CROP_PX, CROP_PX, generator=torch.Generator().manual_seed(0))
    outputs = ["landmarks", "covariance", "quality", "doubled", "mask"]
    axes = {name: {0: "crops"} for name in ["crop", *outputs]}
    _export(ScoringRefiner(network).eval(), crops, path, "crop", outputs, axes)


def _export(
    network: nn.Module, example: Tensor, path: Path, given: str, outputs: list[str], axes: dict[str, dict[int, str]]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own age; its result is checked below
        torch.onnx.export(
            network, (example,), path, input_names=[given], output_names=outputs, dynamic_axes=axes, dynamo=False
        )
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    with torch.no_grad():
        expected = network(example)
    for name, torch_says, onnx_says in zip(outputs, expected, session.run(None, {given: example.numpy()}), strict=True):
        worst = float(np.abs(torch_says.numpy() - onnx_says).max())
        if not worst <= LARGEST_DIFFERENCE:
            raise ModelError(f"{path.name}: ONNX Runtime and torch differ by {worst:.2g} in {name}")
