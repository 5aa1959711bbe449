"""Fixtures of the training room."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import pytest

from oiscan.training.pool import draw_chunk

draw_once = cache(draw_chunk)
"""Scenes depend on seed and number only (`test_pool.py`), and nobody changes a chunk: runs may share them."""


@pytest.fixture
def no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scenes are drawn by a thread, and once: starting a process takes seconds, and so does drawing.

    `tests/test_scripts.py` starts real processes.
    """
    monkeypatch.setattr("oiscan.training.pool.draw_chunk", draw_once)
    monkeypatch.setattr(
        "oiscan.training.pool.ProcessPoolExecutor", lambda workers, _, initializer: ThreadPoolExecutor(workers)
    )
