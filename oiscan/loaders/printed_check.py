"""Do printed values agree with each other? What does not is reported, never repaired."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from oiscan.anatomy import LUMBAR
from oiscan.loaders.printed_value import INVALIDITY, PrintedValue

SLACK = 1e-9
"""Of binary arithmetic; the tolerance itself is what rounding in print can make."""

WITHOUT_HEAD = ("TBLH", "Subtotal")
"""What the whole body without its head is called: Hologic pages print "Sub Tot"."""

_SPAN = re.compile(r"L([1-5])-L([1-5])")
Row = dict[str, PrintedValue]


@dataclass(frozen=True)
class PrintedFinding:
    """A disagreement among printed values of one file."""

    scan_id: str
    source: str
    site: str
    region: str
    text: str


def check_printed(values: Iterable[PrintedValue]) -> tuple[PrintedFinding, ...]:
    """What does not fit among values: BMC = area x BMD in every row, and sums.

    The sums are those of a span of lumbar vertebrae, and of the body without its head (`WITHOUT_HEAD`) and the head.

    Parameters
    ----------
    values
        Of any number of files; only values of one file, source and site are compared.

    Returns
    -------
    tuple of PrintedFinding
        One a disagreement; empty where all fits within rounding.
    """
    groups: dict[tuple[str, str, str], dict[str, Row]] = {}
    findings: list[PrintedFinding] = []
    for value in values:
        place = (value.scan_id, value.source, value.site)
        row = groups.setdefault(place, {}).setdefault(value.region, {})
        if (first := row.setdefault(value.quantity, value)).value != value.value:
            text = f"{value.quantity} is printed twice: {first}, {value}"
            findings.append(PrintedFinding(*place, value.region, text))
    for place, rows in groups.items():
        for region, row in rows.items():
            texts = [*_product(row), *_sums(region, row, rows), *_less_head(region, row, rows)]
            texts += _invalid(region, row, rows)
            findings += [PrintedFinding(*place, region, text) for text in texts]
    return tuple(findings)


def _product(row: Row) -> list[str]:
    """BMC against area x BMD, with the error that rounding all three can make."""
    found = _known(row, "area_cm2", "bmd_g_cm2", "bmc_g")
    if found is None:
        return []
    (area, bmd, bmc), (area_value, bmd_value, bmc_value) = found
    tolerance = bmc.half_unit + abs(area_value) * bmd.half_unit + abs(bmd_value) * area.half_unit
    tolerance += area.half_unit * bmd.half_unit + SLACK
    product = area_value * bmd_value
    return [f"BMC {bmc} is not area x BMD = {product:.3f}"] if abs(bmc_value - product) > tolerance else []


def _sums(region: str, row: Row, rows: dict[str, Row]) -> list[str]:
    parts = _parts(region, rows)
    texts = []
    for quantity in ("area_cm2", "bmc_g") if parts else ():
        found = [_known(part, quantity) for part in [*parts, row]]
        known = [pair for pair in found if pair is not None]
        if len(known) < len(found):
            continue
        *added, total = [value for _, (value,) in known]
        tolerance = sum(printed.half_unit for (printed,), _ in known) + SLACK
        if abs(sum(added) - total) > tolerance:
            texts.append(f"{quantity} {row[quantity]} is not the sum of its vertebrae, {sum(added):.3f}")
    return texts


def _less_head(region: str, row: Row, rows: dict[str, Row]) -> list[str]:
    """A printed total without the head against the body less the head."""
    texts = []
    for quantity in ("area_cm2", "bmc_g") if region in WITHOUT_HEAD else ():
        found = [_known(one, quantity) for one in (row, rows.get("Head", {}), rows.get("Total", {}))]
        known = [pair for pair in found if pair is not None]
        if len(known) < len(found):
            continue
        rest, head, body = [value for _, (value,) in known]
        tolerance = sum(printed.half_unit for (printed,), _ in known) + SLACK
        if abs(rest + head - body) > tolerance:
            texts.append(f"{quantity} {row[quantity]} is not that of the body less the head, {body - head:.3f}")
    return texts


def _invalid(region: str, row: Row, rows: dict[str, Row]) -> list[str]:
    """A span that counts although one of its vertebrae does not."""
    if _code(row) or not any(value.value is not None for value in row.values()):
        return []
    marked = [
        f"{name} ({INVALIDITY.get(code, 'code ' + code)})"
        for name in _part_names(region, rows)
        if (code := _code(rows.get(name, {})))
    ]
    return [f"not marked invalid although {', '.join(marked)} is"] if marked else []


def _code(row: Row) -> str:
    """The first code that marks the row invalid, "" where none does."""
    return next((value.invalid_code for value in row.values() if value.invalid_code not in ("", "0")), "")


def _parts(region: str, rows: dict[str, Row]) -> list[Row]:
    """Rows of the vertebrae a span sums up; none where one of them is not printed."""
    names = _part_names(region, rows)
    return [rows[name] for name in names] if all(name in rows for name in names) else []


def _part_names(region: str, rows: dict[str, Row]) -> list[str]:
    """The vertebrae of a span; a "Total" beside rows of lumbar vertebrae is that of those."""
    if span := _SPAN.fullmatch(region):
        return [f"L{number}" for number in range(int(span[1]), int(span[2]) + 1)]
    others = {name for name in rows if not _SPAN.fullmatch(name)} - {"Total"}
    return sorted(others) if region == "Total" and others <= {level.value for level in LUMBAR} else []


def _known(row: Row, *quantities: str) -> tuple[list[PrintedValue], list[float]] | None:
    printed = [row[quantity] for quantity in quantities if quantity in row]
    values = [value.value for value in printed if value.value is not None]
    return (printed, values) if len(values) == len(quantities) else None
