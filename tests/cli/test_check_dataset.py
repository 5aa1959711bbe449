"""`oiscan check-dataset`: its lines, its exit status, and no file names unless asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from oiscan.cli import main
from tests.training.labelled_set import written
from tests.training.test_check_dataset import sound


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


def test_a_sound_folder_ends_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, [sound(tmp_path)])
    assert run("check-dataset", tmp_path) == 0
    assert capsys.readouterr().out == "1 pictures, 0 errors, 0 warnings\n"


def test_an_error_is_a_line_and_the_exit_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels = written(tmp_path, [sound(tmp_path, "doe_jane")])
    (tmp_path / "doe_jane.png").write_bytes(b"broken")
    assert run("check-dataset", labels) == 1
    problem, total = capsys.readouterr().out.splitlines()
    assert problem.startswith("error: picture 1, ")
    assert total == "1 pictures, 1 errors, 0 warnings"
    assert run("check-dataset", labels, "--keep-identifiers") == 1
    assert "error: doe_jane.png, " in capsys.readouterr().out


def test_no_label_file_cannot_be_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check-dataset", tmp_path) == 2
    assert "labels.json" in capsys.readouterr().err
