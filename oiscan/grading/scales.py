"""Scales by name, and a reader's own from a file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from oiscan.errors import ConfigError
from oiscan.grading.genant import SCALES, Edge, Scale
from oiscan.grading.proportions import PANJABI, Proportions

SUFFIX = ".toml"


def scale_named(name: str | Scale) -> Scale:
    """A scale oiscan knows, or the one in a TOML file; a scale is itself.

    The file has a `name`, a `source`, perhaps a `note`, and `[[edges]]`, ascending, each with `percent` and, where a
    loss of exactly that still is the lower grade, `included = false`. A table `[proportions]` with a `source` and a
    height for every level from the first one named down to L5 (`T4 = 16.2` ...) stands in for the normal posterior
    heights that neighbours are compared by.

    Raises
    ------
    ConfigError
        There is no such scale, or the file holds none.
    """
    if isinstance(name, Scale):
        return name
    if name in SCALES:
        return SCALES[name]
    if not name.endswith(SUFFIX):
        raise ConfigError(f"no grading scale is called '{name}': choose {' or '.join(SCALES)}, or give a {SUFFIX} file")
    try:
        return _scale(tomllib.loads(Path(name).read_text(encoding="utf-8")))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise ConfigError(f"{Path(name).name} holds no grading scale: {error!r}") from error


def _scale(told: dict[str, Any]) -> Scale:
    edges = tuple(Edge(float(edge["percent"]), included=bool(edge.get("included", True))) for edge in told["edges"])
    if str(told["name"]) in SCALES:
        raise ValueError(f"'{told['name']}' is the name of a scale that comes with oiscan")
    proportions = _proportions(**told["proportions"]) if "proportions" in told else PANJABI
    return Scale(str(told["name"]), edges, str(told["source"]), str(told.get("note", "")), proportions)


def _proportions(source: str, **heights: float) -> Proportions:
    return Proportions(str(source), {level: float(height) for level, height in heights.items()})
