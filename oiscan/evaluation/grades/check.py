"""What grading promises on simulated children, and whether it keeps it.

Every figure is over vertebrae, its interval a bootstrap over children. A borderline vertebra counts as the grade it was
given. Sensitivity and specificity are those of grade 1 and above among readable vertebrae that were graded; beside them
stands the sensitivity where vertebrae are called fractured from that probability on that gives a specificity of 0.95.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from oiscan.evaluation.agreement.kappa import Weights, crosstab, kappa
from oiscan.evaluation.agreement.reliability import bins, expected_calibration_error
from oiscan.evaluation.bootstrap import Interval, Rows, intervals
from oiscan.evaluation.grades.cases import Answer
from oiscan.grading import GENANT_1993
from oiscan.scan import BoolArray, FloatArray

AGE_BANDS = ((2, 6), (6, 10), (10, 14), (14, 18))
"""From and below, in years."""

NEAR_EDGE_POINTS = 3.0
"""A true loss this close to an edge of the scale is left out of the table beside the first."""

MUST_AIM: dict[str, tuple[int, float, float]] = {
    "sensitivity": (1, 0.90, 0.95),
    "specificity": (1, 0.95, 0.97),
    "kappa_quadratic": (1, 0.85, 0.90),
    "height_loss_mae_points": (-1, 3.0, 2.0),
    "deformity_accuracy": (1, 0.85, 0.90),
    "borderline_fraction": (-1, 0.10, 0.10),
    "unreadable_found": (1, 0.80, 0.80),
    "readable_refused": (-1, 0.03, 0.03),
    "fractured_refused": (-1, 0.05, 0.05),
    "false_fractures_per_100_healthy": (-1, 2.0, 1.0),
    "ece": (-1, 0.03, 0.03),
}
"""+1 where more is better, -1 where less is; the least (the most) a figure must reach, and its aim: oiscan's own."""

DOUBTFUL_PERCENT = (10.0, 35.0)
"""True losses among which the doubt of grades is asked for: elsewhere hardly any is left."""

ASKED_SPECIFICITY = 0.95

COVERAGE = (0.88, 0.92)
"""Of the 90 % intervals of height loss."""

SIMULATED = "simulated children; says nothing of clinical accuracy"


@dataclass(frozen=True)
class Table:
    """Answers as columns, one entry a vertebra.

    `probabilities` (n, 4) are those of each grade; NaN, like `loss`, `low` and `high`, where nothing was said. `grade`
    is -1 where none was given.
    """

    subject: Sequence[str]
    healthy: BoolArray
    readable: BoolArray
    graded: BoolArray
    true_loss: FloatArray
    true_grade: npt.NDArray[np.int64]
    grade: npt.NDArray[np.int64]
    loss: FloatArray
    low: FloatArray
    high: FloatArray
    borderline: BoolArray
    right_deformity: BoolArray
    probabilities: FloatArray

    @classmethod
    def of(cls, told: Sequence[Answer]) -> Table:
        """Columns of these answers."""
        said = [one.finding if one.graded else None for one in told]
        bounds = [(f.height_loss_interval_percent if f else ()) or (math.nan, math.nan) for f in said]
        unknown = (math.nan,) * (len(GENANT_1993.edges) + 1)
        low, high = np.array(bounds, float).reshape(-1, 2).T
        return cls(
            [f"{one.child.seed} {one.child.healthy}" for one in told],
            np.array([one.child.healthy for one in told], bool),
            np.array([one.readable for one in told], bool),
            np.array([one.graded for one in told], bool),
            np.array([one.height_loss_percent for one in told], float),
            np.array([one.grade for one in told], np.int64),
            np.array([-1 if f is None or f.grade is None else f.grade for f in said], np.int64),
            np.array([math.nan if f is None else f.height_loss_percent for f in said], float),
            low,
            high,
            np.array([bool(f and f.borderline) for f in said], bool),
            np.array([bool(f and f.deformity == one.deformity) for f, one in zip(said, told, strict=True)], bool),
            np.array([(f.grade_probabilities if f else ()) or unknown for f in said], float).reshape(-1, len(unknown)),
        )

    def figures(self, rows: Rows) -> dict[str, float]:
        """Every figure of some rows; NaN for one that nothing was measured for."""
        ill, readable, graded = ~self.healthy[rows], self.readable[rows], self.graded[rows]
        fractured, called = self.true_grade[rows] >= 1, self.grade[rows] >= 1
        asked = ill & readable
        scored = asked & graded
        error = np.abs(self.loss[rows] - self.true_loss[rows])
        severe = scored & (self.true_grade[rows] >= 2)
        pairs = np.stack([self.true_grade[rows][scored], self.grade[rows][scored]], 1)
        well = ~ill & readable & ~fractured
        return {
            "sensitivity": _share(called, scored & fractured),
            "specificity": _share(~called, scored & ~fractured),
            "sensitivity_at_specificity_0.95": self._sensitivity_at_specificity(rows[scored]),
            "sensitivity_refusals_missed": _share(called, asked & fractured),
            "kappa_quadratic": kappa(crosstab(pairs, self.probabilities.shape[1]), Weights.QUADRATIC).value,
            "height_loss_mae_points": _mean(error[scored]),
            "deformity_accuracy": _share(self.right_deformity[rows], severe),
            "borderline_fraction": _share(self.borderline[rows], scored),
            "unreadable_found": _share(~graded, ill & ~readable),
            "readable_refused": _share(~graded, asked),
            "fractured_refused": _share(~graded, asked & fractured),
            "false_fractures_per_100_healthy": 100 * _share(called, well),
            **self._doubt(rows[scored]),
        }

    def _sensitivity_at_specificity(self, rows: Rows) -> float:
        """Share of the fractured among `rows` that are likelier fractured than 95 % of the others are."""
        fractured, likely = self.true_grade[rows] >= 1, 1 - self.probabilities[rows, 0]
        if fractured.all() or not np.isfinite(likely).all():
            return math.nan
        return _share(likely > np.quantile(likely[~fractured], ASKED_SPECIFICITY, method="higher"), fractured)

    def _doubt(self, rows: Rows) -> dict[str, float]:
        """How true the doubt is, of rows that were scored."""
        true_loss, probabilities = self.true_loss[rows], self.probabilities[rows]
        low, high = DOUBTFUL_PERCENT
        doubtful = (true_loss >= low) & (true_loss <= high) & np.isfinite(probabilities[:, 0])
        grades = self.true_grade[rows][doubtful]
        hard = hard_probabilities(self.grade[rows], self.true_grade[rows], probabilities.shape[1])[doubtful]
        told = np.isfinite(self.low[rows])
        held = (self.low[rows] <= true_loss) & (true_loss <= self.high[rows])
        return {
            "ece": expected_calibration_error(bins(grades >= 1, 1 - probabilities[doubtful, 0])),
            "log_loss": log_loss(probabilities[doubtful], grades),
            "log_loss_hard_grade": log_loss(hard, grades),
            "coverage90": _share(held, told),
        }


def told(answers: Sequence[Answer]) -> dict[str, Any]:
    """All figures with their intervals, as ``grading.json`` has them."""
    apart = [one for one in answers if not _near_an_edge(one.height_loss_percent)]
    return {
        "simulated": SIMULATED,
        "n_exams": len({one.child for one in answers if not one.child.healthy}),
        "n_healthy_exams": len({one.child for one in answers if one.child.healthy}),
        "n_vertebrae": len(answers),
        **_table(answers),
        "by_age": {f"{low}-{high} years": _of_age(answers, low, high) for low, high in AGE_BANDS},
        f"without_true_losses_within_{NEAR_EDGE_POINTS:g}_points_of_an_edge": {
            **_table(apart),
            "by_age": {f"{low}-{high} years": _of_age(apart, low, high) for low, high in AGE_BANDS},
        },
    }


def promises(figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Each promise beside what was measured."""
    kept = [
        {"figure": name, "value": (value := figures[name]["value"]), "must": must, "aim": aim,
         "kept": value is not None and better * value >= better * must}
        for name, (better, must, aim) in MUST_AIM.items()
    ]  # fmt: skip
    covered, soft, hard = (figures[name]["value"] for name in ("coverage90", "log_loss", "log_loss_hard_grade"))
    inside = covered is not None and COVERAGE[0] <= covered <= COVERAGE[1]
    below = None not in (soft, hard) and soft < hard
    return [
        *kept,
        {"figure": "coverage90", "value": covered, "must": list(COVERAGE), "kept": inside},
        {"figure": "log_loss", "value": soft, "must": f"below {hard}, that of the hard grade", "kept": below},
    ]


def log_loss(probabilities: FloatArray, grades: npt.NDArray[np.int64]) -> float:
    """Mean negative log of the probability (n, k) the true grades (n,) were given."""
    given = probabilities[np.arange(len(grades)), grades]
    return float(-np.log(np.maximum(given, 1e-6)).mean()) if len(grades) else math.nan


def hard_probabilities(given: npt.NDArray[np.int64], grades: npt.NDArray[np.int64], k: int) -> FloatArray:
    """What a bare grade is worth as probabilities (n, k): how often each true grade went with it among these vertebrae.

    That is the most a bare grade can say: it is never sure, as a grade on its own pretends to be.
    """
    counts = crosstab(np.stack([given, grades], 1), k)
    return np.asarray((counts / np.maximum(counts.sum(1, keepdims=True), 1))[given])


def _table(answers: Sequence[Answer]) -> dict[str, Any]:
    table = Table.of(answers)
    return {name: _told(one) for name, one in intervals(table.figures, table.subject).items()}


def _of_age(answers: Sequence[Answer], low: float, high: float) -> dict[str, Any]:
    some = [one for one in answers if low <= one.age_years < high]
    return {"n_vertebrae": len(some), **_table(some)}


def _near_an_edge(loss_percent: float) -> bool:
    return any(abs(loss_percent - edge.percent) <= NEAR_EDGE_POINTS for edge in GENANT_1993.edges)


def _share(what: BoolArray, of: BoolArray) -> float:
    return _mean(what[of])


def _mean(values: npt.NDArray[Any]) -> float:
    return float(values.mean()) if values.size else math.nan


def _told(figure: Interval) -> dict[str, Any]:
    low, high = _known(figure.low), _known(figure.high)
    return {"value": _known(figure.value), "ci95": None if low is None or high is None else [low, high]}


def _known(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None
