"""What the tests of the reading page share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reports.browser import PROGRAM, Browser, browser
from tests.review.page_cases import Reader, at_a_desk, scored_child, serving


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A browser, with the window of a reader."""
    if PROGRAM is None:
        pytest.skip("no Chromium on this machine")
    with browser() as opened:
        at_a_desk(opened)
        yield opened


@pytest.fixture(scope="package")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample child's results."""
    return scored_child(tmp_path_factory.mktemp("child"))


@pytest.fixture
def child(scored: Path, tmp_path: Path) -> Path:
    """A results folder of the sample child that nobody has read yet."""
    return Path(shutil.copytree(scored, tmp_path / "child"))


@pytest.fixture
def reader(chromium: Browser, child: Path) -> Iterator[Reader]:
    """A reader before the worklist of the sample child; the browser has nothing to complain of."""
    with serving(child) as address:
        at_work = Reader(chromium)
        at_work.opens(address)
        yield at_work
        at_work.offline(False)
        assert chromium.problems == []
