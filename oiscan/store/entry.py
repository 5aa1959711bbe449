"""What is kept of a finished scan: two lines of JSON, the second of which is read only where findings are needed."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from oiscan.anatomy import View
from oiscan.loaders.printed import PrintedFile, PrintedValue
from oiscan.report import Report, Status
from oiscan.scan import Acquisition, Identity, Subject


@dataclass(frozen=True)
class Entry:
    """A finished scan without its findings.

    Parameters
    ----------
    scan_id, status, reason, view
        As in its report.
    has_picture
        Whether there is an overlay of it.
    file
        Whose the file is, the scanner, and what that printed into it.
    """

    scan_id: str
    status: Status
    reason: str
    view: View | None
    has_picture: bool
    file: PrintedFile

    @classmethod
    def of(cls, report: Report, file: PrintedFile, has_picture: bool) -> Entry:
        """The entry of a report."""
        return cls(report.scan_id, report.status, report.reason, report.view, has_picture, file)


def to_text(entry: Entry, report: Report) -> str:
    """Both lines."""
    return "".join(f"{json.dumps(line, allow_nan=False, default=_iso)}\n" for line in (asdict(entry), report.to_dict()))


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} does not belong into an entry")


def entry_from(line: str) -> Entry:
    """The entry in the first line; `ValueError`, `LookupError` or `TypeError` where it holds none."""
    told = json.loads(line)
    view = None if told["view"] is None else View(told["view"])
    status, file = Status(told["status"]), _file(told["file"])
    return Entry(told["scan_id"], status, told["reason"], view, bool(told["has_picture"]), file)


def _file(told: dict[str, Any]) -> PrintedFile:
    identity = told["identity"]
    dates = {name: _date(identity[name]) for name in ("birth_date", "scan_date")}
    values = tuple(PrintedValue(**value) for value in told["values"])
    person, acquisition = Subject(**told["subject"]), Acquisition(**told["acquisition"])
    return PrintedFile(values, Identity(**{**identity, **dates}), person, acquisition)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
