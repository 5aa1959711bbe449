"""Bone density between baseline and a later visit of one child: what may be compared, and what the change means.

Per cent are taken per child and averaged afterwards: a child of low density counts as much as one of high density. The
change of a density is never shown without that of its Z-score, since growth alone exceeds the least significant change
(LSC) within a year or two (`oiscan.densitometry.repeat.change.GROWTH`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from oiscan.anatomy import Level
from oiscan.densitometry.repeat.machine import Machine, check_same_region, machine_differences
from oiscan.densitometry.repeat.maker import maker_name
from oiscan.errors import ComparisonError
from oiscan.followup.study.params import Param


@dataclass(frozen=True)
class DensityValue:
    """Density or a Z-score of one visit.

    Parameters
    ----------
    value
        In the unit of its parameter.
    levels
        The vertebrae it counts; empty for the body.
    machine
        What measured it.
    """

    value: float
    levels: tuple[Level, ...] = ()
    machine: Machine = field(default_factory=Machine)


@dataclass(frozen=True)
class DensityChange:
    """A change between two visits.

    Parameters
    ----------
    change
        Later minus first.
    percent
        Of the first; None where it makes no sense, for which `no_percent` tells why.
    lsc, beyond_lsc
        Least significant change, and whether the change reaches it; None where none is given.
    flags
        What is not as at the first visit, or not known.
    """

    change: float
    percent: float | None
    no_percent: str = ""
    lsc: float | None = None
    beyond_lsc: bool | None = None
    flags: tuple[str, ...] = ()


def percent_change(param: Param, first: float, later: float) -> float:
    """Change in per cent of the first value.

    Raises
    ------
    ComparisonError
        For a parameter that has no percent change, as a Z-score, and for a first value not above 0.
    """
    if param.no_percent:
        raise ComparisonError(param.no_percent)
    if not first > 0:
        raise ComparisonError(f"no percent change of {first:g}: the first value must be above 0")
    return 100 * (later - first) / first


def density_change(
    param: Param, first: DensityValue, later: DensityValue, lsc: float | None = None, other_scanner: bool = False
) -> DensityChange:
    """The change of a density or a Z-score from one visit to a later one.

    Parameters
    ----------
    lsc
        Of this machine and region, in the unit of the parameter, above 0; None where the centre has none.
    other_scanner
        Whether scanners of another maker or model may be compared: after a cross-calibration.

    Raises
    ------
    ComparisonError
        Where other vertebrae count, the scanner is another one, or the LSC is not above 0.
    """
    check_same_region(first.levels, later.levels)
    differences = machine_differences(first.machine, later.machine)
    if not other_scanner and is_other_scanner(first.machine, later.machine):
        raise ComparisonError(f"{'; '.join(differences)}: not compared without a cross-calibration")
    if lsc is not None and not lsc > 0:
        raise ComparisonError("the LSC must be above 0: make a precision study with `oiscan precision`")
    change = later.value - first.value
    try:
        percent, no_percent = percent_change(param, first.value, later.value), ""
    except ComparisonError as error:
        percent, no_percent = None, str(error)
    beyond = None if lsc is None else abs(change) >= lsc * (1 - 1e-9)  # it counts where it equals the LSC
    return DensityChange(change, percent, no_percent, lsc, beyond, differences)


def is_other_scanner(first: Machine, later: Machine) -> bool:
    """Whether the maker or the model is known to be another one; another software or mode is only told."""
    pairs = ((maker_name(first.maker), maker_name(later.maker)), (first.model, later.model))
    return any(before and now and before.casefold() != now.casefold() for before, now in pairs)
