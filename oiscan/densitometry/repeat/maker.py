"""Who made a scanner, in one spelling: bone density of two makers is not interchangeable."""

from __future__ import annotations

import re

from oiscan.scan import Acquisition

_MAKERS = {
    "Hologic": re.compile(r"\bhologic\b", re.IGNORECASE),
    "GE Lunar": re.compile(r"\b(?:lunar|idxa|prodigy|dpx|ge)\b", re.IGNORECASE),
    "Norland": re.compile(r"\bnorland\b", re.IGNORECASE),
}
"""Words of maker and model by which each is known, as in the loaders; for Norland unverified."""


def maker_name(text: str) -> str:
    """The maker a text names: "GE Lunar" for "GE MEDICAL SYSTEMS" and "iDXA" alike, the text itself for an unknown one.

    Parameters
    ----------
    text
        As DICOM's Manufacturer and ManufacturerModelName, or the user's table, have it.

    Examples
    --------
    >>> maker_name("HOLOGIC, Inc.")
    'Hologic'
    """
    return next((name for name, words in _MAKERS.items() if words.search(text)), " ".join(text.split()))


def maker_of(scanner: Acquisition) -> str:
    """Who made a scanner, by its maker or, where an archive has blanked that, its model; "" where neither tells."""
    known = (maker_name(text) for text in (scanner.maker, scanner.model))
    return next((name for name in known if name in _MAKERS), maker_name(scanner.maker))
