"""How well two raters measure the same heights: Bland and Altman's limits, and the intraclass correlation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from oiscan.evaluation.agreement.kappa import NORMAL_95


def bland_altman(reference: npt.ArrayLike, test: npt.ArrayLike) -> dict[str, float]:
    """Bias and 95 % limits of agreement (Bland and Altman, Lancet 1986;327:307).

    Parameters
    ----------
    reference, test
        (n,) the same vertebrae measured by both, in one unit.

    Returns
    -------
    `bias`, the mean of test minus reference; `sd` of these differences; `lower_limit` and `upper_limit`, between which
    95 % of them lie if they are normal. NaN of fewer than two.
    """
    differences = np.asarray(test, dtype=float) - np.asarray(reference, dtype=float)
    if len(differences) < 2:
        return dict.fromkeys(("bias", "sd", "lower_limit", "upper_limit"), float("nan"))
    bias, sd = float(differences.mean()), float(differences.std(ddof=1))
    reach = NORMAL_95 * sd
    return {"bias": bias, "sd": sd, "lower_limit": bias - reach, "upper_limit": bias + reach}


def intraclass_correlation(measured: npt.ArrayLike) -> float:
    """ICC(2,1): absolute agreement of single measures by raters who stand for others (Shrout and Fleiss 1979, case 2).

    Parameters
    ----------
    measured
        (n, k): n vertebrae by k raters.

    Returns
    -------
    NaN of fewer than two vertebrae, or where all measures are equal.
    """
    table = np.asarray(measured, dtype=float)
    n, k = table.shape
    if n < 2:
        return float("nan")
    rows, columns, whole = table.mean(1), table.mean(0), table.mean()
    between = k * ((rows - whole) ** 2).sum() / (n - 1)
    raters = n * ((columns - whole) ** 2).sum() / (k - 1)
    residual = ((table - rows[:, None] - columns + whole) ** 2).sum() / ((n - 1) * (k - 1))
    spread = between + (k - 1) * residual + k * (raters - residual) / n
    return float((between - residual) / spread) if spread > 0 else float("nan")
