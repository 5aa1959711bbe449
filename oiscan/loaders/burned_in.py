"""Does a picture hold text, by what its header says, or by its looks where that says nothing?

BurnedInAnnotation decides where it says YES or NO; GE Lunar scanners leave it out, and so do most others. Where it says
nothing, a Secondary Capture has to be taken to hold text, since report pages, screenshots and digitised films come so
(`oiscan.scan.Scan.may_hold_text`), and so has a picture with what looks like a line of print (see `lettering.py`).
Others are taken not to: GE Lunar's are Computed Radiography, and those that could be looked at hold no text.
"""

from __future__ import annotations

import re

from oiscan.loaders.header import Header
from oiscan.loaders.lettering import shows_lettering
from oiscan.scan import ImageArray

_SECONDARY_CAPTURE = re.compile(r"1\.2\.840\.10008\.5\.1\.4\.1\.1\.7(\.\d)?")


def burned_in_text(header: Header) -> bool | None:
    """What BurnedInAnnotation says; None where it says nothing."""
    return {"YES": True, "NO": False}.get(header.text("BurnedInAnnotation").upper())


def text_in(header: Header, pixels: ImageArray) -> bool | None:
    """Whether the picture holds text: by the header, or True where that is silent and the pixels show lettering."""
    said = burned_in_text(header)
    return said if said is not None else shows_lettering(pixels) or None


def is_captured(header: Header) -> bool:
    """Whether the picture is a Secondary Capture, of one frame or of several: made from a screen, a page or a film."""
    return bool(_SECONDARY_CAPTURE.fullmatch(header.text("SOPClassUID")))
