"""The guide's page on the study table: what it shows works, and it knows every column and parameter."""

import re
from pathlib import Path

import pytest

from oiscan.anatomy import Level
from oiscan.followup.study.columns import COLUMNS
from oiscan.followup.study.export import r_snippet
from oiscan.followup.study.params import PARAMS
from oiscan.followup.study.problems import Severity
from tests.followup.study.studies import FIRST_DOSE, at, lateral, read_study, results_folder, row, write_study

GUIDE = (Path(__file__).parents[3] / "docs/guide/study.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The one block of a language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return found


@pytest.fixture
def folder(tmp_path):
    """The guide's study with two children."""
    children, tables = list(FIRST_DOSE)[:2], {}
    tables["children.csv"] = [
        {"code": code, "group": "A", "sex": "1", "born": "2018-05-05", "first_dose": str(at(code, 0))}
        for code in children
    ]
    tables["labs.csv"] = [
        {"code": code, "sampled": str(at(code, 0)), "ca": "2.3", "ca_low": "2.1", "ca_high": "2.6", "ctx": "<10"}
        for code in children
    ]
    tables["motor.csv"] = [
        {"code": code, "visit": visit, "bamf": bamf, "walk": "not able"}
        for code in children
        for visit, bamf in (("Baseline", "8"), ("V3", "walks alone"), ("Month 24", "99"))
    ]
    tables["doses.csv"] = [{"code": code, "given": str(at(code, 0)), "mg": "15"} for code in children]
    tables["fractures.csv"] = [{"code": children[0], "happened": str(at(children[0], 5)), "bone": "femur"}]
    results_folder(
        tmp_path / "scored", [(lateral("a", {Level.L1: 1}), code, at(code, 0), None) for code in children[:1]]
    )
    return write_study(tmp_path, tables, block("toml"))


def test_the_example_works(folder):
    table, problems = read_study(folder)
    assert [str(one) for one in problems if one.severity is Severity.ERROR] == []
    assert row(table, "K01", "BAMF", "Month 12")["CHG"] == 1
    assert row(table, "K01", "WALK1M", "Month 24")["AVALC"] == "NOT ABLE"
    assert row(table, "K01", "VFGRADE", "Baseline")["AVAL"] == 1
    assert set(table["PARAMCD"]) >= {"CA", "CTX", "DOSE", "FX", "SDI"}


def test_the_lines_of_python_work(folder, monkeypatch):
    monkeypatch.chdir(folder)
    exec(block("python"), {})
    assert (folder / "out" / "long.csv").is_file()


def test_the_lines_of_r_are_those_written():
    assert block("r") == r_snippet("LSBMD")


def test_every_column_and_parameter_is_explained():
    named = set(re.findall(r"`([A-Z][A-Z0-9]+)`", GUIDE))
    items = {code for code in PARAMS if code.startswith("GMI")}
    assert named >= (set(COLUMNS) | set(PARAMS)) - items
