"""How large a pixel is, by the header, and how far that can be trusted.

Order: PixelSpacing, ImagerPixelSpacing, NominalScannedPixelSpacing. ImagerPixelSpacing is measured at the detector, so
it is labelled so, or divided by EstimatedRadiographicMagnificationFactor where the file states one (DICOM PS3.3
C.8.7.14). All of them are (row, column): the first is the distance between rows.
"""

from __future__ import annotations

from oiscan.loaders.header import Header
from oiscan.scan import PixelSpacing

SMALLEST_MM, LARGEST_MM = 0.01, 5.0
"""Pixels outside this are absurd for a spine scan; a whole-body DXA scan has the largest seen, 2.4 mm."""

LARGEST_MAGNIFICATION = 3.0
LARGEST_ASPECT = 10.0


def spacing_from_header(header: Header, notes: list[str]) -> PixelSpacing | None:
    """Pixel size from the header's standard attributes, None where there is none to trust; remarks go to `notes`."""
    if found := _spacing_of("PixelSpacing", header, notes):
        return found
    if found := _spacing_of("ImagerPixelSpacing", header, notes):
        return _at_patient(found, header, notes)
    return _spacing_of("NominalScannedPixelSpacing", header, notes)


def plausible_spacing(row_mm: float, column_mm: float, source: str) -> PixelSpacing | None:
    """The spacing, or None when it is zero, negative, not finite or absurd for a spine scan."""
    if all(SMALLEST_MM <= size <= LARGEST_MM for size in (row_mm, column_mm)):
        return PixelSpacing(row_mm, column_mm, source)
    return None


def aspect_from_header(header: Header) -> float | None:
    """Height of a pixel over its width from PixelAspectRatio (vertical, horizontal); None where not stated."""
    pair = header.numbers("PixelAspectRatio")
    if len(pair) != 2 or min(pair) <= 0:
        return None
    aspect = pair[0] / pair[1]
    return aspect if 1 / LARGEST_ASPECT <= aspect <= LARGEST_ASPECT else None


def _spacing_of(keyword: str, header: Header, notes: list[str]) -> PixelSpacing | None:
    if not header.texts(keyword):
        return None
    pair = header.numbers(keyword)
    spacing = plausible_spacing(pair[0], pair[1], keyword) if len(pair) == 2 else None
    if spacing is None:
        notes.append(f"{keyword} is zero, negative, incomplete or absurd and was ignored")
    return spacing


def _at_patient(detector: PixelSpacing, header: Header, notes: list[str]) -> PixelSpacing:
    magnification = header.number("EstimatedRadiographicMagnificationFactor")
    if magnification is not None and 1 <= magnification <= LARGEST_MAGNIFICATION:
        row_mm, column_mm = detector.row_mm / magnification, detector.column_mm / magnification
        return PixelSpacing(row_mm, column_mm, f"{detector.source} / magnification")
    notes.append("pixel size is that of the detector plane: millimetres are larger than in the body")
    return PixelSpacing(detector.row_mm, detector.column_mm, f"{detector.source} (detector plane)")
