"""Private elements, found by the name of the maker that reserved them and never by a fixed tag.

Private values come in blocks of 256; which block a maker got is written in (gggg,0010-00FF) (DICOM PS3.5, 7.8.1) and
may change whenever an archive adds values of its own. A block nobody owns any more is not read: it could be anyone's.
"""

from __future__ import annotations

import re
from typing import Any

from pydicom.dataset import Dataset
from pydicom.tag import Tag

BLOCKS = range(0x10, 0x100)


def private_values(dataset: Dataset, group: int, offset: int, creator: re.Pattern[str]) -> tuple[Any, ...]:
    """Values at `offset` in every block of `group` whose creator matches in full, without empty ones.

    Values come as pydicom gives them: text, or bytes where the kind of the element was lost.
    """
    tags = (Tag(group, block << 8 | offset) for block in _owned(dataset, group, creator))
    return tuple(value for tag in tags if (value := _value(dataset, tag)))


def owns_private(dataset: Dataset, group: int, creator: re.Pattern[str]) -> bool:
    """Whether a block of `group` belongs to that creator."""
    return bool(_owned(dataset, group, creator))


def has_ownerless_values(dataset: Dataset, group: int) -> bool:
    """Whether `group` holds values in a block without a creator: an archive removed it."""
    used = {tag.element >> 8 for tag in sorted(dataset.keys()) if tag.group == group and tag.element > 0xFF}
    return any(not _text(_value(dataset, Tag(group, block))) for block in used)


def _owned(dataset: Dataset, group: int, creator: re.Pattern[str]) -> list[int]:
    return [block for block in BLOCKS if creator.fullmatch(_text(_value(dataset, Tag(group, block))))]


def _value(dataset: Dataset, tag: Any) -> Any:
    try:
        return dataset[tag].value if tag in dataset else None
    except Exception:  # pydicom raises whatever a decoder meets in broken bytes; one bad value loses no scan
        return None


def _text(value: Any) -> str:
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value or "")
    return text.strip(" \0")
