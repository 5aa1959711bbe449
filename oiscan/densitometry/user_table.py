"""A CSV table a user made, as spreadsheets write them, with everything that is wrong with it.

Comma, semicolon or tab between cells; decimal commas where the cells are not parted by commas; UTF-8, UTF-16 or
Windows-1252. Messages name lines and columns and quote nothing: the wrong file could be a list of patients.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from oiscan.errors import ConfigError

SEPARATORS = ",;\t"
LONGEST_LINE = 10_000
LINES_NAMED = 5
"""Of one kind of problem; the rest are counted."""

_COMMENT = re.compile(r"""["\s]*\#""")
_SOURCE = re.compile(r"""["\s#]*source\s*[:=]\s*(.*?)["\s,;]*""", re.IGNORECASE)
_LICENCE = re.compile(r"""["\s#]*licen[cs]e\s*[:=]\s*(.*?)["\s,;]*""", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?")


@dataclass(frozen=True)
class Problem:
    """One kind of thing that is wrong, and on which lines of the file, counted from 1.

    `serious` is False for what only leaves a question open.
    """

    text: str
    lines: tuple[int, ...] = ()
    serious: bool = True

    def __str__(self) -> str:
        named = ", ".join(map(str, self.lines[:LINES_NAMED]))
        more = f" and {len(self.lines) - LINES_NAMED} more" if len(self.lines) > LINES_NAMED else ""
        place = f" (line{'s' if len(self.lines) > 1 else ''} {named}{more})" if self.lines else ""
        return f"{'error' if self.serious else 'warning'}: {self.text}{place}"


@dataclass(frozen=True)
class Row:
    """One line of a table: its number in the file, and its cells by column, stripped."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class UserTable:
    """What a file says.

    Parameters
    ----------
    rows
        With the asked columns only; a column the file lacks is no key.
    source, licence
        As its comment lines say; "" where they do not.
    sha256
        Of the file.
    decimal_comma
        Whether a comma in a number is its decimal sign.
    problems
        Of the file as such; what its cells mean is for others to judge.
    """

    rows: tuple[Row, ...] = ()
    source: str = ""
    licence: str = ""
    sha256: str = ""
    decimal_comma: bool = False
    problems: tuple[Problem, ...] = ()

    def number(self, text: str) -> float | None:
        """The number a cell holds; None where it holds none."""
        if not _NUMBER.fullmatch(text) or ("," in text and not self.decimal_comma):
            return None
        return float(text.replace(",", "."))

    def numbers(self, row: Row, columns: Sequence[str]) -> list[float]:
        """The numbers a row holds in some columns."""
        return [value for name in columns if (value := self.number(row.cells[name])) is not None]


def read_user_table(path: Path, columns: Sequence[str], numbers: Sequence[str]) -> UserTable:
    """Read a table, whatever is wrong with it.

    Parameters
    ----------
    path
        The file.
    columns
        Those it must have, in any order and any case.
    numbers
        Which of them hold numbers.

    Raises
    ------
    ConfigError
        The file cannot be opened.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"the table cannot be opened: {type(error).__name__}") from error
    text, problems = _decoded(data)
    body = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if _is_content(line)]
    separator = max(SEPARATORS, key=body[0][1].count) if body else ","
    rows = _rows(body, separator, columns, problems)
    sha256 = hashlib.sha256(data).hexdigest()
    table = UserTable(rows, _told(text, _SOURCE), _told(text, _LICENCE), sha256, decimal_comma=separator != ",")
    return replace(table, problems=(*problems, *_cell_problems(table, numbers), *_untold(table)))


def grouped(found: Iterable[tuple[int, str]]) -> list[Problem]:
    """Serious problems from (line, text) pairs, one for each text."""
    lines: dict[str, list[int]] = {}
    for line, text in found:
        lines.setdefault(text, []).append(line)
    return [Problem(text, tuple(at)) for text, at in lines.items()]


def refuse_problems(what: str, problems: Iterable[Problem]) -> None:
    """Stop where anything is serious, with all that is wrong in one message.

    Raises
    ------
    ConfigError
        If any of the problems is serious.
    """
    told = tuple(problems)
    if any(problem.serious for problem in told):
        raise ConfigError("\n  ".join([f"the {what} cannot be used:", *map(str, told)]))


def _decoded(data: bytes) -> tuple[str, list[Problem]]:
    if data.startswith(b"PK"):
        return "", [Problem("this is an Excel workbook: save it as CSV UTF-8")]
    text, doubts = _text(data)
    if "\0" in text or any(len(line) > LONGEST_LINE for line in text.splitlines()):
        return "", [Problem("this is no text file: save the table as CSV UTF-8")]
    return text, doubts


def _text(data: bytes) -> tuple[str, list[Problem]]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace"), []
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        doubt = Problem("the text is not UTF-8 and was read as Windows-1252: check its accents", serious=False)
        return data.decode("cp1252", errors="replace"), [doubt]


def _is_content(line: str) -> bool:
    """Whether a line is neither comment, nor empty, nor Excel's note of its separator."""
    return not _COMMENT.match(line) and bool(line.strip(f'{SEPARATORS}" ')) and not line.startswith("sep=")


def _told(text: str, pattern: re.Pattern[str]) -> str:
    """What the first comment line of this pattern says."""
    found = (pattern.fullmatch(line) for line in text.splitlines() if _COMMENT.match(line))
    return next((match[1] for match in found if match), "")


def _untold(table: UserTable) -> list[Problem]:
    told = {"source": table.source, "licence": table.licence}
    return [Problem(f"no line '# {name}: ...' above the table", serious=False) for name in told if not told[name]]


def _rows(
    body: Sequence[tuple[int, str]], separator: str, columns: Sequence[str], problems: list[Problem]
) -> tuple[Row, ...]:
    """Cells under the columns asked for; what does not fit is added to `problems`."""
    if len(body) < 2:
        problems.append(Problem("the file needs a line of column names and lines of numbers below it"))
        return ()
    lines = [(number, _cells(line, separator)) for number, line in body]
    header_line, header = lines[0]
    names = [{name.casefold(): name for name in columns}.get(cell.casefold(), "") for cell in header]
    problems += _header_problems(header_line, names, columns)
    long = tuple(number for number, cells in lines if len(cells) > len(header))
    if long:
        problems.append(Problem("more cells than the first line: decimal commas need semicolons between cells", long))
    return tuple(Row(number, _by_column(names, cells)) for number, cells in lines[1:])


def _by_column(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """Cells under their columns; those a line ends before are empty."""
    return {name: cell for name, cell in zip_longest(names, cells, fillvalue="") if name}


def _cells(line: str, separator: str) -> list[str]:
    """The cells of a line, without the empty ones spreadsheets put at its end."""
    cells = [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _header_problems(line: int, names: Sequence[str], columns: Sequence[str]) -> list[Problem]:
    missing = [name for name in columns if name not in names]
    twice = [name for name in columns if names.count(name) > 1]
    unused = [str(place) for place, name in enumerate(names, start=1) if not name]
    found = [Problem(f"the columns {', '.join(missing)} are missing", (line,))] if missing else []
    found += [Problem(f"the columns {', '.join(twice)} stand twice", (line,))] if twice else []
    return found + ([Problem(f"columns not used: number {', '.join(unused)}", (line,), False)] if unused else [])


def _cell_problems(table: UserTable, numbers: Sequence[str]) -> list[Problem]:
    """Numbers that are none, and two decimal signs in one file."""
    told = [(row.line, name, row.cells[name]) for row in table.rows for name in numbers if name in row.cells]
    found = grouped(
        (line, f"{name} is {'not a number' if text else 'missing'}")
        for line, name, text in told
        if table.number(text) is None
    )
    signs = {sign for _, _, text in told for sign in ".," if sign in text}
    if table.decimal_comma and len(signs) > 1:
        found.append(Problem("numbers have decimal commas and decimal points: use one"))
    return found
