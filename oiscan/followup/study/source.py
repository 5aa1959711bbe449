"""A table as somebody's program exported it: CSV with comma, semicolon or tab, rows numbered as a spreadsheet does."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from oiscan.errors import ConfigError
from oiscan.followup.study.problems import Problem, Severity

SEPARATORS = ",;\t"


@dataclass(frozen=True)
class SourceRow:
    """One row: its number in a spreadsheet, and its cells by column, stripped."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class SourceTable:
    """What a file says.

    Parameters
    ----------
    file
        Its name, without its folder.
    columns
        Names of its columns.
    rows
        Those with as many cells as the first row.
    decimal_comma
        Whether a comma in a number is its decimal sign: only where commas do not part the cells.
    problems
        Rows that could not be read, and doubts about the text.
    """

    file: str
    columns: tuple[str, ...]
    rows: tuple[SourceRow, ...]
    decimal_comma: bool = False
    problems: tuple[Problem, ...] = ()


def read_source(path: Path, needed: Iterable[str]) -> SourceTable:
    """Read a table.

    Parameters
    ----------
    path
        The file.
    needed
        Columns it must have, each once.

    Raises
    ------
    ConfigError
        The file cannot be opened, is no text, or lacks a column or has it twice: the mapping does not fit it.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        told = f"{path.name} cannot be opened: {type(error).__name__}; check its name in study.toml"
        raise ConfigError(told) from error
    if data.startswith(b"PK") or (b"\0" in data and not data.startswith(_UTF16)):
        raise ConfigError(f"{path.name} is no text: save the table as CSV UTF-8")
    text, doubts = _decoded(data, path.name)
    separator = max(SEPARATORS, key=text.partition("\n")[0].count)
    header, *body = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator)) or [[]]
    columns = tuple(name.strip() for name in header)
    _check_columns(path.name, columns, needed)
    rows, problems = _rows(path.name, columns, body)
    return SourceTable(path.name, columns, rows, separator != ",", (*doubts, *problems))


_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _decoded(data: bytes, file: str) -> tuple[str, list[Problem]]:
    if data.startswith(_UTF16):
        return data.decode("utf-16", errors="replace"), []
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        text = "the text is not UTF-8 and was read as Windows-1252"
        doubt = Problem(file, None, "", text, "check its accents, or save it as CSV UTF-8", Severity.WARNING)
        return data.decode("cp1252", errors="replace"), [doubt]


def _check_columns(file: str, columns: tuple[str, ...], needed: Iterable[str]) -> None:
    asked = [name for name in dict.fromkeys(needed) if name]
    if missing := [name for name in asked if name not in columns]:
        raise ConfigError(f"{file} has no column {', '.join(missing)}: check the names in study.toml, letter by letter")
    if twice := [name for name in asked if columns.count(name) > 1]:
        raise ConfigError(f"{file} has the column {', '.join(twice)} twice: which one counts cannot be told")


def _rows(file: str, columns: tuple[str, ...], body: list[list[str]]) -> tuple[tuple[SourceRow, ...], list[Problem]]:
    rows, problems = [], []
    for number, cells in enumerate(body, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            text = f"{len(cells)} cells under {len(columns)} columns: the row is not used"
            problems.append(Problem(file, number, "", text, "look for a comma too many or too few"))
            continue
        rows.append(SourceRow(number, {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}))
    return tuple(rows), problems
