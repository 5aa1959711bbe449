"""What a cell of a table says: a number, a value in words, nothing, or something that must not be read as a number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

NOT_ABLE = "NOT ABLE"
"""The child tried and could not: a value, not a missing one."""
BLANK = "blank in the table"
TEXT = "text where a number is expected"
A_NUMBER = "a number where one event is expected"

_NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?")
_BEYOND = re.compile(r"[<>]\s*=?\s*\d+(?:[.,]\d+)?")
_NOT_ABLE = frozenset({"not able", "unable", "not able to"})
_NOTHING = frozenset({"", "0", "0.0", "no", "n", "none", "nil", "unchecked", "false"})
_YES_NO = {"yes": 1.0, "y": 1.0, "checked": 1.0, "true": 1.0, "no": 0.0, "n": 0.0, "unchecked": 0.0, "false": 0.0}


@dataclass(frozen=True)
class Reading:
    """What a cell says.

    Parameters
    ----------
    number
        AVAL; None where there is none.
    text
        AVALC: `NOT_ABLE`, or "<5" where a laboratory could not measure lower.
    reason
        Why neither is there; "" where one is.
    """

    number: float | None = None
    text: str = ""
    reason: str = ""


def read_cell(cell: str, codes: Mapping[str, float | str], decimal_comma: bool) -> Reading:
    """What a cell that should hold a number says.

    Parameters
    ----------
    cell
        Stripped text.
    codes
        What texts stand for: a number, `NOT_ABLE` or "" for missing. They go before all else.
    decimal_comma
        Whether 1,5 is a number.

    Examples
    --------
    >>> read_cell("<5", {}, False)
    Reading(number=None, text='<5', reason='')
    """
    if cell in codes:
        meant = codes[cell]
        return Reading(meant) if isinstance(meant, float) else _worded(meant)
    if number := _NUMBER.fullmatch(cell):
        return _number(number[0], decimal_comma)
    if _BEYOND.fullmatch(cell) and ("," not in cell or decimal_comma):
        return Reading(text=re.sub(r"\s", "", cell).replace(",", "."))
    return _worded(cell)


def read_yes_no(cell: str, codes: Mapping[str, float | str]) -> Reading:
    """What a cell that should say yes or no says: 1 or 0; REDCap's checkboxes too, raw or as labels."""
    if cell not in codes and cell.casefold() in _YES_NO:
        return Reading(_YES_NO[cell.casefold()])
    return read_cell(cell, codes, decimal_comma=False)


def read_event(cell: str, codes: Mapping[str, float | str]) -> Reading:
    """What a cell says of an event: its words, or 1; blank, 0 or a word for none: nothing happened.

    Any other number is refused: whether it counts events or is the code of a place cannot be told.
    """
    meant = str(codes.get(cell, cell))
    if meant.casefold() in _NOTHING:
        return Reading(reason=BLANK)
    reading = read_yes_no(meant, {})
    if reading.number == 1:
        return reading
    return Reading(reason=A_NUMBER) if reading.number is not None or reading.text else Reading(1.0, meant)


def read_date(cell: str, layout: str) -> date | None:
    """The date a cell holds, a time of day left out; None where it holds none in this layout.

    Examples
    --------
    >>> read_date("2024-02-30", "%Y-%m-%d") is None
    True
    """
    try:
        return datetime.strptime(re.split(r"[T ]", cell, maxsplit=1)[0], layout).date()
    except ValueError:
        return None


def read_day(cell: str) -> int | None:
    """The study day a cell holds: a whole number, never 0."""
    return int(cell) if re.fullmatch(r"[+-]?\d{1,5}", cell) and int(cell) != 0 else None


def _number(text: str, decimal_comma: bool) -> Reading:
    if "," in text and not decimal_comma:
        return Reading(reason=TEXT)
    return Reading(float(text.replace(",", ".")))


def _worded(cell: str) -> Reading:
    if not cell:
        return Reading(reason=BLANK)
    if " ".join(cell.casefold().split()) in _NOT_ABLE:
        return Reading(text=NOT_ABLE)
    return Reading(reason=TEXT)
