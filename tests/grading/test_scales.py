"""A reader's own scale, from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from oiscan.errors import ConfigError
from oiscan.grading.genant import GENANT_1993, grade
from oiscan.grading.scales import scale_named

MINE = """
name = "ours"
source = "our department"
edges = [{percent = 15}, {percent = 30, included = false}]
"""


def test_by_name() -> None:
    assert scale_named("genant") is GENANT_1993


def test_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(MINE)
    scale = scale_named(str(tmp_path / "mine.toml"))
    assert (scale.name, scale.source, scale.note) == ("ours", "our department", "")
    assert [grade(loss, scale) for loss in (14.9, 15, 30, 30.1)] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    "text",
    ["", "no toml", MINE.replace("15", "40"), MINE.replace("ours", "genant"), MINE.replace("source", "sauce")],
)
def test_what_is_no_scale_is_named_without_its_folder(text: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"^mine\.toml holds no grading scale"):
        scale_named(str(tmp_path / "mine.toml"))


def test_missing_and_unknown() -> None:
    with pytest.raises(ConfigError, match=r"none\.toml"):
        scale_named("none.toml")
    with pytest.raises(ConfigError, match="choose genant or paediatric"):
        scale_named("Genant")


def test_a_scale_is_itself():
    scale = scale_named("paediatric")
    assert scale_named(scale) is scale
