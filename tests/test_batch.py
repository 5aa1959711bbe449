"""Many files: each content once, and a report for every one of them."""

import pickle

from oiscan.batch import Job, gather, score_job, score_jobs
from oiscan.pipeline import Settings
from oiscan.report import Status
from tests.fakes import picture, write_dicom


def test_one_content_under_two_names_is_one_job(tmp_path):
    first, other = write_dicom(tmp_path / "a", picture(seed=1)), write_dicom(tmp_path / "b", picture(seed=2))
    copy = tmp_path / "c"
    copy.write_bytes(first.read_bytes())
    jobs = gather([first, other, copy])
    assert [job.sources for job in jobs] == [(first, copy), (other,)]
    assert [job.scan_id for job in jobs] == [job.sha256[:16] for job in jobs]


def test_what_cannot_be_opened_still_has_a_job_and_a_report(tmp_path, fake_model):
    closed = [tmp_path / "absent", tmp_path / "folder"]
    closed[1].mkdir()
    jobs = gather(closed)
    assert [(job.scan_id, job.sha256, job.sources) for job in jobs] == [
        ("unopened-1", "", (closed[0],)),
        ("unopened-2", "", (closed[1],)),
    ]
    for job in jobs:
        report = score_job(job, Settings(), fake_model)
        assert (report.scan_id, report.status) == (job.scan_id, Status.FAILED)
        assert "cannot be opened" in report.reason
        assert str(tmp_path) not in report.reason


def test_a_file_that_vanishes_keeps_its_name(tmp_path, fake_model):
    file = write_dicom(tmp_path / "a", picture())
    (job,) = gather([file])
    file.unlink()
    report = score_job(job, Settings(), fake_model)
    assert (report.scan_id, report.input_sha256, report.status) == (job.scan_id, job.sha256, Status.FAILED)


def test_a_bad_file_stops_nothing(tmp_path, fake_model):
    bad, good = tmp_path / "bad", write_dicom(tmp_path / "good", picture())
    bad.write_bytes(b"\x00" * 500)
    ended = [report.status for _, report in score_jobs(gather([bad, good]), Settings(), fake_model)]
    assert ended == [Status.FAILED, Status.SCORED]


def test_a_job_and_its_settings_can_be_sent_to_another_process(tmp_path):
    sent = (Job("aaaa", "aaaa", (tmp_path / "a",)), Settings(view="ap", spacing_mm=0.5))
    assert pickle.loads(pickle.dumps(sent)) == sent
