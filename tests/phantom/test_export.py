"""Simulated exams as files: each maker's layout read back, and nobody's files mistaken for another's."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from oiscan.anatomy import View
from oiscan.labels import LabelledImage, read_labels
from oiscan.loaders import read
from oiscan.phantom.exam import Exam, ExamSettings, draw_exam
from oiscan.phantom.export import IVA_LEVELS, Layout, noisy_copy, write_exam, write_label_file
from oiscan.phantom.looks import Look

SETTINGS = ExamSettings(seed=7, age_years=8.5, fractured=0.4, pixel_mm=0.8)


@pytest.fixture(scope="module")
def exam() -> Exam:
    return draw_exam(SETTINGS)


def told(image: LabelledImage) -> dict:
    """The truth beside a written picture."""
    truth: dict = json.loads(image.file.with_suffix(".truth.json").read_text())
    return truth


def test_ge_files_hold_their_size_in_exposed_area_alone(exam: Exam, tmp_path: Path) -> None:
    write_exam(exam, tmp_path, "someone", Layout.GE_LUNAR)
    lateral = dcmread(tmp_path / "someone_lateral.dcm")
    assert "PixelSpacing" not in lateral
    assert (lateral.ProtocolName, lateral.Modality) == ("LVA", "CR")
    assert dcmread(tmp_path / "someone_ap.dcm").ProtocolName == "AP Spine"
    rows, columns = exam.views[View.LATERAL].picture.shape
    assert list(lateral.ExposedArea) == [round(0.8 * columns), round(0.8 * rows)]


def test_hologic_files_hold_the_landmarks_of_a_lateral_analysis(exam: Exam, tmp_path: Path) -> None:
    lateral, ap = write_exam(exam, tmp_path, "someone", Layout.HOLOGIC)
    scan = read(lateral.file)
    assert scan.acquisition.maker == "HOLOGIC"
    assert scan.spacing is not None
    assert scan.spacing.source == "PixelSpacing"
    truth = {one["level"]: one for one in told(lateral)["vertebrae"] if one["readable"]}
    marked = {vertebra.level.value: vertebra for vertebra in scan.reader_landmarks}
    assert set(marked) == set(truth) & set(IVA_LEVELS)
    assert len(marked) >= 10
    words = ("none", "mild", "moderate", "severe")
    for level, vertebra in marked.items():
        np.testing.assert_allclose(vertebra.landmarks_px, truth[level]["landmarks_px"], atol=0.01)
        assert vertebra.anterior == "right"
        assert vertebra.severity == words[truth[level]["grade"]]
        assert vertebra.deformity == (truth[level]["deformity"] or "none")
    assert {vertebra.severity for vertebra in marked.values()} > {"none"}
    assert read(ap.file).reader_landmarks == ()


@pytest.mark.parametrize("layout", Layout)
def test_files_read_back_as_the_scans_they_are(exam: Exam, tmp_path: Path, layout: Layout) -> None:
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
        assert (labelled.subject, labelled.age_years, labelled.look) == ("someone", 8.5, "plain")
        assert labelled.size_px == drawn.shape
        truth = told(labelled)
        assert truth["simulated"] is True
        for vertebra, one in zip(labelled.vertebrae, truth["vertebrae"], strict=True):
            assert vertebra.level == one["level"]
            assert (vertebra.readable, vertebra.reason) == (one["readable"], one["reason"])
            np.testing.assert_allclose(vertebra.landmarks_px, one["landmarks_px"], atol=0.01)
            np.testing.assert_allclose(vertebra.outline_px, one["outline_px"], atol=0.01)


def test_what_lies_in_white_margins_is_told_as_cut(tmp_path: Path) -> None:
    """The truth and the loader see the same margins."""
    exams = [draw_exam(ExamSettings(seed, pixel_mm=0.8, look=Look.GE)) for seed in range(60, 66)]
    framed = 0
    for exam in exams:
        _, ap = write_exam(exam, tmp_path, str(exam.settings.seed), Layout.GE_LUNAR)
        scanned = read(ap.file).scanned
        framed += scanned is not None
        for one in told(ap)["vertebrae"] if scanned is not None else ():
            rows, columns = np.rint(one["landmarks_px"]).astype(int).clip(0, np.array(scanned.shape) - 1).T
            if one["whole"]:
                assert scanned[rows, columns].all()
    assert framed


def test_two_people_never_share_a_uid(exam: Exam, tmp_path: Path) -> None:
    write_exam(exam, tmp_path, "one", Layout.GENERIC)
    write_exam(exam, tmp_path, "two", Layout.GENERIC)
    (tmp_path / "again").mkdir()
    write_exam(replace(exam, settings=replace(SETTINGS, seed=8)), tmp_path / "again", "one", Layout.GENERIC)
    files = [dcmread(path, stop_before_pixels=True) for path in sorted(tmp_path.rglob("*.dcm"))]
    assert len({file.SOPInstanceUID for file in files}) == 6
    assert len({file.StudyInstanceUID for file in files}) == 3
    assert len({file.SeriesInstanceUID for file in files}) == 6
    assert {str(file.PatientName) for file in files} == {"SIMULATED^NOBODY"}


def test_the_same_exam_gives_the_same_bytes(exam: Exam, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_label_file(write_exam(exam, tmp_path / folder, "x", Layout.HOLOGIC), tmp_path / folder / "labels.json")
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["labels.json", "x.exam.json", "x_ap.dcm", "x_ap.truth.json", "x_lateral.dcm",
                     "x_lateral.truth.json"]
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_noisy_copy_is_another_exposure_of_somebody_else(exam: Exam, tmp_path: Path) -> None:
    write_exam(exam, tmp_path, "a", Layout.GENERIC)
    source = tmp_path / "a_ap.dcm"
    copies = [dcmread(BytesIO(noisy_copy(source, seed))) for seed in (1, 2)]
    before, (one, other) = dcmread(source), copies
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "PatientID", "PixelData"):
        assert len({str(dataset[keyword].value) for dataset in (before, one, other)}) == 3, keyword
    assert np.abs(one.pixel_array.astype(int) - before.pixel_array).max() == 1
    assert one.pixel_array.shape == before.pixel_array.shape
    assert noisy_copy(source, 1) == noisy_copy(source, 1)
