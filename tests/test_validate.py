"""`scripts/validate.py`: what it writes, and its exit status."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

from oiscan.anatomy import Level
from oiscan.evaluation.altered import Fall
from oiscan.evaluation.densitometry_cases import Measurement
from oiscan.evaluation.grades.cases import HEALTHY_OFFSET, Answer, Child
from oiscan.evaluation.grades.invariance import Same
from oiscan.evaluation.landmarks import ImageResult
from oiscan.evaluation.simulated import Series
from oiscan.followup.change.simulated import Case
from oiscan.followup.change.vertebra import vertebra_change
from oiscan.labels import LabelSet, write_labels
from oiscan.phantom.dual_energy import DualEnergySettings
from oiscan.phantom.exam import Route
from tests.evaluation.drawn_model import draw_case
from tests.followup.change.cases import graded

GRADING_FIGURES = (
    "sensitivity", "specificity", "sensitivity_refusals_missed", "kappa_quadratic", "height_loss_mae_points",
    "deformity_accuracy", "borderline_fraction", "unreadable_found", "readable_refused", "fractured_refused",
    "false_fractures_per_100_healthy", "ece", "coverage90",
)  # fmt: skip

SCRIPT = Path(__file__).parents[1] / "scripts" / "validate.py"


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["validate.py", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(SCRIPT), run_name="__main__")
    return int(ended.value.code or 0)


@pytest.mark.parametrize(("crashes", "status"), [([], 0), ([{"number": 3, "outcome": "KeyError"}], 1)])
def test_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crashes: list[Any], status: int) -> None:
    def read_damaged_files(n: int, seed: int, advance: object) -> dict[str, Any]:
        return {"n": n, "seed": seed, "crashes": crashes}

    monkeypatch.setattr("oiscan.evaluation.broken_files.robustness.read_damaged_files", read_damaged_files)
    assert run(monkeypatch, "files", "--out", tmp_path / "new", "--n", 7, "--seed", 2) == status
    assert json.loads((tmp_path / "new" / "files.json").read_text()) == {"n": 7, "seed": 2, "crashes": crashes}


@pytest.fixture
def labels(tmp_path: Path, fake_model: object) -> Path:
    write_labels(LabelSet([draw_case(tmp_path)]), tmp_path / "labels.json")
    return tmp_path / "labels.json"


@pytest.mark.parametrize(("after", "status"), [(99, 0), (98, 1)])
def test_robustness(
    after: int, status: int, labels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two points of a hundred are too many."""

    def falls(images: list[object], model: object, workers: int, advance: object) -> dict[str, Fall]:
        assert (len(images), workers) == (1, 2)
        return {"mirrored": Fall(100, 100, after)}

    monkeypatch.setattr("oiscan.evaluation.altered.falls", falls)
    assert run(monkeypatch, "robustness", "--out", tmp_path, "--data", labels, "--workers", 2) == status
    told = json.loads((tmp_path / "robustness.json").read_text())
    expected = {"vertebrae": 100, "before": 100, "after": after, "fall": round(1 - after / 100, 4)}
    assert told == {"model_sha256": "f" * 64, "alterations": {"mirrored": expected}}


@pytest.mark.parametrize(("kept", "status"), [(True, 0), (False, 1)])
def test_holdout(
    kept: bool, status: int, fake_model: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Series] = []

    def evaluate_exams(model: object, series: Series, workers: int, advance: object) -> list[object]:
        drawn.append(series)
        return []

    monkeypatch.setattr("oiscan.evaluation.simulated.evaluate_exams", evaluate_exams)
    monkeypatch.setattr("oiscan.evaluation.holdout.promises", lambda cases, model: [{"kept": kept}])
    assert run(monkeypatch, "holdout", "--out", tmp_path, "--n", 3, "--seed", 950_000, "--route", "fast") == status
    assert (drawn[0].seeds, drawn[0].route) == (range(950_000, 950_003), Route.FAST)
    told = json.loads((tmp_path / "holdout.json").read_text())
    assert (told["exams"], told["route"], told["promises"]) == (3, "fast", [{"kept": kept}])


@pytest.mark.parametrize(("kept", "status"), [(True, 0), (False, 1)])
def test_followup(kept: bool, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(n: int, seed: int, advance: object) -> dict[str, Any]:
        return {"trials": n, "seed": seed}

    monkeypatch.setattr("oiscan.followup.compare.null_trials.check", check)
    monkeypatch.setattr("oiscan.followup.compare.null_trials.promises", lambda found: [{"kept": kept}])
    assert run(monkeypatch, "followup", "--out", tmp_path, "--n", 5, "--seed", 2) == status
    told = json.loads((tmp_path / "followup.json").read_text())
    assert told == {"trials": 5, "seed": 2, "promises": [{"kept": kept}]}


def test_grading(fake_model: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Children with fractures and a quarter as many healthy ones; what was asked and found is written down."""
    asked: list[Child] = []

    def answers(children: list[Child], model: object, workers: int, advance: object) -> list[Answer]:
        asked.extend(children)
        return [Answer(child, 8.0, True, 5.0, 0, "", None) for child in children]

    monkeypatch.setattr("oiscan.evaluation.grades.cases.answers", answers)
    assert run(monkeypatch, "grading", "--out", tmp_path, "--n", 8, "--seed", 930_000) == 1
    healthy = [Child(930_000 + HEALTHY_OFFSET + i, healthy=True) for i in range(2)]
    assert asked == [Child(930_000 + i) for i in range(8)] + healthy
    told = json.loads((tmp_path / "grading.json").read_text())
    assert (told["n_exams"], told["n_healthy_exams"], told["calibrated"], told["first_seed"]) == (8, 2, False, 930_000)
    assert told["readable_refused"] == {"value": 1.0, "ci95": [1.0, 1.0]}
    assert set(GRADING_FIGURES) <= set(told)
    assert set(GRADING_FIGURES) <= set(told["by_age"]["6-10 years"])


@pytest.mark.parametrize(("same", "status"), [(97, 0), (96, 1)])
def test_grading_invariance(
    same: int, status: int, fake_model: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def same_grades(children: list[Child], model: object, workers: int, advance: object) -> dict[str, Same]:
        assert len(children) == 3
        return {"mirrored": Same(100, same)}

    monkeypatch.setattr("oiscan.evaluation.grades.invariance.same_grades", same_grades)
    assert run(monkeypatch, "grading-invariance", "--out", tmp_path, "--n", 3) == status
    told = json.loads((tmp_path / "grading-invariance.json").read_text())
    assert told["alterations"] == {"mirrored": {"vertebrae": 100, "same": same, "share": same / 100}}


@pytest.mark.parametrize(("error", "status"), [(0.01, 0), (0.02, 1)])
def test_densitometry(
    error: float, status: int, fake_model: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measurements(
        subjects: list[DualEnergySettings], model: object, workers: int, advance: object
    ) -> list[Measurement]:
        assert [one.seed for one in subjects] == list(range(70, 80))
        return [Measurement(one, 20, 20, 0.6 + error, 0.6, ImageResult((), 0)) for one in subjects for _ in range(2)]

    monkeypatch.setattr("oiscan.evaluation.densitometry_cases.measurements", measurements)
    assert run(monkeypatch, "densitometry", "--out", tmp_path, "--n", 10, "--seed", 70) == status
    told = json.loads((tmp_path / "densitometry.json").read_text())
    assert (told["n_people"], told["n_scans"], told["first_seed"]) == (10, 20, 70)
    assert {one["value"] for one in told["abmd_bias_g_cm2"].values()} == {error}
    assert {"area_bias_percent", "repeat_cv_percent", "dice_median", "dice_p05", "level_correct"} <= set(told)


@pytest.mark.parametrize(("called_new", "status"), [(1, 0), (2, 1)])
def test_followup_scans(
    called_new: int, status: int, fake_model: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred vertebrae, ten of which truly lost 20 points, and one or two called new without being so."""
    lost = vertebra_change(Level.L1, graded(Level.L1, 0, 5.0, 1.0), graded(Level.L1, 2, 25.0, 1.0))
    same = vertebra_change(Level.L1, graded(Level.L1, 0, 5.0, 1.0), graded(Level.L1, 0, 5.0, 1.0))
    sound, broken = {"height_loss_percent": 5.0, "grade": 0}, {"height_loss_percent": 25.0, "grade": 2}

    def study_cases(studies: int, children: int, model: object, workers: int, advance: Any, *how: Any) -> list[Case]:
        assert (studies, children, how) == (2, 3, (Route.FAST, 70))
        advance(6)
        unchanged = [Case(sound, sound, lost if place < called_new else same) for place in range(90)]
        return [*unchanged, *[Case(sound, broken, lost)] * 10]

    monkeypatch.setattr("oiscan.followup.change.simulated.study_cases", study_cases)
    given = ("--studies", 2, "--children", 3, "--seed", 70, "--route", "fast")
    assert run(monkeypatch, "followup-scans", "--out", tmp_path, *given) == status
    told = json.loads((tmp_path / "followup-scans.json").read_text())
    assert (told["true_change_recovered"]["value"], told["false_new"]["value"]) == (1.0, called_new / 100)
    assert (told["studies"], told["children"], told["first_seed"]) == (2, 3, 70)


@pytest.mark.parametrize("passed", [True, False])
def test_trainings(passed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the training room found is written down, and decides."""
    pytest.importorskip("torch")
    asked: list[object] = []

    def check_resume(out: Path) -> dict[str, Any]:
        return {"identical": passed}

    def check_finetune(labels: Path, out: Path, model: str) -> dict[str, Any]:
        asked.append((labels, model))
        return {"passed": passed}

    monkeypatch.setattr("oiscan.training.check_resume.check_resume", check_resume)
    monkeypatch.setattr("oiscan.training.check_finetune.check_finetune", check_finetune)
    assert run(monkeypatch, "resume", "--out", tmp_path) == int(not passed)
    assert json.loads((tmp_path / "resume.json").read_text()) == {"identical": passed}
    assert run(monkeypatch, "finetune", "--out", tmp_path, "--data", "a.json", "--model", "mine") == int(not passed)
    assert json.loads((tmp_path / "finetune.json").read_text()) == {"passed": passed}
    assert asked == [(Path("a.json"), "mine")]


@pytest.mark.parametrize("passed", [True, False])
def test_loop(passed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check_loop(out: Path, model: str, corrected: int, held: int, workers: int) -> dict[str, Any]:
        return {"asked": [out.name, model, corrected, held, workers], "passed": passed}

    monkeypatch.setattr("oiscan.review.checks.loop.check_loop", check_loop)
    asked = ("--corrected", 3, "--held", 5, "--model", "mine", "--workers", 2)
    assert run(monkeypatch, "loop", "--out", tmp_path, *asked) == int(not passed)
    told = json.loads((tmp_path / "loop.json").read_text())
    assert told == {"asked": ["loop", "mine", 3, 5, 2], "passed": passed}


def test_labels_that_are_missing_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "robustness", "--out", tmp_path, "--data", tmp_path / "none.json") == 2
    assert "none.json" in capsys.readouterr().err


def test_a_check_has_to_be_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch) == 2
    assert "CHECK" in capsys.readouterr().err


@pytest.mark.parametrize("broken", ["", "durability", "siege", "trial"])
def test_readings_pass_only_if_all_promises_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], broken: str
) -> None:
    asked: dict[str, tuple[Path, int]] = {}
    for name in ("durability", "siege", "trial"):
        def check(folder: Path, number: int, name: str = name) -> dict[str, bool]:
            asked[name] = folder, number
            return {"passed": name != broken}

        monkeypatch.setattr(f"oiscan.review.checks.{name}.check_{name}", check)
    told = ("--n", 7, "--at-once", 8, "--children", 9)
    assert run(monkeypatch, "readings", "--out", tmp_path, *told) == int(bool(broken))
    assert asked == {"durability": (tmp_path / "durability", 7), "siege": (tmp_path / "siege", 8),
                     "trial": (tmp_path / "trial", 9)}  # fmt: skip
    assert json.loads((tmp_path / "readings.json").read_text())["trial"]["passed"] is (broken != "trial")


@pytest.mark.parametrize("passed", [True, False])
@pytest.mark.parametrize(("on", "name"), [("one-worker", "durability"), ("cluster", "durability-cluster")])
def test_durability_tells_what_was_done_where(
    on: str, name: str, passed: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(
        "oiscan.evaluation.durability.check.check_durability",
        lambda *given: asked.append(given[:4]) or {"passed": passed, "lost": 0},
    )
    assert run(monkeypatch, "durability", "--out", tmp_path, "--n", 40, "--on", on, "--kills", 2) == int(not passed)
    assert asked == [(tmp_path, 40, on, 2)]
    assert json.loads((tmp_path / f"{name}.json").read_text("utf-8")) == {"passed": passed, "lost": 0}
