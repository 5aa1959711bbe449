"""``oiscan deidentify``: scans for other people, without the person on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oiscan.errors import ConfigError

if TYPE_CHECKING:
    from oiscan.archive import Box, Outcome
    from oiscan.loaders.containers import Source


def deidentify(
    inputs: Annotated[list[Path], typer.Argument(metavar="IN...", help="Scan files, and folders to search for them.")],
    out: Annotated[Path, typer.Option(help="Folder for the files to be shared: a new one.")],
    private: Annotated[
        Path | None,
        typer.Option(help="Folder for the key and the table of people, never to be shared. Default: OUT-private."),
    ] = None,
    subjects: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own codes: a CSV file with patient_id,subject.")
    ] = None,
    blank: Annotated[
        list[str] | None,
        typer.Option(metavar="ROW0,COL0,ROW1,COL1", help="A box to blank in every picture; may be given again."),
    ] = None,
    reviewed: Annotated[
        bool, typer.Option("--reviewed", help="You have looked at the pictures: no text in them identifies anybody.")
    ] = False,
) -> None:
    """Write scans without what identifies. What may show text is held back and listed in held_back.csv."""
    from oiscan.archive import Choices
    from oiscan.archive import deidentify as write_without_identity
    from oiscan.subjects import read_codes

    private = out.absolute().with_name(f"{out.absolute().name}-private") if private is None else private
    codes = {} if subjects is None else read_codes(subjects)
    choices = Choices(tuple(_box(text) for text in blank or ()), reviewed)
    files = _files(inputs, out, private)
    outcomes = list(write_without_identity(files, out, private, codes, choices))
    typer.echo(_summary(outcomes))
    if any(outcome.unreadable for outcome in outcomes):
        raise typer.Exit(1)


def _box(text: str) -> Box:
    from oiscan.archive import Box

    try:
        row0, column0, row1, column1 = (int(part) for part in text.split(","))
        return Box(row0, column0, row1, column1)
    except ValueError as error:
        raise ConfigError("--blank takes four whole numbers ROW0,COL0,ROW1,COL1, the first pair smaller") from error


def _files(inputs: Sequence[Path], out: Path, private: Path) -> list[Source]:
    """All candidate files, and none of our own."""
    from oiscan.loaders import find_files
    from oiscan.loaders.containers import file_of

    for number, path in enumerate(inputs, start=1):
        if not path.exists():
            raise ConfigError(f"input {number} of {len(inputs)} does not exist")
    ours = (out.resolve(), private.resolve())
    files = [f for f in find_files(inputs) if not any(file_of(f).resolve().is_relative_to(own) for own in ours)]
    if not files:
        raise ConfigError("no scan file was found in the inputs: give DICOM files, or folders of them")
    return files


def _summary(outcomes: Sequence[Outcome]) -> str:
    written = [outcome for outcome in outcomes if outcome.file]
    unknown = sum(outcome.burned_in_text is None for outcome in written)
    lines = [f"{len(written)} scans written, {len(outcomes) - len(written)} held back (see held_back.csv)."]
    if unknown:
        lines.append(f"{unknown} of those written do not say whether text is burnt in: look at them before you share.")
    lines.append("Share the folder of scans only; the private one leads back to the people.")
    return "\n".join(lines)
