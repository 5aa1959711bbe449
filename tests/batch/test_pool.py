"""Workers of one machine: every item gets its result, whatever becomes of the workers."""

import sys
import time
from contextlib import closing

import pytest

from oiscan.batch import pool
from oiscan.errors import ModelError, WorkersError
from tests.batch.tasks import Deadly, Unloadable, lost, process, refuse, square

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the tests kill processes in the manner of POSIX")


def test_items_are_worked_on_by_several_processes_each_for_many():
    found = dict(pool.each(process, range(12), 2, lost))
    assert sorted(found) == list(range(12))
    assert len(set(found.values())) <= 2


def test_one_that_kills_its_worker_once_is_done_again_and_twice_is_lost(tmp_path):
    task = Deadly(tmp_path, {2: 1, 4: 9})
    found = dict(pool.each(task, range(6), 2, lost))
    assert found == {0: 0, 1: 1, 2: 4, 3: 9, 4: "4 lost", 5: 25}
    assert len(list(tmp_path.glob("4-*"))) == 2


def test_items_are_taken_only_as_workers_get_free():
    taken = []

    def items():
        for item in range(20):
            taken.append(item)
            yield item

    with closing(pool.each(square, items(), 1, lost)) as each:
        assert next(each) == (0, 0)
        assert taken == [0]


def test_an_error_meant_for_the_user_ends_the_work():
    with pytest.raises(ModelError, match="another model"):
        dict(pool.each(refuse, [1], 1, lost))


def test_workers_that_cannot_start_end_the_work():
    with pytest.raises(WorkersError, match="before they begin"):
        dict(pool.each(Unloadable(), [1, 2], 1, lost))


def test_no_worker_outlives_the_work():
    with closing(pool.each(process, range(4), 1, lost)) as each:
        _, worker = next(each)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and _alive(worker):
        time.sleep(0.05)
    assert not _alive(worker)


def _alive(process_id: int) -> bool:
    import os

    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True
