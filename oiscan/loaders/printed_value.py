"""Values the scanner printed: what one is, and the words and numbers they are written in.

Nothing read from a file passes through as free text: a region or a site is one of the names below, or it is not kept.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

ORIGIN = "printed by the scanner"
"""Stands in every row of `printed.csv`, so that nobody takes these for oiscan's own measures."""

UNITS: dict[str, frozenset[str]] = {
    "bmd_g_cm2": frozenset({"g/cm2"}),
    "bmc_g": frozenset({"g"}),
    "area_cm2": frozenset({"cm2"}),
    "t_score": frozenset(),
    "z_score": frozenset(),
}
"""Quantities, in the order of the table, and the units they may come in; a value in any other unit is not read."""

QUANTITIES = tuple(UNITS)

INVALIDITY: dict[str, str] = {
    "0": "valid data",
    "1": "objects not removed",
    "2": "non-removable objects such as implants",
    "3": "excessive x-ray noise due to obesity",
    "4": "insufficient scan area",
    "5": "movement",
    "6": "other (degenerative diseases, spinal fusion, fractures)",
}
"""Why a vertebra's value does not count: the codes of NHANES 2007-2008, table DXXSPN_E, items DXXL1BCC to DXXL4BCC
(CDC, public domain). There the total of the spine is valid only where all four vertebrae are."""

_SPINE = re.compile(r"([TL])(\d{1,2})(?: ?- ?([TL]?)(\d{1,2}))?", re.IGNORECASE)
_NAMED = (
    "Total", "Subtotal", "TBLH", "Head", "Neck", "Troch", "Inter", "Wards", "Shaft", "Total Hip", "Femoral Neck",
    "Upper Neck", "Lower Neck", "1/3", "Mid", "UD", "Ultradistal", "Radius 33%", "Radius UD", "Radius Total",
    "Arms", "Legs", "Trunk", "Ribs", "Spine", "Pelvis", "L Arm", "R Arm", "L Leg", "R Leg", "L Ribs", "R Ribs",
    "T Spine", "L Spine", "Android", "Gynoid",
)  # fmt: skip
_REGIONS = {name.casefold(): name for name in _NAMED} | {
    "ward's": "Wards",
    "trochanter": "Troch",
    "sub tot": "Subtotal",
    "sub total": "Subtotal",
    "total body less head": "TBLH",
    "whole body": "Total",
}
_SITES = (
    "AP Spine", "Lateral Spine", "Left Femur", "Right Femur", "DualFemur", "Left Forearm", "Right Forearm",
    "Total Body",
)  # fmt: skip
_NUMBER = re.compile(r"[+-]?\d{1,6}(?:[.,](\d{1,6}))?")


@dataclass(frozen=True)
class PrintedValue:
    """One number as the scanner printed it.

    Parameters
    ----------
    scan_id
        Of the file it was read from: a report page or a structured report has one of its own.
    region
        "L1", "L1-L4", "Total", "TBLH" ...
    quantity
        One of `QUANTITIES`.
    value
        None where the scanner printed that there is none.
    invalid_code
        Why the value does not count, as a code (see `INVALIDITY`); "" where nothing is said.
    source
        Where it was read: "GE ImageComments", "GE Enhanced SR", "Hologic page" or "user CSV".
    site
        Of the body, where the source tells: "AP Spine", "Left Femur" ...
    decimals
        How many were printed; half a unit of the last one is how exact the value is.
    """

    scan_id: str
    region: str
    quantity: str
    value: float | None
    invalid_code: str = ""
    source: str = ""
    site: str = ""
    decimals: int = 0

    def __post_init__(self) -> None:
        if self.quantity not in UNITS:
            raise ValueError(f"there is no quantity {self.quantity!r}")
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError("a printed value must be a finite number or None")

    @property
    def half_unit(self) -> float:
        """Largest error by rounding in print."""
        return 0.5 * 10.0**-self.decimals

    def __str__(self) -> str:
        return "" if self.value is None else f"{self.value:.{self.decimals}f}"


def printed_number(text: str) -> tuple[float | None, int]:
    """The number a text holds and its decimals; None and 0 where it holds none, as "-" does.

    The decimal sign may be a comma: sites print in the manner of their country.
    """
    found = _NUMBER.fullmatch(text.strip())
    return (float(found[0].replace(",", ".")), len(found[1] or "")) if found else (None, 0)


def region_name(text: str) -> str | None:
    """The region a text names, in one spelling; None where it names none that is known."""
    words = " ".join(text.split())
    if found := _SPINE.fullmatch(words):
        first, last = f"{found[1]}{int(found[2])}", f"{found[3] or found[1]}{int(found[4] or 0)}"
        return (first if found[4] is None else f"{first}-{last}").upper()
    return _REGIONS.get(words.casefold())


def site_name(text: str) -> str | None:
    """The site a text names, in one spelling; None where it names none that is known."""
    words = "".join(text.split()).casefold()
    return next((site for site in _SITES if "".join(site.split()).casefold() == words), None)


def unit_fits(quantity: str, unit: str) -> bool:
    """Whether a value of this quantity in this unit may be read; an unstated unit is that of the quantity."""
    plain = re.sub(r"\s", "", unit).replace("²", "2").replace("^", "").casefold()
    return not plain or not UNITS[quantity] or plain in UNITS[quantity]
