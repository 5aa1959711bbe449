"""GE Lunar densitometers (iDXA, Prodigy, DPX; enCORE software).

Known from public iDXA files of software 16; older models are recognised by name but unverified. These files state no
pixel spacing, only ExposedArea; their PatientOrientation is L\\F on every scan, the lateral ones too.
"""

from __future__ import annotations

import re

from oiscan.loaders.header import Header
from oiscan.loaders.spacing import plausible_spacing
from oiscan.loaders.vendor import Vendor
from oiscan.scan import PixelSpacing

UID_ROOT = "1.2.840.113619.2.110."
"""Start of the UIDs GE Lunar scanners give: tells the maker when an archive has blanked its name."""

SPACING_DISAGREEMENT = 0.03
"""Pixels are square; ExposedArea is in whole mm, so height and width may differ by rounding, about 0.3 %, not more."""

_NAMES = re.compile(r"\b(lunar|idxa|prodigy|dpx)\b", re.IGNORECASE)


def is_lunar(header: Header) -> bool:
    """Whether a GE Lunar scanner made this file, by maker, model or UID."""
    if any(_NAMES.search(header.text(keyword)) for keyword in ("Manufacturer", "ManufacturerModelName")):
        return True
    return any(header.text(keyword).startswith(UID_ROOT) for keyword in ("SOPInstanceUID", "SeriesInstanceUID"))


def spacing_from_exposed_area(header: Header, notes: list[str]) -> PixelSpacing | None:
    """Pixel size from ExposedArea (0040,0303), which GE writes as width then length of the picture, in mm.

    The standard has it the other way round; the pixels of real files are square only when read as width, length.
    """
    area, rows, columns = header.numbers("ExposedArea"), header.number("Rows"), header.number("Columns")
    if len(area) != 2 or not rows or not columns:
        return None
    width_mm, length_mm = area
    spacing = plausible_spacing(length_mm / rows, width_mm / columns, "ExposedArea")
    if spacing is None or abs(spacing.row_mm / spacing.column_mm - 1) > SPACING_DISAGREEMENT:
        notes.append("ExposedArea does not fit the shape of the picture and was ignored")
        return None
    return spacing


LUNAR = Vendor(recognises=is_lunar, spacing=spacing_from_exposed_area, orientation_trusted=False)
