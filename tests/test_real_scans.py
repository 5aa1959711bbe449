"""The shipped model on the two real GE scans, where they are at hand: smoke checks against points placed by eye."""

import json
from pathlib import Path

import numpy as np
import pytest

import oiscan
from oiscan.anatomy import LUMBAR, View
from oiscan.evaluation.overlap import intersection_over_union
from oiscan.report import Status

REAL = Path(__file__).parents[2] / "shared" / "real" / "dxa"
pytestmark = pytest.mark.skipif(not REAL.exists(), reason="the real scans are not at hand")


def by_eye(name: str) -> dict[str, np.ndarray]:
    """Quads or boxes of L1 to L4 as (row, column)."""
    told = json.loads((REAL / "by_eye.json").read_text())[name]
    if "vertebrae_xy" in told:
        return {level: np.array(points)[:, ::-1] for level, points in told["vertebrae_xy"].items()}
    corners = {}
    for level, (x0, y0, x1, y1) in told["boxes_x0y0x1y1"].items():
        corners[level] = np.array([[y0, x0], [y0, x1], [y1, x1], [y1, x0]])
    return corners


@pytest.mark.parametrize(
    ("name", "view", "spacing"),
    [
        ("ge_idxa_lva.dcm", View.LATERAL, (438 / 1768, 200 / 808)),
        ("ge_idxa_ap_spine.dcm", View.AP, (197 / 780, 180 / 716)),
    ],
)
def test_l1_to_l4_lie_where_the_eye_puts_them(name: str, view: View, spacing: tuple[float, float]) -> None:
    report = oiscan.score(REAL / name)
    assert (report.status, report.view, report.spacing_source) == (Status.SCORED, view, "ExposedArea")
    assert report.spacing_mm == pytest.approx(spacing)
    found = {finding.level.value: finding for finding in report.findings}
    for level in LUMBAR:
        points = found[level.value].landmarks_px
        assert intersection_over_union(points, by_eye(name)[level.value]) > 0.6, level


def test_the_lateral_scan_faces_right_and_is_named_from_t4_to_the_cut_l5() -> None:
    report = oiscan.score(REAL / "ge_idxa_lva.dcm")
    assert report.anterior == "right"
    assert [finding.level.value for finding in report.findings] == [
        "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5",
    ]  # fmt: skip
    assert report.findings[-1].reason == "cut by the edge of the picture"


def test_the_ap_scan_is_refused_as_uncalibrated_with_its_regions_drawn() -> None:
    report = oiscan.score(REAL / "ge_idxa_ap_spine.dcm")
    assert report.abmd_reason.startswith("a display picture holds no g/cm2: ")
    assert not report.abmd_method and report.measured_l1_l4_abmd_g_cm2 is None
    lumbar = [finding for finding in report.findings if finding.level in LUMBAR]
    assert len(lumbar) == 4
    assert all(finding.abmd_g_cm2 is None and finding.bmc_g is None for finding in report.findings)
    assert all(len(finding.outline_px) > 8 and finding.area_cm2 for finding in lumbar)
