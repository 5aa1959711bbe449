"""What a reference can be about: quantities with their units, and sites named as regions are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from oiscan.anatomy import LUMBAR
from oiscan.densitometry.regions import levels_of


@dataclass(frozen=True)
class Quantity:
    """Something measured that a reference gives the distribution of.

    Parameters
    ----------
    name, unit
        As a reference table writes them.
    least, most
        Between which a median of people of any age lies, in that unit. Wide bounds of oiscan's own, to find a median
        written in another unit.
    by_scanner
        Whether it depends on the scanner's maker.
    """

    name: str
    unit: str
    least: float
    most: float
    by_scanner: bool = True


QUANTITIES: dict[str, Quantity] = {
    one.name: one
    for one in (
        Quantity("aBMD", "g/cm2", 0.05, 3),
        Quantity("BMC", "g", 0.5, 5000),
        Quantity("area", "cm2", 2, 5000),
        Quantity("BMAD Carter block", "g/cm3", 0.005, 2),
        Quantity("height", "cm", 30, 250, by_scanner=False),
    )
}
"""BMAD in the one variant oiscan computes (see `oiscan.densitometry.bmad`), comparable with no other: a block of four
vertebrae has about half the BMAD of each of them."""

BODY = "body"
"""The site of height."""

_SITES = {"tblh": "TBLH", "total body less head": "TBLH", "total": "Total", "total body": "Total", "body": BODY}
_DASHES = re.compile(r"\s*[-\u2010-\u2015]\s*")
_QUANTITIES = {name.casefold(): name for name in QUANTITIES} | {"bmd": "aBMD"}


def quantity_named(text: str) -> Quantity | None:
    """The quantity a text names in any case; None where it names none that is known."""
    name = _QUANTITIES.get(" ".join(text.split()).casefold())
    return None if name is None else QUANTITIES[name]


def site_named(text: str) -> str | None:
    """The site a text names, spelt as regions are; None where it names none that is known.

    Two lumbar vertebrae or more: a single one is not reported.

    Examples
    --------
    >>> site_named("l1 - l4")
    'L1-L4'
    """
    words = " ".join(text.split())
    span = _DASHES.sub("-", words.upper())
    levels = levels_of(span)
    if len(levels) > 1 and set(levels) <= set(LUMBAR):
        return span
    return _SITES.get(words.casefold())


def is_unit(text: str, quantity: Quantity) -> bool:
    """Whether a text is the quantity's unit, however its exponent is written."""
    return re.sub(r"\s", "", text).translate(str.maketrans("²³", "23", "^")).casefold() == quantity.unit
