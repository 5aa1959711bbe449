"""The long table as files."""

import csv
import sys

import pandas as pd
import pytest

from oiscan.followup.study.columns import COLUMNS, long_frame
from oiscan.followup.study.export import long_csv, r_snippet, write_study_table
from oiscan.followup.study.problems import Problem, problems_csv
from tests.followup.study.studies import read_study, write_study


def test_the_same_study_gives_the_same_bytes(tmp_path):
    folder = write_study(tmp_path)
    names = [write_study_table(tmp_path / out, *read_study(folder), "LSBMD") for out in ("a", "b")]
    assert names[0] == names[1] == ("long.csv", "problems.csv", "mmrm.R", "long.parquet")
    for name in names[0]:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert sorted(file.name for file in (tmp_path / "a").iterdir()) == sorted(names[0])


def test_csv_and_parquet_hold_the_table(tmp_path):
    table, problems = read_study(write_study(tmp_path))
    write_study_table(tmp_path / "out", table, problems, "LSBMD")
    back = pd.read_csv(tmp_path / "out" / "long.csv", keep_default_na=False, dtype=str)
    assert tuple(back.columns) == COLUMNS
    assert list(back["SRCID"]) == list(table["SRCID"])
    assert pd.to_numeric(back["CHG"]).to_numpy() == pytest.approx(table["CHG"].to_numpy(), nan_ok=True)
    parquet = pd.read_parquet(tmp_path / "out" / "long.parquet")
    assert parquet["CHG"].to_numpy() == pytest.approx(table["CHG"].to_numpy(), nan_ok=True)
    assert list(parquet["AVALC"]) == list(table["AVALC"])


def test_without_pyarrow_there_is_csv_alone(tmp_path, monkeypatch):
    table, problems = read_study(write_study(tmp_path))
    write_study_table(tmp_path / "out", table, problems, "LSBMD")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert write_study_table(tmp_path / "out", table, problems, "LSBMD") == ("long.csv", "problems.csv", "mmrm.R")
    assert not (tmp_path / "out" / "long.parquet").exists()


def test_text_a_spreadsheet_would_run_is_defused():
    text = long_csv(long_frame([{"USUBJID": "K01", "AVALC": "=HYPERLINK(1)", "AVAL": -2.5}]))
    cells = next(csv.DictReader(text.splitlines()))
    assert (cells["AVALC"], cells["AVAL"], cells["CHG"]) == ("'=HYPERLINK(1)", "-2.5", "")
    assert "'=x" in problems_csv([Problem("labs.csv", 2, "=x", "wrong")])


def test_noise_of_binary_arithmetic_is_not_written():
    assert ",0.3," in long_csv(long_frame([{"AVAL": 0.1 + 0.2}]))


def test_problems_are_sorted_and_stand_once():
    problems = [
        Problem("b.csv", 14, "x", "wrong"),
        Problem("b.csv", 3, "x", "wrong"),
        Problem("b.csv", 14, "x", "wrong"),
    ]
    assert [line.split(",")[2] for line in problems_csv(problems).splitlines()] == ["row", "3", "14"]


def test_the_start_in_r_is_six_lines_about_the_primary():
    lines = r_snippet("TBLHBMD").splitlines()
    assert len(lines) == 6
    assert 'PARAMCD == "TBLHBMD"' in lines[2]
    assert "us(AVISIT | USUBJID)" in lines[4]
