"""From scoring to a retrained model: every step runs and hands on its files. `scripts/validate.py` says how well."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("torch")

from oiscan.errors import ModelError
from oiscan.labels import read_labels
from oiscan.review.checks.loop import check_loop
from oiscan.review.checks.scripted_reader import READER
from oiscan.segmentation import Model

TINY = {
    "rounds": 1, "scenes_per_round": 8, "pool_rounds": 1, "finder_steps": 1, "finder_batch": 1, "refiner_steps": 2,
    "refiner_pictures": 2, "refiner_crops": 2, "device": "cpu",
}  # fmt: skip


def test_the_whole_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "oiscan.training.pool.ProcessPoolExecutor", lambda workers, _, initializer: ThreadPoolExecutor(workers)
    )
    found = check_loop(tmp_path, corrected=2, held=1, changes=TINY)
    assert found["scans"] == {"corrected": 2, "trained_on": 1, "held_back": 1, "measured": 1}
    assert list(found["seconds"]) == ["draw", "score", "correct", "export", "train", "measure before", "measure after"]
    images = read_labels(tmp_path / "labels" / "labels.json").images
    assert sum(one.readable for image in images for one in image.vertebrae) == found["vertebrae_placed"] > 0
    rows = csv.DictReader((tmp_path / "labels" / "provenance.csv").read_text().splitlines())
    assert {row["reader"] for row in rows} == {READER}
    trained = Model.load(tmp_path / "corrected" / "models" / "corrected")
    assert trained.sha256 == found["trained_sha256"] != found["initial_sha256"] == Model.load("default").sha256
    assert found["before"]["found"]["value"] is not None
    assert found["gain"]["landmark_mm_median"]["verdict"] == "cannot tell"  # one person
    assert found["passed"] is False


def test_a_model_that_is_not_there_stops_it_at_once(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        check_loop(tmp_path, model="none", corrected=1, held=1)
