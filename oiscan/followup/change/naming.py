"""Whether the levels of two visits of one child bear the same names, from the pattern of lengths along the spine.

A column counted one vertebra off at one visit makes every vertebra be compared with its neighbour, and changes come out
that never happened. Where the bodies' lengths and the steps between them fit only under other names, the later visit is
compared under the names of the first. Growth does not disturb this: it is a common factor, and is taken out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from oiscan.anatomy import COLUMN
from oiscan.followup.change.spine import Findings
from oiscan.grading.morphometry import lateral_heights
from oiscan.report import Finding, Report, Verdict
from oiscan.scan import FloatArray

SPREADS: Mapping[str, tuple[float, float]] = {
    "step": (0.02, 0.08),
    "posterior": (0.04, 0.08),
    "depth": (0.026, 0.04),
    "wedge": (0.05, 0.11),
}
"""Of the logarithm of each measure over itself at another visit, of the same vertebra and of its neighbour: from 24
simulated children at three visits (physical and fast route); unverified in people."""

FARTHEST = 2
"""Names further off are no miscount."""

SURE = 0.9
"""Less probable names are not used: nothing is compared. oiscan's own."""

LARGEST_STEP_CHANGE = 0.42
"""Of the logarithm of the step between two centres, growth taken out. In the children of `SPREADS` a missed vertebra
made it 0.5, new fractures and reshaping up to 0.35."""

OTHER_MODEL = "the two visits were measured by different models"

_TAILS = 3.0
"""Degrees of freedom of Student's t: one length far off, as of a new fracture, must not decide alone."""

_FEWEST = 3
_LEAST_PRIOR = 1e-3
"""No scan is so sure of its names that the pattern could not overrule it."""

_Measures = dict[tuple[str, int], float]


@dataclass(frozen=True)
class SameNames:
    """How the names of a later visit must move to be those of the first.

    Parameters
    ----------
    shift
        By so many levels; +1 moves L1 to L2.
    probability
        Of that being right, by the patterns and by what both scans say of their names.
    """

    shift: int
    probability: float

    @property
    def sure(self) -> bool:
        """Whether vertebrae may be compared under it."""
        return self.probability >= SURE

    def __str__(self) -> str:
        if not self.sure:
            return f"the levels of the two visits cannot be matched (probability {self.probability:.2f})"
        return f"names moved by {self.shift:+d} level to match the first visit" if self.shift else ""


def same_names(first: Report, later: Report) -> SameNames:
    """The names under which the vertebrae of a later lateral scan are those of a first one."""
    one, other = _measures(first), _measures(later)
    shifts = range(-FARTHEST, FARTHEST + 1)
    scores = np.array([math.log(_prior(first, later, shift)) + _agreement(one, other, shift) for shift in shifts])
    probability = np.exp(scores - scores.max())
    probability /= probability.sum()
    best = int(np.argmax(probability))
    return SameNames(shifts[best], float(probability[best]))


def matched(first: Report, later: Report) -> tuple[Findings, Findings, str]:
    """Findings of both visits by level, under the names of the first, and what a reader should know of the comparison.

    Where the two cannot be compared, no vertebra of the later visit is readable, and each says why.
    """
    names = same_names(first, later)
    missed = _missed(_measures(first), _measures(later), names.shift)
    before, after = ({finding.level: finding for finding in report.findings} for report in (first, later))
    refused = _other_scale(first, later) or ("" if names.sure else str(names)) or missed
    if refused:
        return before, {level: Finding(level, Verdict.UNREADABLE, refused) for level in after}, refused
    notes = (str(names), "" if first.model_sha256 == later.model_sha256 else OTHER_MODEL)
    return before, _moved(after, names.shift), "; ".join(filter(None, notes))


def _other_scale(first: Report, later: Report) -> str:
    same = first.scale == later.scale
    return "" if same else f"graded on the scale {later.scale}, the first visit on {first.scale}: score both on one"


def _missed(first: _Measures, later: _Measures, shift: int) -> str:
    """Where one visit has a vertebra that the other one skips or counts twice, in words; "" where neither does.

    The names agree on one side of it only, and which side is right cannot be told.
    """
    steps = {place: later["step", place - shift] - length for (kind, place), length in first.items()
             if kind == "step" and ("step", place - shift) in later}  # fmt: skip
    growth = float(np.median(list(steps.values()))) if steps else 0.0
    near = [COLUMN[place] for place, step in steps.items() if abs(step - growth) > LARGEST_STEP_CHANGE]
    return f"a vertebra near {near[0]} was missed or counted twice at one of the visits" if near else ""


def _moved(findings: Findings, shift: int) -> Findings:
    """Findings by level, `shift` levels further down; those beyond T1 and L5, and T13 and L6, are left out if moved."""
    if shift == 0:
        return findings
    places = {level: COLUMN.index(level) + shift for level in findings if level in COLUMN}
    return {COLUMN[place]: findings[level] for level, place in places.items() if 0 <= place < len(COLUMN)}


def _prior(first: Report, later: Report, shift: int) -> float:
    """By what each scan says of its own names, never nothing."""
    here, there = (_own(report) for report in (first, later))
    return max(_LEAST_PRIOR, sum(p * there.get(moves + shift, 0.0) for moves, p in here.items()))


def _own(report: Report) -> dict[int, float]:
    stated = 1.0 if report.numbering_probability is None else report.numbering_probability
    return {0: stated, **{shift: likely for shift, likely in report.numbering_alternatives if shift}}


def _measures(report: Report) -> _Measures:
    """Logarithms of what tells a vertebra from its neighbours, by kind and place in the column."""
    size = np.array(report.spacing_mm or (1.0, 1.0))
    seen = {COLUMN.index(f.level): f for f in report.findings if f.status is Verdict.SCORED and f.level in COLUMN}
    centres = {place: np.mean(finding.landmarks_px, 0) * size for place, finding in seen.items()}
    told: _Measures = {}
    for place, finding in seen.items():
        heights = lateral_heights(np.array(finding.landmarks_px), size)
        told["posterior", place] = math.log(heights.posterior)
        told["depth", place] = math.log(heights.depth)
        told["wedge", place] = math.log(heights.anterior_posterior)
        if place + 1 in centres:
            told["step", place] = math.log(float(np.linalg.norm(centres[place + 1] - centres[place])))
    return told


def _agreement(first: _Measures, later: _Measures, shift: int) -> float:
    """Log of how much likelier the measures are those of the same vertebrae than of neighbours; 0 where too few."""
    total = 0.0
    for kind, (same, other) in SPREADS.items():
        moves = [later[kind, place - shift] - value for (name, place), value in first.items()
                 if name == kind and (kind, place - shift) in later]  # fmt: skip
        if len(moves) >= _FEWEST:
            off = np.array(moves) - (0.0 if kind == "wedge" else np.median(moves))
            total += float((_log_density(off, same) - _log_density(off, other)).sum())
    return total


def _log_density(off: FloatArray, spread: float) -> FloatArray:
    """Of Student's t, up to a constant."""
    return np.asarray(-np.log(spread) - (_TAILS + 1) / 2 * np.log1p(np.square(off / spread) / _TAILS))
