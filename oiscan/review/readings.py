"""The store of readings: an SQLite file that rows are only ever added to.

Each stroke is one transaction, and `append` returns when the disk has it (`synchronous=FULL`): a crash loses at most
the stroke under way. Triggers refuse to change or remove a row. Several servers may write at once.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import astuple, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from oiscan.errors import ConfigError, ConflictError, ReadingError
from oiscan.review.audit import FIELDS, Row

FILE = "readings.sqlite"
WAIT_S = 20.0
"""How long a writer waits for another one."""

_TABLES = """
CREATE TABLE IF NOT EXISTS readings (
    row INTEGER PRIMARY KEY, time_utc TEXT NOT NULL, reader TEXT NOT NULL, scan_id TEXT NOT NULL,
    version INTEGER NOT NULL, place INTEGER NOT NULL, stroke TEXT NOT NULL, kind TEXT NOT NULL,
    vertebra TEXT NOT NULL, old TEXT, new TEXT, reason TEXT NOT NULL, undoes INTEGER, blinded INTEGER NOT NULL,
    program_version TEXT NOT NULL, model_sha256 TEXT NOT NULL,
    UNIQUE (reader, scan_id, version, place)
);
CREATE TABLE IF NOT EXISTS steps (
    row INTEGER PRIMARY KEY, time_utc TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, details TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS by_stroke ON readings (reader, scan_id, stroke);
"""
_TRIGGERS = "".join(
    f"CREATE TRIGGER IF NOT EXISTS {table}_{verb} BEFORE {verb.upper()} ON {table} "
    f"BEGIN SELECT RAISE(ABORT, 'readings are only ever added to'); END;\n"
    for table in ("readings", "steps")
    for verb in ("update", "delete")
)
_INSERT = f"INSERT INTO readings ({', '.join(FIELDS)}) VALUES ({', '.join('?' * len(FIELDS))})"
_SELECT = f"SELECT {', '.join(FIELDS)} FROM readings"
_VERSIONS = "SELECT scan_id, max(version) FROM readings WHERE reader = ? GROUP BY scan_id"
_ACCEPTED = (
    "SELECT scan_id, new FROM readings WHERE reader = ? AND vertebra = '' AND kind != 'begin' ORDER BY version, place"
)
STEP_FIELDS = ("time_utc", "who", "what", "details")


class Readings:
    """All readings of a results folder.

    Parameters
    ----------
    path
        The file; made, for its owner's eyes only, where it does not exist.

    Raises
    ------
    ConfigError
        The file cannot be used, or lies on a disk where SQLite cannot keep it safe.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.touch(mode=0o600)
            with self._open() as connection:
                (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
                connection.executescript(_TABLES + _TRIGGERS)
        except (OSError, sqlite3.Error) as error:
            raise ConfigError(f"the readings cannot be kept in private/{FILE}: {error}") from error
        if mode != "wal":
            raise ConfigError(f"the disk cannot keep private/{FILE} safe: put the results folder on a local disk")

    def history(self, reader: str, scan_id: str) -> list[Row]:
        """All rows of one reading, oldest first."""
        with self._open() as connection:
            return _history(connection, reader, scan_id)

    def all_rows(self) -> list[Row]:
        """All rows of all readings, by reader and scan, oldest first."""
        with self._open() as connection:
            return _rows(connection.execute(f"{_SELECT} ORDER BY reader, scan_id, version, place"))

    def progress(self, reader: str) -> dict[str, tuple[int, bool]]:
        """(version, accepted) by scan_id, of every scan a reader has begun."""
        with self._open() as connection:
            versions = connection.execute(_VERSIONS, (reader,)).fetchall()
            accepted = {scan_id: json.loads(new) for scan_id, new in connection.execute(_ACCEPTED, (reader,))}
        return {scan_id: (version, bool(accepted.get(scan_id, {}).get("accepted"))) for scan_id, version in versions}

    def ways(self, reader: str) -> set[bool]:
        """Whether a reader has read blinded here, or not, or both; empty for one who has not read."""
        with self._open() as connection:
            found = connection.execute("SELECT DISTINCT blinded FROM readings WHERE reader = ?", (reader,)).fetchall()
        return {bool(blinded) for (blinded,) in found}

    def append(self, rows: Sequence[Row], version: int) -> bool:
        """Add the rows of one stroke, once the disk has them.

        Parameters
        ----------
        rows
            Of one reader, scan and stroke. Their `version` and time are set here.
        version
            Of the reading the stroke was made on.

        Returns
        -------
        bool
            False where this stroke is there already: sent twice, it counts once.

        Raises
        ------
        ConflictError
            The reading has another version by now.
        """
        first = rows[0]
        with self._writing() as connection:
            if _known(connection, first):
                return False
            now = _version(connection, first)
            if now != version:
                raise ConflictError("somebody changed this scan since you looked at it")
            time_utc = _now()
            stamped = [
                replace(row, version=version + 1, place=place, time_utc=time_utc) for place, row in enumerate(rows)
            ]
            connection.executemany(_INSERT, map(_cells, stamped))
        return True

    def restore(self, rows: Iterable[Row], steps: Iterable[Sequence[str]]) -> None:
        """Add rows and steps as they are, all or none, to a store that holds no readings.

        Raises
        ------
        ReadingError
            There are readings already, or the rows contradict each other.
        """
        with self._writing() as connection:
            if connection.execute("SELECT 1 FROM readings LIMIT 1").fetchone():
                raise ReadingError("this results folder holds readings already: import into one without")
            try:
                connection.executemany(_INSERT, map(_cells, rows))
            except sqlite3.IntegrityError as error:
                raise ReadingError("the readings to import contradict each other") from error
            connection.executemany(f"INSERT INTO steps ({', '.join(STEP_FIELDS)}) VALUES (?, ?, ?, ?)", steps)

    def note_step(self, who: str, what: str, details: str = "") -> None:
        """Write down that somebody did something that is no reading: began blinded, unblinded, imported."""
        with self._writing() as connection:
            values = (_now(), who, what, details)
            connection.execute(f"INSERT INTO steps ({', '.join(STEP_FIELDS)}) VALUES (?, ?, ?, ?)", values)

    def steps(self) -> list[tuple[str, ...]]:
        """All steps, oldest first, in the order of `STEP_FIELDS`."""
        with self._open() as connection:
            return connection.execute(f"SELECT {', '.join(STEP_FIELDS)} FROM steps ORDER BY row").fetchall()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.path, timeout=WAIT_S, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=FULL")
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that nobody else writes in; kept whole, or not at all where anything is raised."""
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def _history(connection: sqlite3.Connection, reader: str, scan_id: str) -> list[Row]:
    asked = f"{_SELECT} WHERE reader = ? AND scan_id = ? ORDER BY version, place"
    return _rows(connection.execute(asked, (reader, scan_id)))


def _known(connection: sqlite3.Connection, row: Row) -> bool:
    asked = "SELECT 1 FROM readings WHERE reader = ? AND scan_id = ? AND stroke = ? LIMIT 1"
    return connection.execute(asked, (row.reader, row.scan_id, row.stroke)).fetchone() is not None


def _version(connection: sqlite3.Connection, row: Row) -> int:
    asked = "SELECT max(version) FROM readings WHERE reader = ? AND scan_id = ?"
    return int(connection.execute(asked, (row.reader, row.scan_id)).fetchone()[0] or 0)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _cells(row: Row) -> tuple[Any, ...]:
    packed = replace(row, old=_packed(row.old), new=_packed(row.new))  # type: ignore[arg-type]
    return astuple(packed)


def _packed(told: dict[str, Any] | None) -> str | None:
    return None if told is None else json.dumps(told, ensure_ascii=False, allow_nan=False)


def _rows(found: Iterable[tuple[Any, ...]]) -> list[Row]:
    return [_row(dict(zip(FIELDS, cells, strict=True))) for cells in found]


def _row(cells: dict[str, Any]) -> Row:
    unpacked = {name: None if cells[name] is None else json.loads(cells[name]) for name in ("old", "new")}
    return Row(**{**cells, **unpacked, "blinded": bool(cells["blinded"])})
