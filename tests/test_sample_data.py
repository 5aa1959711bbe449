"""The shipped model on the shipped pictures: nothing here passes without real weights."""

import json
from pathlib import Path

import numpy as np
import pytest

import oiscan
from oiscan.anatomy import View

SAMPLES = Path(__file__).parents[1] / "sample_data"
PICTURES = sorted(SAMPLES.glob("*.dcm"))


@pytest.fixture(scope="module")
def reports() -> dict[str, oiscan.Report]:
    return {path.stem: oiscan.score(path) for path in PICTURES}


def truth(name: str) -> dict:
    return json.loads((SAMPLES / f"{name}.truth.json").read_text())


def test_there_are_both_views_of_four_people() -> None:
    assert len(PICTURES) == 8
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 5 * 2**20


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_a_picture_says_what_it_said_when_it_was_made(path: Path, reports: dict[str, oiscan.Report]) -> None:
    report = reports[path.stem]
    expected = oiscan.Report.from_dict(json.loads((SAMPLES / "expected" / f"{path.stem}.json").read_text()))
    assert (report.scan_id, report.status, report.view) == (expected.scan_id, expected.status, expected.view)
    assert report.spacing_mm == pytest.approx(expected.spacing_mm)
    assert [finding.level for finding in report.findings] == [finding.level for finding in expected.findings]
    for now, then in zip(report.findings, expected.findings, strict=True):
        assert (now.status, now.reason, now.grade) == (then.status, then.reason, then.grade)
        np.testing.assert_allclose(now.landmarks_px, then.landmarks_px, atol=0.2)


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.stem)
def test_landmarks_lie_near_the_truth(path: Path, reports: dict[str, oiscan.Report]) -> None:
    told, report = truth(path.stem), reports[path.stem]
    assert report.view is View(told["view"])
    centres = np.array([np.mean(v["landmarks_px"], 0) for v in told["vertebrae"] if v["whole"]])
    found = np.array([np.mean(f.landmarks_px, 0) for f in report.findings if f.landmarks_px])
    distance = np.linalg.norm(centres[:, None] - found, axis=-1).min(1) * told["spacing_mm"][0]
    assert np.median(distance) < 1.0  # mm
    assert (distance < 6.0).mean() > 0.9


def test_levels_of_the_lateral_pictures_are_named_right(reports: dict[str, oiscan.Report]) -> None:
    for name in ("adult_0000_lateral", "child_6y_0000_lateral", "child_12y_fractures_0000_lateral"):
        places = {v["level"]: np.mean(v["landmarks_px"], 0) for v in truth(name)["vertebrae"]}
        for finding in reports[name].findings:
            if finding.landmarks_px and finding.level.value in places:
                assert np.linalg.norm(np.mean(finding.landmarks_px, 0) - places[finding.level.value]) < 12, name


def test_the_healthy_have_no_fracture_and_the_fractured_have_some(reports: dict[str, oiscan.Report]) -> None:
    assert reports["adult_0000_lateral"].worst_grade == 0
    assert reports["child_6y_0000_lateral"].worst_grade == 0
    graded = {finding.level.value: finding for finding in reports["child_12y_fractures_0000_lateral"].findings}
    assert {level for level, finding in graded.items() if finding.grade} == {"T8"}
    assert graded["L1"].reason.startswith("overlapped")
    young = {finding.level.value: finding for finding in reports["child_4y_fractures_0000_lateral"].findings}
    assert (young["T12"].grade, young["T12"].deformity) == (3, "wedge")
    assert (young["L4"].grade, young["L4"].deformity) == (2, "crush")
    assert (young["T7"].grade, young["T7"].deformity) == (2, "biconcave")  # lost 40.1 %: grade 3 by a hair
    assert (young["T11"].grade, young["L1"].grade) == (0, 0)  # lost 19.8 %, sound by a hair, and 26 %: missed
