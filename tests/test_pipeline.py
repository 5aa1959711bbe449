"""One scan to its report: every way a scan can end, and what the report keeps of the scan."""

import hashlib
import json
import math
from dataclasses import replace

import numpy as np
import pytest

import oiscan
from oiscan.anatomy import COLUMN, Level, View
from oiscan.errors import ConfigError, LevelError, UnreadableFileError
from oiscan.grading import Band, Doubt
from oiscan.grading.quality import NOTHING_SEEN
from oiscan.pipeline import Settings, score_file, score_scan
from oiscan.report import Finding, Report, Status, Verdict
from oiscan.scan import Scan, Subject
from oiscan.spine import StatedLevel
from tests.fakes import FakeModel, fake_segment, picture, write_dicom


def lateral(**options):
    return Scan.from_array(picture(), view=View.LATERAL, **options)


def test_a_scored_scan_carries_findings_and_what_made_them(fake_model):
    report = score_scan(lateral(spacing_mm=0.5), fake_model)
    l1, l2 = report.findings
    assert (report.status, report.reason) == (Status.SCORED, "")
    assert (l1.level, l1.grade, l1.anterior_height_mm) == (Level.L1, 0, 10.0)
    # L2: corner 10 px below the other one and 30 px across; ha = 10 px, hp = 20 px, so half of the height is lost.
    assert (l2.level, l2.grade, l2.height_loss_percent) == (Level.L2, 3, pytest.approx(50))
    assert (report.worst_grade, report.grade_sum, report.anterior) == (3, 3, "right")
    assert (report.numbering_anchor, report.numbering_probability) == ("sacrum", 0.9)
    assert (report.model_name, report.model_sha256, report.scale) == ("fake", "f" * 64, "genant")
    assert report.program_version == oiscan.__version__


def test_without_spacing_grades_stand_and_millimetres_do_not(fake_model):
    report = score_scan(lateral(), fake_model)
    assert [finding.grade for finding in report.findings] == [0, 3]
    assert {finding.anterior_height_mm for finding in report.findings} == {None}
    assert (report.spacing_mm, report.spacing_source) == (None, "")


def test_the_scale_decides_the_grade(fake_model):
    assert score_scan(lateral(), fake_model, "paediatric").findings[1].grade == 2
    assert score_scan(lateral(), fake_model, "genant").findings[1].grade == 3


def test_nothing_found_is_unreadable_with_the_reason(fake_model):
    report = score_scan(Scan.from_array(picture(rows=70), view=View.AP), fake_model)
    assert (report.status, report.reason, report.findings) == (Status.UNREADABLE, "no vertebra found", ())
    assert report.notes == ("no continuous row of vertebrae was found", NOTHING_SEEN)


def test_an_unknown_view_is_unsupported_and_says_what_to_do(fake_model):
    report = score_scan(Scan.from_array(picture()), fake_model)
    assert (report.status, report.reason) == (
        Status.UNSUPPORTED,
        "view unknown: give --view lateral or --view ap",
    )


def test_a_view_the_model_has_not_learnt_is_unsupported(fake_model):
    report = score_scan(lateral(), FakeModel(views=(View.AP,)))
    assert (report.status, report.reason) == (Status.UNSUPPORTED, "the model knows no lateral scans")


def test_what_a_reader_stated_goes_to_the_segmentation(fake_model, monkeypatch):
    seen = []
    monkeypatch.setattr("oiscan.pipeline.segment", lambda *given: seen.append(given[2]) or fake_segment(*given))
    scan = lateral()
    score_scan(scan, fake_model)
    oiscan.score(scan, lowest_level="L4")
    oiscan.score(scan, level_at=(10, 20, "L3"))
    assert seen == [None, StatedLevel(Level.L4), StatedLevel(Level.L3, (10.0, 20.0))]


def test_a_level_that_cannot_be_is_unreadable_with_the_reason(fake_model, monkeypatch):
    def refuse(scan, model, stated):
        raise LevelError(f"{stated.level} does not fit", "state another")

    monkeypatch.setattr("oiscan.pipeline.segment", refuse)
    report = score_scan(lateral(), fake_model, stated=StatedLevel(Level.T2))
    assert (report.status, report.reason) == (Status.UNREADABLE, "T2 does not fit; state another")
    assert (report.findings, report.numbering_anchor, report.rows) == ((), "", 100)


def test_a_report_survives_its_own_json(fake_model):
    report = score_scan(lateral(spacing_mm=(0.5, 0.25)), fake_model)
    report = replace(report, numbering_alternatives=((1, 0.25),), numbering_variants=(("six lumbar vertebrae", 0.2),))
    assert Report.from_dict(json.loads(json.dumps(report.to_dict()))) == report


def test_a_file_is_named_by_its_bytes_however_it_ends(tmp_path, fake_model):
    files = {
        Status.SCORED: write_dicom(tmp_path / "scored", picture()),
        Status.UNREADABLE: write_dicom(tmp_path / "unreadable", picture(rows=70)),
        Status.UNSUPPORTED: write_dicom(tmp_path / "hip", picture(), BodyPartExamined="HIP", SeriesDescription="Hip"),
        Status.FAILED: tmp_path / "failed",
    }
    files[Status.FAILED].write_bytes(b"no scan at all")
    for status, file in files.items():
        report = score_file(file, Settings(), fake_model)
        assert report.status is status, report.reason
        assert bool(report.reason) == (status is not Status.SCORED)
        assert report.input_sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
        assert report.scan_id == report.input_sha256[:16]
        assert report.model_sha256 == fake_model.sha256


def test_settings_reach_the_reader(tmp_path, fake_model):
    file = write_dicom(tmp_path / "scan", picture())
    report = score_file(file, Settings(view="ap", spacing_mm=(0.5, 0.4)), fake_model)
    assert (report.view, report.spacing_mm, report.spacing_source) == (View.AP, (0.5, 0.4), "user")


def test_a_file_that_cannot_be_opened_raises(tmp_path, fake_model):
    with pytest.raises(UnreadableFileError, match="cannot be opened"):
        score_file(tmp_path / "absent", Settings(), fake_model)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"view": "sideways"}, "choose lateral or ap"),
        ({"scale": "harsh"}, "choose genant or paediatric"),
        ({"spacing_mm": (0.2, 0.2, 0.2)}, "state the pixel size"),
        ({"spacing_mm": -1.0}, "state the pixel size"),
    ],
)
def test_impossible_settings_are_refused_before_any_scan(wrong, said):
    with pytest.raises(ConfigError, match=said):
        Settings(**wrong)


def test_the_front_door_reads_and_scores(tmp_path, fake_model):
    file = write_dicom(tmp_path / "scan", picture())
    from_file = oiscan.score(file)
    assert from_file == oiscan.score(oiscan.read(file))
    assert from_file.scan is not None
    assert len(from_file.to_frame()) == 2
    np.testing.assert_array_equal(from_file.scan.pixels, oiscan.read(file).pixels)
    with pytest.raises(ConfigError, match=r"oiscan\.read"):
        oiscan.score(from_file.scan, view="ap")


DOUBT = Doubt((Band(6, 1, 0, 1, 0, 50), Band(math.inf, 1, 0, 1, 0, 1)), Band(math.inf, 1, 0, 1, 0, 2))
CARD = {"name": "fake", "calibration": {"grading": DOUBT.to_card()}}


def test_a_calibrated_model_says_how_sure_its_grades_are(fake_model):
    for age, error in ((5, 50), (7, 1), (None, 2)):
        scan = replace(lateral(), subject=Subject(age))
        report = score_scan(scan, FakeModel(calibrated=True, card=CARD))
        assert report.findings[1].standard_errors["height_loss_percent"] == error
        assert sum(report.findings[1].grade_probabilities) == pytest.approx(1)
        assert Report.from_dict(json.loads(json.dumps(report.to_dict()))) == report


def test_an_uncalibrated_model_prints_no_probability(fake_model):
    for model in (FakeModel(calibrated=False, card=CARD), FakeModel(calibrated=True, card={})):
        finding = score_scan(lateral(), model).findings[1]
        assert (finding.grade, finding.grade_probabilities, finding.standard_errors) == (3, (), {})


def test_a_readers_own_scale(fake_model, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text('name = "own"\nsource = "us"\nedges = [{percent = 60}]\n')
    report = score_scan(lateral(), fake_model, Settings(scale=str(own)).scale)
    assert (report.scale, report.findings[1].grade) == ("own", 0)
    assert str(tmp_path) not in json.dumps(report.to_dict())


def test_an_sdi_needs_all_levels_from_t4_to_l4():
    graded = [Finding(level, Verdict.SCORED, grade=1) for level in COLUMN[2:]]
    whole = Report("a", "a", Status.SCORED, findings=tuple(graded))
    assert (whole.sdi, whole.grade_sum) == (13, 15)
    assert whole.to_dict()["sdi"] == 13
    assert replace(whole, findings=tuple(graded[:5] + graded[6:])).sdi is None
