"""``oiscan train``: train networks on simulated pictures, and on a user's own labelled ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from oiscan.errors import ConfigError


def train(
    out: Annotated[Path, typer.Option(help="Folder of the run; one that was stopped is resumed.")],
    config: Annotated[Path | None, typer.Option(metavar="TOML", help="File of settings.")] = None,
    view: Annotated[str | None, typer.Option(metavar="VIEW", help="lateral, ap or both.")] = None,
    init: Annotated[str | None, typer.Option(metavar="NAME", help="Model to start from, by name or folder.")] = None,
    data: Annotated[
        str | None, typer.Option(metavar="LABELS", help="Label file of your own pictures, or its folder.")
    ] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="A setting, before that of the file.")
    ] = None,
) -> None:
    """Train the networks of one view or both; ends with a model ready to score with, in OUT/models.

    Learns from simulated pictures, and with --data from your own labelled ones too; with --init it goes on from a
    trained model.
    """
    try:
        from oiscan.training.run import train_model
        from oiscan.training.settings import load_views
    except ModuleNotFoundError as error:
        if (error.name or "oiscan").startswith("oiscan"):
            raise
        raise ConfigError(f'training needs the library {error.name}: pip install "oiscan[train]"') from error

    options = {key: value for key, value in (("view", view), ("init", init), ("data", data)) if value is not None}
    model = train_model(load_views(config, overrides(changes or ()) | options), out)
    typer.echo(f"{model.name}: {' and '.join(model.views)}, hash {model.sha256}")


def overrides(changes: Sequence[str]) -> dict[str, str]:
    """{"rounds": "3"} from ["rounds=3"]; the settings themselves check keys and values."""
    pairs = [change.partition("=") for change in changes]
    for key, equals, _ in pairs:
        if not (key and equals):
            raise ConfigError(f"--set takes KEY=VALUE, as in --set rounds=60, not '{key}{equals}'")
    return {key: value for key, _, value in pairs}
