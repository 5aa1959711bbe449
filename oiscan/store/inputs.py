"""What a run was asked to do: its files, its settings, and how its tables are to be."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from oiscan.errors import StoreError
from oiscan.loaders.containers import Source
from oiscan.store.files import write_parts

Inputs = Mapping[str, Sequence[str]]
"""Names of all files with the very same bytes, by the scan_id these bytes have."""

NO_RUN = "this folder holds no run of oiscan score: give the folder that was its --out"


@dataclass(frozen=True)
class RunRecord:
    """A run, as it began.

    Parameters
    ----------
    key
        Of its finished scans (see `FinishedScans`).
    told
        What `run.json` says of it beside the counts.
    tables
        What the user chose for the tables: plain data that whoever began the run knows how to read.
    """

    key: str
    told: Mapping[str, Any]
    tables: Mapping[str, Any]


def write_record(path: Path, record: RunRecord) -> None:
    """Write the record, which may name the user's files, for the owner's eyes alone."""
    write_parts(path, [json.dumps(asdict(record))], 0o600)


def read_record(path: Path) -> RunRecord:
    """The record of the last run; `StoreError` where there is none."""
    try:
        return RunRecord(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(NO_RUN) from error


def write_inputs(path: Path, inputs: Mapping[str, Sequence[Source]]) -> None:
    """Write down the files of a run, a line a scan."""
    lines = (json.dumps([scan_id, *map(str, sources)]) + "\n" for scan_id, sources in inputs.items())
    write_parts(path, lines, 0o600)


def read_inputs(path: Path) -> dict[str, list[str]]:
    """The files of the last run; `StoreError` where there was none."""
    inputs = {}
    try:
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                scan_id, *sources = json.loads(line)
                inputs[scan_id] = sources
    except (OSError, ValueError) as error:
        raise StoreError(NO_RUN) from error
    return inputs
