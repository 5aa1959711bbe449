"""`scripts/validate.py`: what it writes, and its exit status."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

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

    monkeypatch.setattr("oiscan.evaluation.robustness.read_damaged_files", read_damaged_files)
    assert run(monkeypatch, "files", "--out", tmp_path / "new", "--n", 7, "--seed", 2) == status
    assert json.loads((tmp_path / "new" / "files.json").read_text()) == {"n": 7, "seed": 2, "crashes": crashes}


def test_a_check_has_to_be_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch) == 2
    assert "CHECK" in capsys.readouterr().err
