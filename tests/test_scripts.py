"""The scripts, run as a user runs them: two tiny trainings, exported, evaluated and timed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from oiscan.anatomy import Level, View
from oiscan.labels import LabelledImage, LabelledVertebra, LabelSet, write_labels
from oiscan.segmentation.model import Model
from tests.fakes import picture
from tests.training.pools import TINY

ROOT = Path(__file__).parents[1]
SCRIPTS = ("train", "export", "evaluate", "benchmark", "simulate")


def script(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / f"{name}.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})


def done(name: str, *arguments: object) -> str:
    """What a script that must succeed prints."""
    ended = script(name, *arguments)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[View, Path]:
    """A training run of each view: one round, one step."""
    folder = tmp_path_factory.mktemp("runs")
    config = folder / "tiny.toml"
    config.write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in TINY.items()))
    for view in View:
        done("train", "--config", config, "--out", folder / view, "--set", f"view={view}", "--set", "rounds=1")
    return {view: folder / view / view for view in View}


@pytest.fixture(scope="module")
def model_folder(runs: dict[View, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    (folder / "card.json").write_text('{"intended_use": "tests"}')
    out = folder / "tiny"
    told = done("export", *given(runs), "--card", folder / "card.json", "--out", out)
    assert told.startswith("tiny: lateral and ap, hash ")
    return out


def given(runs: dict[View, Path]) -> list[object]:
    return [word for view, run in runs.items() for word in (f"--{view}", run)]


@pytest.mark.parametrize("name", SCRIPTS)
def test_help_tells_what_a_script_is_for(name: str) -> None:
    told = done(name, "--help")
    assert "--out" in told
    assert "usage" in told.lower()


def test_calibration_says_that_it_writes_into_the_card() -> None:
    assert "the model's card" in done("calibrate", "--help")


def test_training_leaves_a_checkpoint_and_a_curve(runs: dict[View, Path]) -> None:
    for run in runs.values():
        assert {file.name for file in run.iterdir()} == {"checkpoint.pt", "curve.csv", "curve.png"}
        header, row = (run / "curve.csv").read_text().splitlines()
        assert header.startswith("round,finder_focal")
        assert all(np.isfinite([float(value) for value in row.split(",")]))


def test_an_exported_model_loads_by_its_folder(model_folder: Path) -> None:
    model = Model.load(model_folder)
    assert (model.name, model.card["intended_use"]) == ("tiny", "tests")


def test_a_run_of_the_other_view_is_not_exported(runs: dict[View, Path], tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text("{}")
    ended = script("export", "--lateral", runs[View.AP], "--card", tmp_path / "card.json", "--out", tmp_path / "model")
    assert ended.returncode == 2
    assert "not of lateral ones" in ended.stderr
    assert not (tmp_path / "model").exists()


def test_a_namer_is_exported_beside_the_finder_it_names_for(runs: dict[View, Path], tmp_path: Path) -> None:
    card = tmp_path / "card.json"
    card.write_text("{}")
    run, ap = runs[View.LATERAL], runs[View.AP]
    done("export", "--lateral", run, "--lateral-namer", run, "--card", card, "--out", tmp_path / "named")
    files = Model.load(tmp_path / "named").card["files"]
    assert files["lateral_namer.onnx"] == files["lateral_finder.onnx"]
    ended = script("export", "--ap", ap, "--lateral-namer", run, "--card", card, "--out", tmp_path / "none")
    assert (ended.returncode, "give both" in ended.stderr) == (2, True)


def labels(folder: Path) -> Path:
    """Two grey pictures with one labelled vertebra each."""
    points = np.array([[20, 20], [20, 30], [20, 40], [30, 40], [30, 30], [30, 20]], float)
    images = []
    for view, landmarks in ((View.LATERAL, points), (View.AP, points[[0, 2, 3, 5]])):
        file = folder / f"{view}.png"
        cv2.imwrite(str(file), picture(120, 80).astype(np.uint16))
        images.append(LabelledImage(file, view, (LabelledVertebra(Level.L1, landmarks),), (0.5, 0.5)))
    write_labels(LabelSet(images), folder / "labels.json")
    return folder / "labels.json"


def test_evaluation_writes_figures_for_each_view_and_region(model_folder: Path, tmp_path: Path) -> None:
    told = done(
        "evaluate", "--data", labels(tmp_path), "--model", model_folder, "--out", tmp_path / "out",
        "--compare", model_folder,
    )  # fmt: skip
    written = (tmp_path / "out" / "evaluation.json").read_text()
    evaluation = json.loads(written)
    assert evaluation["model"] == {"name": "tiny", "sha256": Model.load(model_folder).sha256}
    for view in View:
        regions = evaluation["views"][view]["regions"]
        assert set(regions) == {"all", "T6-L5", "T12-L5", "L1-L4", "thoracic"}
        assert (regions["L1-L4"]["vertebrae"], regions["thoracic"]["vertebrae"]) == (1, 0)
        assert regions["thoracic"]["found"] is None
        assert f"{view}, 1 scans" in told
        assert f"{view} found: cannot tell (too few subjects with this figure)" in told
    assert "uncalibrated 68% regions hold" in told
    assert "NaN" not in written
    assert ".png" not in written + told
    assert cv2.imread(str(tmp_path / "out" / "worst.png")).shape[0] > 600


def test_evaluation_of_an_empty_label_file_says_so(tmp_path: Path) -> None:
    write_labels(LabelSet([]), tmp_path / "labels.json")
    ended = script("evaluate", "--data", tmp_path / "labels.json", "--out", tmp_path / "out")
    assert ended.returncode == 2
    assert "names no picture" in ended.stderr


def test_evaluation_without_pictures_says_what_is_missing(tmp_path: Path) -> None:
    ended = script("evaluate", "--data", tmp_path / "labels.json", "--out", tmp_path / "out")
    assert ended.returncode == 2
    assert "labels.json" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_benchmark_times_every_step(tmp_path: Path) -> None:
    """With the shipped model, on a scan it reads: without a column every size and facing would be tried."""
    shutil.copy(ROOT / "sample_data" / "child_6y_0000_lateral.dcm", tmp_path / "scan.dcm")
    (tmp_path / "broken.dcm").write_bytes(b"\x00" * 200)
    told = done("benchmark", "--data", tmp_path, "--out", tmp_path / "out")
    figures = json.loads((tmp_path / "out" / "benchmark.json").read_text())
    assert figures["scans"] == 1
    steps = figures["cpu_seconds_a_scan"]
    stages = ["read", "preprocess", "finder", "refiner", "decode", "grade", "write"]
    assert list(steps) == [*stages, "all", "score only"]
    assert steps["all"] == pytest.approx(sum(steps[name] for name in stages))
    assert steps["score only"] == pytest.approx(steps["all"] - steps["read"] - steps["write"])
    assert 0 < figures["import_cpu_seconds"] < figures["cold_start_seconds"]
    assert figures["fraction_of_peer"] == pytest.approx(steps["score only"] / figures["peer"]["cpu_seconds"])
    assert min(figures["scans_per_second"].values()) > 0
    assert figures["peak_memory_mib"] > 20
    assert "cold start to first result" in told


def test_a_benchmark_of_nothing_says_so(model_folder: Path, tmp_path: Path) -> None:
    ended = script("benchmark", "--data", tmp_path, "--model", model_folder, "--out", tmp_path / "out")
    assert ended.returncode == 2
    assert "no scan to be timed" in ended.stderr
