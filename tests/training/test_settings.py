"""Settings of a run: a file, what the command line changes, and every mistake by name."""

from pathlib import Path

import pytest

from oiscan.anatomy import View
from oiscan.errors import ConfigError
from oiscan.training.settings import load_settings


def test_the_command_line_wins_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text('view = "ap"\nrounds = 7\nlearning_rate = 1e-3\n')
    settings = load_settings(file, {"rounds": "9"})
    assert (settings.view, settings.rounds, settings.learning_rate) == (View.AP, 9, 1e-3)
    assert settings.pool_rounds == 20


def test_no_file_is_needed() -> None:
    assert load_settings(None, {"view": "lateral"}).view is View.LATERAL


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ronuds", "3"),
        ("rounds", "0"),
        ("rounds", "many"),
        ("learning_rate", "-1"),
        ("device", "tpu"),
        ("view", "oblique"),
        ("workers", "0"),
    ],
)
def test_unknown_keys_and_impossible_values_are_named(key: str, value: str) -> None:
    with pytest.raises(ConfigError, match=key):
        load_settings(None, {"view": "ap"} | {key: value})


def test_the_view_must_be_stated() -> None:
    with pytest.raises(ConfigError, match="view"):
        load_settings(None, {})


@pytest.mark.parametrize("content", [None, "view = "])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "run.toml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigError, match=r"run\.toml cannot be read as TOML"):
        load_settings(file, {})
