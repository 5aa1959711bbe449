"""The toxicity grade of one laboratory value: graded in the unit reported, and none where a limit it needs is missing.

A grade by laboratory value alone is a lower bound: the tables also grade by symptoms and by what had to be done.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oiscan.followup.safety.criteria import LIMITS, Criterion
from oiscan.followup.safety.toxicity_tables import ANY_UNIT, Edges, Term, ToxicityTable
from oiscan.followup.study.params import PARAMS

SIDES = ("low", "high")


@dataclass(frozen=True)
class LabValue:
    """A laboratory value and all it is graded with; NaN where something is not known.

    Parameters
    ----------
    paramcd
        What was measured.
    value, unit
        As the laboratory reported them.
    lln, uln
        Normal limits of that laboratory, in `unit`.
    base
        Value at baseline, in `unit`.
    base_uln
        Upper normal limit at baseline, in `unit`: whether the baseline was high.
    age_years
        On the day of the sample.
    """

    paramcd: str
    value: float
    unit: str
    lln: float = math.nan
    uln: float = math.nan
    base: float = math.nan
    base_uln: float = math.nan
    age_years: float = math.nan

    @property
    def limits(self) -> dict[str, float]:
        """What criteria are multiples of, by name."""
        return {"LLN": self.lln, "ULN": self.uln, "BASE": self.base}

    @property
    def baseline(self) -> str:
        """ "high", "normal", or "" where it is not known."""
        if math.isnan(self.base) or math.isnan(self.base_uln):
            return ""
        return "high" if Criterion(">", 1, "ULN").holds(self.base, {"ULN": self.base_uln}) else "normal"


@dataclass(frozen=True)
class Grade:
    """A toxicity grade.

    Parameters
    ----------
    grade
        0 to 4; None where the value cannot be graded.
    reason
        Why it cannot; "" where it can.
    remark
        What it could not be held against, so that the true grade may be higher.
    """

    grade: int | None
    reason: str = ""
    remark: str = ""


def grade(lab: LabValue, table: ToxicityTable, side: str) -> Grade:
    """The grade of a value on one side of normal.

    Parameters
    ----------
    side
        "high" or "low".
    """
    terms = table.terms_for(lab.paramcd, side)
    if not terms:
        return Grade(None, f"{table.name} has no grade for a {side} {lab.paramcd}")
    if reason := _unusable(lab):
        return Grade(None, reason)
    if not (fitting := _of_age(terms, lab.age_years)):
        known = "not known" if math.isnan(lab.age_years) else "not one of those it grades"
        return Grade(None, f"the age is {known}")
    term, remark = _of_baseline(fitting, lab.baseline)
    edges = term.edges.get(lab.unit, term.edges.get(ANY_UNIT))
    if edges is None:
        return Grade(None, f"{table.name} has no limits in '{lab.unit}', only in {' and '.join(term.edges)}")
    return _graded(lab.value, lab.limits, edges, remark)


def _unusable(lab: LabValue) -> str:
    """Why a value cannot be graded, whatever the table."""
    if math.isnan(lab.value):
        return "there is no value"
    known = PARAMS.get(lab.paramcd)
    factor = known.units.get(lab.unit) if known else None
    if known and factor and not known.least <= lab.value * factor <= known.most:
        return f"no child has {lab.value:g} {lab.unit}: is it in another unit?"
    return ""


def _of_age(terms: Iterable[Term], age_years: float) -> tuple[Term, ...]:
    return tuple(term for term in terms if not term.age_years or term.covers(age_years))


def _of_baseline(terms: tuple[Term, ...], baseline: str) -> tuple[Term, str]:
    """The term for this baseline; the one for a normal baseline, with a remark, where it is not known."""
    by_baseline = {term.baseline: term for term in terms}
    if "" in by_baseline:
        return by_baseline[""], ""
    if baseline:
        return by_baseline[baseline], ""
    return by_baseline["normal"], "graded as if the baseline had been normal: it is not known"


def _graded(value: float, limits: Mapping[str, float], edges: Edges, remark: str) -> Grade:
    """The highest grade that is met; none where no grade at all cannot be told from one with a missing limit."""
    met = {step: _met(value, limits, criteria) for step, criteria in edges.items()}
    reached = max((step for step, yes in met.items() if yes), default=0)
    above = [step for step in edges if step > reached]
    untold = [step for step in above if met[step] is None]
    missing = ", ".join(_missing(limits, (criterion for step in above for criterion in edges[step])))
    if untold and not reached:
        return Grade(None, f"{missing} not known: grade 0 cannot be told from {min(untold)}")
    higher = f"{missing} not known: the grade may be higher" if missing else ""
    return Grade(reached, "", "; ".join(filter(None, (remark, higher))))


def _met(value: float, limits: Mapping[str, float], criteria: Iterable[Criterion]) -> bool | None:
    """Whether any is met; None where none can be told."""
    told = [yes for criterion in criteria if (yes := criterion.holds(value, limits)) is not None]
    return any(told) if told else None


def _missing(limits: Mapping[str, float], criteria: Iterable[Criterion]) -> list[str]:
    """What the criteria ask for and is not known."""
    asked = {criterion.limit for criterion in criteria}
    return [words for name, words in LIMITS.items() if name in asked and math.isnan(limits[name])]
