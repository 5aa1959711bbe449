"""Whether a number can be in the unit it is said to be in. Nothing is converted: a slip is named, with the factor."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from statistics import median

from oiscan.followup.study.params import Param

FAR_APART = 3.0
"""Units whose factor is smaller cannot be told apart by the values: vitamin D in ng/mL and nmol/L overlap."""

LIKE_USUAL = 1.25
"""How near the usual value, as a ratio, a number must come in another unit to be taken for a slip. oiscan's own."""

FEWEST = 3
"""Fewer values make no column."""


def same_unit(told: str, unit: str) -> bool:
    """Whether two texts name one unit, however spelt.

    Examples
    --------
    >>> same_unit("µmol / l", "umol/L")
    True
    """
    return _plain(told) == _plain(unit)


def conversion(told: str, unit: str, param: Param) -> str:
    """How one unit becomes the other, in words; "" where oiscan knows no factor."""
    known = {_plain(name): factor for name, factor in param.units.items()}
    if _plain(told) not in known or _plain(unit) not in known:
        return ""
    return f"1 {told} is {known[_plain(told)] / known[_plain(unit)]:.5g} {unit}"


def bounds(param: Param, unit: str) -> tuple[float, float]:
    """Between which a value can lie, in a unit of the parameter."""
    factor = param.units[unit]
    return param.least / factor, param.most / factor


def slip(value: float, unit: str, param: Param) -> str:
    """The unit a value rather seems to be in: one in which it would be usual; "" where there is none."""
    near = {other: _from_usual(value, other, param) for other in _far_units(unit, param)}
    best = min(near, key=near.__getitem__, default="")
    return best if best and near[best] <= math.log(LIKE_USUAL) else ""


def slip_of_column(values: Sequence[float], unit: str, param: Param) -> str:
    """The unit a whole column rather seems to be in: one in which its median is nearer to the usual; else ""."""
    if len(values) < FEWEST:
        return ""
    middle = median(values)
    near = {other: _from_usual(middle, other, param) for other in (unit, *_far_units(unit, param))}
    best = min(near, key=near.__getitem__)
    return "" if best == unit else best


def _far_units(unit: str, param: Param) -> list[str]:
    """Units that values tell apart; none where nothing is usual."""
    apart = {other: abs(math.log(param.units[unit] / factor)) for other, factor in param.units.items()}
    return [] if param.usual is None else [other for other in apart if apart[other] >= math.log(FAR_APART)]


def _from_usual(value: float, unit: str, param: Param) -> float:
    """How far a value is from usual, as the logarithm of a ratio."""
    return abs(math.log(value * param.units[unit] / (param.usual or 1.0))) if value > 0 else math.inf


def _plain(unit: str) -> str:
    return re.sub(r"\s", "", unit.replace("\N{MICRO SIGN}", "u").replace("\N{GREEK SMALL LETTER MU}", "u")).casefold()
