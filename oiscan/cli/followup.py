"""``oiscan followup``: a study's scans and tables in, its report out."""

from __future__ import annotations

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
    from oiscan.cli.score import bone_options, score_folder
    from oiscan.pipeline import Settings

    told = study.settings.scans
    if not told.folder:
        return None
    results = out / "scored"
    bone = bone_options(_path(study, told.reference), told.population)
    subjects, printed = _path(study, told.subjects), _path(study, told.printed)
    run = score_folder([study.path(told.folder)], results, Settings(), subjects, printed=printed, bone=bone)
    typer.echo(run.summary)
    return (results,)


def _path(study: Study, name: str) -> Path | None:
    return study.path(name) if name else None
