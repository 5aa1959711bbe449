"""`oiscan score`: what it leaves, what it says, and its exit status."""

import json
import os
from pathlib import Path

import pytest

from oiscan.cli import main
from oiscan.cli.progress import outcome
from oiscan.cli.score import spacing_mm
from oiscan.errors import ConfigError, ModelError
from oiscan.report import Report, Status
from oiscan.spine import StatedLevel
from tests.fakes import fake_segment, lines, picture, write_dicom


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def folder(tmp_path) -> Path:
    """One scan that can be scored and one in which nothing is found."""
    (tmp_path / "in" / "deeper").mkdir(parents=True)
    write_dicom(tmp_path / "in" / "scan", picture())
    write_dicom(tmp_path / "in" / "deeper" / "empty.dcm", picture(rows=70))
    return tmp_path / "in"


def test_a_folder_is_scored_and_unreadable_is_no_failure(folder, tmp_path, fake_model, capsys):
    assert run("score", folder, "--out", tmp_path / "out") == 0
    said = capsys.readouterr()
    progress, summary = said.out.splitlines()[:-1], said.out.splitlines()[-1]
    assert summary.startswith("2 files, 2 scans: 1 scored, 1 unreadable, 0 unsupported, 0 failed.")
    assert sorted(line.split(" ", 2)[2] for line in progress) == [
        "scored: 2 vertebrae graded, worst grade 3",
        "unreadable: no vertebra found",
    ]
    assert said.err == ""
    assert len(lines(tmp_path / "out" / "scans.csv")) == 3
    assert (tmp_path / "out" / "index.html").is_file()


def test_a_failed_scan_is_listed_and_stops_nothing(folder, tmp_path, fake_model, capsys):
    (folder / "broken.dcm").write_bytes(b"\x00" * 300)
    assert run("score", folder, "--out", tmp_path / "out") == 1
    said = capsys.readouterr()
    assert "1 scored, 1 unreadable, 0 unsupported, 1 failed" in said.out
    heading, listed = said.err.splitlines()
    assert "private/files.csv" in heading
    row = next(line for line in lines(tmp_path / "out" / "private" / "files.csv") if "broken.dcm" in line)
    assert listed.strip().startswith(row.split(",")[0] + ": ")
    assert "broken" not in said.out + said.err


def test_options_reach_the_scans(folder, tmp_path, fake_model):
    options = ["--view", "ap", "--spacing", "0.5,0.4", "--scale", "paediatric", "--keep-identifiers"]
    assert run("score", folder / "scan", "--out", tmp_path / "out", *options) == 0
    (file,) = (tmp_path / "out" / "scans").iterdir()
    report = json.loads(file.read_text("utf-8"))
    assert (report["view"], report["scale"]) == ("ap", "paediatric")
    assert report["spacing"] == {"row_mm": 0.5, "column_mm": 0.4, "source": "user"}
    settings = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["settings"]
    assert settings["view"] == "ap"
    assert settings["keep_identifiers"] is True
    assert lines(tmp_path / "out" / "scans.csv")[0].endswith(",source,patient_id")


def test_inverted_turns_the_picture(folder, tmp_path, fake_model, monkeypatch):
    seen = []
    monkeypatch.setattr("oiscan.pipeline.segment", lambda *given: seen.append(given[0]) or fake_segment(*given))
    for option in ("--inverted", "--not-inverted"):
        assert run("score", folder / "scan", "--out", tmp_path / "out", option) == 0
    assert [scan.stored.inverted for scan in seen] == [True, False]


@pytest.mark.parametrize(
    ("option", "stated"),
    [
        (["--lowest-level", "L4"], {"level": "L4", "at_px": None}),
        (["--level-at", "41.5,233=L3"], {"level": "L3", "at_px": [41.5, 233.0]}),
    ],
)
def test_the_reader_s_level_reaches_the_scans(option, stated, folder, tmp_path, fake_model, monkeypatch):
    seen = []
    monkeypatch.setattr("oiscan.pipeline.segment", lambda *given: seen.append(given[2]) or fake_segment(*given))
    assert run("score", folder / "scan", "--out", tmp_path / "out", *option) == 0
    assert seen == [StatedLevel(stated["level"], stated["at_px"] and tuple(stated["at_px"]))]
    settings = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["settings"]
    assert settings["stated_level"] == stated


def test_own_subject_codes(tmp_path, fake_model):
    file = write_dicom(tmp_path / "scan", picture(), PatientID="MRN-1")
    (tmp_path / "codes.csv").write_text("patient_id,subject\nMRN-1,OI-007\n")
    assert run("score", file, "--out", tmp_path / "out", "--subjects", tmp_path / "codes.csv") == 0
    assert ",OI-007," in lines(tmp_path / "out" / "scans.csv")[1]


def test_a_results_folder_inside_the_input_is_not_scored(folder, fake_model):
    assert run("score", folder, "--out", folder / "results") == 0
    (folder / "results" / "run.json").unlink()  # as after a run that was broken off
    assert run("score", folder, "--out", folder / "results") == 0
    assert len(lines(folder / "results" / "scans.csv")) == 3


def test_two_runs_give_the_same_tables(folder, tmp_path, fake_model):
    tables = []
    for _ in range(2):
        assert run("score", folder, "--out", tmp_path / "out") == 0
        tables.append([(tmp_path / "out" / name).read_bytes() for name in ("scans.csv", "vertebrae.csv")])
    assert tables[0] == tables[1]


def test_run_json_tells_how_and_not_whom(folder, tmp_path, fake_model):
    run("score", folder, "--out", tmp_path / "out")
    text = (tmp_path / "out" / "run.json").read_text("utf-8")
    told = json.loads(text)
    assert told["model"] == {"name": "fake", "sha256": "f" * 64}
    assert told["counts"]["scans"] == 2
    assert {"oiscan", "python", "onnxruntime", "pydicom"} <= set(told["versions"])
    assert told["times"]["seconds"] >= 0
    assert str(tmp_path) not in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["absent", "--out", "out"], "input 1 of 1 does not exist"),
        ([".", "--out", "out"], "no scan file was found"),
        ([".", "--out", "out", "--scale", "harsh"], "choose genant or paediatric"),
        ([".", "--out", "out", "--spacing", "a"], "--spacing takes"),
        ([".", "--out", "out", "--lowest-level", "L7"], "no level is called 'L7'"),
        ([".", "--out", "out", "--level-at", "3,4"], "--level-at takes a place"),
        ([".", "--out", "out", "--level-at", "3,4=L3", "--lowest-level", "L4"], "not both"),
        ([".", "--out", "out", "--subjects", "absent"], "subjects file cannot be read"),
        ([".", "--out", "out", "--view", "oblique"], "--view"),
        (["."], "--out"),
    ],
)
def test_usage_errors_end_with_2_and_write_nothing(arguments, said, tmp_path, monkeypatch, fake_model, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    assert run("score", *arguments) == 2
    assert said in capsys.readouterr().err
    assert os.listdir(tmp_path) == []


def test_a_missing_model_ends_with_2(folder, tmp_path, monkeypatch, capsys):
    def missing(name):
        raise ModelError(f"there is no model '{name}'")

    monkeypatch.setattr("oiscan.segmentation.Model.load", missing)
    assert run("score", folder, "--out", tmp_path / "out", "--model", "other") == 2
    assert capsys.readouterr().err == "oiscan: there is no model 'other'\n"


def test_a_bug_still_shows_its_stack(folder, tmp_path, fake_model, monkeypatch, capsys):
    monkeypatch.setattr("oiscan.pipeline.segment", lambda *given: 1 / 0)
    assert run("score", folder, "--out", tmp_path / "out") == 1
    assert capsys.readouterr().err.count(", in score_scan") == 2


def test_a_terminal_gets_a_bar_with_the_time_left(folder, tmp_path, fake_model, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert run("score", folder, "--out", tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert "2/2" in said
    assert "time left" in said
    assert "worst grade" not in said  # no lines beside the bar


def test_spacing_is_one_size_or_two():
    assert spacing_mm(None) is None
    assert spacing_mm("0.25") == (0.25, 0.25)
    assert spacing_mm("0.25,0.3") == (0.25, 0.3)
    for wrong in ("", "a", "1,2,3", "1;2"):
        with pytest.raises(ConfigError, match="ROW,COLUMN"):
            spacing_mm(wrong)


def test_a_line_for_a_scan_without_grades():
    assert outcome(Report("a", "a", Status.SCORED)) == "scored: 0 vertebrae, not graded"
