"""What a change between two visits means: beyond the least significant change or not, and never without the Z-score."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from oiscan.anatomy import Level
from oiscan.densitometry.repeat.machine import Machine, check_same_region, machine_differences
from oiscan.errors import ComparisonError

GROWTH = (
    "Growth alone takes a child beyond the LSC in a few years: the spine of healthy children gains 0.012 to 0.016 "
    "g/cm2 a year between 5 and 11 years. Read the change of the Z-score."
)
"""The gain: healthy boys and girls (ADC 1994). The LSC of a child's spine is up to about 0.028 g/cm2: 2.77 x 0.01 (15
younger and 17 older children, Pediatr Radiol 2009;39:148)."""


@dataclass(frozen=True)
class FewerVertebrae:
    """By how much the LSC of L1-L4 grows where fewer vertebrae count.

    Parameters
    ----------
    name, source
        What the factors are called here, and who published them.
    factors
        By number of vertebrae.
    """

    name: str
    source: str
    factors: Mapping[int, float]


FEWER_VERTEBRAE: dict[str, FewerVertebrae] = {
    one.name: one
    for one in (
        FewerVertebrae(
            "iscd_task_force",
            "ISCD task force, adults; ISCD 2023 did not adopt it (read in secondary pages)",
            {4: 1.0, 3: 1.10, 2: 1.35, 1: 1.85},
        ),
        FewerVertebrae(
            "manitoba",
            "Manitoba, adults, study and use on the same basis (Rosen 2024, read in secondary pages)",
            {4: 1.0, 3: 1.07, 2: 1.24, 1: 1.65},
        ),
        FewerVertebrae(
            "manitoba_other_day",
            "Manitoba, adults, a study of one day used for scans of other days (Rosen 2024, read in secondary pages)",
            {3: 1.39, 2: 1.60, 1: 2.12},
        ),
    )
}
"""All of adults; unverified in children."""


@dataclass(frozen=True)
class Measurement:
    """One measurement of one visit.

    Parameters
    ----------
    abmd_g_cm2
        Areal density.
    levels
        The vertebrae it counts; empty for another region.
    machine
        What it was measured with.
    z_score
        None where there is none.
    """

    abmd_g_cm2: float
    levels: tuple[Level, ...] = ()
    machine: Machine = field(default_factory=Machine)
    z_score: float | None = None

    def __post_init__(self) -> None:
        if not 0 < self.abmd_g_cm2 < math.inf:
            raise ValueError(f"a density must be a finite number above 0, got {self.abmd_g_cm2}")


@dataclass(frozen=True)
class Change:
    """A change between two visits.

    Parameters
    ----------
    change_g_cm2, change_percent
        Later minus first; percent of the first.
    lsc_g_cm2
        What it was held against.
    beyond_lsc
        Whether it equals or exceeds the LSC.
    z_change
        Of the Z-scores; None where either visit has none.
    flags
        Differences between the machines.
    """

    change_g_cm2: float
    change_percent: float
    lsc_g_cm2: float
    beyond_lsc: bool
    z_change: float | None
    flags: tuple[str, ...]

    def __str__(self) -> str:
        verdict = "beyond" if self.beyond_lsc else "within"
        z = "not known" if self.z_change is None else f"{self.z_change:+.2f}"
        flags = "".join(f" Caution: {flag}." for flag in self.flags)
        return (
            f"{self.change_g_cm2:+.3f} g/cm2 ({self.change_percent:+.1f} %), {verdict} the LSC of "
            f"{self.lsc_g_cm2:.3f} g/cm2; change of Z-score {z}. {GROWTH}{flags}"
        )


def lsc_for_fewer(lsc_g_cm2: float, vertebrae: int, factors: FewerVertebrae) -> float:
    """The LSC for a total over fewer vertebrae than the precision study measured.

    Raises
    ------
    ComparisonError
        Where the source has no factor for that number.
    """
    if vertebrae not in factors.factors:
        known = ", ".join(map(str, factors.factors))
        raise ComparisonError(f"{factors.name} has no factor for {vertebrae} vertebrae: it has some for {known}")
    return lsc_g_cm2 * factors.factors[vertebrae]


def change_between(first: Measurement, later: Measurement, lsc_g_cm2: float) -> Change:
    """The change from one visit to a later one.

    Parameters
    ----------
    lsc_g_cm2
        Of this machine and region, above 0, widened where fewer vertebrae count (`lsc_for_fewer`).

    Raises
    ------
    ComparisonError
        Where the two count different vertebrae, or the LSC is not above 0.
    """
    check_same_region(first.levels, later.levels)
    if not lsc_g_cm2 > 0:
        raise ComparisonError("a change needs an LSC above 0: make a precision study with `oiscan precision`")
    change = later.abmd_g_cm2 - first.abmd_g_cm2
    known = first.z_score is not None and later.z_score is not None
    return Change(
        change,
        100 * change / first.abmd_g_cm2,
        lsc_g_cm2,
        # Not a hair below for binary arithmetic: a change counts if it equals the LSC.
        abs(change) >= lsc_g_cm2 * (1 - 1e-9),
        (later.z_score or 0.0) - (first.z_score or 0.0) if known else None,
        machine_differences(first.machine, later.machine),
    )

