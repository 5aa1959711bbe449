"""From a user's labels to a model: the folder that scores, and what its card says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from oiscan.anatomy import View
from oiscan.errors import ConfigError, LabelError
from oiscan.segmentation import Model
from oiscan.training.card import card_text
from oiscan.training.dataset import read_dataset
from oiscan.training.export import export_model, load_weights, networks
from oiscan.training.run import train_model
from oiscan.training.settings import TrainSettings, load_views
from tests.training.labelled_set import image, written
from tests.training.pools import TINY

pytestmark = pytest.mark.usefixtures("no_processes")


def runs(**changes: Any) -> tuple[TrainSettings, ...]:
    return load_views(None, TINY | {"rounds": 1, "view": "lateral"} | changes)


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("jane_doe")
    return written(folder, [image(folder, view, number) for view in View for number in range(3)])


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of both views that was never trained."""
    torch.manual_seed(3)
    folder = tmp_path_factory.mktemp("models") / "untrained"
    weights = {view: {name: network.state_dict() for name, network in networks(view).items()} for view in View}
    export_model(weights, folder, {"name": "untrained", "calibration": None})
    return folder


def test_a_view_is_tuned_and_the_other_copied(labels: Path, before: Path, tmp_path: Path) -> None:
    model = train_model(runs(init=str(before), data=str(labels), held_back=0.3), tmp_path / "mine")
    assert model.folder == (tmp_path / "mine" / "models" / "mine").resolve()
    assert model.name == "mine"
    assert model.views == tuple(View)
    for part in ("finder", "refiner"):
        (old_ap, new_ap), (old_lateral, new_lateral) = (
            [load_weights(folder, view)[part] for folder in (before, model.folder)] for view in (View.AP, View.LATERAL)
        )
        assert all(torch.equal(value, new_ap[name]) for name, value in old_ap.items())
        assert not all(torch.equal(value, new_lateral[name]) for name, value in old_lateral.items())


def test_the_namer_stays_with_a_finder_that_learnt_nothing_and_goes_with_one_that_did(
    before: Path, labels: Path, tmp_path: Path
) -> None:
    weights = load_weights(before, View.LATERAL)
    namer = {name: value.clone() for name, value in weights["finder"].items()}
    named = weights | {"namer": namer}
    export_model({View.LATERAL: named}, tmp_path / "named", {"name": "named", "calibration": None})
    told = {"init": str(tmp_path / "named"), "data": str(labels), "held_back": 0.0}
    kept = train_model(runs(**told, finder_steps=0), tmp_path / "kept")
    assert "lateral_namer.onnx" in kept.card["files"]
    after = load_weights(kept.folder, View.LATERAL)["namer"]
    assert all(torch.equal(value, after[name]) for name, value in named["namer"].items())
    gone = train_model(runs(**told, finder_steps=1), tmp_path / "gone")
    assert "lateral_namer.onnx" not in gone.card["files"]


def test_the_card_tells_what_it_was_made_of_and_nothing_of_whom(labels: Path, before: Path, tmp_path: Path) -> None:
    model = train_model(runs(init=str(before), data=str(labels), held_back=0.3), tmp_path / "mine")
    card = model.card
    assert card["calibration"] is None
    assert not model.calibrated
    assert card["initial_model"] == {"name": "untrained", "sha256": Model.load(before).sha256}
    assert card["training"]["data_sha256"] == read_dataset(labels, 0.3, 0).sha256
    assert card["training"]["pictures"] == {"lateral": {"trained_on": 2, "held_back": 1}}
    columns = card["metrics"]["held_back"]["lateral"]
    assert columns.keys() == {"initial", "trained"}
    assert columns["trained"]["scans"] == 1
    assert columns["trained"]["vertebrae"] > 3
    text = (model.folder / "card.md").read_text()
    assert text == card_text(card)
    assert card["training"]["data_sha256"] in text
    assert "| lateral | initial | trained |" in text
    for told in (text, json.dumps(card)):
        assert "jane_doe" not in told
        assert "person" not in told
        assert str(tmp_path) not in told


def test_both_views_from_nothing_and_resumed_without_training_again(tmp_path: Path) -> None:
    first = train_model(runs(view="both", finder_steps=0), tmp_path)
    assert first.views == tuple(View)
    assert first.card["metrics"] == {}
    assert "Nothing yet" in (first.folder / "card.md").read_text()
    assert {one.name for one in tmp_path.iterdir()} == {"lateral", "ap", "models"}
    assert train_model(runs(view="both", finder_steps=0), tmp_path).sha256 == first.sha256


def test_what_cannot_be_trained_is_said_before_anything_is_written(labels: Path, before: Path, tmp_path: Path) -> None:
    folder = tmp_path / "labels"
    folder.mkdir()
    lateral_only = written(folder, [image(folder, View.LATERAL, number) for number in range(2)])
    with pytest.raises(LabelError, match="no ap one"):
        train_model(runs(view="both", data=str(lateral_only)), tmp_path / "run")
    export_model({View.AP: load_weights(before, View.AP)}, tmp_path / "ap_only", {"name": "ap only"})
    with pytest.raises(ConfigError, match="no lateral networks"):
        train_model(runs(init=str(tmp_path / "ap_only")), tmp_path / "run")
    gone = replace(image(folder, View.LATERAL, 0), file=folder / "gone.png")
    with pytest.raises(LabelError, match="lateral picture 1"):
        train_model(runs(data=str(written(folder, [gone])), held_back=0), tmp_path / "run")
    assert not (tmp_path / "run").exists()
