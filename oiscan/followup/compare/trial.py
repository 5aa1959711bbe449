"""One endpoint of a two-arm trial as arrays, a row a child: what every comparison starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from oiscan.errors import AnalysisError
from oiscan.followup.compare.results import Comparison
from oiscan.scan import BoolArray, FloatArray

IntArray = npt.NDArray[np.int64]

FEWEST_IN_AN_ARM = 2
"""One child has no spread."""


@dataclass(frozen=True)
class Trial:
    """Children of two arms with their values by visit, missing ones included.

    Parameters
    ----------
    endpoint
        What was measured: "LSBMD CHG", a parameter and whether its value, change or percent change.
    arms
        Reference arm first; every difference is the second arm minus the first.
    visits
        Names of the visits after baseline, in order.
    in_second_arm
        (n,) bool.
    values
        (n, visits), NaN where missing.
    covariates
        (n, k), known before the first dose: baseline value, age, sex. None may be missing.
    covariate_names
        k names.
    strata
        (n,) whole numbers: children were randomised within equal ones.
    note
        Who was left out before, and why.

    Raises
    ------
    AnalysisError
        Where an array does not fit the others, a covariate is missing, or a number is infinite.
    """

    endpoint: str
    arms: tuple[str, str]
    visits: tuple[str, ...]
    in_second_arm: BoolArray
    values: FloatArray
    covariates: FloatArray
    covariate_names: tuple[str, ...]
    strata: IntArray
    note: str = ""

    def __post_init__(self) -> None:
        n = len(self.in_second_arm)
        shapes = {"values": (n, len(self.visits)), "covariates": (n, len(self.covariate_names)), "strata": (n,)}
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise AnalysisError(f"{name} of {n} children must have the shape {shape}")
        if not np.isfinite(self.covariates).all() or np.isinf(self.values).any():
            raise AnalysisError("a covariate is missing, or a number is infinite; leave such children out and say so")
        for name in ("in_second_arm", "values", "covariates", "strata"):
            frozen = getattr(self, name).copy()
            frozen.setflags(write=False)
            object.__setattr__(self, name, frozen)

    @classmethod
    def of(
        cls,
        in_second_arm: npt.ArrayLike,
        values: npt.ArrayLike,
        baseline: npt.ArrayLike | None = None,
        strata: npt.ArrayLike | None = None,
    ) -> Self:
        """A trial from plain arrays: arms "reference" and "treated", visits numbered from 1, one covariate at most."""
        second, numbers = np.asarray(in_second_arm, dtype=bool), np.asarray(values, dtype=float)
        covariates = np.empty((len(second), 0)) if baseline is None else np.asarray(baseline, dtype=float)[:, None]
        return cls(
            "value", ("reference", "treated"), tuple(f"visit {i}" for i in range(1, numbers.shape[1] + 1)), second,
            numbers, covariates, () if baseline is None else ("BASE",),
            np.zeros(len(second), dtype=np.int64) if strata is None else np.asarray(strata, dtype=np.int64),
        )  # fmt: skip

    def seen(self, visit: str) -> BoolArray:
        """(n,): who has a value at the visit."""
        return np.asarray(~np.isnan(self.at(visit)))

    def at(self, visit: str) -> FloatArray:
        """(n,): the values of a visit, NaN where missing.

        Raises
        ------
        AnalysisError
            Where the trial has no such visit.
        """
        if visit not in self.visits:
            raise AnalysisError(f"no visit {visit!r} in {self.endpoint}; there are {', '.join(self.visits) or 'none'}")
        return np.asarray(self.values[:, self.visits.index(visit)])

    def counts(self, visit: str) -> tuple[int, int]:
        """Children of each arm with a value at the visit."""
        second = self.in_second_arm[self.seen(visit)]
        return int((~second).sum()), int(second.sum())

    def only(self, children: BoolArray) -> Self:
        """The same trial of some children, (n,) bool."""
        return replace(
            self, in_second_arm=self.in_second_arm[children], values=self.values[children],
            covariates=self.covariates[children], strata=self.strata[children],
        )  # fmt: skip

    def without(self, visit: str, method: str, measure: str, reason: str) -> Comparison:
        """A comparison that gives no number, and why."""
        return Comparison(
            self.endpoint, visit, method, measure, self.arms, self.counts(visit), reason=reason, note=self.note
        )

    def noted(self, *notes: str) -> str:
        """The trial's note and more, in one line."""
        return "; ".join(note for note in (*notes, self.note) if note)

    def adjusted_for(self) -> str:
        """The covariates in words."""
        return f"adjusted for {', '.join(self.covariate_names)}" if self.covariate_names else "not adjusted"


def design(in_second_arm: BoolArray, covariates: FloatArray) -> FloatArray:
    """(n, 2 + k): intercept, second arm, covariates about their means.

    With the covariates so centred the intercept is the first arm's adjusted mean.

    Raises
    ------
    AnalysisError
        Where an arm has too few children, or the children are too few or too alike to tell the columns apart.
    """
    counts = int((~in_second_arm).sum()), int(in_second_arm.sum())
    if min(counts) < FEWEST_IN_AN_ARM:
        raise AnalysisError(f"{counts[0]} and {counts[1]} children in the arms; each needs {FEWEST_IN_AN_ARM}")
    centred = covariates - covariates.mean(axis=0)
    columns = np.column_stack([np.ones(len(centred)), in_second_arm, centred])
    if np.linalg.matrix_rank(columns) < columns.shape[1]:
        raise AnalysisError("a covariate has one value only, or says the same as the arm or another covariate")
    if len(columns) <= columns.shape[1]:
        raise AnalysisError(f"{len(columns)} children are too few for {columns.shape[1]} coefficients")
    return columns
