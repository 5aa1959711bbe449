"""A figure with its intervals as plain data, as JSON takes it: None for what cannot be known."""

from __future__ import annotations

import math
from typing import Any

from oiscan.evaluation.agreement.accuracy import Part, wilson
from oiscan.evaluation.agreement.kappa import Kappa
from oiscan.evaluation.bootstrap import Interval


def share_told(part: Part, drawn: Interval) -> dict[str, Any]:
    """A share with Wilson's interval and, beside it, that of a bootstrap over patients."""
    return {**_told(wilson(part), "Wilson"), "ci95_bootstrap": _ends(drawn), "count": part[0], "of": part[1]}


def kappa_told(stated: Kappa, drawn: Interval) -> dict[str, Any]:
    """A kappa with the interval of Fleiss, Cohen and Everitt and, beside it, that of a bootstrap over patients.

    Where there is no standard error there is no interval at all: of one category only every draw gives a kappa of 0.
    """
    error = _known(stated.standard_error)
    draws = None if error is None else _ends(drawn)
    return {**_told(stated.interval, "Fleiss-Cohen-Everitt"), "ci95_bootstrap": draws, "standard_error": error}


def drawn_told(drawn: Interval) -> dict[str, Any]:
    """A figure that has the interval of a bootstrap over patients only."""
    return _told(drawn, "bootstrap")


def _told(stated: Interval, method: str) -> dict[str, Any]:
    return {"value": _known(stated.value), "ci95": _ends(stated), "ci95_by": method}


def _ends(interval: Interval) -> list[float] | None:
    ends = [interval.low, interval.high]
    return ends if all(map(math.isfinite, ends)) else None


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
