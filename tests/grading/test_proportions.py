"""Normal posterior heights along the spine."""

from __future__ import annotations

from pathlib import Path

import pytest

from oiscan.anatomy import COLUMN, Level
from oiscan.errors import ConfigError
from oiscan.grading import scale_named
from oiscan.grading.proportions import PANJABI, Proportions

OWN = """
name = "ours"
source = "our department"
edges = [{percent = 15}]
"""


def test_the_table_tells_of_every_level_and_peaks_in_the_lumbar_spine() -> None:
    heights = [PANJABI.at(level) for level in COLUMN]
    assert max(heights) == PANJABI.at(Level.L3)
    rising = heights[: COLUMN.index(Level.L3) + 1]
    assert rising == sorted(rising)
    assert PANJABI.at(Level.L5) < PANJABI.at(Level.L4)


def test_it_lies_within_a_twentieth_of_the_means_it_was_smoothed_from() -> None:
    means = (14.1, 15.6, 15.7, 16.2, 16.2, 17.4, 18.2, 18.7, 19.3, 20.2, 21.3, 22.7, 23.8, 24.3, 23.8, 24.1, 22.9)
    assert [PANJABI.at(level) for level in COLUMN] == pytest.approx(means, rel=0.05)


def test_levels_hardly_anybody_has_are_like_those_beside_them() -> None:
    assert PANJABI.at(Level.T13) == PANJABI.at(Level.T12)
    assert PANJABI.at(Level.L6) == PANJABI.at(Level.L5)


def test_a_users_own_heights_may_begin_further_down(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    lumbar = "\n".join(f"{level} = {height}" for level, height in zip(COLUMN[-5:], (10, 11, 12, 11, 9), strict=True))
    file.write_text(f"{OWN}\n[proportions]\nsource = 'measured here'\n{lumbar}\n", encoding="utf-8")
    own = scale_named(str(file)).proportions
    assert own.source == "measured here"
    assert [own.at(level) for level in (Level.T4, Level.L1, Level.L3, Level.L5)] == [10, 10, 12, 9]


def test_without_own_heights_a_users_scale_has_the_common_ones(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(OWN, encoding="utf-8")
    assert scale_named(str(file)).proportions == PANJABI


@pytest.mark.parametrize("heights", ["L5 = 0", "L4 = 20", "L3 = 20\nL5 = 20", "L5 = 20\nS1 = 20", "", "L5 = 'tall'"])
def test_heights_that_cannot_be_are_refused(tmp_path: Path, heights: str) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(f"{OWN}\n[proportions]\nsource = 'here'\n{heights}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="holds no grading scale"):
        scale_named(str(file))


def test_heights_without_a_source_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(f"{OWN}\n[proportions]\nL5 = 20\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="source"):
        scale_named(str(file))


def test_a_gap_is_refused() -> None:
    with pytest.raises(ValueError, match="every level down to L5"):
        Proportions("here", {"L3": 20.0, "L5": 20.0})
