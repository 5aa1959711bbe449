"""The read-out of the tiny study, written once for all tests that look at it."""

from pathlib import Path

import pytest

from oiscan.followup.readout.folder import write_readout
from tests.followup.readout import cases


@pytest.fixture(scope="session")
def tables(tmp_path_factory) -> Path:
    """A folder with the files the study's settings name."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "children.csv").write_text("child\n")
    return folder


@pytest.fixture(scope="session")
def readout(tmp_path_factory, tables) -> Path:
    folder = tmp_path_factory.mktemp("readout") / "out"
    write_readout(cases.answers(tables), folder)
    return folder
