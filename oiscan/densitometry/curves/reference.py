"""Reference curves, which of them is for a child and a scan, and the Z-score it gives.

Nothing is guessed: where no curve covers site, quantity, scanner, sex, population and age, the answer is the reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from oiscan.densitometry.curves.age import Age
from oiscan.densitometry.curves.lms import LmsCurve
from oiscan.densitometry.curves.zscore import FROM_TABLE, ZScore, extreme, printed_z_score
from oiscan.densitometry.quantities import QUANTITIES
from oiscan.densitometry.repeat.maker import maker_of
from oiscan.scan import Acquisition, Subject

SEXES = {"F": "females", "M": "males"}
NEAR_FLOOR = 0.9
"""Where L is above 0 the lowest possible Z is -1/(L S). From this share of it on, large changes of the value hardly
move Z any more: (value/M)^L is at most 0.1 there. The share is oiscan's own choice."""


@dataclass(frozen=True)
class Measured:
    """One value to be scored.

    Parameters
    ----------
    site
        Named as regions are: "L1-L4", "TBLH" ...
    quantity
        One of `oiscan.densitometry.quantities.QUANTITIES`.
    value
        In that quantity's unit.
    """

    site: str
    quantity: str
    value: float

    def __post_init__(self) -> None:
        if self.quantity not in QUANTITIES:
            raise ValueError(f"quantity must be one of {', '.join(QUANTITIES)}, got {self.quantity!r}")


@dataclass(frozen=True)
class ReferenceCurve:
    """One curve of a reference table, and whom it is for.

    Parameters
    ----------
    table_id
        The table's own name; several curves share it.
    site, quantity
        As in `Measured`.
    sex
        "F" or "M".
    curve
        The distribution by age.
    maker, software
        Of the scanners it was made on; "" where it does not say, which for bone it must.
    population
        In the table's own words; "" where it does not say.
    """

    table_id: str
    site: str
    quantity: str
    sex: str
    curve: LmsCurve
    maker: str = ""
    software: str = ""
    population: str = ""

    @property
    def ages(self) -> str:
        """In words: "5 to 20"."""
        return f"{self.curve.first_years:g} to {self.curve.last_years:g}"

    def __str__(self) -> str:
        scanner = f"{self.maker} {self.software}".strip() or "any scanner"
        told = (f"{self.site} {self.quantity}", scanner, SEXES[self.sex], f"ages {self.ages}", self.population)
        return f"{self.table_id}: {', '.join(filter(None, told))}"


@dataclass(frozen=True)
class Reference:
    """All curves of one file.

    Parameters
    ----------
    curves
        In the order of the file.
    source, licence
        As its first lines say; "" where they do not.
    sha256
        Of the file.
    """

    curves: tuple[ReferenceCurve, ...]
    source: str = ""
    licence: str = ""
    sha256: str = ""


def z_score(
    measured: Measured, subject: Subject, scanner: Acquisition, reference: Reference, population: str = ""
) -> ZScore:
    """Z of a value by the one curve that covers it, or the reason why there is none.

    Parameters
    ----------
    measured
        What to score.
    subject
        Whose it is: age with its precision, and sex.
    scanner
        That made it; needed for bone.
    reference
        The curves to choose from.
    population
        Which of the table's populations to compare with, in the table's words. Needed only where it has several: a scan
        does not tell, and oiscan does not guess.
    """
    age = Age.of(subject)
    if age is None:
        return ZScore(reason="the age, or how exactly it is known, is not told")
    if not 0 < measured.value < math.inf:
        return ZScore(reason="a value that is not above 0 has no Z-score")
    found = _curve(measured, subject.sex, scanner, age, reference.curves, population)
    return ZScore(reason=found) if isinstance(found, str) else _scored(measured, age, scanner, found)


def best_z_score(
    measured: Measured | None,
    subject: Subject,
    scanner: Acquisition,
    reference: Reference | None,
    population: str = "",
    printed_z: float | None = None,
    scanner_reference: str = "",
) -> ZScore:
    """Z by the user's table; the Z the scanner printed where the user gives none.

    A table that does not cover the value is not stood in for by the scanner's: two references in one column would look
    like a change.

    Parameters
    ----------
    measured
        None where there is no value to score.
    subject, scanner, reference, population
        As in `z_score`; `reference` is None where the user gives none.
    printed_z
        As the scanner printed it for the same region; None where it did not.
    scanner_reference
        Name of the database the scanner compared with; "" where the file does not tell.
    """
    if reference is not None and measured is not None:
        return z_score(measured, subject, scanner, reference, population)
    if reference is not None:
        return ZScore(reason="there is no value to score")
    if printed_z is None:
        return ZScore(reason="the scanner printed no Z-score, and no reference table was given")
    return printed_z_score(printed_z, scanner_reference)


def _curve(
    measured: Measured,
    sex: str,
    scanner: Acquisition,
    age: Age,
    curves: Iterable[ReferenceCurve],
    population: str,
) -> ReferenceCurve | str:
    """The one curve that fits, or why there is not just one."""
    left = tuple(curves)
    for wanted, offered, fits in _conditions(measured, sex, scanner, age, population):
        fitting = tuple(filter(fits, left))
        if not fitting:
            return f"no reference table covers {wanted}: {_listed(map(offered, left)) or 'the file is empty'}"
        left = fitting
    if len(left) == 1:
        return left[0]
    populations = {curve.population: curve.population or "not stated" for curve in left}
    if len(populations) > 1:
        return f"several populations fit and the scan does not tell which: name one of {_listed(populations.values())}"
    return f"several reference tables cover this child: {_listed(curve.table_id for curve in left)}; keep one"


Condition = tuple[str, Callable[[ReferenceCurve], str], Callable[[ReferenceCurve], bool]]
"""What is wanted and what a curve offers, in words, and whether they agree."""


def _conditions(measured: Measured, sex: str, scanner: Acquisition, age: Age, population: str) -> tuple[Condition, ...]:
    """What must agree, in the order in which disagreement is told."""
    wanted = (measured.site, measured.quantity)
    maker = maker_of(scanner)
    return (
        (
            f"{measured.site} {measured.quantity}",
            lambda curve: f"{curve.table_id} is {curve.site} {curve.quantity}",
            lambda curve: (curve.site, curve.quantity) == wanted,
        ),
        (
            f"scanners of {maker}" if maker else "a scanner of unknown maker",
            lambda curve: f"{curve.table_id} is for {curve.maker}",
            lambda curve: not curve.maker or curve.maker.casefold() == maker.casefold(),
        ),
        (
            SEXES.get(sex, "a child whose sex is not told as F or M"),
            lambda curve: f"{curve.table_id} is for {SEXES[curve.sex]}",
            lambda curve: curve.sex == sex,
        ),
        (
            f"the population {population}",
            lambda curve: f"{curve.table_id} is for {curve.population or 'a population not stated'}",
            lambda curve: not population or curve.population.casefold() == population.casefold(),
        ),
        (
            "this child's age",
            lambda curve: f"{curve.table_id} is for ages {curve.ages}, this child is {age}",
            lambda curve: curve.curve.first_years <= age.youngest_years and age.oldest_years <= curve.curve.last_years,
        ),
    )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))


def _scored(measured: Measured, age: Age, scanner: Acquisition, curve: ReferenceCurve) -> ZScore:
    lms = curve.curve.at(age.years)
    ends = () if age.exact else (age.youngest_years, age.oldest_years)
    z, z_ends = lms.z(measured.value), tuple(curve.curve.at(years).z(measured.value) for years in ends)
    flags = list(extreme(z, *z_ends))
    if z <= NEAR_FLOOR * lms.lowest_z:
        flags.append(f"near {lms.lowest_z:.2f}, the lowest Z this reference can give at this age")
    if curve.software and scanner.software and curve.software.casefold() != scanner.software.casefold():
        flags.append("the reference was made with other software than this scan")
    if not age.exact:
        flags.append(f"the age is known to the {age.precision} only")
    return ZScore(z, "", FROM_TABLE, curve.table_id, curve.population, age.years, age.precision, z_ends, tuple(flags))
