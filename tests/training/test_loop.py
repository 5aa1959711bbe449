"""The training loop: tiny runs end, go on where they were stopped, and learn."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import torch

from oiscan.anatomy import View
from oiscan.errors import ConfigError
from oiscan.training import loop
from oiscan.training.augment import FINDER_SHAPE, finder_batch, refiner_batch
from oiscan.training.loop import Labelled, Learner, train
from oiscan.training.losses import finder_loss, finder_targets, refiner_loss
from oiscan.training.networks import Finder, Refiner
from oiscan.training.settings import TrainSettings, load_settings
from tests.training.labelled_set import chunk
from tests.training.pools import TINY, generator, ready_pool

pytestmark = pytest.mark.usefixtures("no_processes")


def settings(**changes: Any) -> TrainSettings:
    return load_settings(None, TINY | {"view": View.LATERAL} | changes)


def checkpoint(out: Path) -> dict[str, Any]:
    state: dict[str, Any] = torch.load(out / "checkpoint.pt", weights_only=True)
    return state


def curve(out: Path) -> list[list[str]]:
    with (out / "curve.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def stop_before_round(monkeypatch: pytest.MonkeyPatch, stop: int) -> None:
    """Have the run killed when it comes to a round."""
    one_round = loop._round

    def killed(settings: TrainSettings, number: int, *rest: Any) -> dict[str, float]:
        if number == stop:
            raise KeyboardInterrupt
        return one_round(settings, number, *rest)

    monkeypatch.setattr(loop, "_round", killed)


def test_a_run_killed_and_resumed_ends_with_identical_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four rounds, a checkpoint after the second and the fourth, killed after the third: the third is run again."""
    asked = settings(rounds=4, checkpoint_rounds=2)
    train(asked, tmp_path / "whole")
    with monkeypatch.context() as patched:
        stop_before_round(patched, 3)
        with pytest.raises(KeyboardInterrupt):
            train(asked, tmp_path / "killed")
    assert checkpoint(tmp_path / "killed")["round"] == 2
    assert [row[0] for row in curve(tmp_path / "killed")] == ["round", "1", "2", "3"]
    train(asked, tmp_path / "killed")
    whole, resumed = (checkpoint(tmp_path / name) for name in ("whole", "killed"))
    assert whole["round"] == resumed["round"] == 4
    for part in ("finder", "refiner"):
        for kind in ("mean", "network"):
            assert whole[part][kind].keys() == resumed[part][kind].keys()
            assert all(torch.equal(value, resumed[part][kind][name]) for name, value in whole[part][kind].items())
    assert curve(tmp_path / "whole") == curve(tmp_path / "killed")


def test_what_a_killed_run_wrote_before_its_first_checkpoint_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = settings(checkpoint_rounds=5)
    with monkeypatch.context() as patched:
        stop_before_round(patched, 1)
        with pytest.raises(KeyboardInterrupt):
            train(asked, tmp_path)
    assert not (tmp_path / "checkpoint.pt").exists()
    train(asked, tmp_path)
    assert [row[0] for row in curve(tmp_path)] == ["round", "1", "2"]


def test_minutes_bring_a_checkpoint_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop_before_round(monkeypatch, 1)
    with pytest.raises(KeyboardInterrupt):
        train(settings(checkpoint_rounds=5, checkpoint_minutes=1e-9), tmp_path)
    assert checkpoint(tmp_path)["round"] == 1


def labelled(sha256: str = "a" * 64) -> Labelled:
    scenes = chunk(View.LATERAL)
    return Labelled(scenes, scenes, sha256)


def test_labelled_pictures_are_learnt_from_and_measured_on(tmp_path: Path) -> None:
    """The same scenes as simulated and as labelled ones: the weights differ from those without, the curves have both.
    """
    asked = settings(rounds=1)
    train(asked, tmp_path / "alone")
    train(asked, tmp_path / "both", labelled=labelled())
    alone, both = (checkpoint(tmp_path / name)["refiner"]["mean"] for name in ("alone", "both"))
    assert not all(torch.equal(value, both[name]) for name, value in alone.items())
    header, row = curve(tmp_path / "both")
    names = curve(tmp_path / "alone")[0][1:]
    assert header == ["round", *names, *(f"held_back_{name}" for name in names)]
    assert all(0 <= float(value) < 100 for value in row)
    assert (tmp_path / "both" / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_a_checkpoint_of_other_pictures_is_refused(tmp_path: Path) -> None:
    train(settings(rounds=1), tmp_path, labelled=labelled())
    with pytest.raises(ConfigError, match="other labelled pictures"):
        train(settings(rounds=1), tmp_path, labelled=labelled("b" * 64))
    train(settings(rounds=1, data="moved elsewhere"), tmp_path, labelled=labelled())


def test_a_finished_run_is_left_as_it_is(tmp_path: Path) -> None:
    asked = settings(rounds=1)
    train(asked, tmp_path)
    before = curve(tmp_path)
    train(asked, tmp_path)
    assert curve(tmp_path) == before


def test_a_checkpoint_of_other_settings_is_refused(tmp_path: Path) -> None:
    train(settings(rounds=1), tmp_path)
    with pytest.raises(ConfigError, match="rounds was 1, now 2"):
        train(settings(rounds=2), tmp_path)
    train(settings(rounds=1, workers=2, checkpoint_rounds=5), tmp_path)  # these change nothing that is learnt


def test_initial_weights_are_where_a_run_starts(tmp_path: Path) -> None:
    """With no steps at all, what comes out is what went in."""
    torch.manual_seed(5)
    initial = {"finder": Finder().state_dict(), "refiner": Refiner(6).state_dict()}
    train(settings(rounds=1, finder_steps=0, refiner_steps=0), tmp_path, initial)
    state = checkpoint(tmp_path)
    for part, weights in initial.items():
        assert all(torch.equal(value, state[part]["mean"][name]) for name, value in weights.items())


def test_landmarks_alone_are_learnt_where_nothing_else_may_change(tmp_path: Path) -> None:
    """What finds a vertebra answers to the bit as before, on pictures the labelled ones have never been like."""
    torch.manual_seed(5)
    initial = {"finder": Finder().state_dict(), "refiner": Refiner(6).state_dict()}
    asked = settings(rounds=1, finder_steps=0, landmarks_only=True, init="some model")
    train(asked, tmp_path, {part: dict(state) for part, state in initial.items()}, labelled())
    learnt = {part: checkpoint(tmp_path)[part]["mean"] for part in initial}
    assert all(torch.equal(value, learnt["finder"][name]) for name, value in initial["finder"].items())
    before, after = (refined(state) for state in (initial["refiner"], learnt["refiner"]))
    landmarks, covariance, quality, doubled, mask, _ = (torch.equal(*pair) for pair in zip(before, after, strict=True))
    assert quality and doubled
    assert not any((landmarks, covariance, mask))


def refined(state: dict[str, Any]) -> tuple[torch.Tensor, ...]:
    """What a refiner says of three crops of noise."""
    refiner = Refiner(6).eval()
    refiner.load_state_dict(state)
    with torch.no_grad():
        outputs: tuple[torch.Tensor, ...] = refiner(torch.rand(3, 1, 96, 96, generator=generator()))
    return outputs


def test_the_finder_learns_one_batch_by_heart() -> None:
    torch.manual_seed(0)
    learner = Learner(Finder(), 1000, settings(learning_rate=0.05), torch.device("cpu"))
    batch = finder_batch(ready_pool(View.AP), 2, generator())
    targets = finder_targets(batch.corners, batch.shown, *FINDER_SHAPE[View.AP])
    losses = []
    for _ in range(12):
        loss, _ = finder_loss(learner.network(batch.pictures), targets, batch.known)
        learner.step(loss)
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.8 * losses[0]


def test_the_refiner_learns_one_batch_by_heart() -> None:
    torch.manual_seed(0)
    learner = Learner(Refiner(6), 1000, settings(learning_rate=0.05), torch.device("cpu"))
    batch = refiner_batch(ready_pool(View.LATERAL), 4, 3, generator())
    losses = []
    for _ in range(15):
        loss, _ = refiner_loss(learner.network(batch.crops), batch.landmarks, batch.masks, batch.genuine, batch.doubled)
        learner.step(loss)
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.8 * losses[0]


def test_the_mean_of_the_weights_follows_them() -> None:
    """One parameter moved by hand: after its first step the mean keeps 1/11 of the old and takes 10/11 of the new."""
    network = torch.nn.Linear(1, 1)
    learner = Learner(network, 10, settings(), torch.device("cpu"))
    old = learner.mean["weight"].clone()
    learner.step(network(torch.ones(1, 1)).sum())
    new = network.weight.detach()
    assert not torch.equal(old, new)
    torch.testing.assert_close(learner.mean["weight"], old / 11 + new * 10 / 11)


def test_the_rate_warms_up_and_falls_to_nearly_nothing() -> None:
    rates = [loop._schedule(step, 1000) for step in range(1001)]
    assert rates[0] == pytest.approx(1 / 100, rel=0.5)
    assert 70 < rates.index(max(rates)) < 140
    assert rates[-1] == pytest.approx(1e-3)
