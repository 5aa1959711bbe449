"""What a study planned to give: amount by weight and age, and the interval."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from oiscan.errors import ConfigError
from oiscan.followup.safety.criteria import Criterion

SHIPPED = "dosing_16_weeks.toml"
FIELDS = frozenset(
    {
        *("name", "source", "interval_weeks", "interval_tolerance_days"),
        *("amount_tolerance_percent", "oldest_weight_days", "doses"),
    }
)
RULE_FIELDS = frozenset({"drug", "mg_per_kg", "age_years", "most_mg"})


@dataclass(frozen=True)
class DoseRule:
    """The planned amount of one drug at some ages.

    Parameters
    ----------
    drug
        As its arm is called.
    low_mg_per_kg, high_mg_per_kg
        What is given for each kg of weight; equal where the plan leaves no choice.
    age_years
        All must hold; empty for every age.
    most_mg
        No dose is planned above it.
    """

    drug: str
    low_mg_per_kg: float
    high_mg_per_kg: float
    age_years: tuple[Criterion, ...] = ()
    most_mg: float = math.inf

    def __post_init__(self) -> None:
        if not 0 < self.low_mg_per_kg <= self.high_mg_per_kg:
            raise ValueError(f"{self.drug}: mg_per_kg must be two numbers above 0, the lower first")

    def covers(self, drug: str, age_years: float) -> bool:
        """Whether it is for this drug and age."""
        return self.drug.casefold() == drug.casefold() and all(bound.holds(age_years, {}) for bound in self.age_years)

    def planned_mg(self, weight_kg: float) -> tuple[float, float]:
        """The lowest and the highest planned amount."""
        low, high = (min(dose * weight_kg, self.most_mg) for dose in (self.low_mg_per_kg, self.high_mg_per_kg))
        return low, high


@dataclass(frozen=True)
class DosingTable:
    """What was planned for all arms.

    Parameters
    ----------
    name, source
        Printed with every check.
    rules
        No two of them for one drug and age.
    interval_days
        From dose to dose.
    interval_tolerance_days, amount_tolerance_percent
        What is still on plan.
    oldest_weight_days
        Doses by an older weight are pointed out.
    """

    name: str
    source: str
    rules: tuple[DoseRule, ...]
    interval_days: float
    interval_tolerance_days: float
    amount_tolerance_percent: float
    oldest_weight_days: float

    def rule(self, drug: str, age_years: float) -> DoseRule | str:
        """The rule for a drug and age, or why there is not just one."""
        if drug.casefold() not in {rule.drug.casefold() for rule in self.rules}:
            return f"the dosing table has no drug called '{drug}'"
        found = [rule for rule in self.rules if rule.covers(drug, age_years)]
        if len(found) == 1:
            return found[0]
        age = "a child of unknown age" if math.isnan(age_years) else f"a child of {age_years:.1f} years"
        return f"the dosing table has {'two doses' if found else 'no dose'} of {drug} for {age}"


def dosing_table(path: Path | None = None) -> DosingTable:
    """The dosing table in a TOML file; the one that comes with oiscan where none is given.

    Raises
    ------
    ConfigError
        The file cannot be opened, or what it says cannot be used.
    """
    if path is None:
        return _shipped()
    try:
        return _table(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path.name} holds no dosing table: {error!r}") from error


@cache
def _shipped() -> DosingTable:
    return _table(tomllib.loads((files("oiscan.followup.safety") / "data" / SHIPPED).read_text("utf-8")))


def _table(told: Mapping[str, Any]) -> DosingTable:
    _only(told, FIELDS)
    return DosingTable(
        str(told["name"]),
        str(told["source"]),
        tuple(_rule(one) for one in told["doses"]),
        7 * float(told["interval_weeks"]),
        float(told["interval_tolerance_days"]),
        float(told["amount_tolerance_percent"]),
        float(told["oldest_weight_days"]),
    )


def _rule(told: Mapping[str, Any]) -> DoseRule:
    _only(told, RULE_FIELDS)
    low, high = told["mg_per_kg"]
    age_years = tuple(Criterion.parse(text) for text in told.get("age_years", ()))
    return DoseRule(str(told["drug"]), float(low), float(high), age_years, float(told.get("most_mg", math.inf)))


def _only(told: Mapping[str, Any], known: frozenset[str]) -> None:
    if unknown := told.keys() - known:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
