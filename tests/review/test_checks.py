"""The promises of the reader's page in small; `scripts/validate.py readings` tries them in full."""

import sqlite3
from pathlib import Path

from oiscan.review.checks.durability import check_durability
from oiscan.review.checks.siege import check_siege
from oiscan.review.readings import Readings
from tests.review.test_readings import row


def test_no_acknowledged_correction_is_lost_or_doubled_when_the_server_is_killed(tmp_path: Path) -> None:
    told = check_durability(tmp_path, number=40, kills=2)
    assert told["passed"] and (told["lost"], told["doubled"], told["kills"]) == (0, 0, 2)


def test_a_besieged_server_refuses_or_serves_and_loses_nothing(tmp_path: Path) -> None:
    told = check_siege(tmp_path, at_once=300, huge_bytes=2 * 2**20)
    assert told["not_refused"] == [] and told["leaks"] == [] and told["stacks"] == 0
    assert told["attempts"] > 150 and told["at_once"] == {"200": 300}
    assert told["readings_kept"] and told["still_serves"] and told["passed"]


def test_a_stroke_under_way_when_the_machine_dies_is_not_there_in_half(tmp_path: Path) -> None:
    """The writer's file as a crash leaves it: a transaction begun, rows written, never committed."""
    store = Readings(tmp_path / "readings.sqlite")
    store.append([row("first")], 0)
    connection = sqlite3.connect(store.path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO readings SELECT 2, time_utc, reader, scan_id, 2, 0, 'half', kind, vertebra, old, "
                       "new, reason, undoes, blinded, program_version, model_sha256 FROM readings")  # fmt: skip
    for name in ("readings.sqlite", "readings.sqlite-wal"):
        (tmp_path / "crashed").mkdir(exist_ok=True)
        (tmp_path / "crashed" / name).write_bytes((tmp_path / name).read_bytes())
    connection.close()
    after = Readings(tmp_path / "crashed" / "readings.sqlite")
    assert [one.stroke for one in after.all_rows()] == ["first"]
    assert after.append([row("second")], 1)
