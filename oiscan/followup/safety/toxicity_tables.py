"""Tables that grade laboratory values: CTCAE and DAIDS, which come with oiscan, and a user's own from a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from oiscan.errors import ConfigError
from oiscan.followup.safety.criteria import Criterion

SHIPPED: Mapping[str, str] = MappingProxyType({"ctcae": "ctcae_5.toml", "daids": "daids_2_1.toml"})
"""File of each table that comes with oiscan, by the name a user calls it."""

ANY_UNIT = "any"
GRADES = (1, 2, 3, 4)
"""Grade 5 is death, which no laboratory reports."""

Edges = Mapping[int, tuple[Criterion, ...]]
"""What makes each grade; one criterion of several is enough."""


@dataclass(frozen=True)
class Term:
    """What one kind of value is graded by, on one side of normal.

    Parameters
    ----------
    paramcd
        Of the values it grades.
    name
        As the table calls it.
    side
        "high" or "low".
    edges
        By unit; `ANY_UNIT` where all bounds are multiples of limits.
    age_years
        All must hold; empty where the term is for every age.
    baseline
        "normal" or "high": only for children whose baseline was so; "" for all.
    """

    paramcd: str
    name: str
    side: str
    edges: Mapping[str, Edges]
    age_years: tuple[Criterion, ...] = ()
    baseline: str = ""

    def __post_init__(self) -> None:
        if self.side not in ("high", "low"):
            raise ValueError(f"side must be high or low, got {self.side!r}")
        if self.baseline not in ("", "normal", "high"):
            raise ValueError(f"baseline must be normal or high, got {self.baseline!r}")

    def covers(self, age_years: float) -> bool:
        """Whether it is for children of this age."""
        return all(bound.holds(age_years, {}) for bound in self.age_years)


@dataclass(frozen=True)
class ToxicityTable:
    """A grading table.

    Parameters
    ----------
    name, source, note
        As its file says; they are printed with every grade.
    terms
        In the order of the file.
    """

    name: str
    source: str
    note: str
    terms: tuple[Term, ...]

    def terms_for(self, paramcd: str, side: str) -> tuple[Term, ...]:
        """The terms of one kind of value."""
        return tuple(term for term in self.terms if (term.paramcd, term.side) == (paramcd, side))

    @property
    def paramcds(self) -> frozenset[str]:
        """What it grades."""
        return frozenset(term.paramcd for term in self.terms)


def toxicity_table(name: str) -> ToxicityTable:
    """A table that comes with oiscan ("ctcae", "daids"), or the one in a TOML file.

    Raises
    ------
    ConfigError
        There is no such table, or the file holds none.
    """
    if name in SHIPPED:
        return _shipped(name)
    if not name.endswith(".toml"):
        raise ConfigError(f"no toxicity table is called '{name}': choose {' or '.join(SHIPPED)}, or give a .toml file")
    try:
        return _table(tomllib.loads(Path(name).read_text(encoding="utf-8")))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise ConfigError(f"{Path(name).name} holds no toxicity table: {error!r}") from error


@cache
def _shipped(name: str) -> ToxicityTable:
    return _table(tomllib.loads((files("oiscan.followup.safety") / "data" / SHIPPED[name]).read_text("utf-8")))


def _table(told: Mapping[str, Any]) -> ToxicityTable:
    terms = tuple(_term(one) for one in told["terms"])
    return ToxicityTable(str(told["name"]), str(told["source"]), str(told.get("note", "")), terms)


def _term(told: Mapping[str, Any]) -> Term:
    return Term(
        str(told["paramcd"]),
        str(told["term"]),
        str(told["side"]),
        {unit: dict(_edges(grades)) for unit, grades in told["grades"].items()},
        tuple(Criterion.parse(text) for text in told.get("age_years", ())),
        str(told.get("baseline", "")),
    )


def _edges(grades: Mapping[str, str | list[str]]) -> Iterator[tuple[int, tuple[Criterion, ...]]]:
    for name, texts in grades.items():
        if int(name) not in GRADES:
            raise ValueError(f"a grade by laboratory value is 1 to 4, got {name}")
        yield int(name), tuple(Criterion.parse(text) for text in ([texts] if isinstance(texts, str) else texts))
