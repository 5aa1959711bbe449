"""Repeated measures by restricted maximum likelihood (REML): any covariance of the visits, missing ones left out.

A child's values have the mean X b and an unstructured covariance, of which a missing visit drops its row and column.
Minus twice the restricted log-likelihood is, but for constants,

    sum log|V| + log|X' W X| + r' W r,     W = inverse of V, r = y - X b,

and its derivatives by the entries of the covariance are exact, since V is linear in them: with
P = W - W X (X' W X)^-1 X' W and V_k the derivative by entry k, the gradient is tr(P V_k) - y'P V_k P y, the Hessian
2 y'P V_k P V_l P y - tr(P V_k P V_l), and its expectation tr(P V_k P V_l) (Harville, J Am Stat Assoc 1977;72:320).
Degrees of freedom are Satterthwaite's: 2 v^2 / (g' A g) for a contrast's variance v with the gradient g, where A, twice
the inverse Hessian, is the covariance of the entries (Fai and Cornelius, J Stat Comput Simul 1996;54:363).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from oiscan.errors import AnalysisError
from oiscan.followup.compare.results import Estimate
from oiscan.scan import FloatArray

MOST_STEPS = 50
MOST_HALVINGS = 30
SETTLED = 1e-14
"""Newton's decrement, in units of the deviance, below which another step changes no digit that matters."""
ROUNDING = 1e-10
"""Share of the deviance that is lost in rounding."""
TOO_FEW = "no covariance of the visits fits best: too few children were seen at several, or two visits say the same"
LEAST_DETERMINATE = 1e-10
"""Smallest eigenvalue of the visits' correlation; below it two visits say the same."""


@dataclass(frozen=True)
class Fit:
    """A covariance of the visits and all that follows from it.

    Parameters
    ----------
    x
        (n, visits, p), rows of missing values zero.
    y
        (n, visits), less what least squares explain, which keeps the digits of values far from zero; missing ones zero.
    seen
        (n, visits) 1 or 0.
    least_squares
        (p,): coefficients of what was taken off y.
    covariance
        (visits, visits), positive definite.

    Raises
    ------
    numpy.linalg.LinAlgError
        Where the covariance is not positive definite.
    """

    x: FloatArray
    y: FloatArray
    seen: FloatArray
    least_squares: FloatArray
    covariance: FloatArray

    def __post_init__(self) -> None:
        np.linalg.cholesky(self.covariance)

    @cached_property
    def _both(self) -> FloatArray:
        return self.seen[:, :, None] * self.seen[:, None, :]

    @cached_property
    def _blocks(self) -> FloatArray:
        """(n, visits, visits): each child's covariance, 1 on the diagonal of missing visits."""
        return self.covariance * self._both + np.eye(len(self.covariance)) * (1 - self.seen)[:, :, None]

    @cached_property
    def weights(self) -> FloatArray:
        """(n, visits, visits): W, zero for missing visits."""
        return np.asarray(np.linalg.inv(self._blocks) * self._both, dtype=float)

    @cached_property
    def weighted_x(self) -> FloatArray:
        """(n, visits, p): W X."""
        return self.weights @ self.x

    @cached_property
    def information(self) -> FloatArray:
        """(p, p): X' W X."""
        return np.asarray(np.einsum("itp,itq->pq", self.x, self.weighted_x))

    @cached_property
    def spread(self) -> FloatArray:
        """(p, p): covariance of the coefficients."""
        return np.asarray(np.linalg.inv(self.information), dtype=float)

    @cached_property
    def shift(self) -> FloatArray:
        """(p,): what generalised least squares add to the least squares."""
        return np.asarray(self.spread @ np.einsum("itp,it->p", self.weighted_x, self.y))

    @property
    def coefficients(self) -> FloatArray:
        """(p,): generalised least squares."""
        return self.least_squares + self.shift

    @cached_property
    def residuals(self) -> FloatArray:
        """(n, visits): y - X b."""
        return self.y - self.x @ self.shift

    @cached_property
    def weighted_residuals(self) -> FloatArray:
        """(n, visits): P y."""
        return np.asarray(np.einsum("ist,it->is", self.weights, self.residuals))

    @cached_property
    def deviance(self) -> float:
        """Minus twice the restricted log-likelihood, with its constant, as SAS and R print it."""
        freedom = self.seen.sum() - len(self.information)
        logs = np.linalg.slogdet(self._blocks)[1].sum() + np.linalg.slogdet(self.information)[1]
        return float(logs + (self.residuals * self.weighted_residuals).sum() + freedom * np.log(2 * np.pi))

    @cached_property
    def projection(self) -> FloatArray:
        """(n, visits, n, visits): P."""
        flat = self.weighted_x.reshape(self.y.size, -1)
        whole = -(flat @ self.spread @ flat.T).reshape(self.y.shape * 2)
        children = np.arange(len(self.y))
        whole[children, :, children, :] += self.weights
        return whole

    @cached_property
    def entries(self) -> FloatArray:
        """(q, visits, visits): derivative of the covariance by each of its q different entries."""
        rows, columns = np.tril_indices(len(self.covariance))
        units = np.zeros((len(rows), *self.covariance.shape))
        units[np.arange(len(rows)), rows, columns] = 1
        units[np.arange(len(rows)), columns, rows] = 1
        return units

    @cached_property
    def gradient(self) -> FloatArray:
        """(q,): of the deviance."""
        own = np.einsum("isit->st", self.projection)
        squares = np.einsum("is,it->st", self.weighted_residuals, self.weighted_residuals)
        return np.asarray(np.einsum("kst,st->k", self.entries, own - squares))

    @cached_property
    def expected_hessian(self) -> FloatArray:
        """(q, q): always positive semidefinite."""
        n, visits = self.y.shape
        flat = self.projection.transpose(1, 3, 0, 2).reshape(visits**2, n**2)
        products = (flat @ flat.T).reshape((visits,) * 4)
        return np.asarray(np.einsum("kvs,lstv->kl", self.entries, np.einsum("ltu,stvu->lstv", self.entries, products)))

    @cached_property
    def hessian(self) -> FloatArray:
        """(q, q): of the deviance."""
        shifts = np.einsum("kst,it->kis", self.entries, self.weighted_residuals).reshape(len(self.entries), -1)
        observed = shifts @ self.projection.reshape(shifts.shape[1], -1) @ shifts.T
        return np.asarray(2 * observed - self.expected_hessian)

    def estimate(self, contrast: npt.ArrayLike) -> Estimate:
        """A sum of the coefficients (p,) with its standard error and Satterthwaite's degrees of freedom."""
        weights = np.asarray(contrast, dtype=float)
        variance = float(weights @ self.spread @ weights)
        slopes = self.weighted_x @ (self.spread @ weights)
        gradient = np.einsum("kst,is,it->k", self.entries, slopes, slopes)
        df = 2 * variance**2 / float(gradient @ (2 * np.linalg.inv(self.hessian)) @ gradient)
        return Estimate(float(weights @ self.coefficients), variance**0.5, df)


def fit_reml(x: npt.ArrayLike, y: npt.ArrayLike) -> Fit:
    """Newton's method from the residuals of ordinary least squares; Fisher's where the Hessian has no minimum.

    Parameters
    ----------
    x
        (n, visits, p): the model of the means, a row a child and visit.
    y
        (n, visits), NaN where missing. A child without any value adds nothing.

    Raises
    ------
    AnalysisError
        Where the columns of `x` cannot be told apart, no child has two of the visits, or the search does not end:
        there is no number then.
    """
    values, columns = np.asarray(y, dtype=float), np.asarray(x, dtype=float)
    seen = (~np.isnan(values)).astype(float)
    try:
        return _determinate(_minimum(_start(columns * seen[:, :, None], np.nan_to_num(values), seen)))
    except np.linalg.LinAlgError:
        raise AnalysisError(TOO_FEW) from None


def _minimum(fit: Fit) -> Fit:
    for _ in range(MOST_STEPS):
        step = _step(fit)
        fit, settled = _down(fit, step), float(-fit.gradient @ step) < SETTLED
        if settled:
            return fit
    raise AnalysisError(f"{TOO_FEW}; no end after {MOST_STEPS} steps")


def _start(x: FloatArray, y: FloatArray, seen: FloatArray) -> Fit:
    """Least squares, and the covariance of its residuals, or only their variances."""
    together = np.einsum("is,it->st", seen, seen)
    if not together.all():
        raise AnalysisError("no child has a value at both of two visits, so nothing tells how these go together")
    columns = x[seen > 0]
    if np.linalg.matrix_rank(columns) < columns.shape[1]:
        raise AnalysisError("a covariate has one value only, or says the same as the arm or another covariate")
    explained = np.asarray(np.linalg.lstsq(columns, y[seen > 0], rcond=None)[0], dtype=float)
    left = y - x @ explained
    products = np.einsum("is,it->st", left, left) / together
    if not (np.diag(products) > ROUNDING**2 * (y**2).sum()).all():
        raise AnalysisError("the values do not vary within the arms")
    try:
        return Fit(x, left, seen, explained, products)
    except np.linalg.LinAlgError:
        return Fit(x, left, seen, explained, np.diag(np.diag(products)))


def _step(fit: Fit) -> FloatArray:
    """(q,): towards the minimum of the deviance."""
    try:
        np.linalg.cholesky(fit.hessian)
        return np.asarray(np.linalg.solve(fit.hessian, -fit.gradient), dtype=float)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(fit.expected_hessian, -fit.gradient, rcond=None)[0], dtype=float)


def _down(fit: Fit, step: FloatArray) -> Fit:
    """The first of the step, its half, its quarter ... that raises the deviance by no more than rounding."""
    move = np.einsum("k,kst->st", step, fit.entries)
    for halving in range(MOST_HALVINGS):
        try:
            there = replace(fit, covariance=fit.covariance + move / 2**halving)
            if there.deviance <= fit.deviance + ROUNDING * (1 + abs(fit.deviance)):
                return there
        except np.linalg.LinAlgError:
            continue
    raise AnalysisError(TOO_FEW)


def _determinate(fit: Fit) -> Fit:
    """The fit, unless its visits are copies of each other or its minimum is flat."""
    deviations = np.sqrt(np.diag(fit.covariance))
    correlation = fit.covariance / np.outer(deviations, deviations)
    if np.linalg.eigvalsh(correlation)[0] < LEAST_DETERMINATE or np.linalg.eigvalsh(fit.hessian)[0] <= 0:
        raise AnalysisError(TOO_FEW)
    return fit
