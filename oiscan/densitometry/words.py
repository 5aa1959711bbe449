"""The words of a user's tables: one spelling for what may be written in several, and what is wrong with the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from oiscan.densitometry.quantities import BODY, QUANTITIES, is_unit, quantity_named, site_named
from oiscan.densitometry.repeat.maker import maker_name
from oiscan.densitometry.user_table import Row

_SEXES = {"f": "F", "female": "F", "m": "M", "male": "M"}
_SPELT: dict[str, Callable[[str], str]] = {
    "site": lambda text: site_named(text) or "",
    "quantity": lambda text: quantity.name if (quantity := quantity_named(text)) else "",
    "scanner": maker_name,
    "sex": lambda text: _SEXES.get(text.casefold(), ""),
}
"""One spelling for what may be written in several; "" for what is not known."""


def spelt(row: Row, name: str) -> str:
    """What a row says in a column, in oiscan's spelling."""
    text = row.cells.get(name, "")
    return _SPELT[name](text) if name in _SPELT else text


def word_faults(row: Row) -> Iterator[str]:
    """What is wrong with the words of a row, as far as it has them."""
    told = row.cells
    quantity = quantity_named(told.get("quantity", ""))
    if quantity is not None and spelt(row, "site") and (quantity.name == "height") != (spelt(row, "site") == BODY):
        yield "site and quantity do not go together: height is of the body, bone is of L1-L4, L2-L4, TBLH or Total"
    if told.get("table_id") == "":
        yield "table_id is missing: give the table a name, it stands in every result"
    if "quantity" in told and quantity is None:
        yield f"quantity is not known: write {', '.join(QUANTITIES)}"
    if "site" in told and site_named(told["site"]) is None:
        yield "site is not known: write L1-L4, L2-L4, TBLH, Total, or body for height"
    if "unit" in told and quantity is not None and not is_unit(told["unit"], quantity):
        yield f"unit does not fit: {quantity.name} is in {quantity.unit}"
    if told.get("scanner") == "" and quantity is not None and quantity.by_scanner:
        yield "scanner is missing: write GE Lunar, Hologic or another maker, which are not interchangeable"
    if "sex" in told and told["sex"].casefold() not in _SEXES:
        yield "sex is not known: write female or male; a curve for both stands twice"
