"""A lock that dies with its process."""

import errno
import subprocess
import sys
import threading

import pytest

from oiscan.errors import StoreError
from oiscan.store.lock import locked

HOLD = """
import sys
from pathlib import Path
from oiscan.store.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_keeps_another_process_out_until_that_dies(tmp_path):
    file = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match="another oiscan"), locked(file):
            pass
        other.kill()
    with locked(file) as locks:
        assert locks


def test_who_waits_gets_it_when_it_is_free(tmp_path):
    got = threading.Event()

    def wait():
        with locked(tmp_path / "lock", wait=True):
            got.set()

    with locked(tmp_path / "lock"):
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not got.wait(0.3)
    waiting.join()
    assert got.is_set()


def test_a_file_system_without_locks_says_so(tmp_path, monkeypatch):
    def none(_):
        raise OSError(errno.ENOLCK, "no locks")

    monkeypatch.setattr("oiscan.store.lock._lock", none)
    with locked(tmp_path / "lock") as locks:
        assert not locks


def test_a_lock_that_cannot_be_made_is_told(tmp_path):
    with pytest.raises(StoreError, match="cannot be written"), locked(tmp_path / "absent" / "lock"):
        pass
