"""The tables of the guide that are computed, held to the functions that compute them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oiscan.followup.compare.power import (
    ALPHA,
    detectable_difference,
    first_significant_split,
    largest_unseen_share,
    power_of_means,
)
from oiscan.followup.compare.proportions import boschloo_p, fisher_p

GUIDE = (Path(__file__).parents[3] / "docs/guide/comparison.md").read_text(encoding="utf-8")


def row(start: str) -> list[str]:
    """The cells after the first of the line that starts so."""
    (line,) = re.findall(rf"^\| {start} \|(.*)\|$", GUIDE, re.MULTILINE)
    return [cell.strip() for cell in line.split("|")]


@pytest.mark.parametrize("n", [11, 12, 13, 20, 30])
def test_what_so_many_children_can_show(n: int) -> None:
    assert row(str(n)) == [
        *(f"{power_of_means(effect, n, n):.0%}".replace("%", " %") for effect in (0.5, 0.8, 1.0, 1.5)),
        f"{detectable_difference(n, n):.2f} SD",
        f"{detectable_difference(n, n, covariates=1, explained=0.36):.2f} SD",
        str(first_significant_split(n, n)),
        f"{100 * largest_unseen_share(n):.1f} %",
    ]


@pytest.mark.parametrize(("test", "p_value"), [("Fisher", fisher_p), ("Boschloo", boschloo_p)])
def test_counts_that_are_told_apart(test: str, p_value: object) -> None:
    assert callable(p_value)
    for few, told in enumerate(row(f"needed in the other, {test}")):
        needed = int(told)
        tables = [((few, many), (13 - few, 13 - many)) for many in (needed - 1, needed)]
        assert [p_value(table) <= ALPHA for table in tables] == [False, True]
