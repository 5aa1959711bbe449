"""Numbers as a reader sees them; the full ones stand in the CSV files."""

from __future__ import annotations

import math
from collections.abc import Mapping

from oiscan.followup.study.params import Kind

NONE = "\N{EN DASH}"
"""Where there is no number."""

ROUNDING = 1e-9
"""A spread below this is one of binary arithmetic."""


def number(value: float, digits: int = 3) -> str:
    """A number with so many significant digits; all digits before the point, a true minus."""
    if value != value:
        return NONE
    if abs(value) >= 10 ** (digits - 1):
        return _signed(f"{value:.0f}")
    return _signed(f"{value:#.{digits}g}".rstrip(".")) if value else "0"


def mean_sd(row: Mapping[str, float]) -> str:
    """ "-2.20 ± 1.90": the spread with two digits, and the mean with as many decimals; of one child no spread."""
    spread = row["sd"]
    if not spread > ROUNDING:
        mean = number(row["mean"])
        return mean if spread != spread else f"{mean} ± 0"
    decimals = 0 if spread >= 100 else min(4, max(1, 1 - math.floor(math.log10(spread))))
    mean = _signed(f"{row['mean']:.{decimals}f}")
    return f"{mean} ± {spread:.{decimals}f}"


def median_range(row: Mapping[str, float]) -> str:
    """ "4 [3 to 5.5]": median and quartiles."""
    median, q1, q3 = (_signed(f"{row[name]:.3g}") for name in ("median", "q1", "q3"))
    return f"{median} [{q1} to {q3}]"


def day(study_day: float) -> str:
    """ "day 113", or that it is not known."""
    return f"day {study_day:.0f}".replace("-", "\N{MINUS SIGN}") if study_day == study_day else "day not known"


def measured(value: float, kind: Kind) -> str:
    """One value as what it is: yes or no, a step of a scale, or a number."""
    if kind is Kind.BINARY:
        return "yes" if value else "no"
    return _signed(f"{value:g}") if kind in (Kind.ORDINAL, Kind.COUNT) else number(value)


def with_unit(label: str, unit: str) -> str:
    """ "Weight (kg)"; a Z-score has its unit in its name."""
    return f"{label} ({unit})" if unit not in ("", "Z") else label


def share(count: int, of: int) -> str:
    """ "5/13 (38 %)"."""
    return f"{count}/{of} ({100 * count / of:.0f} %)" if of else NONE


def interval(low: float, high: float) -> str:
    """ "0.1 to 0.9"."""
    return f"{number(low)} to {number(high)}" if low == low else NONE


def p_value(p: float) -> str:
    """With three decimals; "<0.001" below."""
    if p != p:
        return NONE
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def _signed(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")
