"""All readings of a results folder as one JSON document, and back."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from oiscan.errors import ReadingError
from oiscan.review.audit import Row, sheet_of
from oiscan.review.readings import STEP_FIELDS, Readings

FORMAT = "oiscan readings 1"


def exported(readings: Readings) -> dict[str, Any]:
    """Every row and step, as plain data."""
    steps = [dict(zip(STEP_FIELDS, step, strict=True)) for step in readings.steps()]
    return {"format": FORMAT, "readings": [asdict(row) for row in readings.all_rows()], "steps": steps}


def read_export(path: Path) -> tuple[list[Row], list[tuple[str, ...]]]:
    """Rows and steps of a file that holds what `exported` gave.

    Raises
    ------
    ReadingError
        The file holds no such thing, or rows that add up to no sheet.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise ValueError("another format")
        rows = [_row(one) for one in told["readings"]]
        steps = [tuple(str(step[name]) for name in STEP_FIELDS) for step in told["steps"]]
        for _, some in groupby(rows, key=lambda row: (row.reader, row.scan_id)):
            sheet_of(list(some))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ReadingError) as error:
        raise ReadingError(f"{path.name} holds no exported readings: {type(error).__name__}") from error
    return rows, steps


def _row(told: dict[str, Any]) -> Row:
    """A row with nothing missing, unknown or of another type."""
    try:
        row = TypeAdapter(Row).validate_python(told)
    except ValidationError as error:
        raise ValueError("this is no row") from error
    if asdict(row) != told:
        raise ValueError("a row has other fields, or values of another type")
    return row
