"""``oiscan followup``: a study's scans and tables in, its report out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from oiscan.followup.study.study import Study


def followup(
    file: Annotated[Path, typer.Argument(metavar="STUDY.toml", help="What the study is: see the guide.")],
    out: Annotated[Path, typer.Option(help="Folder for the report; that of an earlier run in it is replaced.")],
) -> None:
    """Follow a study's children over its visits and compare its arms. Open index.html first."""
    from oiscan.followup.readout.answers import answers
    from oiscan.followup.readout.folder import write_readout
    from oiscan.followup.study.study import load_study

    study = load_study(file)
    out.mkdir(parents=True, exist_ok=True)
    found = answers(study, _scored(study, out))
    write_readout(found, out)
    counts = f"{len(found.children)} children, {len(found.long)} values, {len(found.problems)} problems in the tables"
    typer.echo(counts)
    typer.echo(f"open {out / 'index.html'}")


def _scored(study: Study, out: Path) -> tuple[Path, ...] | None:
    """Results of scoring the study's own scans; None where study.toml names results instead."""
    from oiscan.cli.asked import Asked, TableChoices
    from oiscan.cli.run import score_folder
    from oiscan.pipeline import Settings

    told = study.settings.scans
    if not told.folder:
        return None
    results = out / "scored"
    subjects, printed, reference = (_path(study, name) for name in (told.subjects, told.printed, told.reference))
    choices = TableChoices(subjects, printed, reference, population=told.population)
    asked = Asked(Settings(), choices)
    typer.echo(score_folder([study.path(told.folder)], results, asked, partial(typer.echo, err=True)).summary)
    return (results,)


def _path(study: Study, name: str) -> str:
    return str(study.path(name).absolute()) if name else ""
