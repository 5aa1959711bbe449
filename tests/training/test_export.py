"""From weights to a model folder that scoring can load, and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from oiscan.anatomy import LANDMARKS, View
from oiscan.errors import ModelError
from oiscan.segmentation.model import Model
from oiscan.training.export import ScoringRefiner, export_model, load_run, load_weights, networks
from oiscan.training.loop import train
from oiscan.training.networks import Finder, Refiner
from oiscan.training.settings import load_settings
from tests.training.pools import TINY

Weights = dict[View, dict[str, dict[str, Tensor]]]


@pytest.fixture(scope="module")
def weights() -> Weights:
    """Networks nobody trained, with statistics of batches that are not the initial ones."""
    torch.manual_seed(1)
    states: Weights = {}
    for view in View:
        parts = networks(view)
        parts["finder"](torch.rand(2, 1, 64, 64))
        parts["refiner"](torch.rand(4, 1, 96, 96))
        states[view] = {name: network.state_dict() for name, network in parts.items()}
    return states


@pytest.fixture(scope="module")
def folder(weights: Weights, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("models") / "untrained"
    export_model(weights, out, {"name": "untrained", "intended_use": "tests"})
    return out


@pytest.fixture
def changed(folder: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the model folder, to be spoilt."""
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    yield tmp_path


def test_the_folder_loads_and_its_card_says_what_was_told(folder: Path) -> None:
    model = Model.load(folder)
    assert (model.name, model.card["intended_use"]) == ("untrained", "tests")
    assert model.views == tuple(View)
    assert set(model.card["files"]) == {
        "ap_finder.onnx",
        "ap_refiner.onnx",
        "lateral_finder.onnx",
        "lateral_refiner.onnx",
        "weights.safetensors",
    }
    assert {file.name for file in folder.iterdir()} == {*model.card["files"], "card.json"}


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("shape", [(64, 96), (200, 75)])
def test_the_exported_finder_answers_as_torch_does_at_any_size(
    folder: Path, weights: Weights, view: View, shape: tuple[int, int]
) -> None:
    picture = np.random.default_rng(0).random(shape, np.float32)
    network = Finder()
    network.load_state_dict(weights[view]["finder"])
    padded = np.pad(picture, ((0, -shape[0] % 32), (0, -shape[1] % 32)))
    with torch.no_grad():
        expected = network.eval()(torch.from_numpy(padded)[None, None])
    for ours, theirs in zip(Model.load(folder).find(view, picture), expected, strict=True):
        np.testing.assert_allclose(ours, theirs[0].numpy(), atol=1e-3)


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("count", [1, 5])
def test_the_exported_refiner_answers_as_torch_does_for_any_number(
    folder: Path, weights: Weights, view: View, count: int
) -> None:
    crops = np.random.default_rng(0).random((count, 96, 96), np.float32)
    refiner = Refiner(len(LANDMARKS[view]))
    refiner.load_state_dict(weights[view]["refiner"])
    with torch.no_grad():
        landmarks, covariance, quality, doubled, mask = ScoringRefiner(refiner.eval())(torch.from_numpy(crops)[:, None])
    expected = (landmarks, covariance, quality, doubled, mask[:, 0])
    for ours, theirs in zip(Model.load(folder).refine(view, crops), expected, strict=True):
        np.testing.assert_allclose(ours, theirs.numpy(), atol=1e-3)


@pytest.mark.parametrize("view", View)
def test_the_weights_come_back_as_they_were(folder: Path, weights: Weights, view: View) -> None:
    states = load_weights(folder, view)
    for part, state in weights[view].items():
        assert states[part].keys() == state.keys()
        assert all(torch.equal(states[part][name], value) for name, value in state.items())


def test_a_namer_gives_s1_and_the_levels_and_nothing_else(weights: Weights, tmp_path: Path) -> None:
    torch.manual_seed(2)
    namer = Finder().state_dict()
    export_model({View.LATERAL: weights[View.LATERAL] | {"namer": namer}}, tmp_path, {"name": "named"})
    picture = np.random.default_rng(0).random((64, 96), np.float32)
    answers = {}
    for part, state in {"finder": weights[View.LATERAL]["finder"], "namer": namer}.items():
        network = Finder()
        network.load_state_dict(state)
        with torch.no_grad():
            answers[part] = [one[0].numpy() for one in network.eval()(torch.from_numpy(picture)[None, None])]
    heat, corners, level = Model.load(tmp_path).find(View.LATERAL, picture)
    np.testing.assert_allclose(heat[0], answers["finder"][0][0], atol=1e-3)
    np.testing.assert_allclose(heat[1], answers["namer"][0][1], atol=1e-3)
    np.testing.assert_allclose(corners, answers["finder"][1], atol=1e-3)
    np.testing.assert_allclose(level, answers["namer"][2], atol=1e-3)
    assert np.abs(answers["finder"][2] - answers["namer"][2]).max() > 0.01
    back = load_weights(tmp_path, View.LATERAL)
    assert all(torch.equal(back["namer"][name], value) for name, value in namer.items())


@pytest.mark.parametrize("name", ["lateral_finder.onnx", "weights.safetensors"])
def test_one_byte_changed_is_noticed(changed: Path, name: str) -> None:
    Model.load(changed)
    content = bytearray((changed / name).read_bytes())
    content[len(content) // 2] ^= 1
    (changed / name).write_bytes(content)
    with pytest.raises(ModelError, match=name):
        Model.load(changed)


def test_a_hash_of_another_file_in_the_card_is_noticed(changed: Path) -> None:
    card = json.loads((changed / "card.json").read_text())
    card["files"]["ap_finder.onnx"] = card["files"]["lateral_finder.onnx"]
    (changed / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match=r"ap_finder\.onnx"):
        Model.load(changed)


def test_a_folder_without_weights_or_without_the_view_is_refused(
    weights: Weights, tmp_path: Path
) -> None:
    with pytest.raises(ModelError, match=r"weights\.safetensors"):
        load_weights(tmp_path, View.AP)
    export_model({View.AP: weights[View.AP]}, tmp_path, {"name": "ap only"})
    assert Model.load(tmp_path).views == (View.AP,)
    with pytest.raises(ModelError, match="lateral"):
        load_weights(tmp_path, View.LATERAL)


@pytest.mark.usefixtures("no_processes")
def test_a_finished_run_gives_its_running_means(tmp_path: Path) -> None:
    settings = load_settings(None, TINY | {"view": "ap", "rounds": 1})
    train(settings, tmp_path)
    view, states = load_run(tmp_path)
    assert view is View.AP
    checkpoint = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    for part in ("finder", "refiner"):
        mean, last = checkpoint[part]["mean"], checkpoint[part]["network"]
        assert all(torch.equal(states[part][name], value) for name, value in mean.items())
        assert not all(torch.equal(states[part][name], value) for name, value in last.items())


def test_a_run_that_has_not_ended_or_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no checkpoint"):
        load_run(tmp_path)
    (tmp_path / "checkpoint.pt").write_bytes(b"something else")
    with pytest.raises(ModelError, match="no checkpoint"):
        load_run(tmp_path)
    settings = load_settings(None, TINY | {"view": "ap", "rounds": 2})
    state = {"round": 1, "settings": settings.model_dump_json(), "finder": {"mean": {}}, "refiner": {"mean": {}}}
    torch.save(state, tmp_path / "checkpoint.pt")
    with pytest.raises(ModelError, match="after round 1 of 2"):
        load_run(tmp_path)
