"""A DICOM header read without trust: what is absent, empty or malformed reads as nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue


class Header:
    """The attributes of a DICOM object, by keyword.

    Parameters
    ----------
    dataset
        As read by pydicom. Values are decoded on first use, so a malformed one shows only then.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    def value(self, keyword: str) -> Any:
        """The attribute as pydicom gives it, or None."""
        try:
            return self.dataset.get(keyword)
        except Exception:  # pydicom raises whatever a decoder meets in broken bytes; one bad attribute loses no scan
            return None

    def texts(self, keyword: str) -> tuple[str, ...]:
        """The attribute's values as printable text, without the empty ones."""
        return tuple(text for item in _items(self.value(keyword)) if (text := _printable(item)))

    def text(self, keyword: str) -> str:
        """The attribute as one line of printable text, "" where absent."""
        return " ".join(self.texts(keyword))

    def numbers(self, keyword: str) -> tuple[float, ...]:
        """The attribute's values as numbers; () when absent or when one of them is no finite number."""
        try:
            numbers = tuple(float(item) for item in _items(self.value(keyword)))
        except (TypeError, ValueError, OverflowError):
            return ()
        return numbers if all(map(math.isfinite, numbers)) else ()

    def number(self, keyword: str) -> float | None:
        """The attribute when it is exactly one number, else None."""
        numbers = self.numbers(keyword)
        return numbers[0] if len(numbers) == 1 else None

    def datasets(self, keyword: str) -> tuple[Header, ...]:
        """The items of a sequence, () where there is none."""
        items = self.value(keyword)
        if not isinstance(items, Iterable) or isinstance(items, str | bytes):
            return ()
        return tuple(Header(item) for item in items if isinstance(item, Dataset))

    def code_meaning(self, keyword: str) -> str:
        """Meaning of the first code of a code sequence, "" where absent."""
        return next((code.text("CodeMeaning") for code in self.datasets(keyword)), "")


def _items(value: Any) -> tuple[Any, ...]:
    if value is None or value == "":
        return ()
    return tuple(value) if isinstance(value, MultiValue | list | tuple) else (value,)


def _printable(item: Any) -> str:
    if isinstance(item, bytes):  # an attribute whose type was lost on the way
        item = item.decode("ascii", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in str(item)).split())
