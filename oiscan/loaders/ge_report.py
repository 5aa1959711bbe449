"""Results GE Lunar sends as an Enhanced Structured Report titled "DXA Report".

Known from public code that reads such reports. Content is found by the *meaning* of its codes: the codes themselves are
GE's own. A container that compares visits ("Trend") repeats the names of regions and quantities for earlier dates, so
nothing inside one is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from oiscan.loaders.header import Header
from oiscan.loaders.printed_value import PrintedValue, printed_number, region_name, site_name, unit_fits

SOURCE = "GE Enhanced SR"
TITLE = "dxa report"
TREND = "trend"
NAMES = {
    "bmd": "bmd_g_cm2",
    "bmc": "bmc_g",
    "area": "area_cm2",
    "bmd_tscore": "t_score",
    "bmd_zscore": "z_score",
}
DEEPEST = 12
"""Levels of containers followed: title, site and region take three."""


def report_values(header: Header, scan_id: str) -> Iterator[PrintedValue]:
    """Values in the report; none where the object is no such report."""
    if header.code_meaning("ConceptNameCodeSequence").casefold() == TITLE:
        yield from _values(header, scan_id, "", None, DEEPEST)


def _values(container: Header, scan_id: str, site: str, region: str | None, levels: int) -> Iterator[PrintedValue]:
    for item in _items(container, "ContentSequence"):
        meaning = item.code_meaning("ConceptNameCodeSequence")
        quantity = NAMES.get(meaning.casefold())
        if TREND in meaning.casefold():
            continue
        if region and quantity and (found := _number(item, quantity)):
            value, decimals = found
            yield PrintedValue(scan_id, region, quantity, value, source=SOURCE, site=site, decimals=decimals)
        elif levels and item.text("ValueType") == "CONTAINER":
            inner = site_name(meaning) or site
            yield from _values(item, scan_id, inner, region_name(meaning), levels - 1)


def _number(item: Header, quantity: str) -> tuple[float | None, int] | None:
    """Value and decimals; None where the unit is another. Scores come as text, the others as numbers."""
    for measured in _items(item, "MeasuredValueSequence"):
        unit = next((Header(code) for code in _datasets(measured, "MeasurementUnitsCodeSequence")), None)
        stated = "" if unit is None else unit.text("CodeMeaning") or unit.text("CodeValue")
        return printed_number(measured.text("NumericValue")) if unit_fits(quantity, stated) else None
    return printed_number(item.text("TextValue") or item.code_meaning("ConceptCodeSequence"))


def _items(header: Header, keyword: str) -> list[Header]:
    return [Header(dataset) for dataset in _datasets(header, keyword)]


def _datasets(header: Header, keyword: str) -> list[Dataset]:
    value = header.value(keyword)
    return list(value) if isinstance(value, Sequence) else []
