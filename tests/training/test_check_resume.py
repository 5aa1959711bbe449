"""A training killed with SIGKILL and resumed ends with the weights of one that nobody touched."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from oiscan.errors import ModelError
from oiscan.training.check_resume import SHORT, check_resume, same_weights


def test_killed_once_and_resumed_it_ends_the_same(tmp_path: Path) -> None:
    short = SHORT | {"rounds": 2, "finder_steps": 1, "finder_batch": 1, "refiner_steps": 2}
    found = check_resume(tmp_path, kills=1, seed=1, changes=short)
    assert found["identical"]
    assert len(found["killed_after_seconds"]) == 1
    assert 0 <= found["rounds_kept"][0] <= 2


def test_one_number_makes_a_difference(tmp_path: Path) -> None:
    state = {"round": 2, "finder": {"mean": {"a": torch.ones(3)}}, "refiner": {"optimiser": [1, {"lr": 0.1}]}}
    for name in ("one", "same", "other"):
        (tmp_path / name).mkdir()
        torch.save(state, tmp_path / name / "checkpoint.pt")
        state["finder"] = {"mean": {"a": torch.tensor([1.0, 1, 1 + 1e-6 * (name == "same")])}}
    assert same_weights(tmp_path / "one", tmp_path / "same")
    assert not same_weights(tmp_path / "one", tmp_path / "other")


def test_a_training_that_fails_by_itself_is_no_kill(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="rounds"):
        check_resume(tmp_path, changes=SHORT | {"rounds": 0})
