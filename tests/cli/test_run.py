"""`oiscan score` given again, and `oiscan tables`: what is finished stays so, what is not is done, nothing twice."""

import csv
import errno
import json
from pathlib import Path

import pytest

from oiscan.cli import main
from oiscan.cli.asked import Hands
from oiscan.cli.task import Task, Work
from oiscan.errors import ConfigError, ModelError, WorkersError
from oiscan.pipeline import Settings
from oiscan.store import ResultsFolder
from tests.fakes import fake_segment, picture, write_dicom


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return int(ended.value.code or 0)


@pytest.fixture
def scored(monkeypatch, fake_model) -> list[str]:
    """Scans the model was asked about, as they come."""
    seen: list[str] = []
    monkeypatch.setattr("oiscan.pipeline.segment", lambda *given: seen.append(given[0].scan_id) or fake_segment(*given))
    return seen


@pytest.fixture
def folder(tmp_path) -> Path:
    """Three scans and a file that is none."""
    (tmp_path / "in").mkdir()
    for seed in range(3):
        write_dicom(tmp_path / "in" / f"{seed}.dcm", picture(seed=seed), PatientID=f"MRN-{seed}")
    (tmp_path / "in" / "broken.dcm").write_bytes(b"\x00" * 300)
    return tmp_path / "in"


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "out"


def tree(out: Path) -> dict[str, bytes]:
    """All results but those that hold times."""
    files = (path for path in out.rglob("*") if path.is_file() and path.name != "run.json")
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


def rows(out: Path, name: str = "scans.csv") -> list[dict[str, str]]:
    with (out / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def broken_off(monkeypatch, folder: Path, out: Path, after: int, *options: object) -> None:
    """A run that ends as if it had been killed once so many scans were finished."""
    from oiscan.store import FinishedScans

    kept, add = [], FinishedScans.add

    def killed(self, *given):
        if len(kept) == after:
            raise KeyboardInterrupt
        kept.append(add(self, *given))

    with monkeypatch.context() as patched:
        patched.setattr("oiscan.store.FinishedScans.add", killed)
        run("score", folder, "--out", out, *options)


def test_a_run_broken_off_goes_on_where_it_ended(folder, out, tmp_path, scored, monkeypatch, capsys):
    broken_off(monkeypatch, folder, out, 2)
    assert not (out / "scans.csv").exists()
    first = list(scored)
    scored.clear()
    capsys.readouterr()
    assert run("score", folder, "--out", out) == 1
    said = capsys.readouterr()
    assert "2 of 4 scans are finished already." in said.err
    assert not set(first[:2]) & set(scored)
    assert len(rows(out)) == 4
    assert run("score", folder, "--out", tmp_path / "other") == 1
    assert [row["scan_id"] for row in rows(out)] == [row["scan_id"] for row in rows(tmp_path / "other")]


def test_given_again_nothing_is_scored_and_every_byte_stays(folder, out, scored):
    run("score", folder, "--out", out)
    before = tree(out)
    scored.clear()
    run("score", folder, "--out", out)
    assert scored == [] and tree(out) == before


def test_a_scan_under_another_name_is_not_scored_again(folder, out, scored):
    run("score", folder, "--out", out)
    (folder / "0.dcm").rename(folder / "renamed.dcm")
    (folder / "copy.dcm").write_bytes((folder / "1.dcm").read_bytes())
    scored.clear()
    run("score", folder, "--out", out)
    assert scored == []
    sources = sorted(Path(row["source"]).name for row in rows(out, "private/files.csv"))
    assert sources == ["1.dcm", "2.dcm", "broken.dcm", "copy.dcm", "renamed.dcm"]
    assert len(rows(out)) == 4


@pytest.mark.parametrize("option", [["--scale", "paediatric"], ["--spacing", "0.3"], ["--allow-burned-in-text"]])
def test_other_settings_score_anew(folder, out, scored, option):
    run("score", folder, "--out", out)
    scored.clear()
    run("score", folder, "--out", out, *option)
    assert len(scored) == 3
    scored.clear()
    run("score", folder, "--out", out)
    assert len(scored) == 3, "one result a scan is kept"


def test_choices_for_the_tables_score_nothing(folder, out, tmp_path, scored):
    run("score", folder, "--out", out)
    (tmp_path / "codes.csv").write_text("patient_id,subject\nMRN-1,OI-007\n")
    scored.clear()
    run("score", folder, "--out", out, "--subjects", tmp_path / "codes.csv", "--keep-identifiers")
    assert scored == []
    assert "OI-007" in {row["subject"] for row in rows(out)}
    assert "MRN-1" in {row["patient_id"] for row in rows(out)}


def test_failed_scans_are_tried_again_when_asked(folder, out, scored, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("Doe^Jane")

    with monkeypatch.context() as patched:
        patched.setattr("oiscan.pipeline.segment", fail)
        run("score", folder, "--out", out)
    run("score", folder, "--out", out)
    assert {row["status"] for row in rows(out)} == {"failed"} and scored == []
    assert run("score", folder, "--out", out, "--retry-failed") == 1
    assert sorted(row["status"] for row in rows(out)) == ["failed", "scored", "scored", "scored"]


def test_an_error_in_oiscan_costs_one_scan_and_is_shown_without_what_it_says(folder, out, monkeypatch, capsys, scored):
    def fail(scan, *given):
        if scan.identity.patient_id.endswith("1"):
            raise ZeroDivisionError(scan.identity.patient_id)
        return fake_segment(scan, *given)

    monkeypatch.setattr("oiscan.pipeline.segment", fail)
    assert run("score", folder, "--out", out) == 1
    said = capsys.readouterr()
    assert "in fail" in said.err and "ZeroDivisionError" in said.err
    assert "MRN-1" not in said.err + said.out
    reasons = [row["reason"] for row in rows(out) if row["status"] == "failed"]
    assert any("an error in oiscan itself (ZeroDivisionError); please report it" in reason for reason in reasons)
    assert sorted(row["status"] for row in rows(out)) == ["failed", "failed", "scored", "scored"]


def test_a_file_that_could_not_be_opened_is_tried_again_by_itself(tmp_path, out, scored, monkeypatch):
    good, bad = write_dicom(tmp_path / "good", picture(seed=1)), write_dicom(tmp_path / "bad", picture(seed=2))
    real = Path.open

    def closed(self, *given, **more):
        if self == bad:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(self, *given, **more)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", closed)
        assert run("score", good, bad, "--out", out) == 1
    assert "unopened-1" in {row["scan_id"] for row in rows(out)}
    assert run("score", good, bad, "--out", out) == 0
    assert [row["status"] for row in rows(out)] == ["scored", "scored"]
    assert not list(out.glob("**/unopened*"))


def test_tables_of_a_run_broken_off_and_of_a_whole_one(folder, out, scored, monkeypatch, capsys):
    broken_off(monkeypatch, folder, out, 2)
    capsys.readouterr()
    assert run("tables", out) == 0
    assert "2 more scans are not finished: give the command that began them again." in capsys.readouterr().out
    assert len(rows(out)) == 2 and (out / "index.html").is_file()
    run("score", folder, "--out", out)
    before = tree(out)
    told = json.loads((out / "run.json").read_text("utf-8"))
    (out / "index.html").unlink()
    (out / "vertebrae.csv").unlink()
    assert run("tables", out) == 0
    assert tree(out) == before
    assert json.loads((out / "run.json").read_text("utf-8")) == told


def test_tables_take_the_user_s_files_as_they_are_now(folder, out, tmp_path, scored):
    codes = tmp_path / "codes.csv"
    codes.write_text("patient_id,subject\nMRN-1,first\n")
    run("score", folder, "--out", out, "--subjects", codes)
    codes.write_text("patient_id,subject\nMRN-1,second\n")
    assert run("tables", out) == 0
    assert {row["subject"] for row in rows(out)} & {"first", "second"} == {"second"}
    codes.unlink()
    assert run("tables", out) == 2


def test_tables_of_no_results_folder(tmp_path, capsys):
    assert run("tables", tmp_path) == 2
    assert "holds no run" in capsys.readouterr().err


def test_a_second_run_on_the_folder_is_told_so_and_tables_may_be_had(folder, out, scored, capsys):
    run("score", folder, "--out", out)
    with ResultsFolder(out).held():
        assert run("score", folder, "--out", out) == 2
        assert "another oiscan is working on this results folder" in capsys.readouterr().err
        assert run("tables", out) == 0


def test_a_full_disk_ends_the_run_and_loses_nothing(folder, out, tmp_path, scored, monkeypatch, capsys):
    import oiscan.store.files as files

    whole, written = files._write, []

    def full(path, parts, mode, synced=True):
        if path.suffix == ".png" and len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.extend([path] if path.suffix == ".png" else [])
        whole(path, parts, mode, synced)

    with monkeypatch.context() as patched:
        patched.setattr("oiscan.store.files._write", full)
        assert run("score", folder, "--out", out) == 2
    assert "No space left on device" in capsys.readouterr().err
    scored.clear()
    run("score", folder, "--out", out)
    assert len(scored) == 1 and len(rows(out)) == 4


def test_dicom_asked_for_later_comes_without_scoring_again(folder, out, tmp_path, scored):
    for seed in (1, 2):
        (folder / f"{seed}.dcm").unlink()
    run("score", folder, "--out", tmp_path / "both", "--dicom")
    (out / "private").mkdir(parents=True)
    (out / "private" / "subject_key").write_bytes((tmp_path / "both" / "private" / "subject_key").read_bytes())
    run("score", folder, "--out", out)
    scored.clear()
    run("score", folder, "--out", out, "--dicom")
    assert scored == []
    both, later = (
        {file.name: file.read_bytes() for file in (one / "dicom").iterdir()} for one in (tmp_path / "both", out)
    )
    assert len(later) == 4 and later == both
    run("score", folder, "--out", out, "--dicom", "--keep-identifiers")
    assert scored == []
    changed = {file.name for file in (out / "dicom").glob("*.dcm") if file.read_bytes() != later[file.name]}
    assert len(changed) == 3


def test_objects_that_were_removed_are_made_again(folder, out, scored):
    run("score", folder, "--out", out, "--dicom")
    before = tree(out)
    next((out / "dicom").glob("*.sr.dcm")).unlink()
    scored.clear()
    run("score", folder, "--out", out, "--dicom")
    assert scored == []
    after = tree(out)
    assert {name for name in before if before[name] != after.get(name)} == {"private/objects.jsonl"}


def test_a_worker_with_another_model_or_program_is_refused(fake_model, folder, monkeypatch):
    from oiscan.batch import gather

    (job, *_) = gather([folder / "0.dcm"])
    with pytest.raises(ModelError, match="another model"):
        Task(Settings(), "0" * 64)(Work(job, job.sources[0]))
    with pytest.raises(WorkersError, match="install the same everywhere"):
        Task(Settings(), fake_model.sha256, version="0.0")(Work(job, job.sources[0]))


@pytest.mark.parametrize(
    "options", [["--workers", "2", "--scheduler", "tcp://a:1"], ["--send-files"], ["--workers", "0"]]
)
def test_hands_that_do_not_go_together(folder, out, fake_model, options):
    assert run("score", folder, "--out", out, *options) == 2
    assert not out.exists()


def test_files_are_sent_one_by_one_and_what_cannot_be_read_says_why(folder, fake_model, monkeypatch):
    from oiscan.batch import gather

    (folder / "empty.dcm").touch()
    jobs = gather(sorted(folder.iterdir()))
    works = [Work(job, job.sources[0]) for job in jobs]
    task = Task(Settings(), fake_model.sha256)
    sent = []

    def each(task, items, address, lost):
        for item in items:
            sent.append(item)
            yield item, task(item)

    monkeypatch.setattr("oiscan.batch.cluster.each", each)
    here = [task(work).scored.report for work in works]
    there = [done.scored.report for _, done in Hands(scheduler="tcp://a:1", send_files=True).each(task, works)]
    assert there == here
    assert [type(work.source).__name__ for work in sent].count("UnreadableFileError") == 1
    assert [type(work.source).__name__ for work in sent].count("Held") == 4
    with pytest.raises(ConfigError):
        Hands(workers=2, scheduler="tcp://a:1")
