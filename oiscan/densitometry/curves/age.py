"""How old a child may be, given how exactly the file tells it."""

from __future__ import annotations

from dataclasses import dataclass

from oiscan.scan import Subject

DAYS_A_YEAR = 365.25
SPAN_YEARS: dict[str, float] = {"day": 0.0, "week": 7 / DAYS_A_YEAR, "month": 1 / 12, "year": 1.0}
"""How much a stated age is rounded down at most: "5Y" is a child between its fifth and sixth birthday. That the
software of every maker rounds down is unverified."""


@dataclass(frozen=True)
class Age:
    """An age as stated.

    Parameters
    ----------
    stated_years
        From dates ("day", days / 365.25), or as the file states it, rounded down.
    precision
        "day", "week", "month" or "year".
    """

    stated_years: float
    precision: str

    def __post_init__(self) -> None:
        if self.precision not in SPAN_YEARS:
            raise ValueError(f"precision must be one of {', '.join(SPAN_YEARS)}, got {self.precision!r}")

    @classmethod
    def of(cls, subject: Subject) -> Age | None:
        """The age of a subject; None where it, or how exact it is, is unknown."""
        if subject.age_years is None or subject.age_precision not in SPAN_YEARS:
            return None
        return cls(subject.age_years, subject.age_precision)

    @property
    def exact(self) -> bool:
        """Whether it is known to the day."""
        return self.precision == "day"

    @property
    def youngest_years(self) -> float:
        """The least it may be."""
        return self.stated_years

    @property
    def oldest_years(self) -> float:
        """The most it may be."""
        return self.stated_years + SPAN_YEARS[self.precision]

    @property
    def years(self) -> float:
        """What to reckon with: the middle of what it may be."""
        return (self.youngest_years + self.oldest_years) / 2

    def __str__(self) -> str:
        ends = [f"{years:.3f}".rstrip("0").rstrip(".") for years in (self.youngest_years, self.oldest_years)]
        return ends[0] if self.exact else f"between {ends[0]} and {ends[1]}"
