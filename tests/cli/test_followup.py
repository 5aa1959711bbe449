"""``oiscan followup`` on a study of tables alone; with scans it runs in the notebook."""

import csv
import sys
from pathlib import Path

import pytest

from oiscan.cli import main
from oiscan.errors import ConfigError

STUDY = """
[study]
id = "TABLES"
[arms]
D = "Denosumab"
Z = "Zoledronic acid"
[[visits]]
name = "Baseline"
month = 0
from_day = -60
to_day = 1
[[visits]]
name = "Month 12"
month = 12
from_day = 320
to_day = 420
[children]
file = "children.csv"
subject = "code"
arm = "group"
age_years = "age"
[[tables]]
file = "dxa.csv"
source = "printed"
subject = "code"
day = "day"
[tables.columns.bmd]
param = "LSBMD"
level = "L1-L4"
[analysis]
primary = "LSBMD"
"""
CHILDREN = "code,group,age\n" + "".join(f"C{k},{'DZ'[k % 2]},{4 + k / 10}\n" for k in range(6))
GAINS = (0.10, 0.04, 0.12, 0.05, 0.09, 0.07)
DXA = "code,day,bmd\n" + "".join(
    f"C{k},1,{0.4 + k / 100:.2f}\nC{k},365,{0.4 + k / 100 + gain:.2f}\n" for k, gain in enumerate(GAINS)
)


@pytest.fixture
def study(tmp_path):
    for name, text in {"study.toml": STUDY, "children.csv": CHILDREN, "dxa.csv": DXA}.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def run(*words):
    with pytest.raises(SystemExit) as ended:
        main(["followup", *map(str, words)])
    return ended.value.code


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_tables_in_report_out(study, capsys):
    out = study / "out"
    assert run(study / "study.toml", "--out", out) == 0
    assert "6 children, 12 values" in capsys.readouterr().out
    (primary,) = rows(out / "tables" / "comparisons.csv")
    assert (primary["endpoint"], primary["n_arm"], primary["n_reference"]) == ("LSBMD CHG", "3", "3")
    assert float(primary["estimate"]) == pytest.approx(0.05, abs=0.01)  # 0.103 against 0.053, at equal baseline
    assert "Primary comparison (Lumbar spine aBMD, change, Month 12, MMRM)" in (out / "index.html").read_text("utf-8")
    assert not (out / "scored").exists()


def test_a_key_that_does_not_exist_ends_with_status_2_and_its_name(study, capsys):
    (study / "study.toml").write_text(STUDY + "colour = 'blue'\n")
    assert run(study / "study.toml", "--out", study / "out") == 2
    assert "analysis.colour" in capsys.readouterr().err
    assert not (study / "out").exists()


def test_scans_that_study_toml_names_are_scored_first(study, monkeypatch):
    asked = {}

    def score_folder(inputs, out, run, say):
        asked.update(inputs=inputs, out=out, subjects=Path(run.tables.subjects))
        raise ConfigError("far enough")

    monkeypatch.setattr(sys.modules["oiscan.cli.run"], "score_folder", score_folder)
    scans = '[scans]\nfolder = "pictures"\nsubjects = "codes.csv"\n'
    (study / "study.toml").write_text(STUDY + scans)
    assert run(study / "study.toml", "--out", study / "out") == 2
    told = {"inputs": [study / "pictures"], "out": study / "out" / "scored", "subjects": study / "codes.csv"}
    assert asked == told
