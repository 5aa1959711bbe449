"""``oiscan send``: the DICOM objects of a results folder, to an archive."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer


def send(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Results folder, scored with --dicom.")],
    node: Annotated[str, typer.Argument(metavar="AE@HOST:PORT", help="DICOM node to store to.")],
    again: Annotated[bool, typer.Option("--again", help="Send those too that the node has confirmed before.")] = False,
    calling_title: Annotated[str, typer.Option(metavar="AE", help="How oiscan calls itself.")] = "OISCAN",
) -> None:
    """Store DICOM objects to an archive. After a break, the same command goes on where it ended."""
    from oiscan.archive.send import Node
    from oiscan.archive.send import send as store

    ended: Counter[str] = Counter()
    try:
        for answer in store(out, Node.of(node), again, calling_title):
            ended["refused" if not answer.stored else "sent" if answer.sent else "there"] += 1
            if answer.remark:
                typer.echo(f"{answer.file}: {answer.remark}", err=True)
    finally:
        if ended:
            typer.echo(_summary(ended))
    if ended["refused"]:
        raise typer.Exit(1)


def _summary(ended: Counter[str]) -> str:
    return f"{ended['sent']} stored and confirmed, {ended['there']} confirmed before, {ended['refused']} not stored."
