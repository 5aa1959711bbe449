"""Names a reader decides: one vertebra named, the others counted from it."""

import numpy as np
import pytest

from oiscan.anatomy import COLUMN, Level
from oiscan.errors import ConfigError, LevelError
from oiscan.segmentation.stated import name_as_stated
from oiscan.spine import Evidence, Numbering, StatedLevel

CLEAR, CUT, FAINT, GAP = Evidence.CLEAR, Evidence.CUT, Evidence.FAINT, Evidence.NOT_FOUND


def boxes(n: int) -> list[np.ndarray]:
    """Vertebrae of 20 x 40 pixels, the first from row 10, one every 30 rows, columns 50 to 90."""
    corners = np.array([[0.0, 50], [0, 90], [20, 90], [20, 50]])
    return [corners + [10 + 30 * i, 0] for i in range(n)]


def stated(
    level: str, at: tuple[float, float] | None = None, evidence: tuple[Evidence, ...] = (CLEAR,) * 4
) -> list[str]:
    levels, numbering = name_as_stated(StatedLevel(Level(level), at), boxes(len(evidence)), evidence)
    assert numbering == Numbering("reader", 1.0)
    return [one.value for one in levels]


def test_the_lowest_whole_vertebra_bears_the_name() -> None:
    assert stated("L4") == ["L1", "L2", "L3", "L4"]
    assert stated("L4", evidence=(CUT, CLEAR, FAINT, CUT)) == ["L2", "L3", "L4", "L5"]
    assert stated("L4", evidence=(CLEAR, CLEAR, GAP, CUT)) == ["L3", "L4", "L5", "L6"]


def test_the_vertebra_around_the_point_bears_the_name() -> None:
    assert stated("L1", at=(45.0, 55.0)) == ["T12", "L1", "L2", "L3"]
    assert stated("L1", at=(110.0, 70.0)) == ["T10", "T11", "T12", "L1"]


def test_where_two_overlap_the_nearer_one_is_meant() -> None:
    upper, lower = boxes(1)[0], boxes(1)[0] + [12, 0]  # rows 10 to 30 and 22 to 42
    levels, _ = name_as_stated(StatedLevel(Level.L2, (28.0, 70.0)), [upper, lower], (CLEAR, CLEAR))
    assert levels == (Level.L1, Level.L2)


def test_t13_and_l6_are_there_for_those_who_name_them() -> None:
    assert stated("L6") == ["L3", "L4", "L5", "L6"]
    assert stated("T13", at=(45.0, 55.0)) == ["T12", "T13", "L1", "L2"]
    assert stated("L1", at=(45.0, 55.0))[0] == "T12"


@pytest.mark.parametrize(
    ("level", "at", "said"),
    [
        ("T3", None, "T3 does not fit: 4 vertebrae would run past T1"),
        ("L5", (20.0, 70.0), "L5 does not fit: 4 vertebrae would run past L6"),
        ("T13", (20.0, 20.0), "no vertebra was found at row 20, column 20"),
    ],
)
def test_what_cannot_be_is_refused(level: str, at: tuple[float, float] | None, said: str) -> None:
    with pytest.raises(LevelError, match=said) as refused:
        stated(level, at)
    assert refused.value.remedy


def test_a_picture_without_a_whole_vertebra_has_no_lowest_one() -> None:
    with pytest.raises(LevelError, match="wholly"):
        stated("L4", evidence=(CUT, GAP, CUT))


def test_the_longest_column_fits() -> None:
    assert stated("L5", evidence=(CLEAR,) * 17) == [level.value for level in COLUMN]


def test_a_statement_is_one_level() -> None:
    assert StatedLevel.of() is None
    assert StatedLevel.of("L4") == StatedLevel(Level.L4)
    assert StatedLevel.of(level_at=(10, 20.5, Level.L3)) == StatedLevel(Level.L3, (10.0, 20.5))


@pytest.mark.parametrize(
    "wrong",
    [("L4", (1, 2, "L3")), ("L7", None), (None, (1, 2, "x")), (None, (-1, 2, "L3")), (None, (np.nan, 2, "L3"))],
)
def test_a_statement_that_is_none_is_refused(wrong: tuple) -> None:
    with pytest.raises(ConfigError):
        StatedLevel.of(*wrong)
