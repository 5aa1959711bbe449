"""``oiscan precision``: how well a measurement repeats, from people scanned twice or more."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from oiscan.densitometry.repeat.duplicates import Duplicates
    from oiscan.densitometry.repeat.precision import Precision

WIDENED = ("", "L1-L4")
"""Regions whose LSC is stated for fewer vertebrae too: that of the spine, and one the table does not name."""


def precision(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: subject,value[,repeat], or a printed.csv.")],
    out: Annotated[Path, typer.Option(help="Folder for precision.json; one of an earlier run in it is replaced.")],
) -> None:
    """Work out RMS-SD, RMS-%CV and least significant change from repeated scans."""
    from oiscan.densitometry.repeat.duplicates import read_duplicates
    from oiscan.densitometry.repeat.precision import precision_of
    from oiscan.store import as_json, write_whole

    tables = read_duplicates(file)
    repeated = [table for table in tables if table.people] or tables[:1]  # where nobody is, the first one says so
    studies = [(table, precision_of(table.repeats)) for table in repeated]
    out.mkdir(parents=True, exist_ok=True)
    write_whole(out / "precision.json", as_json({"studies": [_told(*study) for study in studies]}))
    _show(studies)
    if len(repeated) < len(tables):
        typer.echo(f"{len(tables) - len(repeated)} more, in which nobody has a second value")


def _told(repeated: Duplicates, study: Precision) -> dict[str, Any]:
    """One study as plain data; it names no person."""
    place = {"site": repeated.site, "region": repeated.region, "quantity": repeated.quantity}
    size = {"large_enough": study.is_large_enough, "left_out": repeated.left_out}
    return place | asdict(study) | size | {"lsc_for_fewer_vertebrae": _widened(repeated, study)}


def _widened(repeated: Duplicates, study: Precision) -> list[dict[str, Any]]:
    from oiscan.densitometry.repeat.change import FEWER_VERTEBRAE, lsc_for_fewer

    if repeated.region not in WIDENED or repeated.quantity not in ("value", "bmd_g_cm2"):
        return []
    return [
        {"name": one.name, "source": one.source, "lsc": {n: lsc_for_fewer(study.lsc, n, one) for n in one.factors}}
        for one in FEWER_VERTEBRAE.values()
    ]


def _show(studies: list[tuple[Duplicates, Precision]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("", "people", "df", "RMS-SD (95 %)", "RMS-%CV", "LSC (95 %)")
    for repeated, study in studies:
        name = " ".join(word for word in (repeated.site, repeated.region, repeated.quantity) if word)
        sd, lsc = _with_limits(study.rms_sd, study.rms_sd_interval), _with_limits(study.lsc, study.lsc_interval)
        counts = str(study.people), str(study.degrees_of_freedom)
        table.add_row(name, *counts, sd, f"{study.rms_cv_percent:.2f}", lsc)
    Console().print(table)
    for repeated, study in studies:
        for remark in study.remarks:
            typer.echo(f"{' '.join((repeated.region, repeated.quantity)).strip()}: {remark}")


def _with_limits(value: float, limits: tuple[float, float]) -> str:
    return f"{value:.4f} ({limits[0]:.4f} to {limits[1]:.4f})"
