"""`scripts/evaluate.py --readers`, run as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from tests.evaluation.agreement.reader_cases import READERS_HEAD, readers_file, results_folder

SCRIPT = Path(__file__).parents[3] / "scripts" / "evaluate.py"


def evaluate(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(SCRIPT.parents[1])}
    return subprocess.run(command, capture_output=True, text=True, env=environment)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    lines = [f"s{i},S-{i},0,lateral,L1,scored,{15 + i},0.9,{20 * (i % 2)},{i % 2}," for i in range(6)]
    return results_folder(tmp_path, *lines)


def test_json_table_and_plots(results: Path, tmp_path: Path) -> None:
    lines = [f"s{i},L1,A,scored,{int(i in (1, 3))},,{16 + i + i % 2}" for i in range(6)]
    readers, out = readers_file(tmp_path, *lines, head=f"{READERS_HEAD},posterior_height_mm"), tmp_path / "out"
    out.mkdir()
    (out / "calibration.png").write_bytes(b"of an earlier run")
    ended = evaluate("--readers", readers, "--results", results, "--out", out)
    assert ended.returncode == 0, ended.stderr
    assert {file.name for file in out.iterdir()} == {
        "agreement.json", "agreement.txt", "confusion.png", "bland_altman.png",
    }  # fmt: skip
    assert ended.stdout == (out / "agreement.txt").read_text(encoding="utf-8")
    (told,) = json.loads((out / "agreement.json").read_text())["against_readers"]
    assert told["per_patient"]["sensitivity"]["value"] == 1
    assert told["per_patient"]["specificity"]["value"] == 0.75
    assert told["measures"]["posterior_height_mm"]["bias"]["value"] == -1.5
    assert cv2.imread(str(out / "confusion.png")).shape[:2] == (990, 990)


def test_bad_lines_stop_it_before_anything_is_written(results: Path, tmp_path: Path) -> None:
    readers = readers_file(tmp_path, "s0,L1,A,scored,0,", "s1,L1,A,scored,5,")
    ended = evaluate("--readers", readers, "--results", results, "--out", tmp_path / "out")
    assert (ended.returncode, (tmp_path / "out").exists()) == (2, False)
    assert "readers.csv cannot be used. line 3: grade must be 0, 1, 2 or 3" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_readers_and_results_go_together(tmp_path: Path) -> None:
    ended = evaluate("--readers", tmp_path / "readers.csv", "--out", tmp_path / "out")
    assert ended.returncode == 2
    assert "--readers and --results go together" in ended.stderr
