"""The command line: one file a command. Importing this loads nothing heavy; each command brings what it needs.

Exit status: 0 nothing failed, 1 some scan failed, 2 the command cannot be carried out as given.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from oiscan.cli.check_dataset import check_dataset
from oiscan.cli.deidentify import deidentify
from oiscan.cli.doctor import doctor
from oiscan.cli.export_labels import export_labels
from oiscan.cli.followup import followup
from oiscan.cli.precision import precision
from oiscan.cli.readings import readings
from oiscan.cli.reference import reference
from oiscan.cli.review import review
from oiscan.cli.score import score
from oiscan.cli.send import send
from oiscan.cli.tables import tables
from oiscan.cli.train import train
from oiscan.errors import OiscanError, ScanError
from oiscan.version import __version__

__all__ = ["app", "main"]

app = typer.Typer(
    help="Vertebra-level findings from spine scans. Research software, not a medical device.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks can show values, and values can be patients
)
app.command()(score)
app.command()(review)
app.add_typer(readings, name="readings")
app.command()(tables)
app.command()(send)
app.command()(deidentify)
app.command()(export_labels)
app.command()(check_dataset)
app.command()(precision)
app.command()(train)
app.command()(followup)
app.command()(reference)
app.command()(doctor)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"oiscan {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Options of oiscan itself; typer shows the application's own help in place of this line."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; an error oiscan raises on purpose ends in one line and exit status 2."""
    try:
        app(arguments)
    except OiscanError as error:
        told = error.reason if isinstance(error, ScanError) else error  # without the file's name: it can be a patient's
        typer.echo(f"oiscan: {told}", err=True)
        sys.exit(2)
