"""`oiscan reference`: its lines and its exit status."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from oiscan.cli import main
from tests.densitometry.tables import pair, written

GUIDE = Path(__file__).parents[2] / "docs/guide/reference_tables.md"


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["reference", *map(str, arguments)])
    return int(ended.value.code or 0)


def test_a_sound_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(written(tmp_path / "mine.csv", [*pair(), *pair(sex="male")])) == 0
    assert capsys.readouterr().out.splitlines() == [
        "synthetic-spine: L1-L4 aBMD, GE Lunar, females, ages 5 to 15, invented (2 ages)",
        "synthetic-spine: L1-L4 aBMD, GE Lunar, males, ages 5 to 15, invented (2 ages)",
        "The table can be used: 2 curves.",
    ]


def test_a_table_with_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(written(tmp_path / "mine.csv", pair(S="12", sex="both"), comments="# source: invented\n")) == 1
    *faults, end = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in faults] == ["error", "error", "warning"]
    assert end == "The table cannot be used."


def test_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "doe_jane.csv") == 2
    assert capsys.readouterr().err == "oiscan: the table cannot be opened: FileNotFoundError\n"


def test_the_example_of_the_guide_is_sound(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    example, printed = (text for language, text in blocks if not language and "synthetic" in text)
    (tmp_path / "example.csv").write_text(example)
    assert run(tmp_path / "example.csv") == 0
    assert capsys.readouterr().out == printed
    assert "error" not in printed and "warning" not in printed
