"""Synthetic reference tables: invented numbers, of no population whatever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

ROW = {
    "table_id": "synthetic-spine",
    "site": "L1-L4",
    "quantity": "aBMD",
    "unit": "g/cm2",
    "scanner": "GE Lunar",
    "software": "",
    "population": "invented",
    "sex": "female",
    "age_years": "5",
    "L": "1",
    "M": "0.5",
    "S": "0.1",
}
OLD = {"age_years": "15", "M": "0.9", "S": "0.2"}
"""With `ROW`: M rises from 0.5 at 5 years to 0.9 at 15, S from 0.1 to 0.2; L is 1."""

COMMENTS = "# source: invented for tests\n# licence: none needed\n"


def pair(**told: str) -> list[dict[str, str]]:
    """The two lines of one curve, with some cells otherwise."""
    return [{**ROW, **told}, {**ROW, **OLD, **told}]


def written(
    path: Path,
    rows: Iterable[Mapping[str, str]],
    separator: str = ",",
    comments: str = COMMENTS,
    encoding: str = "utf-8",
) -> Path:
    """A table in a file; its columns are those of the first row."""
    kept = list(rows)
    lines = [separator.join(kept[0]), *(separator.join(row.values()) for row in kept)]
    path.write_bytes((comments + "\n".join(lines) + "\n").encode(encoding))
    return path
