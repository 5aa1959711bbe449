"""Files that are there whole or not at all."""

import errno
import stat
import sys

import numpy as np
import pytest

from oiscan.errors import StoreError
from oiscan.store.files import as_json, remove_partials, write_changed, write_parts, write_private, write_whole


def test_a_write_that_breaks_off_leaves_the_old_file(tmp_path, monkeypatch):
    target = tmp_path / "scans.csv"
    write_whole(target, "old")

    def break_off(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("oiscan.store.files.os.replace", break_off)
    with pytest.raises(KeyboardInterrupt):
        write_whole(target, "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_parts_that_break_off_leave_the_old_file(tmp_path):
    target = tmp_path / "scans.csv"
    write_parts(target, ["a,", b"b\n"])

    def parts():
        yield "new"
        raise ValueError

    with pytest.raises(ValueError):
        write_parts(target, parts())
    assert target.read_text() == "a,b\n"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_told_with_what_to_do(tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("oiscan.store.files.os.fsync", full)
    with pytest.raises(StoreError, match=r"No space left.*give the same command again"):
        write_whole(tmp_path / "a", "content")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_on_the_disk_before_it_has_its_name_and_its_name_before_it_counts(tmp_path, monkeypatch):
    order = []
    for name in ("fsync", "replace"):
        real = getattr(sys.modules["os"], name)
        monkeypatch.setattr(
            f"oiscan.store.files.os.{name}", lambda *given, name=name, real=real: order.append(name) or real(*given)
        )
    write_whole(tmp_path / "a", "content")
    assert order == ["fsync", "replace", "fsync"]


def test_files_that_are_as_they_should_be_are_left_alone(tmp_path):
    same, other = tmp_path / "same", tmp_path / "other"
    same.write_text("1")
    other.write_text("1")
    before = same.stat().st_ino
    write_changed([(same, "1"), (other, "2"), (tmp_path / "new", "3")])
    assert (same.stat().st_ino, other.read_text(), (tmp_path / "new").read_text()) == (before, "2", "3")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions another way")
def test_a_private_file_is_nobody_elses_from_its_first_byte(tmp_path, monkeypatch):
    modes = []
    monkeypatch.setattr(
        "oiscan.store.files.os.fsync", lambda file: modes.append(stat.S_IMODE(sys.modules["os"].fstat(file).st_mode))
    )
    write_private(tmp_path / "a", "content")
    assert modes[0] == 0o600


def test_only_partial_files_are_swept_up(tmp_path):
    for name in (".a.csv.partial", "b.partial", ".c"):
        (tmp_path / name).write_text("")
    remove_partials([tmp_path, tmp_path / "absent"])
    assert sorted(path.name for path in tmp_path.iterdir()) == [".c", "b.partial"]


def test_json_refuses_what_is_no_number():
    with pytest.raises(ValueError, match="JSON"):
        as_json({"height": float(np.nan)})
