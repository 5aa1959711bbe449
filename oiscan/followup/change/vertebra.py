"""One vertebra at two visits: new, worse, better or the same, and how sure that is.

Grades and ratios are compared, never millimetres: children grow. Trials count new, worsening and improving fractures
(Amgen 20130173) but have not published at which change they do so: the rules here are oiscan's own, on the grades of
both visits. The three words for reshaping are those of the STOPP consortium.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from oiscan.anatomy import Level
from oiscan.report import Finding, Verdict

NOT_SHOWN = "not in the picture"

DOUBT_ERRORS = 1.645
"""A change of height loss of less than so many of its standard errors is within the measurement's doubt: 90 % of a
normal distribution. oiscan's own; unverified in children."""

LEAST_PROBABILITY_NEW = 0.85
"""A new fracture also has to be this probable. They are rare in treated children (2 in 100 vertebrae of the simulated
ones), so that on weaker evidence as many false ones as true ones would be counted. oiscan's own, set on 72 simulated
children at three visits; unverified in children."""


class State(StrEnum):
    """What became of a vertebra between two visits."""

    NEW = "new"
    """Not fractured, then grade 1 or more."""
    WORSENING = "worsening"
    """Fractured, then of a higher grade."""
    STABLE = "stable"
    """The same grade."""
    IMPROVING = "improving"
    """Fractured, then of a lower grade."""
    UNCERTAIN = "uncertain"
    """Another grade, by less than the measurement's doubt or the study's least change; an improbable new fracture."""
    NOT_EVALUABLE = "not evaluable"
    """Not readable at one of the visits: neither counted nor in what the count is taken of."""


class Reshaping(StrEnum):
    """What became of the shape of a vertebra that was fractured at the first visit."""

    COMPLETE = "complete"
    """Grade 0."""
    INCOMPLETE = "incomplete"
    """A lower grade, but not 0."""
    ABSENT = "absent"
    """No lower grade."""
    UNCERTAIN = "uncertain"
    """A lower grade, by less than the doubt."""
    NONE = ""
    """It was not fractured, or cannot be evaluated."""


@dataclass(frozen=True)
class VertebraChange:
    """One level at two visits of a child.

    Parameters
    ----------
    level
        Its name, the same at both visits.
    state
        What became of it.
    graded
        The same by the two grades alone, whatever the doubt.
    reshaping
        Of one that was fractured at the first visit.
    reason
        Why it is not evaluable or uncertain; "" otherwise.
    grade_before, grade_after
        None where it was not readable.
    loss_change_percent, loss_change_error_percent
        Change of the height loss in points, above 0 where height was lost, and its standard error, the errors of both
        visits taken as independent; None where not known.
    probability_higher, probability_lower
        That the true grade is now higher, or lower; None where the model's doubt is not calibrated.
    """

    level: Level
    state: State
    graded: State
    reshaping: Reshaping = Reshaping.NONE
    reason: str = ""
    grade_before: int | None = None
    grade_after: int | None = None
    loss_change_percent: float | None = None
    loss_change_error_percent: float | None = None
    probability_higher: float | None = None
    probability_lower: float | None = None

    @property
    def evaluable(self) -> bool:
        """Whether it was readable at both visits."""
        return self.state is not State.NOT_EVALUABLE


def vertebra_change(
    level: Level, before: Finding | None, after: Finding | None, min_ratio_change: float = 0.0
) -> VertebraChange:
    """What became of a vertebra.

    Parameters
    ----------
    before, after
        What was found at both visits; None where it was not in the picture.
    min_ratio_change
        Least change, 0 to 1, of the ratio that gives the grade (1 - height loss) for a change of grade to count, such
        as 0.05 or the least significant change of a study's readers; 0: any.

    Examples
    --------
    >>> first = Finding(Level.L1, Verdict.SCORED, grade=0, height_loss_percent=19.0)
    >>> later = Finding(Level.L1, Verdict.SCORED, grade=1, height_loss_percent=21.0)
    >>> vertebra_change(Level.L1, first, later).state
    <State.NEW: 'new'>
    >>> vertebra_change(Level.L1, first, later, min_ratio_change=0.05).state
    <State.UNCERTAIN: 'uncertain'>
    """
    if reason := "; ".join(filter(None, (_missing("first visit", before), _missing("later visit", after)))):
        return VertebraChange(level, State.NOT_EVALUABLE, State.NOT_EVALUABLE, reason=reason)
    assert before is not None and after is not None
    assert before.grade is not None and after.grade is not None
    change, error = _loss_change(before, after)
    graded = _by_grades(before.grade, after.grade)
    higher, lower = _probabilities(before.grade_probabilities, after.grade_probabilities)
    doubt = ""
    if graded is not State.STABLE:
        doubt = _doubt(change, error, min_ratio_change) or _improbable(graded, higher)
    return VertebraChange(
        level,
        State.UNCERTAIN if doubt else graded,
        graded,
        _reshaping(before.grade, after.grade, uncertain=bool(doubt)),
        doubt,
        before.grade,
        after.grade,
        change,
        error,
        higher,
        lower,
    )


def _missing(visit: str, finding: Finding | None) -> str:
    """Why there is no grade, in words; "" where there is one."""
    if finding is None:
        return f"{visit}: {NOT_SHOWN}"
    if finding.status is Verdict.SCORED and finding.grade is not None:
        return ""
    return f"{visit}: {finding.reason or 'no grade'}"


def _by_grades(before: int, after: int) -> State:
    if after == before:
        return State.STABLE
    if after < before:
        return State.IMPROVING
    return State.WORSENING if before else State.NEW


def _reshaping(before: int, after: int, uncertain: bool) -> Reshaping:
    if not before:
        return Reshaping.NONE
    if after >= before:
        return Reshaping.ABSENT
    if uncertain:
        return Reshaping.UNCERTAIN
    return Reshaping.INCOMPLETE if after else Reshaping.COMPLETE


def _loss_change(before: Finding, after: Finding) -> tuple[float | None, float | None]:
    """Change of the height loss and its standard error; None where a visit has none, as where a reader graded."""
    if before.height_loss_percent is None or after.height_loss_percent is None:
        return None, None
    errors = [finding.standard_errors.get("height_loss_percent") for finding in (before, after)]
    known = [error for error in errors if error is not None]
    change = after.height_loss_percent - before.height_loss_percent
    return change, math.hypot(*known) if len(known) == len(errors) else None


def _doubt(change: float | None, error: float | None, min_ratio_change: float) -> str:
    """Why a change of grade may be none; "" where it is one, or its size is not known."""
    if change is None:
        return ""
    if error is not None and abs(change) < DOUBT_ERRORS * error:
        return f"height loss changed by {change:+.1f} points, within the doubt of {DOUBT_ERRORS * error:.1f}"
    if abs(change) < 100 * min_ratio_change - 1e-9:  # binary arithmetic must not refuse a change of just that much
        return f"the ratio changed by {abs(change) / 100:.3f}, less than the least change of {min_ratio_change:g}"
    return ""


def _improbable(graded: State, higher: float | None) -> str:
    """Why a new fracture is not likely enough; "" where it is, and for all other states."""
    if graded is not State.NEW or higher is None or higher >= LEAST_PROBABILITY_NEW:
        return ""
    return f"the grade rose with a probability of {higher:.2f}, less than {LEAST_PROBABILITY_NEW:g}"


def _probabilities(before: tuple[float, ...], after: tuple[float, ...]) -> tuple[float | None, float | None]:
    """Of a higher and of a lower grade; None each where either visit has no probabilities or another scale."""
    if not before or len(before) != len(after):
        return None, None
    higher = sum(p * sum(after[grade + 1 :]) for grade, p in enumerate(before))
    lower = sum(p * sum(after[:grade]) for grade, p in enumerate(before))
    return higher, lower
