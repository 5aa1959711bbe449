"""``oiscan reference``: what is wrong with a user's reference table, and whom it covers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def reference(
    table: Annotated[Path, typer.Argument(metavar="FILE", help="Reference table (CSV).")],
) -> None:
    """Check a reference table: a line a problem, then a line a curve. Exit status 1 where it cannot be used."""
    from oiscan.densitometry.curves.reference_file import check_reference

    checked = check_reference(table)
    for problem in checked.problems:
        typer.echo(str(problem))
    if checked.reference is None:
        typer.echo("The table cannot be used.")
        raise typer.Exit(1)
    for curve in checked.reference.curves:
        typer.echo(f"{curve} ({len(curve.curve.ages_years)} ages)")
    typer.echo(f"The table can be used: {len(checked.reference.curves)} curves.")
