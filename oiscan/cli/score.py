"""``oiscan score``: files and folders in, a results folder out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from oiscan.anatomy import View
from oiscan.cli.asked import Asked, Hands, TableChoices
from oiscan.cli.run import score_folder
from oiscan.errors import ConfigError
from oiscan.spine import StatedLevel


def score(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="IN...", help="Scan files, zip archives, and folders to search.")
    ],
    out: Annotated[Path, typer.Option(help="Results folder. What is finished in it already is not done again.")],
    view: Annotated[View | None, typer.Option(help="The view of all scans, whatever the files say.")] = None,
    spacing: Annotated[
        str | None, typer.Option(metavar="MM[,MM]", help="Pixel size of all scans: rows, columns.")
    ] = None,
    inverted: Annotated[
        bool | None, typer.Option("--inverted/--not-inverted", help="Whether bone is dark in all pictures.")
    ] = None,
    scale: Annotated[str, typer.Option(metavar="genant|paediatric|FILE.toml", help="Grading scale.")] = "genant",
    model: Annotated[str, typer.Option(metavar="NAME", help="Model to use: a name or a folder.")] = "default",
    lowest_level: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="What the lowest whole vertebra of all pictures is: L4.")
    ] = None,
    level_at: Annotated[
        str | None, typer.Option(metavar="ROW,COLUMN=LEVEL", help="What the vertebra at this place of the picture is.")
    ] = None,
    subjects: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own codes: a CSV file with patient_id,subject.")
    ] = None,
    printed: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Values the scanner printed: a CSV file, see the guide.")
    ] = None,
    reference: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Reference curves for Z-scores: a CSV file, see the guide.")
    ] = None,
    population: Annotated[
        str, typer.Option(metavar="NAME", help="Which population of the reference, where it has several.")
    ] = "",
    exclusions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Vertebrae not to count in bone density: a CSV file.")
    ] = None,
    height_adjustment: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your coefficients to adjust Z-scores for height: a CSV file.")
    ] = None,
    strict_all_four: Annotated[
        bool, typer.Option("--strict-all-four", help="No total of the spine unless all of its vertebrae count.")
    ] = False,
    keep_identifiers: Annotated[
        bool, typer.Option("--keep-identifiers", help="Name source files and patients in scans.csv.")
    ] = False,
    allow_burned_in_text: Annotated[
        bool, typer.Option("--allow-burned-in-text", help="Show pictures into which text may be burnt, too.")
    ] = False,
    dicom: Annotated[
        bool, typer.Option("--dicom", help="Also write DICOM objects for an archive: segmentation, report, picture.")
    ] = False,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try scans again that failed before.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Processes to work in; as many as cores if not given.")
    ] = None,
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Work on your own Dask cluster: tcp://HOST:PORT of its scheduler.")
    ] = "",
    send_files: Annotated[
        bool, typer.Option("--send-files", help="Send the cluster the files, if it cannot read them at the same paths.")
    ] = False,
) -> None:
    """Score scans and write a results folder. Open its index.html first.

    Broken off, the same command goes on where it ended.
    """
    from oiscan.pipeline import Settings

    stated = StatedLevel.of(lowest_level, level_at_px(level_at))
    settings = Settings(view, spacing_mm(spacing), inverted, scale, model, stated)
    tables = TableChoices(
        _whole(subjects),
        _whole(printed),
        _whole(reference),
        _whole(exclusions),
        _whole(height_adjustment),
        population,
        strict_all_four,
        keep_identifiers,
    )
    hands = Hands(workers, scheduler, send_files)
    asked = Asked(settings, tables, allow_burned_in_text, dicom, retry_failed, hands)
    ended = score_folder(inputs, out, asked, partial(typer.echo, err=True))
    typer.echo(ended.summary)
    if ended.failed:
        typer.echo("\n".join(["Failed (private/files.csv names the files):", *ended.failed]), err=True)
        raise typer.Exit(1)


def _whole(path: Path | None) -> str:
    """A path that is good in any folder: tables may be written again from elsewhere."""
    return "" if path is None else str(path.absolute())


def spacing_mm(text: str | None) -> tuple[float, float] | None:
    """(row, column) sizes from "0.25" or "0.25,0.3"."""
    if text is None:
        return None
    try:
        sizes = [float(part) for part in text.split(",")]
        row, column = sizes * 2 if len(sizes) == 1 else sizes
    except ValueError as error:
        raise ConfigError("--spacing takes one size in mm, or two as ROW,COLUMN: 0.25 or 0.25,0.3") from error
    return row, column


def level_at_px(text: str | None) -> tuple[float, float, str] | None:
    """(row, column, level) from "410,233=L3"."""
    if text is None:
        return None
    try:
        place, level = text.split("=")
        row, column = (float(part) for part in place.split(","))
    except ValueError as error:
        raise ConfigError("--level-at takes a place inside a vertebra and its level: 410,233=L3") from error
    return row, column, level.strip()
