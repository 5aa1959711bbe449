"""Every edge of every scale, on both sides."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oiscan.grading.genant import CRABTREE, GENANT_1993, SCALES, Edge, Scale, grade


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (-5, 0), (0, 0), (19.999999, 0), (20 - 1e-10, 1), (20, 1), (24.999999, 1), (25 - 1e-10, 2), (25, 2),
        (40, 2), (40 + 1e-10, 2), (40.000001, 3), (100, 3),
    ],
)  # fmt: skip
def test_genant_edges(loss: float, expected: int) -> None:
    assert grade(loss, GENANT_1993) == expected


@pytest.mark.parametrize(
    ("loss", "expected"),
    [(9.999999, 0), (10 - 1e-10, 1), (10, 1), (25, 1), (25.000001, 2), (50, 2), (50 + 1e-10, 2), (50.000001, 3)],
)
def test_paediatric_edges(loss: float, expected: int) -> None:
    assert grade(loss, CRABTREE) == expected


def test_a_sum_of_floats_does_not_decide_a_grade() -> None:
    assert 100 * (1 - 0.8) < 20  # what floats make of a loss of exactly 20 %
    assert grade(100 * (1 - 0.8)) == 1


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES.keys())
@given(one=st.floats(-50, 100), other=st.floats(-50, 100))
def test_more_loss_is_never_a_lower_grade(scale: Scale, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= grade(low, scale) <= grade(high, scale) <= 3


def test_scales_are_found_by_name() -> None:
    assert SCALES["genant"] is GENANT_1993
    assert SCALES["paediatric"] is CRABTREE
    assert "normal" in CRABTREE.note


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_an_unknown_loss_has_no_grade(loss: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        grade(loss)


@pytest.mark.parametrize("percents", [(), (20, 20), (25, 20), (0, 20), (20, 100)])
def test_edges_must_ascend(percents: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="must ascend"):
        Scale("mine", tuple(Edge(percent, included=True) for percent in percents), source="test")


def test_a_users_own_scale() -> None:
    mine = Scale("mine", (Edge(15, included=True), Edge(30, included=True)), source="test")
    assert [grade(loss, mine) for loss in (14, 15, 30)] == [0, 1, 2]
