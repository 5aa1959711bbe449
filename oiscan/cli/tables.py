"""``oiscan tables``: tables and page of a results folder, written anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def tables(out: Annotated[Path, typer.Argument(metavar="OUT", help="Results folder of oiscan score.")]) -> None:
    """Write tables and page of what is finished so far; a run may be broken off, or at work meanwhile.

    The files given to that run (--subjects, --printed, --reference, --exclusions) are read again.
    """
    from oiscan.cli.asked import TableChoices
    from oiscan.cli.run import summary
    from oiscan.store import ResultsFolder

    folder = ResultsFolder.of_run(out)
    typer.echo(summary(folder.write_tables(TableChoices(**folder.record().tables).read())))
