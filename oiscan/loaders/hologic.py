"""Hologic densitometers (QDR, Discovery, Horizon; APEX software).

**No real Hologic file could be checked.** What stands here comes from public code of people who read such files and
from the openings of conformance statements; tests use files made to that shape. Unverified in particular:

- the order of the six points. A public reader (`waahlstrand/XVFA`) takes them as two posterior, two middle and two
  anterior ones. Here geometry orders them, and of that order only so much is used: the first point is posterior;
- the words for deformity and severity;
- that millimetres are counted from the outer edge of the bottom-left pixel.

Only the results are read. The scan (P) and analysis (R) files that APEX embeds in group 0023 and the questionnaire in
group 0011 hold the patient's identity; nothing here opens them.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np

from oiscan.anatomy import Level
from oiscan.loaders.body_points import SIX, ordered_body
from oiscan.loaders.header import Header
from oiscan.loaders.private import has_ownerless_values, owns_private, private_values
from oiscan.loaders.vendor import Vendor
from oiscan.loaders.xml_text import parse_xml
from oiscan.scan import FloatArray, PixelSpacing, ReaderVertebra

CREATOR = re.compile(r"hologic(, ?inc\.?)?", re.IGNORECASE)
"""The maker reserves its private blocks under three spellings: HOLOGIC, Hologic, and HOLOGIC, Inc."""

GROUPS = (0x0011, 0x0019, 0x0021, 0x0023)
IVA_GROUP, IVA_OFFSET = 0x0021, 0x01
"""Image Analysis Data of an instant vertebral assessment (IVA): XML."""

SOURCE = "Hologic IVA"
UNKNOWN = "unknown"
NONE_WORDS = {"none": "none", "normal": "none"}
DEFORMITIES = NONE_WORDS | {"wedge": "wedge", "biconcave": "biconcave", "crush": "crush"}
SEVERITIES = NONE_WORDS | {"mild": "mild", "moderate": "moderate", "severe": "severe"}
"""Unverified: the words a scanner writes were not seen. Any other word becomes "unknown"."""

NO_OWNER = "private values without their owner's name were not read; if an archive removed it, send the scan again"
DAMAGED = "the vertebral analysis in the file is damaged and was not read"
NO_SPACING = "the file holds landmarks of its reader in mm, but no pixel size to place them with"
UNCLEAR_FACING = "the landmarks of the file's reader do not tell which side is anterior and were left out"


def is_hologic(header: Header) -> bool:
    """Whether a Hologic scanner made this file, by its maker or the owner of its private values."""
    if header.text("Manufacturer").casefold().startswith("hologic"):
        return True
    return any(owns_private(header.dataset, group, CREATOR) for group in GROUPS)


def reader_landmarks(header: Header, spacing: PixelSpacing | None, notes: list[str]) -> tuple[ReaderVertebra, ...]:
    """The vertebrae marked on the scanner, from head to foot; () where there are none that can be trusted.

    Points that form no vertebral body or lie outside the picture are left out, with a remark in `notes`. All bodies
    must face the same side, or none is kept.

    Parameters
    ----------
    header
        Of the scan.
    spacing
        The file's own pixel size: it is what the scanner computed the millimetres with.
    notes
        Remarks are appended here.
    """
    if has_ownerless_values(header.dataset, IVA_GROUP):
        notes.append(NO_OWNER)
    root = _analysis(header, notes)
    if root is None:
        return ()
    if spacing is None:
        notes.append(NO_SPACING)
        return ()
    found = {level: _vertebra(element, level, header, spacing) for level, element in _levels(root)}
    if wrong := [level for level, vertebra in found.items() if vertebra is None]:
        notes.append(f"the points the file's reader set at {', '.join(wrong)} form no vertebral body and were left out")
    return _facing_alike([vertebra for level in Level if (vertebra := found.get(level))], notes)


def points_px(x_mm: FloatArray, y_mm: FloatArray, rows: int, spacing: PixelSpacing) -> FloatArray:
    """Points (n, 2) in the stored picture, (row, column), of millimetres counted from its bottom-left corner.

    Millimetres are taken to begin at the outer edge of the corner pixel (unverified), pixel coordinates begin at the
    centre of the first: hence the half pixel.
    """
    return np.stack([rows - y_mm / spacing.row_mm - 0.5, x_mm / spacing.column_mm - 0.5], axis=-1)


def _analysis(header: Header, notes: list[str]) -> ElementTree.Element | None:
    for value in private_values(header.dataset, IVA_GROUP, IVA_OFFSET, CREATOR):
        try:
            return parse_xml(value)
        except ValueError:
            notes.append(DAMAGED)
    return None


def _levels(root: ElementTree.Element) -> list[tuple[Level, ElementTree.Element]]:
    """Elements named as a level that hold points, whatever the elements round them are called."""
    marked = [element for element in root.iter() if element.find("QM") is not None]
    return [(Level(element.tag.upper()), element) for element in marked if element.tag.upper() in tuple(Level)]


def _vertebra(
    element: ElementTree.Element, level: Level, header: Header, spacing: PixelSpacing
) -> ReaderVertebra | None:
    rows, columns = header.number("Rows") or 0, header.number("Columns") or 0
    given_mm = _points_mm(element.find("QM"))
    if given_mm is None:
        return None
    body = ordered_body(np.stack([-given_mm[:, 1], given_mm[:, 0]], axis=1))
    if body is None:
        return None
    landmarks = points_px(body[:, 1], -body[:, 0], int(rows), spacing)
    if (landmarks < -1).any() or (landmarks > [rows, columns]).any():
        return None
    deformity = DEFORMITIES.get(_word(element, "DEFORMITY"), UNKNOWN)
    severity = SEVERITIES.get(_word(element, "SEVERITY"), UNKNOWN)
    points = tuple((float(row), float(column)) for row, column in landmarks)
    return ReaderVertebra(level, points, SOURCE, deformity, severity)


def _points_mm(quantitative: ElementTree.Element | None) -> FloatArray | None:
    """The points (6, 2) as (x, y) in mm, in the order of their numbers; None where there are not exactly six."""
    found: dict[tuple[str, int], float] = {}
    for child in quantitative if quantitative is not None else ():
        name = re.fullmatch(r"([XY])(\d{1,2})", str(child.tag).upper())
        try:
            if name:
                found[name[1], int(name[2])] = float(child.text or "")
        except ValueError:
            return None
    numbers = sorted({number for _, number in found})
    if len(numbers) != SIX or len(found) != 2 * SIX:
        return None
    return np.array([(found["X", number], found["Y", number]) for number in numbers])


def _word(element: ElementTree.Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip().casefold()


def _facing_alike(vertebrae: list[ReaderVertebra], notes: list[str]) -> tuple[ReaderVertebra, ...]:
    if len({vertebra.anterior for vertebra in vertebrae}) > 1:
        notes.append(UNCLEAR_FACING)
        return ()
    return tuple(vertebrae)


HOLOGIC = Vendor(recognises=is_hologic, reader_landmarks=reader_landmarks)
