"""A drawn spine with its report, for tests: bodies sound, biconcave, crushed, not found and cut off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from oiscan.anatomy import Level, View
from oiscan.grading import assess
from oiscan.report import Report, Status
from oiscan.scan import FloatArray, PixelSpacing, Scan, StoredFrame
from oiscan.spine import Evidence, Spine, Vertebra

SHA256 = "0123456789abcdef" * 4

HEIGHTS = {
    Level.T11: (20.0, 20.0, 20.0),
    Level.T12: (20.0, 14.0, 20.0),
    Level.L2: (20.0, 20.0, 20.0),
    Level.L3: (11.0, 11.0, 11.0),
    Level.L4: (20.0, 20.0, 20.0),
}


def body(heights: tuple[float, float, float], middle_row: float, middle_column: float) -> FloatArray:
    """Six landmarks of an upright body 24 deep, facing right."""
    anterior, middle, posterior = heights
    columns = np.array([-12.0, 0, 12, 12, 0, -12])
    rows = np.array([-posterior, -middle, -anterior, anterior, middle, posterior]) / 2
    return np.stack([rows + middle_row, columns + middle_column], axis=1)


def lateral_spine() -> Spine:
    """Bodies one below the other, 28 rows apart, the last one cut off; L1 is missing."""
    vertebrae = []
    for place, (level, heights) in zip((0, 1, 3, 4, 5), HEIGHTS.items(), strict=True):
        landmarks = body(heights, 20 + 28 * place, 40 + 2 * place)
        evidence = Evidence.CUT if level is Level.L4 else Evidence.CLEAR
        vertebrae.append(Vertebra(level, landmarks, np.tile(np.eye(2) / 4, (6, 1, 1)), landmarks, 0.9, evidence))
    return Spine(View.LATERAL, tuple(vertebrae), anterior="right")


def scan(spacing: PixelSpacing | None = None) -> Scan:
    """170 rows, 90 columns: bodies at 100, soft tissue at 20, air at 0."""
    pixels = np.zeros((170, 90), dtype=np.float32)
    pixels[:, 15:80] = 20
    for vertebra in lateral_spine().vertebrae:
        (top, left), (bottom, right) = vertebra.landmarks_px.min(axis=0), vertebra.landmarks_px.max(axis=0)
        pixels[int(top) : int(bottom) + 1, int(left) : int(right) + 1] = 100
    return Scan(pixels, StoredFrame(170, 90), SHA256, View.LATERAL, spacing or PixelSpacing(1.0, 1.0, "user"))


def report() -> Report:
    """The report on the drawn scan."""
    drawn = scan()
    return Report(
        scan_id=drawn.scan_id,
        input_sha256=drawn.sha256,
        status=Status.SCORED,
        view=View.LATERAL,
        rows=170,
        columns=90,
        spacing_mm=(1.0, 1.0),
        spacing_source="user",
        age_years=6.25,
        age_precision="day",
        sex="F",
        findings=assess(lateral_spine(), drawn.relative_pixel_size, drawn.spacing),
        scale="genant",
        anterior="right",
        numbering_anchor="sacrum",
        numbering_probability=0.875,
        notes=("rotated a little",),
        model_name="default",
        model_sha256="feed" * 16,
        program_version="0.1.0",
        scan=drawn,
    )


def failed(scan_id: str = "f" * 16, reason: str = "the file is cut short") -> Report:
    """A scan that could not be read."""
    return replace(Report(scan_id, scan_id * 4, Status.FAILED, reason), program_version="0.1.0")
