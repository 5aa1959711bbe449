"""Results on a Hologic report page: lines of JavaScript such as ``ResultsTable1[ 1][ 3] = "0.873"``.

The script is text nobody vouches for: it is searched for such lines and never run. Row 0 holds the headings. The shape
is known from public code and one public account of real pages; no real page could be checked, and spine pages least.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from oiscan.loaders.header import Header
from oiscan.loaders.printed_value import PrintedValue, printed_number, region_name, unit_fits

SOURCE = "Hologic page"
MARK = "ResultsTable"
MAX_BYTES = 2**20
"""Longer elements are no script but pictures or raw scans."""

RAW_SCAN_GROUP, PIXEL_GROUP = 0x0023, 0x7FE0
"""Never searched: the embedded scan files hold the patient's identity."""

_INDEX = r"\s{0,3}\[\s{0,3}(\d{1,3})\s?\]"
_CELL = re.compile(rf'(ResultsTable\d{{0,2}}){_INDEX}{_INDEX}\s{{0,3}}=\s{{0,3}}"([^"\r\n]{{0,200}})"')
_MARKUP = re.compile(r"<[^<>]{0,40}>|&nbsp;")
_HEADING = re.compile(r"(region|area|bmc|bmd|t|z)(?: ?-? ?score)?\s*(?:[\[(](.{0,20})[\])])?", re.IGNORECASE)
NAMES = {"area": "area_cm2", "bmc": "bmc_g", "bmd": "bmd_g_cm2", "t": "t_score", "z": "z_score"}

Table = dict[int, dict[int, str]]


def results_script(header: Header) -> str:
    """The text that holds the results, "" where there is none."""
    return "\n".join(text for tag in sorted(header.dataset.keys()) if MARK in (text := _text(header, tag)))


def page_values(header: Header, scan_id: str) -> Iterator[PrintedValue]:
    """Values on the page; none where it is no such page."""
    for table in _tables(results_script(header)).values():
        columns = _columns(table.get(0, {}))
        for number, row in sorted(table.items()):
            region = region_name(row.get(_region_column(table), "")) if number else None
            for column, quantity in sorted(columns.items()) if region else ():
                value, decimals = printed_number(row.get(column, ""))
                yield PrintedValue(scan_id, region or "", quantity, value, source=SOURCE, decimals=decimals)


def _tables(script: str) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for name, row, column, text in _CELL.findall(script):
        tables.setdefault(name, {}).setdefault(int(row), {})[int(column)] = " ".join(_MARKUP.sub("", text).split())
    return tables


def _columns(headings: dict[int, str]) -> dict[int, str]:
    """Which columns hold which quantity; a heading in another unit or of another quantity is passed over."""
    found = {}
    for column, text in headings.items():
        heading = _HEADING.fullmatch(text)
        quantity = NAMES.get(heading[1].casefold()) if heading else None
        if heading and quantity and unit_fits(quantity, heading[2] or ""):
            found[column] = quantity
    return found


def _region_column(table: Table) -> int:
    """The column headed "Region", else the first there is."""
    headings = table.get(0, {})
    named = [column for column, text in headings.items() if text.casefold().startswith("region")]
    return (named or sorted({column for row in table.values() for column in row}))[0]


def _text(header: Header, tag: int) -> str:
    """A short element's text without decoding its kind: the results may stand under any tag."""
    if tag >> 16 in (RAW_SCAN_GROUP, PIXEL_GROUP):
        return ""
    try:
        value = header.dataset.get_item(tag).value  # as stored, where pydicom has not decoded it yet
    except Exception:  # pydicom raises whatever a decoder meets in broken bytes
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace") if len(value) <= MAX_BYTES else ""
    return value if isinstance(value, str) and len(value) <= MAX_BYTES else ""
