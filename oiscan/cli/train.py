"""``oiscan train``: train the networks of one view on simulated pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from oiscan.errors import ConfigError


def train(
    out: Annotated[Path, typer.Option(help="Folder of the run; one that holds a checkpoint is resumed.")],
    config: Annotated[Path | None, typer.Option(metavar="TOML", help="File of settings.")] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting, before that of the file.")
    ] = None,
) -> None:
    """Train the finder and the refiner of one view on simulated pictures, in rounds, with checkpoints."""
    from oiscan.segmentation import Model

    try:
        from oiscan.training.export import load_weights
        from oiscan.training.loop import train as run
        from oiscan.training.settings import load_settings
    except ModuleNotFoundError as error:
        if (error.name or "oiscan").startswith("oiscan"):
            raise
        raise ConfigError(f'training needs the library {error.name}: pip install "oiscan[train]"') from error

    settings = load_settings(config, overrides(changes or ()))
    run(settings, out, load_weights(Model.load(settings.init).folder, settings.view) if settings.init else None)


def overrides(changes: Sequence[str]) -> dict[str, str]:
    """{"rounds": "3"} from ["rounds=3"]; the settings themselves check keys and values."""
    pairs = [change.partition("=") for change in changes]
    for key, equals, _ in pairs:
        if not (key and equals):
            raise ConfigError(f"--set takes KEY=VALUE, as in --set rounds=60, not '{key}{equals}'")
    return {key: value for key, _, value in pairs}
