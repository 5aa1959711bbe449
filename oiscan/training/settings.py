"""What a training run can be told, with a check on every value."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from oiscan.anatomy import View
from oiscan.errors import ConfigError

BOTH = "both"
"""As `view`: one run of each view."""

FINE_TUNING: dict[str, Any] = {
    "rounds": 10,
    "scenes_per_round": 8,
    "pool_rounds": 10,
    "finder_steps": 0,
    "refiner_steps": 12,
    "refiner_pictures": 8,
    "refiner_crops": 4,
    "learning_rate": 2e-3,
    "landmarks_only": True,
}
"""Defaults in place of those below where a trained model goes on with labelled pictures: a hundred small steps.

Nothing learns but where landmarks lie. A few pictures teach that well. What a vertebra is and which one they teach
badly: a finder that learnt from them too lost names, and a refiner whose quality did lost vertebrae.
"""


class TrainSettings(BaseModel):
    """One training run of one view's finder and refiner.

    A run is made of rounds. In each, `workers` processes draw `scenes_per_round` new simulated pictures while the
    networks learn from those of the last `pool_rounds` rounds; so the result depends on the settings, the labelled
    pictures and the seed, never on how fast the machine draws.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    view: View
    seed: int = 0
    rounds: int = Field(60, ge=1)
    scenes_per_round: int = Field(256, ge=8)
    pool_rounds: int = Field(20, ge=1)
    finder_steps: int = Field(64, ge=0, description="steps a round")
    finder_batch: int = Field(8, ge=1)
    refiner_steps: int = Field(64, ge=0, description="steps a round")
    refiner_pictures: int = Field(12, ge=1, description="pictures a step")
    refiner_crops: int = Field(6, ge=1, description="crops a picture")
    learning_rate: float = Field(2e-3, gt=0)
    weight_decay: float = Field(1e-4, ge=0)
    landmarks_only: bool = Field(False, description="the refiner learns landmarks and masks, and keeps all else")
    workers: int = Field(1, ge=1)
    device: str = Field("auto", pattern="^(auto|cpu|cuda)$")
    init: str = Field("", description="name or folder of a model to start from; empty starts from nothing")
    data: str = Field("", description="label file, or the folder it lies in; empty learns from simulated pictures only")
    labelled_share: float = Field(0.7, gt=0, lt=1, description="of the pictures of a batch, where there is data")
    held_back: float = Field(0.2, ge=0, lt=1, description="share of the subjects in data that is only measured on")
    checkpoint_rounds: int = Field(5, ge=1, description="rounds between checkpoints, at most")
    checkpoint_minutes: float = Field(5.0, gt=0, description="after which a round ends with a checkpoint anyway")

    @model_validator(mode="after")
    def _keeps_something(self) -> Self:
        if self.landmarks_only and not self.init:
            raise ValueError("landmarks_only keeps what a model has learnt: name one as init")
        return self


def load_settings(file: Path | None, overrides: Mapping[str, Any]) -> TrainSettings:
    """Settings of one view from a TOML file, with `overrides` (of the command line) winning.

    Raises
    ------
    ConfigError
        For a file that is not TOML, an unknown key or an impossible value; it names each.
    """
    return _checked(_values(file, overrides))


def load_views(file: Path | None, overrides: Mapping[str, Any]) -> tuple[TrainSettings, ...]:
    """The same for every view that is asked for: lateral and AP where `view` is "both".

    Raises
    ------
    ConfigError
        As `load_settings`.
    """
    values = _values(file, overrides)
    views = list(View) if values.get("view") == BOTH else [values.get("view")]
    return tuple(_checked(values | ({} if view is None else {"view": view})) for view in views)


def _values(file: Path | None, overrides: Mapping[str, Any]) -> dict[str, Any]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8")) if file is not None else {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file} cannot be read as TOML: {error}") from error
    values = {**values, **overrides}
    return {**(FINE_TUNING if values.get("init") and values.get("data") else {}), **values}


def _checked(values: dict[str, Any]) -> TrainSettings:
    try:
        return TrainSettings(**values)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"training settings: {told}") from error
