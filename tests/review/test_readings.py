"""The store: rows are only added, a stroke counts once and whole, and nobody overwrites anybody."""

import sqlite3
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from oiscan.errors import ConfigError, ConflictError, ReadingError
from oiscan.review.audit import BEGIN, Row, sheet_of, standing_version
from oiscan.review.readings import Readings


def row(stroke: str, **told: object) -> Row:
    blank = Row("", "A", "scan", 0, 0, stroke, "note", "m0", None, {"note": "x"}, "", None, False, "0.1.0", "f" * 64)
    return replace(blank, **told)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Readings:
    return Readings(tmp_path / "readings.sqlite")


def test_a_stroke_is_kept_whole_with_time_version_and_place(store: Readings) -> None:
    assert store.append([row("first"), row("first", vertebra="m1", old={"note": "é"}, reason="why")], 0)
    assert store.append([row("second")], 1)
    kept = store.history("A", "scan")
    places = [(one.stroke, one.version, one.place) for one in kept]
    assert places == [("first", 1, 0), ("first", 1, 1), ("second", 2, 0)]
    assert kept[1].old == {"note": "é"} and kept[1].reason == "why" and kept[0].new == {"note": "x"}
    assert all(one.time_utc.endswith("+00:00") for one in kept)
    assert store.history("B", "scan") == store.history("A", "other") == []


def test_a_stroke_sent_twice_counts_once_whatever_version_it_is_sent_on(store: Readings) -> None:
    assert store.append([row("first")], 0)
    assert not store.append([row("first")], 0)
    assert not store.append([row("first")], 1)
    assert len(store.all_rows()) == 1


@pytest.mark.parametrize("version", [0, 2])
def test_a_stroke_on_another_version_conflicts_and_leaves_nothing(store: Readings, version: int) -> None:
    store.append([row("first")], 0)
    with pytest.raises(ConflictError, match="somebody changed this scan"):
        store.append([row("second")], version)
    assert len(store.all_rows()) == 1


def test_readers_and_scans_have_versions_of_their_own(store: Readings) -> None:
    for told in ({}, {"reader": "B"}, {"scan_id": "other"}):
        assert store.append([row("first", **told)], 0)
    assert {one.version for one in store.all_rows()} == {1}


def test_of_many_who_write_at_once_one_comes_first(tmp_path: Path) -> None:
    stores = [Readings(tmp_path / "readings.sqlite") for _ in range(8)]
    outcomes: list[str] = []

    def write(number: int) -> None:
        try:
            stores[number].append([row(f"stroke-{number}")], 0)
            outcomes.append("kept")
        except ConflictError:
            outcomes.append("conflict")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 7 + ["kept"]
    assert len(stores[0].all_rows()) == 1


@pytest.mark.parametrize("order", ["UPDATE readings SET reader = 'B'", "DELETE FROM readings",
                                   "UPDATE steps SET who = 'B'", "DELETE FROM steps"])  # fmt: skip
def test_no_row_is_changed_or_removed(store: Readings, order: str) -> None:
    store.append([row("first")], 0)
    store.note_step("A", "unblinded")
    with sqlite3.connect(store.path) as connection, pytest.raises(sqlite3.IntegrityError, match="only ever added"):
        connection.execute(order)
    connection.close()
    assert len(store.all_rows()) == 1 and len(store.steps()) == 1


def test_the_file_is_for_its_owner_and_safe_against_power_cuts(store: Readings) -> None:
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    with store._open() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_a_file_that_is_no_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "readings.sqlite").write_bytes(b"no database at all, and long enough to be sure" * 50)
    with pytest.raises(ConfigError, match="readings cannot be kept"):
        Readings(tmp_path / "readings.sqlite")
    assert (tmp_path / "readings.sqlite").read_bytes().startswith(b"no database")


def test_what_goes_wrong_in_the_middle_leaves_nothing(store: Readings) -> None:
    with pytest.raises(ValueError, match="JSON"):
        store.append([row("first"), row("first", new={"note": float("nan")})], 0)
    assert store.all_rows() == []
    assert store.append([row("first")], 0)


def test_progress_and_ways_of_a_reader(store: Readings) -> None:
    accept = {"kind": "accept", "vertebra": "", "old": {"accepted": False}, "new": {"accepted": True}}
    begin = {"kind": BEGIN, "vertebra": "", "new": {"frame": {}, "marks": []}}
    store.append([row("one", **begin), row("one")], 0)
    store.append([row("two", scan_id="other", blinded=True), row("two", scan_id="other", **accept)], 0)
    assert store.progress("A") == {"scan": (1, False), "other": (1, True)}
    assert (store.ways("A"), store.ways("B")) == ({False, True}, set())


def test_restored_rows_are_the_same_and_never_mixed_with_others(store: Readings, tmp_path: Path) -> None:
    store.append([row("first"), row("first", vertebra="m1")], 0)
    store.note_step("A", "unblinded", "why")
    copy = Readings(tmp_path / "copy.sqlite")
    copy.restore(store.all_rows(), store.steps())
    assert copy.all_rows() == store.all_rows() and copy.steps() == store.steps()
    with pytest.raises(ReadingError, match="holds readings already"):
        copy.restore(store.all_rows(), [])
    twice = Readings(tmp_path / "twice.sqlite")
    with pytest.raises(ReadingError, match="contradict"):
        twice.restore([*store.all_rows(), *store.all_rows()], [])
    assert twice.all_rows() == []


def test_a_reading_starts_with_the_sheet_it_began_from() -> None:
    with pytest.raises(ReadingError, match="began from"):
        sheet_of([row("first")])


def test_the_stroke_that_stands_is_the_latest_neither_undone_nor_an_undoing() -> None:
    rows = [row("1", version=1, kind=BEGIN), row("1", version=1), row("2", version=2),
            row("3", version=3, kind="undo", undoes=2)]  # fmt: skip
    assert standing_version(rows[:3]) == 2
    assert standing_version(rows) == 1
    assert standing_version([*rows, row("4", version=4, kind="undo", undoes=1)]) is None
    assert standing_version([]) is None
