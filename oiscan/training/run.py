"""A whole training: every view that is asked for, and a model folder ready to score with at the end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from torch import Tensor

from oiscan.anatomy import View
from oiscan.errors import ConfigError, LabelError
from oiscan.evaluation.landmarks import ImageResult, compare
from oiscan.labels import LabelledImage
from oiscan.loaders import read
from oiscan.segmentation import Model, segment
from oiscan.training.card import card_text, held_back_figures, new_card
from oiscan.training.dataset import Dataset, read_dataset
from oiscan.training.export import NAMER, export_model, load_run, load_weights, write_card
from oiscan.training.labelled import labelled_chunk
from oiscan.training.loop import Labelled, train
from oiscan.training.settings import TrainSettings
from oiscan.version import __version__

Weights = dict[View, dict[str, dict[str, Tensor]]]


def train_model(runs: Sequence[TrainSettings], out: Path) -> Model:
    """Train each view, export, and measure on the subjects held back.

    Parameters
    ----------
    runs
        One a view, alike but for the view.
    out
        Receives a folder a view with checkpoint and curves, and `models/NAME`, NAME being that of `out`. Called
        again after it was stopped, it goes on where it was.

    Returns
    -------
    Model
        As scoring will load it. A view that was not trained is that of the initial model.

    Raises
    ------
    ConfigError, LabelError, ModelError
        Settings, labelled pictures or initial model that cannot be used; said before any training.
    """
    settings = runs[0]
    name = out.resolve().name
    initial = Model.load(settings.init) if settings.init else None
    data = read_dataset(Path(settings.data), settings.held_back, settings.seed) if settings.data else None
    labelled = {run.view: _labelled(data, run.view) for run in runs}
    weights = {} if initial is None else {view: load_weights(initial.folder, view) for view in initial.views}
    missing = [run.view for run in runs if initial is not None and run.view not in initial.views]
    if missing:
        raise ConfigError(f"the model to start from has no {missing[0]} networks: name another")
    for run in runs:
        train(run, out / run.view, weights.get(run.view), labelled[run.view])
        weights[run.view] = _with_namer(run, load_run(out / run.view)[1], weights.get(run.view, {}))
    folder = out / "models" / name
    export_model(weights, folder, new_card(name, runs, initial, data, __version__))
    return _measured(folder, runs, initial, data)


def _with_namer(
    run: TrainSettings, trained: dict[str, dict[str, Tensor]], initial: dict[str, dict[str, Tensor]]
) -> dict[str, dict[str, Tensor]]:
    """What was trained, and the initial model's namer unless the finder learnt: then names are what that one learnt."""
    keeps = NAMER in initial and not run.finder_steps
    return trained | ({NAMER: initial[NAMER]} if keeps else {})


def _labelled(data: Dataset | None, view: View) -> Labelled | None:
    if data is None:
        return None
    learnt, held_back = data.of(view)
    if not learnt:
        raise LabelError(f"the labelled pictures to train on hold no {view} one: set view to the other")
    return Labelled(
        labelled_chunk(learnt, view), labelled_chunk(held_back, view) if held_back else None, data.sha256
    )


def _measured(folder: Path, runs: Sequence[TrainSettings], initial: Model | None, data: Dataset | None) -> Model:
    """Score the pictures held back with the new model and the one it began with, and tell in the card."""
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    models = {"initial": initial, "trained": Model.load(folder)}
    for run in runs:
        images = data.of(run.view)[1] if data is not None else ()
        if images:
            columns = {name: held_back_figures(score(images, model)) for name, model in models.items() if model}
            card["metrics"].setdefault("held_back", {})[run.view.value] = columns
    write_card(card, folder)
    (folder / "card.md").write_text(card_text(card), encoding="utf-8")
    return Model.load(folder)


def score(images: Sequence[LabelledImage], model: Model) -> list[ImageResult]:
    """A model against labelled pictures, by the way a user's scans go."""
    results = []
    for image in images:
        scan = read(image.file, view=image.view, spacing_mm=image.spacing_mm)
        results.append(compare(image, segment(scan, model), scan.relative_pixel_size))
    return results
