"""Many tests, one trial: the primary comparison stands alone, the others share their error by Holm's method."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from oiscan.errors import AnalysisError
from oiscan.followup.compare.results import Comparison


@dataclass(frozen=True)
class Judged:
    """A comparison, the part it has in the study, and its p-value after the others are counted.

    Parameters
    ----------
    role
        "primary", "secondary", or "exploratory" where no primary was named in advance.
    adjusted_p
        The p-value itself for the primary, Holm's for a secondary one, NaN for an exploratory one or where there is no
        number.
    """

    comparison: Comparison
    role: str
    adjusted_p: float


def judged(comparisons: Sequence[Comparison], primary: str) -> tuple[Judged, ...]:
    """The comparisons of a study, in their order.

    Parameters
    ----------
    comparisons
        All that will be shown. Changes within arms are none and are refused.
    primary
        `name` of the one named in advance; blank where none was: all are exploratory then.

    Raises
    ------
    AnalysisError
        Where something is no comparison, two have one name, or none has the primary's.
    """
    if not all(isinstance(one, Comparison) for one in comparisons):
        raise AnalysisError("a change within one arm is no comparison of arms")
    names = [one.name for one in comparisons]
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        raise AnalysisError(f"compared twice: {', '.join(doubled)}")
    if not primary:
        return tuple(Judged(one, "exploratory", math.nan) for one in comparisons)
    if primary not in names:
        raise AnalysisError(f"no comparison is named {primary!r}, the primary one; there are: {', '.join(names)}")
    others = [one for one in comparisons if one.name != primary]
    shared = dict(zip((one.name for one in others), holm([one.p_value for one in others]), strict=True))
    return tuple(
        Judged(one, "secondary", shared[one.name]) if one.name in shared else Judged(one, "primary", one.p_value)
        for one in comparisons
    )


def statement(judgements: Sequence[Judged]) -> str:
    """What was done about the number of tests, to be printed with them."""
    primary = [one.comparison.name for one in judgements if one.role == "primary"]
    if not primary:
        return (
            f"{len(judgements)} comparisons, none named as primary in advance: all are exploratory, and their p-values "
            "are not corrected for their number."
        )
    return (
        f"Primary, named in advance and not corrected: {primary[0]}. The p-values of the {len(judgements) - 1} others "
        "are adjusted together by Holm's method. A p-value above 0.05 does not show that the arms are equal."
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values (Holm, Scand J Stat 1979;6:65), NaN for NaN.

    A test without a number is not counted.
    """
    tested = sorted((p, place) for place, p in enumerate(p_values) if not math.isnan(p))
    adjusted, least = [math.nan] * len(p_values), 0.0
    for rank, (p, place) in enumerate(tested):
        least = max(least, min(1.0, p * (len(tested) - rank)))
        adjusted[place] = least
    return adjusted
