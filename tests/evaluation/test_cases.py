"""Labelled files evaluated one by one, grouped and told."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from oiscan.anatomy import View
from oiscan.evaluation.cases import Case, evaluate_labels, outcome, worst
from oiscan.evaluation.groups import compared_models, told
from oiscan.labels import LabelSet
from oiscan.spine import Spine
from tests.evaluation.drawn_model import SeesBright, draw_case, see_bright

MODEL = SeesBright()


@pytest.fixture
def cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """A child of 5 seen whole, a girl of 11 with a label where nothing is, an unreadable file, an AP picture."""
    monkeypatch.setattr("oiscan.evaluation.cases.segment", see_bright)
    child = draw_case(tmp_path, age_years=5.0, look="plain", subject="a")
    girl = draw_case(tmp_path, n=3, age_years=11.0, look="hard", subject="b")
    off = replace(girl.vertebrae[2], landmarks_px=girl.vertebrae[2].landmarks_px + [0, 100])
    girl = replace(girl, vertebrae=(*girl.vertebrae[:2], off))
    broken = draw_case(tmp_path)
    broken.file.write_bytes(b"no picture")
    front = draw_case(tmp_path, View.AP, age_years=5.0, look="plain", subject="a")
    return evaluate_labels(LabelSet([child, girl, broken, front]), MODEL)  # type: ignore[arg-type]


def test_every_picture_is_a_case_even_one_that_cannot_be_read(cases: list[Case]) -> None:
    assert [case.result is None for case in cases] == [False, False, True, False]
    assert cases[2].failure
    assert "lateral2" not in cases[2].failure
    assert [case.subject for case in cases[:2]] == ["a", "b"]
    assert outcome(cases[0]) == "found 4 of 4, false 0, L1-L4 named right, corner 0.0%"
    assert outcome(cases[1]) == "found 2 of 3, false 0, L1-L4 named WRONG, corner 0.0%"


def test_the_worst_come_first(cases: list[Case]) -> None:
    assert [case.image.subject for case in worst(cases, 2)] == ["b", "a"]
    assert len(worst(cases, 9)) == 3


def test_figures_by_view_level_age_and_look(cases: list[Case]) -> None:
    figures = told(cases, MODEL)  # type: ignore[arg-type]
    assert json.dumps(figures, allow_nan=False)
    lateral = figures["lateral"]
    assert (lateral["scans"], figures["ap"]["scans"]) == (2, 1)
    assert lateral["unread"] == [{"picture": 3, "reason": cases[2].failure}]
    assert lateral["regions"]["L1-L4"]["found"] == pytest.approx(6 / 7)
    assert lateral["regions"]["thoracic"]["found"] is None
    assert {level: one["found"] for level, one in lateral["levels"].items()} == {"L1": 1, "L2": 1, "L3": 0.5, "L4": 1}
    assert {age: one["scans"] for age, one in lateral["ages"].items()} == {"00-6 years": 1, "10-14 years": 1}
    assert lateral["looks"]["hard"]["found"] == pytest.approx(2 / 3)
    assert list(lateral["sacrum_in_view"]) == ["unknown"]
    assert list(lateral["anchors"]) == ["appearance"]
    assert lateral["intervals"]["found"]["low"] == pytest.approx(2 / 3)
    assert lateral["calibrated"] is False
    assert lateral["coverage"] == {"68%": 1, "95%": 1}


def test_two_models_on_the_same_pictures(cases: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oiscan.evaluation.cases.segment", lambda scan, model: Spine(scan.view, ()))
    blind = evaluate_labels(LabelSet([case.image for case in cases]), MODEL)  # type: ignore[arg-type]
    gains = compared_models(cases, blind)
    assert gains["lateral"]["found"]["verdict"] == "cannot tell"  # two people
    assert gains["lateral"]["found"]["value"] == pytest.approx(6 / 7)
    assert compared_models(of_six(cases), of_six(blind))["lateral"]["found"]["verdict"] == "better"
    assert compared_models(of_six(blind), of_six(cases))["ap"]["found"]["verdict"] == "worse"


def of_six(cases: list[Case]) -> list[Case]:
    """The same cases, of six people each."""
    return [replace(case, image=replace(case.image, subject=str(i))) for i in range(6) for case in cases]
