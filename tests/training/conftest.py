"""Fixtures of the training room."""

from concurrent.futures import ThreadPoolExecutor

import pytest


@pytest.fixture
def no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scenes are drawn by a thread: starting a process takes seconds. `tests/test_scripts.py` starts real ones."""
    monkeypatch.setattr(
        "oiscan.training.pool.ProcessPoolExecutor", lambda workers, _, initializer: ThreadPoolExecutor(workers)
    )
