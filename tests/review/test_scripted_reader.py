"""The scripted reader: every correction it can make, on a case written by hand; and on a made-up study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from oiscan.anatomy import Level, View
from oiscan.labels import LabelledImage, LabelledVertebra
from oiscan.review.checks.scripted_reader import READER, READER_SD_MM, correct, corrections
from tests.review.study import at, first, made

BODY = np.array([[0, 0], [0, 10], [0, 20], [14, 20], [14, 10], [14, 0]], float)
CASE: dict[str, Any] = {"rows": 400, "columns": 80, "spacing_mm": (0.5, 0.5)}


def body(row: float) -> np.ndarray:
    return BODY + [row, 30]


def mark(name: str, level: str, row: float, status: str = "scored") -> dict[str, Any]:
    return {"id": name, "level": level, "status": status, "landmarks_px": body(row).tolist()}


def truth(*vertebrae: LabelledVertebra) -> LabelledImage:
    return LabelledImage(Path("scan.dcm"), View.LATERAL, vertebrae)


def asked(case_marks: list[dict[str, Any]], *vertebrae: LabelledVertebra) -> list[dict[str, Any]]:
    return corrections({**CASE, "vertebrae": case_marks}, truth(*vertebrae), np.random.default_rng(0))


def test_a_vertebra_that_is_off_is_moved_and_one_named_wrongly_is_named() -> None:
    told = asked([mark("m0", "T12", 100)], LabelledVertebra(Level.L1, body(103)))
    assert [(one["kind"], one["id"]) for one in told] == [("move", "m0"), ("relabel", "m0")]
    assert told[1]["level"] == "L1"
    np.testing.assert_allclose(told[0]["landmarks_px"], body(103), atol=5 * READER_SD_MM / 0.5)


def test_one_that_was_missed_is_added_and_what_is_none_is_removed() -> None:
    gap = {"id": "gap-L1", "level": "L1", "status": "unreadable", "landmarks_px": ()}
    told = asked([mark("m0", "T12", 20), gap], LabelledVertebra(Level.L1, body(60)))
    assert [(one["kind"], one.get("level")) for one in told] == [("add", "L1"), ("remove", None)]
    assert told[1]["id"] == "m0"


def test_one_that_cannot_be_read_is_called_so_and_is_not_added() -> None:
    unseen = LabelledVertebra(Level.L1, body(100), False, "metal over it")
    told = asked([mark("m0", "L1", 100)], unseen)
    assert told == [{"kind": "unreadable", "id": "m0", "reason": "metal over it"}]
    assert asked([], unseen) == []


def test_one_the_model_could_not_read_is_read_by_the_reader() -> None:
    told = asked([mark("m0", "L1", 100, "unreadable")], LabelledVertebra(Level.L1, body(100)))
    assert [one["kind"] for one in told] == ["readable", "move"]


def test_no_landmark_is_placed_outside_the_picture() -> None:
    told = asked([], LabelledVertebra(Level.L1, BODY))
    assert np.min(told[0]["landmarks_px"]) == 0


def test_a_corrected_case_says_what_the_truth_says_but_for_the_readers_hand(tmp_path: Path) -> None:
    folder = made(tmp_path, children=1, visits=1)
    desk = at(folder, READER)
    code = first(desk)
    before = desk.case(code)
    true = [(Level(one["level"]), np.array(one["landmarks_px"]) + [1, -1]) for one in before["vertebrae"]]
    placed = correct(desk, code, truth(*(LabelledVertebra(*one) for one in true)), np.random.default_rng(1))
    after = desk.case(code)
    assert (placed, after["accepted"], after["version"]) == (len(true), True, 1)
    off_mm = np.array([(one["landmarks_px"] - points) * before["spacing_mm"]
                       for one, (_, points) in zip(after["vertebrae"], true, strict=True)])  # fmt: skip
    assert off_mm.std() == pytest.approx(READER_SD_MM, rel=0.2)
    assert abs(off_mm.mean()) < 0.15
    assert {one["source"] for one in after["vertebrae"]} == {"reader"}
