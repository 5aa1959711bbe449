"""A small made-up study to read, and a desk in it."""

from __future__ import annotations

import shutil
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from oiscan.review.changes import Stroke, Undo, checked
from oiscan.review.checks.study import write_study
from oiscan.review.desk import Desk, Terms
from oiscan.review.opening import open_desk
from oiscan.review.readings import Readings

_numbers = count()


def made(folder: Path, children: int = 2, visits: int = 2) -> Path:
    """The results folder of a small study: a copy of one that is drawn once."""
    drawn = Path(_drawn(children, visits).name)
    shutil.copytree(drawn, folder, dirs_exist_ok=True)
    files = folder / "results" / "private" / "files.csv"
    files.write_text(files.read_text().replace(str(drawn), str(folder)))
    return folder / "results"


@cache
def _drawn(children: int, visits: int) -> TemporaryDirectory[str]:
    folder = TemporaryDirectory(prefix="oiscan-study-")
    write_study(Path(folder.name), children, visits)
    return folder


def at(folder: Path, reader: str = "A", blinded: bool = False, from_model: bool = True, third: bool = False) -> Desk:
    """A reader's desk."""
    return open_desk(folder, Terms(reader, blinded, from_model), third)[0]


def kept(folder: Path) -> Readings:
    """The store of a results folder."""
    return Readings(folder / "private" / "readings.sqlite")


def first(desk: Desk) -> str:
    """The code of the first case."""
    return desk.cases[0].code


def do(desk: Desk, code: str, *changes: dict[str, Any], version: int | None = None, stroke: str = "") -> dict[str, Any]:
    """Make a stroke on a case, on its version as it stands unless another is given."""
    now = desk.case(code)["version"] if version is None else version
    told = {"version": now, "stroke": stroke or f"stroke-{next(_numbers)}", "changes": list(changes)}
    return desk.stroke(code, checked(Stroke, told))


def undo(desk: Desk, code: str) -> dict[str, Any]:
    """Undo the latest stroke on a case."""
    told = {"version": desk.case(code)["version"], "stroke": f"stroke-{next(_numbers)}"}
    return desk.undo(code, checked(Undo, told))


def vertebra(case: dict[str, Any], name: str) -> dict[str, Any]:
    """A vertebra of a case by its id or level."""
    (found,) = (one for one in case["vertebrae"] if name in (one["id"], one["level"]))
    return dict(found)
