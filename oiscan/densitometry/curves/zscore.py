"""A Z-score with all it takes to judge it, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass

EXTRAPOLATED_BEYOND = 5.0
"""Beyond this |Z| a curve speaks of children it has hardly seen. OI lives there: lumbar-spine Z was -6.6 (SD 3.1) at
baseline in Palomo 2015. The bound is oiscan's own choice; a number beyond it is returned and flagged, never clipped."""

FROM_TABLE = "reference table"
FROM_SCANNER = "printed by the scanner"


@dataclass(frozen=True)
class ZScore:
    """How many standard deviations a value lies from the median of healthy children.

    Parameters
    ----------
    z
        None where there is none.
    reason
        Why there is none; "" where there is one.
    origin
        `FROM_TABLE` or `FROM_SCANNER`.
    table_id
        The reference: a table's own name, or that of the scanner's reference; "" where the scanner does not name it.
    population
        Of the table, as it says.
    age_years, age_precision
        The age reckoned with, and how exactly it is known: "day", "week", "month" or "year".
    z_ends
        (Z at the youngest, Z at the oldest) age the child may have; empty where the age is known to the day.
    flags
        What a reader must know before using the number.
    """

    z: float | None = None
    reason: str = ""
    origin: str = ""
    table_id: str = ""
    population: str = ""
    age_years: float | None = None
    age_precision: str = ""
    z_ends: tuple[float, ...] = ()
    flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.z is None) != bool(self.reason):
            raise ValueError("a Z-score has a number or a reason why there is none")
        if not all(math.isfinite(z) for z in (*self.z_ends, self.z or 0)):
            raise ValueError("a Z-score must be finite")
        if len(self.z_ends) not in (0, 2):
            raise ValueError("the ends of a Z-score are two or none")

    @property
    def z_range(self) -> tuple[float, float] | None:
        """(lowest, highest) Z the age allows; None where there is no Z. One number twice where the age is exact."""
        if self.z is None:
            return None
        scores = (self.z, *self.z_ends)
        return min(scores), max(scores)


def extreme(*scores: float) -> tuple[str, ...]:
    """The flag of scores any of which lies beyond `EXTRAPOLATED_BEYOND`; empty where none does."""
    beyond = any(abs(z) > EXTRAPOLATED_BEYOND for z in scores)
    return (f"|Z| above {EXTRAPOLATED_BEYOND:g}: extrapolated beyond the children of the reference",) if beyond else ()


def printed_z_score(z: float, scanner_reference: str = "") -> ZScore:
    """The Z a scanner printed, by the reference it names; "" where it names none."""
    unnamed = () if scanner_reference else ("the scanner does not name its reference",)
    return ZScore(z=z, origin=FROM_SCANNER, table_id=scanner_reference, flags=(*extreme(z), *unnamed))
