"""What there is to score: each content once."""

import pickle

from oiscan.batch import Job, gather
from oiscan.pipeline import Settings
from tests.fakes import picture, write_dicom


def test_one_content_under_two_names_is_one_job(tmp_path):
    first, other = write_dicom(tmp_path / "a", picture(seed=1)), write_dicom(tmp_path / "b", picture(seed=2))
    copy = tmp_path / "c"
    copy.write_bytes(first.read_bytes())
    jobs = gather([first, other, copy])
    assert [job.sources for job in jobs] == [(first, copy), (other,)]
    assert [job.scan_id for job in jobs] == [job.sha256[:16] for job in jobs]


def test_what_cannot_be_opened_still_has_a_job(tmp_path):
    closed = [tmp_path / "absent", tmp_path / "folder"]
    closed[1].mkdir()
    assert [(job.scan_id, job.sha256, job.sources) for job in gather(closed)] == [
        ("unopened-1", "", (closed[0],)),
        ("unopened-2", "", (closed[1],)),
    ]


def test_a_job_and_its_settings_can_be_sent_to_another_process(tmp_path):
    sent = (Job("aaaa", "aaaa", (tmp_path / "a",)), Settings(view="ap", spacing_mm=0.5))
    assert pickle.loads(pickle.dumps(sent)) == sent
