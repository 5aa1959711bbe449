"""Settings of a run: a file, what the command line changes, and every mistake by name."""

from pathlib import Path

import pytest

from oiscan.anatomy import View
from oiscan.errors import ConfigError
from oiscan.training.settings import FINE_TUNING, load_settings, load_views


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
        ("labelled_share", "1"),
        ("held_back", "1"),
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


def test_both_views_are_two_runs_alike_but_for_the_view(tmp_path: Path) -> None:
    file = tmp_path / "run.toml"
    file.write_text('view = "both"\nrounds = 7\n')
    lateral, ap = load_views(file, {"seed": "4"})
    assert (lateral.view, ap.view) == (View.LATERAL, View.AP)
    assert lateral.model_copy(update={"view": View.AP}) == ap
    assert (ap.rounds, ap.seed) == (7, 4)
    assert [one.view for one in load_views(file, {"view": "ap"})] == [View.AP]
    with pytest.raises(ConfigError, match="view"):
        load_views(None, {})


def test_a_trained_model_goes_on_with_labelled_pictures_in_small_steps() -> None:
    tuned = load_settings(None, {"view": "ap", "init": "default", "data": "labels.json", "rounds": "3"})
    assert tuned.rounds == 3
    assert tuned.refiner_steps == FINE_TUNING["refiner_steps"]
    assert (tuned.finder_steps, tuned.landmarks_only) == (0, True)
    for alone in ({"init": "default"}, {"data": "labels.json"}):
        other = load_settings(None, {"view": "ap"} | alone)
        assert (other.refiner_steps, other.finder_steps, other.landmarks_only) == (64, 64, False)


def test_what_no_model_has_learnt_cannot_be_kept() -> None:
    with pytest.raises(ConfigError, match="name one as init"):
        load_settings(None, {"view": "ap", "landmarks_only": "true"})
