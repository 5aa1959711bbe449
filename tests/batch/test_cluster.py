"""A Dask cluster: the same results, lost workers' items done elsewhere, and plain words where there is none."""

import sys
import warnings

import pytest

from oiscan.batch import cluster
from oiscan.errors import ConfigError, ModelError, WorkersError
from tests.batch.tasks import Deadly, lost, refuse, square

pytest.importorskip("distributed")
pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="the tests kill processes in the manner of POSIX"),
    pytest.mark.filterwarnings("ignore"),  # Dask's own, also of ports in use
]


@pytest.fixture(scope="module")
def address():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import dask
        from distributed import LocalCluster

        options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "silence_logs": 50}
        with dask.config.set({"distributed.scheduler.allowed-failures": 1}), LocalCluster(**options) as local:
            yield local.scheduler_address


def test_every_item_has_its_result_also_those_of_lost_workers(address, tmp_path):
    task = Deadly(tmp_path, {3: 1})
    assert dict(cluster.each(task, range(8), address, lost)) == {n: n * n for n in range(8)}
    assert len(list(tmp_path.glob("3-*"))) == 1


def test_an_item_that_ends_every_worker_is_lost_and_stops_nothing(address, tmp_path):
    found = dict(cluster.each(Deadly(tmp_path, {1: 99}), range(3), address, lost))
    assert found == {0: 0, 1: "1 lost", 2: 4}


def test_an_error_meant_for_the_user_ends_the_work(address):
    with pytest.raises(ModelError, match="another model"):
        dict(cluster.each(refuse, [1], address, lost))


def test_what_the_cluster_cannot_do_is_told(address):
    with pytest.raises(WorkersError, match="could not do the work"):
        dict(cluster.each(lambda item: item / 0, [1], address, lost))


def test_a_scheduler_that_is_not_there(monkeypatch):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.2)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(WorkersError, match="cannot be reached"):
            dict(cluster.each(square, [1], address, lost))


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setattr("oiscan.batch.cluster.importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"oiscan\[cluster\]"):
        dict(cluster.each(square, [1], "tcp://127.0.0.1:9", lost))
