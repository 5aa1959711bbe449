"""Lines of a small CSV table a user typed; messages name the line and quote nothing of it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from oiscan.errors import ConfigError


@dataclass(frozen=True)
class CsvLines:
    """A table with its header apart.

    Parameters
    ----------
    what
        The file, in words for messages.
    names
        Of its columns.
    lines
        (number in the file, cells by column), empty lines left out.
    """

    what: str
    names: tuple[str, ...]
    lines: tuple[tuple[int, dict[str, str]], ...]

    @classmethod
    def read(cls, path: Path, what: str) -> CsvLines:
        """The table in a UTF-8 file.

        Raises
        ------
        ConfigError
            The file is absent, is no CSV table, names a column twice, or has a line with more or fewer cells than the
            first.
        """
        try:
            header, *rest = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines())) or [[]]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise ConfigError(f"the {what} cannot be read as a UTF-8 table: {type(error).__name__}") from error
        names = tuple(name.strip() for name in header)
        if len(set(names)) < len(names):
            raise ConfigError(f"the {what} names a column twice")
        lines = []
        for number, cells in enumerate(rest, start=2):
            if cells and len(cells) != len(names):
                raise ConfigError(f"line {number} of the {what} has more or fewer cells than the first line")
            if cells:
                lines.append((number, {name: cell.strip() for name, cell in zip(names, cells, strict=True)}))
        return cls(what, names, tuple(lines))

    def unusable(self, number: int, why: str) -> ConfigError:
        """The error that says what is wrong with a line."""
        return ConfigError(f"line {number} of the {self.what} {why}")

