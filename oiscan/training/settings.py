"""What a training run can be told, with a check on every value."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from oiscan.anatomy import View
from oiscan.errors import ConfigError


class TrainSettings(BaseModel):
    """One training run of one view's finder and refiner.

    A run is made of rounds. In each, `workers` processes draw `scenes_per_round` new simulated pictures while the
    networks learn from those of the last `pool_rounds` rounds; so the result depends on the settings and the seed,
    never on how fast the machine draws.
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
    workers: int = Field(1, ge=1)
    device: str = Field("auto", pattern="^(auto|cpu|cuda)$")
    init: str = Field("", description="name or folder of a model to start from; empty starts from nothing")
    checkpoint_rounds: int = Field(5, ge=1, description="rounds between checkpoints")


def load_settings(file: Path | None, overrides: dict[str, Any]) -> TrainSettings:
    """Settings of a TOML file, with `overrides` (of the command line) winning.

    Raises
    ------
    ConfigError
        For a file that is not TOML, an unknown key or an impossible value; it names each.
    """
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8")) if file is not None else {}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file} cannot be read as TOML: {error}") from error
    try:
        return TrainSettings(**(values | overrides))
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"training settings: {told}") from error
