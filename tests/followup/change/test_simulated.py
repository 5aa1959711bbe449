"""The check on simulated trials: what it counts, by hand, and one child from DICOM to change."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from oiscan.anatomy import Level
from oiscan.followup.change import simulated
from oiscan.followup.change.simulated import Case, promises, study_cases, told
from oiscan.followup.change.vertebra import State, VertebraChange, vertebra_change
from oiscan.phantom.exam import Route
from oiscan.segmentation import Model
from tests.followup.change.cases import graded, unreadable


def case(true: tuple[float, float], grades: tuple[int, int], said: VertebraChange | None) -> Case:
    before, after = ({"level": "L1", "height_loss_percent": loss, "grade": grade}
                     for loss, grade in zip(true, grades, strict=True))  # fmt: skip
    return Case(before, after, said)


def change(before: tuple[int, float], after: tuple[int, float], error: float = 1.0) -> VertebraChange:
    return vertebra_change(Level.L1, graded(Level.L1, *before, error), graded(Level.L1, *after, error))


BLIND = vertebra_change(Level.L1, unreadable(Level.L1), graded(Level.L1, 0, 3.0))


def test_what_is_counted() -> None:
    cases = [
        case((5, 30), (0, 2), change((0, 6), (2, 28))),  # a new fracture, found
        case((40, 20), (2, 1), change((3, 41), (2, 37))),  # reshaped, by too little
        case((10, 10), (0, 0), change((0, 11), (1, 21))),  # none, called new
        case((24, 36), (1, 2), change((0, 15), (2, 30))),  # worsened, called new
        case((10, 10), (0, 0), change((0, 19), (1, 21), error=3.0)),  # within the doubt
        case((5, 30), (0, 2), BLIND),
        case((5, 30), (0, 2), None),
    ]
    found = told(cases)
    assert found["vertebrae"] == 7
    assert (found["evaluable"]["count"], found["evaluable"]["of"]) == (5, 7)
    assert (found["true_change_recovered"]["count"], found["true_change_recovered"]["of"]) == (2, 3)
    assert found["true_change_same_way"]["count"] == 3
    assert (found["false_new"]["count"], found["false_new"]["of"]) == (2, 5)
    assert found["false_new_of_which_worsened"] == 1
    assert (found["new_called_new"]["value"], found["uncertain"]["count"]) == (1.0, 1)
    assert [one["kept"] for one in promises(found)] == [False, False]


def test_a_change_the_wrong_way_is_not_recovered() -> None:
    assert not case((30, 10), (2, 0), change((2, 26), (2, 36))).recovered
    assert case((30, 10), (2, 0), change((2, 30), (1, 25))).recovered


def test_nothing_to_judge_keeps_no_promise() -> None:
    found = told([])
    assert found["false_new"] == {"value": None, "ci95": [None, None], "count": 0, "of": 0}
    assert [one["kept"] for one in promises(found)] == [False, False]


def test_a_child_from_dicom_to_change(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child's last visit alone, so that two visits are drawn and scored."""
    drawn = simulated.draw_children(3, 1)

    def two_visits(seed: int, number: int) -> tuple[Any, ...]:
        return tuple(dataclasses.replace(child, visits=(child.visits[0], child.visits[-1])) for child in drawn)

    monkeypatch.setattr(simulated, "draw_children", two_visits)
    simulated._children.cache_clear()
    cases = study_cases(1, 1, model, route=Route.FAST, seed=3)
    simulated._children.cache_clear()
    assert {one.before["level"] for one in cases} >= {"T8", "L1", "L4"}
    judged = [one for one in cases if one.evaluable]
    assert len(judged) >= 8
    assert all(one.said is not None and one.said.level.value == one.before["level"] for one in judged)
    assert sum(one.said is not None and one.said.state is State.STABLE for one in judged) > len(judged) / 2
