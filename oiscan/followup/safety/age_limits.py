"""Limits of healthy children by age, from a named table that a user can replace."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from oiscan.densitometry.curves.lms import Lms
from oiscan.errors import ConfigError
from oiscan.followup.study.params import PARAMS

SHIPPED = "limits_by_age.toml"
FIELDS = frozenset({"from_years", "below_years", "sex", "low", "high", "L", "M", "S"})


@dataclass(frozen=True)
class Band:
    """Limits for one span of age.

    Parameters
    ----------
    from_years, below_years
        The age, the upper end excluded.
    sex
        "F" or "M"; "" for both.
    low, high
        The limits, themselves normal; NaN where there is none.
    lms
        The distribution, for a Z-score; None where the table has none.
    """

    from_years: float
    below_years: float
    sex: str = ""
    low: float = math.nan
    high: float = math.nan
    lms: Lms | None = None

    def __post_init__(self) -> None:
        if not self.from_years < self.below_years:
            raise ValueError(f"from_years must be below below_years, got {self.from_years} and {self.below_years}")
        if self.low >= self.high:
            raise ValueError(f"low must be below high, got {self.low} and {self.high}")
        if self.sex not in ("", "F", "M"):
            raise ValueError(f"sex must be F or M, got {self.sex!r}")

    def covers(self, age_years: float, sex: str) -> bool:
        """Whether it is for this child."""
        return self.from_years <= age_years < self.below_years and self.sex in ("", sex)


@dataclass(frozen=True)
class AgeLimits:
    """One table of limits.

    Parameters
    ----------
    name, statistic, source
        What it is called, what its limits are, and where they are from: printed with every value held against it.
    paramcd, unit
        What it is for.
    bands
        No two of them for one child.
    """

    name: str
    paramcd: str
    unit: str
    statistic: str
    source: str
    bands: tuple[Band, ...]

    def __post_init__(self) -> None:
        for band in self.bands:
            twice = [other for other in self.bands if other.covers(band.from_years, band.sex or other.sex)]
            if len(twice) > 1:
                raise ValueError(f"{self.name}: two bands cover the age of {band.from_years:g} years")

    def band(self, age_years: float, sex: str) -> Band | None:
        """The band for a child; None where the table has none."""
        return next((band for band in self.bands if band.covers(age_years, sex)), None)

    def factor(self, unit: str) -> float | None:
        """What a limit is multiplied by to be in another unit; None where that is not known."""
        if unit == self.unit:
            return 1.0
        known = PARAMS[self.paramcd].units if self.paramcd in PARAMS else {}
        return known[self.unit] / known[unit] if {unit, self.unit} <= known.keys() else None


def age_limits(path: Path | None = None) -> tuple[AgeLimits, ...]:
    """The tables in a TOML file; those that come with oiscan where none is given.

    Raises
    ------
    ConfigError
        The file cannot be opened, or a table in it cannot be used.
    """
    if path is None:
        return _shipped()
    try:
        return _tables(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path.name} holds no limits by age: {error!r}") from error


@cache
def _shipped() -> tuple[AgeLimits, ...]:
    return _tables(tomllib.loads((files("oiscan.followup.safety") / "data" / SHIPPED).read_text("utf-8")))


def _tables(told: Mapping[str, Any]) -> tuple[AgeLimits, ...]:
    tables = tuple(_table(one) for one in told["tables"])
    names = [one.name for one in tables]
    if len(set(names)) < len(names):
        raise ValueError("two tables have one name")
    return tables


def _table(told: Mapping[str, Any]) -> AgeLimits:
    name, paramcd, unit = (str(told[one]) for one in ("name", "paramcd", "unit"))
    bands = tuple(_band(one) for one in told["bands"])
    return AgeLimits(name, paramcd, unit, str(told["statistic"]), str(told["source"]), bands)


def _band(told: Mapping[str, Any]) -> Band:
    if unknown := told.keys() - FIELDS:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    low, high = (float(told.get(name, math.nan)) for name in ("low", "high"))
    lms = Lms(*(float(told[name]) for name in "LMS")) if told.keys() & set("LMS") else None
    return Band(float(told["from_years"]), float(told["below_years"]), str(told.get("sex", "")), low, high, lms)
