"""One bound of a grading table: a sign and a number, or a multiple of a limit that comes with the value."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

LIMITS: Mapping[str, str] = {
    "ULN": "upper normal limit",
    "LLN": "lower normal limit",
    "BASE": "value at baseline",
}
"""What a criterion may be a multiple of."""

SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
DIGITS = 12
"""Significant digits that are compared: 2.3 + 0.1 is 2.4 here, which it is not in binary arithmetic."""

_TEXT = re.compile(r"(>=|>|<=|<)\s*(\d+(?:\.\d+)?)?\s*(ULN|LLN|BASE)?")


@dataclass(frozen=True)
class Criterion:
    """One bound.

    Parameters
    ----------
    sign
        One of `SIGNS`.
    number
        The bound itself, or what the limit is multiplied by.
    limit
        One of `LIMITS`; "" where the number is the bound.
    """

    sign: str
    number: float
    limit: str = ""

    @classmethod
    def parse(cls, text: str) -> Criterion:
        """From text: "> 11.5", ">= 1.25 ULN", "< LLN".

        Raises
        ------
        ValueError
            If the text is no criterion.
        """
        found = _TEXT.fullmatch(text.strip())
        if found is None or not (found[2] or found[3]):
            raise ValueError(f"{text!r} is no criterion: write '> 11.5', '>= 1.25 ULN' or '< LLN'")
        return cls(found[1], float(found[2] or 1), found[3] or "")

    def holds(self, value: float, limits: Mapping[str, float]) -> bool | None:
        """Whether a value meets it; None where the limit it is a multiple of is not known.

        Parameters
        ----------
        value, limits
            In one unit; `limits` by the names in `LIMITS`, NaN or absent where not known.
        """
        factor = limits.get(self.limit, math.nan) if self.limit else 1.0
        if math.isnan(factor):
            return None
        return SIGNS[self.sign](significant(value), significant(self.number * factor))

    def __str__(self) -> str:
        return f"{self.sign} {self.number:g} {self.limit}".strip()


def significant(value: float) -> float:
    """A value without the noise of binary arithmetic."""
    return float(f"{value:.{DIGITS}g}")
