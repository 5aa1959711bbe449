"""Simulated exams: one person in both views, the truth beside them, and files as scanners write them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from oiscan.anatomy import COLUMN, View
from oiscan.labels import read_labels
from oiscan.loaders import read
from oiscan.phantom.exam import ExamSettings, draw_exam, truth
from oiscan.phantom.export import Layout, write_exam, write_label_file

SETTINGS = ExamSettings(seed=7, age_years=8.5, fractured=0.4, pixel_mm=0.8)


@pytest.fixture(scope="module")
def exam():
    return draw_exam(SETTINGS)


def test_the_same_settings_give_the_same_exam(exam) -> None:
    again, other = draw_exam(SETTINGS), draw_exam(ExamSettings(seed=8, age_years=8.5, pixel_mm=0.8))
    for view in View:
        np.testing.assert_array_equal(exam.views[view].picture, again.views[view].picture)
        assert truth(exam, view) == truth(again, view)
        assert truth(exam, view)["vertebrae"] != truth(other, view)["vertebrae"]


def test_the_scan_shows_whole_what_it_is_meant_to_show(exam) -> None:
    wanted = {View.LATERAL: COLUMN[3:16], View.AP: COLUMN[11:16]}
    for view, levels in wanted.items():
        whole = {one["level"] for one in truth(exam, view)["vertebrae"] if one["whole"]}
        assert {level.value for level in levels} <= whole


def test_heights_and_loss_are_those_of_the_landmarks(exam) -> None:
    """ha, hm and hp are distances between paired landmarks; the loss follows from them and the body before fracture."""
    for k, one in ((COLUMN.index(one["level"]), one) for one in truth(exam, View.LATERAL)["vertebrae"]):
        points = np.array(one["landmarks_px"]) * SETTINGS.pixel_mm
        hp, hm, ha = (np.linalg.norm(points[i] - points[5 - i]) for i in range(3))
        assert ha == pytest.approx(one["anterior_height_mm"], abs=0.03)
        assert hp == pytest.approx(one["posterior_height_mm"], abs=0.03)
        assert hm == pytest.approx(one["middle_height_mm"], rel=0.05, abs=0.1)  # the endplates need not be parallel
        loss = max(0, 1 - ha / hp, 1 - one["middle_height_mm"] / hp, 1 - hp / exam.anatomy.reference_mm[k])
        assert one["height_loss_percent"] == pytest.approx(100 * loss, abs=0.5)


def test_ge_files_hold_their_size_in_exposed_area_alone(exam, tmp_path: Path) -> None:
    write_exam(exam, tmp_path, "someone", Layout.GE_LUNAR)
    lateral = dcmread(tmp_path / "someone_lateral.dcm")
    assert "PixelSpacing" not in lateral
    assert (lateral.ProtocolName, lateral.Modality) == ("LVA", "CR")
    assert dcmread(tmp_path / "someone_ap.dcm").ProtocolName == "AP Spine"
    rows, columns = exam.views[View.LATERAL].picture.shape
    assert list(lateral.ExposedArea) == [round(0.8 * columns), round(0.8 * rows)]


@pytest.mark.parametrize("layout", Layout)
def test_files_read_back_as_the_scans_they_are(exam, tmp_path: Path, layout: Layout) -> None:
    labels = write_exam(exam, tmp_path, "someone", layout)
    write_label_file(labels, tmp_path / "labels.json")
    for view, labelled in zip(View, read_labels(tmp_path / "labels.json").images, strict=True):
        scan = read(labelled.file)
        assert (scan.view, labelled.view) == (view, view)
        assert scan.spacing is not None
        assert scan.spacing.row_column_mm == pytest.approx([0.8, 0.8], rel=0.01)
        assert scan.subject.age_years == pytest.approx(8.5, abs=0.01)
        drawn = exam.views[view].picture
        assert np.corrcoef(scan.pixels.ravel(), drawn.ravel())[0, 1] > 0.999
        told = json.loads(labelled.file.with_suffix(".truth.json").read_text())
        assert told["simulated"] is True
        for vertebra, one in zip(labelled.vertebrae, told["vertebrae"], strict=True):
            assert vertebra.level == one["level"]
            assert vertebra.readable is one["whole"]
            np.testing.assert_allclose(vertebra.landmarks_px, one["landmarks_px"], atol=0.01)


def test_two_people_never_share_a_uid(exam, tmp_path: Path) -> None:
    write_exam(exam, tmp_path, "one", Layout.GENERIC)
    write_exam(exam, tmp_path, "two", Layout.GENERIC)
    files = [dcmread(path, stop_before_pixels=True) for path in sorted(tmp_path.glob("*.dcm"))]
    assert len({file.SOPInstanceUID for file in files}) == 4
    assert len({file.StudyInstanceUID for file in files}) == 2
    assert {str(file.PatientName) for file in files} == {"SIMULATED^NOBODY"}
