"""One job scored: a report for every one of them, and a key for all that its numbers depend on."""

from dataclasses import replace

import pytest

from oiscan.anatomy import Level
from oiscan.batch import Job, Scored, gather, printed_in, score_job, settings_key
from oiscan.batch.scoring import NOT_SHOWN
from oiscan.errors import UnreadableFileError
from oiscan.grading import Scale, scale_named
from oiscan.grading.genant import Edge
from oiscan.loaders.containers import held
from oiscan.loaders.printed import PrintedFile
from oiscan.pipeline import Settings, score_file
from oiscan.report import Status
from oiscan.spine import StatedLevel
from tests.fakes import picture, write_dicom


def job_of(tmp_path, **attributes) -> Job:
    (job,) = gather([write_dicom(tmp_path / "scan", picture(), **attributes)])
    return job


def test_a_job_gets_the_report_of_its_file(tmp_path, fake_model):
    job = job_of(tmp_path)
    report, file = score_job(job, job.sources[0], Settings(), fake_model)
    assert report == score_file(job.sources[0], Settings(), fake_model)
    assert file.data == job.sources[0].read_bytes()


def test_a_file_that_vanished_or_changed_keeps_its_name(tmp_path, fake_model):
    job = job_of(tmp_path)
    job.sources[0].write_bytes(b"another")
    report, file = score_job(job, job.sources[0], Settings(), fake_model)
    assert (report.scan_id, report.input_sha256, report.status) == (job.scan_id, job.sha256, Status.FAILED)
    assert "changed after the run began" in report.reason and file is None
    job.sources[0].unlink()
    report, _ = score_job(job, job.sources[0], Settings(), fake_model)
    assert (report.scan_id, report.status) == (job.scan_id, Status.FAILED)
    assert "cannot be opened" in report.reason and str(tmp_path) not in report.reason
    assert printed_in(None) == PrintedFile()


def test_bytes_that_were_sent_need_no_file(tmp_path, fake_model):
    job = job_of(tmp_path)
    sent = held(job.sources[0])
    job.sources[0].unlink()
    assert score_job(job, sent, Settings(), fake_model)[0].status is Status.SCORED


def test_why_it_could_not_be_read_elsewhere_is_its_reason(tmp_path, fake_model):
    report, _ = score_job(job_of(tmp_path), UnreadableFileError("the file is empty"), Settings(), fake_model)
    assert (report.status, report.reason, report.model_sha256) == (
        Status.FAILED, "the file is empty", fake_model.sha256,
    )  # fmt: skip


def test_what_is_kept_has_no_pixels_and_a_picture_only_where_it_may(tmp_path, fake_model):
    job = job_of(tmp_path, BurnedInAnnotation="YES", PatientID="MRN-1")
    report, file = score_job(job, job.sources[0], Settings(), fake_model)
    hidden, shown = (Scored.of(report, printed_in(file), shown) for shown in (False, True))
    assert hidden.report.scan is None and shown.report.scan is None
    assert hidden.picture is None and shown.picture.startswith(b"\x89PNG")
    assert hidden.report.notes == (*report.notes, NOT_SHOWN) and shown.report.notes == report.notes
    assert hidden.file.identity.patient_id == "MRN-1"


CHANGES = [
    {"view": "ap"},
    {"spacing_mm": (0.5, 0.5)},
    {"inverted": False},
    {"scale": "paediatric"},
    {"scale": Scale("genant", (Edge(21, included=True),), "mine")},
    {"stated": StatedLevel(Level.L4)},
]


@pytest.mark.parametrize("change", CHANGES)
def test_another_setting_is_another_key(change):
    assert settings_key(replace(Settings(), **change), "m" * 64, False) != settings_key(Settings(), "m" * 64, False)


def test_another_model_program_or_picture_is_another_key_and_a_name_is_not(monkeypatch):
    key = settings_key(Settings(), "m" * 64, False)
    assert len(key) == 16
    assert settings_key(Settings(model="other", scale=scale_named("genant")), "m" * 64, False) == key
    assert settings_key(Settings(), "n" * 64, False) != key
    assert settings_key(Settings(), "m" * 64, True) != key
    monkeypatch.setattr("oiscan.batch.scoring.__version__", "9.9")
    assert settings_key(Settings(), "m" * 64, False) != key
