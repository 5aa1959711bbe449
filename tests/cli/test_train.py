"""`oiscan train`: its settings, and what it says where it cannot begin. `tests/test_scripts.py` runs it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from oiscan.anatomy import View
from oiscan.cli import main
from oiscan.cli.train import overrides
from oiscan.errors import ConfigError
from oiscan.segmentation import Model
from tests.training.conftest import no_processes  # noqa: F401 - a fixture
from tests.training.labelled_set import image, written


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def test_overrides_are_keys_and_values() -> None:
    assert overrides(["rounds=3", "init=a=b", "device="]) == {"rounds": "3", "init": "a=b", "device": ""}
    assert overrides([]) == {}
    for wrong in ("rounds", "=3"):
        with pytest.raises(ConfigError, match="KEY=VALUE"):
            overrides([wrong])


@pytest.mark.parametrize("change", ["ronuds=3", "rounds=0", "rounds"])
def test_a_wrong_setting_is_named_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    assert run("train", "--out", tmp_path / "run", "--set", "view=ap", "--set", change) == 2
    said = capsys.readouterr().err
    assert change.split("=")[0] in said
    assert "Traceback" not in said
    assert not (tmp_path / "run").exists()


@pytest.mark.usefixtures("no_processes")
def test_options_go_before_the_file_and_the_file_before_the_defaults(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shortest training there is: no step at all."""
    labels = written(tmp_path, [image(tmp_path, View.AP, number) for number in range(2)])
    (tmp_path / "train.toml").write_text(
        'view = "lateral"\nrounds = 3\nscenes_per_round = 8\nfinder_steps = 0\nrefiner_steps = 0\nheld_back = 0\n'
    )
    options = ("--view", "ap", "--data", labels, "--config", tmp_path / "train.toml", "--set", "rounds=1")
    assert run("train", "--out", tmp_path / "mine", *options) == 0
    said = capsys.readouterr().out.splitlines()
    model = Model.load(tmp_path / "mine" / "models" / "mine")
    assert said[0].startswith("ap round 1/1, 0.0 min left")
    assert said[-1] == f"mine: ap, hash {model.sha256}"
    assert model.card["training"]["pictures"] == {"ap": {"trained_on": 2, "held_back": 0}}


def test_an_unknown_model_to_start_from_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("train", "--out", tmp_path / "run", "--set", "view=ap", "--set", "init=nobodys") == 2
    assert "nobodys" in capsys.readouterr().err


def test_without_torch_it_says_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("oiscan.training.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert run("train", "--out", tmp_path / "run", "--set", "view=ap") == 2
    assert capsys.readouterr().err == 'oiscan: training needs the library torch: pip install "oiscan[train]"\n'
