"""``oiscan check-dataset``: what is wrong with a labelled set, before an hour is spent on it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer


def check_dataset(
    data: Annotated[Path, typer.Argument(metavar="LABELS", help="Label file (COCO keypoints), or its folder.")],
    keep_identifiers: Annotated[
        bool, typer.Option("--keep-identifiers", help="Call pictures by their file, which can name a patient.")
    ] = False,
) -> None:
    """Check pictures and labels: a line a problem, with what to do. Exit status 1 where one is an error.

    Pictures are called by their place in the label file.
    """
    from oiscan.training.check_dataset import check_dataset as check
    from oiscan.training.check_dataset import told

    checked = check(data)

    def name(number: int) -> str:
        return checked.images[number - 1].file.name if keep_identifiers else f"picture {number}"

    for problem in checked.problems:
        typer.echo(told(problem, name))
    kinds = Counter("errors" if problem.serious else "warnings" for problem in checked.problems)
    typer.echo(f"{len(checked.images)} pictures, {kinds['errors']} errors, {kinds['warnings']} warnings")
    if not checked.usable:
        raise typer.Exit(1)
