"""scripts/simulate.py as a user runs it: exams of any look, and the sheet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2

from oiscan.followup.study.study import load_study

ROOT = Path(__file__).parents[1]


def simulate(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "simulate.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})


def test_exams_of_any_look_say_which_one_they_have(tmp_path: Path) -> None:
    ended = simulate("--out", tmp_path, "--exams", 3, "--pixel-mm", 1, "--look", "any", "--layout", "hologic")
    assert ended.returncode == 0, ended.stderr
    images = json.loads((tmp_path / "labels.json").read_text())["images"]
    assert len(images) == 6
    looks = {image["look"] for image in images}
    assert looks <= {"ge", "hologic", "radiograph", "low-dose"}
    for image in images:
        told = json.loads((tmp_path / image["file_name"]).with_suffix(".truth.json").read_text())
        assert (told["look"], told["age_years"]) == (image["look"], image["age_years"])
        assert told["style"] <= 0.3 if told["look"] == "radiograph" else told["style"] >= 0.6


def test_a_given_style_and_age_are_kept(tmp_path: Path) -> None:
    given = ("--exams", 1, "--pixel-mm", 1, "--style", 0.5, "--age", 6, 6, "--prefix", "a_")
    assert simulate("--out", tmp_path, *given).returncode == 0
    kept = json.loads((tmp_path / "a_0000.exam.json").read_text())["settings"]
    assert (kept["style"], kept["age_years"], kept["look"]) == (0.5, 6.0, "plain")


def test_the_gallery_is_one_picture(tmp_path: Path) -> None:
    ended = simulate("gallery", "--out", tmp_path / "sheet.png", "--seed", 2)
    assert ended.returncode == 0, ended.stderr
    assert cv2.imread(str(tmp_path / "sheet.png"), cv2.IMREAD_GRAYSCALE).shape[1] > 1000


def test_a_missing_label_file_is_named(tmp_path: Path) -> None:
    ended = simulate("gallery", "--out", tmp_path / "sheet.png", "--real", tmp_path / "none.json")
    assert ended.returncode == 2
    assert "none.json" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "sheet.png").exists()


def test_a_study_names_all_it_needs(tmp_path: Path) -> None:
    ended = simulate("study", "--out", tmp_path, "--seed", 6, "--children", 1, "--route", "fast")
    assert ended.returncode == 0, ended.stderr
    study = load_study(tmp_path / "study.toml")
    assert study.settings.study.simulated
    named = [study.settings.children.file, study.settings.scans.folder, study.settings.scans.subjects]
    named += [table.file for table in study.settings.tables]
    assert all(study.path(name).exists() for name in named)
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert {visit["month"] for visit in truth["visits"]} == {0, 12, 24}
    told = [visit[view] for visit in truth["visits"] for view in ("lateral", "ap")]
    assert sorted(told) == sorted(file.name for file in (tmp_path / "scans").glob("*.dcm"))


def test_a_study_needs_a_child(tmp_path: Path) -> None:
    ended = simulate("study", "--out", tmp_path / "none", "--children", 0)
    assert (ended.returncode, "1 or more" in ended.stderr) == (2, True)
