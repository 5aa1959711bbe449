"""``oiscan review``: the reader's page for a results folder, on this machine."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from oiscan.errors import ConfigError


class Start(StrEnum):
    """What a reading starts from."""

    MODEL = "model"
    EMPTY = "empty"


def review(
    folder: Annotated[Path, typer.Argument(metavar="OUT", help="Results folder of oiscan score.")],
    reader: Annotated[str, typer.Option(metavar="NAME", help="Who reads; stands with every change.")] = "reader",
    blinded: Annotated[
        bool, typer.Option("--blinded", help="Study codes in random order; whose scan it is and when stays hidden.")
    ] = False,
    start_from: Annotated[Start, typer.Option(help="The landmarks a reading starts from.")] = Start.MODEL,
    third_look: Annotated[
        bool, typer.Option("--third-look", help="Only the scans that two readers disagree on.")
    ] = False,
    scale: Annotated[
        str | None, typer.Option(metavar="FILE.toml", help="Your own grading scale, where one was scored on.")
    ] = None,
    scans: Annotated[
        list[Path] | None, typer.Option(metavar="IN", help="Where the scans are now, if they were moved.")
    ] = None,
    allow_burned_in_text: Annotated[
        bool, typer.Option("--allow-burned-in-text", help="Show pictures into which text may be burnt, too.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 0,
    host: Annotated[str, typer.Option(help="Address to listen on: others than this machine's own are at risk.")] = (
        "127.0.0.1"
    ),
    origin: Annotated[
        str | None, typer.Option(metavar="URL", help="The address browsers use, where a proxy stands in front.")
    ] = None,
) -> None:
    """Open the reader's page: look, correct, accept. Nothing leaves this machine."""
    try:
        from oiscan.review.desk import Terms
        from oiscan.review.exchange import exported
        from oiscan.review.serve import LOOPBACK, listening, serve
        from oiscan.review.server import server
    except ImportError as error:
        raise ConfigError('the reader\'s page needs more packages: pip install "oiscan[review]"') from error
    from oiscan.review.opening import open_desk

    terms = Terms(reader.strip(), blinded, start_from is Start.MODEL)
    desk, readings = open_desk(folder, terms, third_look, scale, scans or (), allow_burned_in_text)
    if host != LOOPBACK:
        typer.echo("Warning: others on the network can reach this page; it is not encrypted. See the guide.", err=True)
    with listening(host, port) as sock:
        serve(lambda guard: server(desk, guard, lambda: exported(readings)), sock, origin,
              lambda address: typer.echo(f"Open {address} (works once). Ctrl+C ends."))  # fmt: skip
