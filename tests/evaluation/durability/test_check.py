"""The check of durability: on a small batch, and on results that were tampered with."""

import shutil
import sys
from pathlib import Path

import pytest

from oiscan.evaluation.durability.check import On, check_durability, compared
from oiscan.evaluation.durability.files import COPIED_EVERY, WAYS, write_files

FILES = "scan_id,source\na,/in/1\na,/in/2\nb,/in/3\n"
SCANS = "scan_id,status\na,scored\nb,failed\n"
INPUTS = [Path("/in/1"), Path("/in/2"), Path("/in/3")]


@pytest.mark.skipif(sys.platform == "win32", reason="kills whole groups of processes")
def test_a_batch_killed_three_times_and_out_of_disk_loses_nothing(tmp_path, capsys):
    found = check_durability(tmp_path, 20, On.TWO_WORKERS, kills=3)
    assert found["passed"], found
    expected = {"inputs": 21, "distinct": 20, "accounted": 21, "lost": 0, "duplicated": 0, "leftovers": 0}
    assert {name: found[name] for name in expected} == expected
    assert found["tables_equal"] and found["all_equal"] and found["kills"] >= 2
    assert "not tried" in found["full_disk"] or "No space left on device" in found["full_disk"]
    assert not (tmp_path / "disturbed-two-workers" / "out").exists()


@pytest.fixture
def results(tmp_path) -> tuple[Path, Path]:
    """Two results folders that are the same."""
    one = tmp_path / "one"
    (one / "private").mkdir(parents=True)
    (one / "overlays").mkdir()
    (one / "private" / "files.csv").write_text(FILES)
    (one / "scans.csv").write_text(SCANS)
    (one / "overlays" / "a.png").write_bytes(b"png")
    (one / "run.json").write_text("{}")
    return one, Path(shutil.copytree(one, tmp_path / "other"))


def test_the_same_is_the_same_whatever_the_times_are(results):
    (results[1] / "run.json").write_text('{"seconds": 1}')
    found = compared(*results, INPUTS)
    assert found == {
        "accounted": 3, "lost": 0, "duplicated": 0, "tables_equal": True, "all_equal": True, "different": [],
        "leftovers": 0,
    }  # fmt: skip


def test_a_lost_input_is_seen_in_either_table(results):
    (results[1] / "private" / "files.csv").write_text(FILES.replace("b,/in/3\n", ""))
    assert compared(*results, INPUTS)["lost"] == 1
    (results[1] / "private" / "files.csv").write_text(FILES)
    (results[1] / "scans.csv").write_text(SCANS.replace("a,scored\n", ""))
    found = compared(*results, INPUTS)
    assert (found["lost"], found["accounted"], found["tables_equal"]) == (2, 1, False)


def test_an_archive_is_accounted_for_by_what_lies_in_it(results):
    (results[1] / "private" / "files.csv").write_text(FILES.replace("b,/in/3\n", "b,/in/3!scan.dcm\n"))
    found = compared(*results, INPUTS)
    assert (found["lost"], found["accounted"], found["duplicated"]) == (0, 3, 0)


def test_what_stands_twice_is_seen(results):
    (results[1] / "scans.csv").write_text(SCANS + "b,failed\n")
    assert compared(*results, INPUTS)["duplicated"] == 1


def test_another_picture_and_a_half_file_are_seen(results):
    (results[1] / "overlays" / "a.png").write_bytes(b"other")
    (results[1] / "overlays" / ".b.png.partial").write_bytes(b"")
    found = compared(*results, INPUTS)
    assert found["tables_equal"] and not found["all_equal"]
    assert (found["different"], found["leftovers"]) == (["overlays/.b.png.partial", "overlays/a.png"], 1)


def test_files_are_all_different_but_for_the_copies(tmp_path):
    files = write_files(tmp_path / "files", 60)
    contents = [file.read_bytes() for file in files]
    assert (len(files), len(set(contents))) == (62, 60), f"every {COPIED_EVERY}th stands there twice, and the first"
    assert len(WAYS) == 10
    again = write_files(tmp_path / "again" / "files", 60)
    assert [file.read_bytes() for file in again] == contents
