"""`scripts/calibrate.py`: what it writes into a model's card."""

from __future__ import annotations

import hashlib
import json
import runpy
import sys
from pathlib import Path

import pytest

from oiscan.anatomy import View
from oiscan.evaluation.cases import Case
from oiscan.evaluation.grades.cases import GRADING_CALIBRATION_SEED, Answer, Child
from oiscan.evaluation.simulated import CALIBRATION_LOOKS, CALIBRATION_SEED, Series
from oiscan.grading import doubt_in
from oiscan.labels import LabelledImage
from oiscan.segmentation import Model
from oiscan.segmentation.model import FORMAT
from tests.evaluation.grades.test_check import drawn as scattered
from tests.evaluation.test_calibration import RATIO, drawn

SCRIPT = Path(__file__).parents[1] / "scripts" / "calibrate.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model of the AP view only, with networks nobody runs, calibrated once before."""
    names = ("ap_finder.onnx", "ap_refiner.onnx")
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    card = {
        "name": "tiny",
        "files": {name: hashlib.sha256(name.encode()).hexdigest() for name in names},
        "views": {"ap": {"finder_pixels_per_mm": 1.0, "crop_px": 96, "crop_field": 2.0, "format": FORMAT}},
        "calibration": {"naming": {"kept": True}},
    }
    (tmp_path / "card.json").write_text(json.dumps(card))
    return tmp_path


def calibrate(folder: Path, monkeypatch: pytest.MonkeyPatch, vertebrae: int) -> int:
    def evaluate_exams(model: Model, series: Series, workers: int, advance: object) -> list[Case]:
        assert not model.calibrated
        assert (series.seeds, series.looks) == (range(CALIBRATION_SEED, CALIBRATION_SEED + 5), CALIBRATION_LOOKS)
        image = LabelledImage(Path("a.png"), View.AP, ())
        return [Case(image, result) for result in drawn(vertebrae, 1, RATIO)]

    monkeypatch.setattr("oiscan.evaluation.simulated.evaluate_exams", evaluate_exams)
    monkeypatch.setattr(sys, "argv", ["calibrate.py", "--model", str(folder), "--exams", "5"])
    try:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_the_card_says_what_was_fitted_and_on_what(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Model.load(folder).sha256
    assert calibrate(folder, monkeypatch, 900) == 0
    told = json.loads((folder / "card.json").read_text())["calibration"]
    assert told["simulated"] is True
    assert told["data"] == f"5 simulated exams from seed {CALIBRATION_SEED}, route fast"
    assert told["naming"] == {"kept": True}
    model = Model.load(folder)
    assert model.calibrated
    assert model.sha256 != before
    assert "ap: 68% regions hold 0." in capsys.readouterr().out


def test_too_few_exams_leave_the_card_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (folder / "card.json").read_bytes()
    assert calibrate(folder, monkeypatch, 100) == 2
    assert (folder / "card.json").read_bytes() == before


def test_the_doubt_of_grades_is_fitted_on_children_of_its_own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Child] = []

    def uncalibrated_answers(children: list[Child], model: Model, workers: int, advance: object) -> list[Answer]:
        asked.extend(children)
        return scattered(200, 2.0, 1.0, age=4)

    monkeypatch.setattr("oiscan.evaluation.grades.cases.uncalibrated_answers", uncalibrated_answers)
    script, model = runpy.run_path(str(SCRIPT)), Model.load(folder)
    told = script["grading_calibration"](model, 3, 1)
    assert asked == [Child(GRADING_CALIBRATION_SEED + i) for i in range(3)]
    assert told["grading"]["data"].startswith(f"3 simulated children from seed {GRADING_CALIBRATION_SEED}")
    script["write"](model, told)
    card = json.loads((folder / "card.json").read_text())
    assert (card["calibration"]["naming"], card["calibration"]["grading"]["simulated"]) == ({"kept": True}, True)
    doubt = doubt_in(card)
    assert doubt is not None and doubt.at(4).shift_percent == pytest.approx(1, abs=0.5)
