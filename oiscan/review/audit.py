"""One row of the audit trail: what was, what is, who changed it, when and why; and the sheet that rows add up to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from oiscan.errors import ReadingError
from oiscan.review.sheet import Call, Frame, Mark, Sheet

BEGIN, UNDO = "begin", "undo"
"""Kinds of rows that are no `oiscan.review.changes`: the sheet a reader started from, and a stroke taken back."""

WHOLE_SHEET = ""
"""The vertebra of a row that is about the scan."""


@dataclass(frozen=True)
class Row:
    """One vertebra, or the scan, before and after a stroke.

    Parameters
    ----------
    time_utc
        ISO 8601, by the clock of the machine that serves.
    reader, scan_id
        Whose reading of which scan.
    version, place
        The stroke's number in that reading, from 1, and the row's place in the stroke.
    stroke
        The name the page gave the stroke.
    kind
        Of the change (see `oiscan.review.changes`), `BEGIN` or `UNDO`.
    vertebra
        Its id, or `WHOLE_SHEET`.
    old, new
        The vertebra before and after as plain data, None where it was or is not there. Of a whole sheet: whether it is
        accepted and with what calls, and with `BEGIN` the frame and all marks.
    reason
        The reader's words, where the change has some.
    undoes
        The version an `UNDO` took back; else None.
    blinded
        Whether the reader saw study codes only.
    program_version, model_sha256
        What the reader worked with, and the model whose marks were shown; "" where the reader began with none.
    """

    time_utc: str
    reader: str
    scan_id: str
    version: int
    place: int
    stroke: str
    kind: str
    vertebra: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None
    reason: str
    undoes: int | None
    blinded: bool
    program_version: str
    model_sha256: str


FIELDS = tuple(one.name for one in fields(Row))


def begun(sheet: Sheet) -> dict[str, Any]:
    """A sheet as the `new` of a `BEGIN` row: it holds all that reading it again needs, the scan's file apart."""
    return {"frame": sheet.frame.to_dict(), "marks": [mark.to_dict() for mark in sheet.marks]}


def sheet_of(rows: Sequence[Row]) -> Sheet:
    """The sheet the rows of one reader and scan add up to, from `BEGIN` on."""
    first, *later = rows
    if first.kind != BEGIN or first.new is None:
        raise ReadingError("a reading starts with the sheet it began from")
    sheet = Sheet(Frame.from_dict(first.new["frame"]))
    sheet = sheet.with_marks([Mark.from_dict(told) for told in first.new["marks"]])
    for row in later:
        sheet = _after(sheet, row)
    return sheet


def differences(before: Sheet, after: Sheet) -> list[tuple[str, dict[str, Any] | None, dict[str, Any] | None]]:
    """What a change did, as (vertebra, old, new), head to foot; nothing where it did nothing."""
    olds, news = ({mark.id: mark for mark in sheet.marks} for sheet in (before, after))
    changed = [mark_id for mark_id in dict.fromkeys([*olds, *news]) if olds.get(mark_id) != news.get(mark_id)]
    told = [(mark_id, _plain(olds.get(mark_id)), _plain(news.get(mark_id))) for mark_id in changed]
    if before.accepted != after.accepted:
        told.append((WHOLE_SHEET, _acceptance(before), _acceptance(after)))
    return told


def standing_version(rows: Iterable[Row]) -> int | None:
    """The latest stroke that is neither an undoing nor undone; None where there is none."""
    listed = [row for row in rows if row.kind != BEGIN]
    gone = {row.undoes for row in listed if row.kind == UNDO}
    return max((row.version for row in listed if row.kind != UNDO and row.version not in gone), default=None)


def _acceptance(sheet: Sheet) -> dict[str, Any]:
    return {"accepted": sheet.accepted, "calls": [call.to_dict() for call in sheet.calls]}


def _plain(mark: Mark | None) -> dict[str, Any] | None:
    return None if mark is None else mark.to_dict()


def _after(sheet: Sheet, row: Row) -> Sheet:
    if row.vertebra == WHOLE_SHEET:
        told = row.new or {"accepted": False, "calls": []}
        calls = tuple(Call.from_dict(call) for call in told["calls"])
        return replace(sheet, accepted=bool(told["accepted"]), calls=calls)
    if row.new is None:
        return sheet.without(row.vertebra)
    return sheet.with_mark(Mark.from_dict(row.new))
