"""`oiscan readings`: compared, unblinded, taken out and brought back; and labels from what was accepted."""

import csv
import io
import json
import shutil
import stat
from pathlib import Path

import numpy as np
import pytest

from oiscan.cli import main
from oiscan.evaluation.agreement.readers import read_readers
from oiscan.labels import read_labels
from oiscan.loaders import read
from oiscan.review.cases import Results
from oiscan.review.exchange import exported
from oiscan.training.dataset import read_dataset
from tests.review.study import at, do, first, kept, made

ACCEPT = {"kind": "accept"}


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(map(str, arguments)))
    return int(ended.value.code or 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made(tmp_path, children=3, visits=2)


def read_all(folder: Path, reader: str, blinded: bool = False) -> None:
    """Accept every scan; reader B calls every first vertebra unreadable, and puts the second one's front 2 px lower."""
    desk = at(folder, reader, blinded)
    for case in desk.cases:
        row, column = desk.case(case.code)["vertebrae"][1]["landmarks_px"][2]
        other = [{"kind": "unreadable", "id": "m0", "reason": "rib"},
                 {"kind": "move", "id": "m1", "landmark": 2, "to": [row + 2, column]}]  # fmt: skip
        do(desk, case.code, *(other if reader == "B" else []), ACCEPT)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_disagreements_by_scan_and_while_blinded_by_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read_all(folder, "A", blinded=True)
    read_all(folder, "B", blinded=True)
    assert run("readings", "disagreements", folder) == 0
    said = capsys.readouterr().out
    lines = [line for line in table(said) if line["level"] == "T8"]
    results = Results(folder)
    assert {line["study_code"] for line in lines} == {results.study_code(scan_id) for scan_id in results.people}
    assert {(line["reader"], line["other_reader"], line["other_grade"]) for line in lines} == {("A", "B", "unreadable")}
    assert not any(scan_id in said for scan_id in results.people)
    assert run("readings", "unblind", folder, "--who", "statistician", "--yes") == 0
    capsys.readouterr()
    assert run("readings", "disagreements", folder) == 0
    assert {line["scan_id"] for line in table(capsys.readouterr().out)} == set(results.people)


def test_unblinding_is_a_step_that_says_who_and_joins_codes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("readings", "unblind", folder, "--who", "statistician", "--yes") == 2
    assert "no blinded readings" in capsys.readouterr().err
    read_all(folder, "A", blinded=True)
    assert run("readings", "table", folder, "--to", folder / "read.csv") == 2
    assert "blinded" in capsys.readouterr().err and not (folder / "read.csv").exists()
    assert run("readings", "unblind", folder, "--who", "statistician", "--yes") == 0
    assert "Of 6 scans were accepted, blinded: A 6." in capsys.readouterr().out
    joined = folder / "private" / "study_codes.csv"
    assert stat.S_IMODE(joined.stat().st_mode) == 0o600
    results = Results(folder)
    told = {line["scan_id"]: (line["subject"], int(line["day"])) for line in table(joined.read_text())}
    assert told == results.people
    assert [(who, what) for _, who, what, _ in kept(folder).steps()][-1] == ("statistician", "unblinded")
    assert run("readings", "table", folder, "--to", folder / "read.csv") == 0
    readings = read_readers(folder / "read.csv")
    assert len(readings) == 6 * 9 and {one.rater for one in readings} == {"A"}
    assert run("readings", "unblind", folder, "--who", "statistician", "--yes") == 2


def test_agreement_is_that_of_the_agreement_room(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oiscan.evaluation.bootstrap.DRAWS", 20)
    assert run("readings", "agreement", folder) == 2
    assert "no reader has accepted" in capsys.readouterr().err
    read_all(folder, "A")
    read_all(folder, "B")
    assert run("readings", "agreement", folder, "--to", folder / "agreement.json") == 0
    assert "B against A" in capsys.readouterr().out
    told = json.loads((folder / "agreement.json").read_text())
    (between,) = told["between_readers"]
    assert between["vertebrae"]["unreadable_to_test_only"] == 6 and between["vertebrae"]["graded_by_both"] == 48
    (ours, _) = told["against_readers"]
    assert ours["per_vertebra"]["kappa_grades_plain"]["value"] == 1  # A accepted what the program said
    height = between["measures"]["anterior_height_mm"]
    assert height["bias"]["value"] == pytest.approx(-1.0 * 6 / 48, rel=0.1)  # 2 px of 0.5 mm on one vertebra in eight


def test_an_export_brought_into_a_copy_is_the_same(folder: Path, tmp_path: Path,
                                                   capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    empty = tmp_path / "copy"
    shutil.copytree(folder, empty)
    read_all(folder, "A")
    read_all(folder, "B")
    file = tmp_path / "export.json"
    assert run("readings", "export", folder, "--to", file) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run("readings", "import", empty, file) == 0
    assert exported(kept(empty))["readings"] == exported(kept(folder))["readings"]
    assert [step["what"] for step in exported(kept(empty))["steps"]] == ["imported"]
    assert at(empty).case(first(at(empty))) == at(folder).case(first(at(folder)))
    assert run("readings", "import", empty, file) == 2
    stranger = made(tmp_path / "stranger", 1, 1)
    capsys.readouterr()
    assert run("readings", "import", stranger, file) == 2
    assert "not in this results folder" in capsys.readouterr().err


@pytest.mark.parametrize("damage", ["cut", "other", "types", "fields", "order", "more"])
def test_a_damaged_export_is_refused_whole(folder: Path, tmp_path: Path, damage: str) -> None:
    read_all(folder, "A")
    told = exported(kept(folder))
    rows = told["readings"]
    if damage == "types":
        rows[1]["version"] = "1"
    if damage == "fields":
        del rows[1]["reason"]
    if damage == "order":
        del rows[0]
    if damage == "more":
        rows[1]["approved"] = True
    if damage == "other":
        told["format"] = "another"
    text = json.dumps(told)
    (tmp_path / "export.json").write_text(text[:-30] if damage == "cut" else text)
    same = tmp_path / "copy"
    shutil.copytree(folder, same, ignore=lambda _, names: [name for name in names if name.startswith("readings")])
    assert run("readings", "import", same, tmp_path / "export.json") == 2
    assert kept(same).all_rows() == []


def test_accepted_readings_become_labels_with_provenance_split_by_subject(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = at(folder, "B")
    read_all(folder, "B")
    do(desk, first(desk), {"kind": "reopen"})
    out = tmp_path / "labels"
    assert run("export-labels", folder, "--to", out) == 0
    assert capsys.readouterr().out.startswith("5 pictures with 45 vertebrae in labels.json")
    labels = read_labels(out / "labels.json")
    assert {image.split for image in labels.images} == {"train", "held_back"}
    by_subject = {(image.subject, image.split) for image in labels.images}
    assert len(by_subject) == 3 == len({subject for subject, _ in by_subject})
    dataset = read_dataset(out, 0.5, seed=0)
    assert len(dataset.train) + len(dataset.held_back) == 5
    image = labels.images[0]
    assert [one.readable for one in image.vertebrae[:2]] == [False, True] and image.vertebrae[0].reason == "rib"
    scan_id = image.file.stem
    moved = desk.case(scan_id)["vertebrae"][1]["landmarks_px"]
    assert image.vertebrae[1].landmarks_px == pytest.approx(np.array(moved), abs=1e-3)
    assert read(image.file, view="lateral").pixels.shape == image.size_px
    lines = table((out / "provenance.csv").read_text())
    assert [line["file_name"] for line in lines] == [f"images/{one.file.name}" for one in labels.images]
    assert {(line["reader"], line["vertebrae"], line["placed_by_reader"], line["began_from"]) for line in lines} == {
        ("B", "9", "1", "model")
    }


def test_whose_labels_is_asked_where_two_read_one_scan(folder: Path, tmp_path: Path,
                                                       capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    read_all(folder, "A")
    read_all(folder, "B")
    assert run("export-labels", folder, "--to", tmp_path / "labels") == 2
    assert "A and B accepted the same scan" in capsys.readouterr().err
    assert run("export-labels", folder, "--to", tmp_path / "labels", "--reader", "A") == 0


def test_nothing_accepted_is_nothing_to_export(folder: Path, tmp_path: Path) -> None:
    assert run("export-labels", folder, "--to", tmp_path / "labels") == 2


def test_labels_of_scans_that_are_gone_are_passed_over_and_counted(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read_all(folder, "A")
    next((tmp_path / "scans").iterdir()).unlink()
    assert run("export-labels", folder, "--to", tmp_path / "labels") == 0
    assert "the scan's file is gone: 1 passed over" in capsys.readouterr().out


def test_readers_on_a_scale_of_more_grades_are_not_compared_by_kappa(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.toml"
    edges = "".join(f"[[edges]]\npercent = {percent}\n" for percent in (10, 20, 30, 40))
    mine.write_text(f'name = "mine"\nsource = "me"\n{edges}')
    told = json.loads((folder / "run.json").read_text())
    told["settings"]["scale"] = str(mine)
    (folder / "run.json").write_text(json.dumps(told))
    desk = at(folder)
    do(desk, first(desk), {"kind": "overrule", "id": "m0", "grade": 4, "why": "crushed"}, ACCEPT)
    assert run("readings", "agreement", folder) == 2
    assert "grades 0 to 3 only" in capsys.readouterr().err
    assert run("readings", "disagreements", folder) == 0
