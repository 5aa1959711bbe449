"""Scans from arrays in memory."""

from __future__ import annotations

import numpy as np
import pytest

from oiscan.anatomy import View
from oiscan.scan import Scan
from tests.dicom_cases import spine


def test_an_array_is_a_scan() -> None:
    scan = Scan.from_array(spine(), view=View.AP, spacing_mm=(0.5, 0.4))
    assert np.array_equal(scan.pixels, spine())
    assert scan.view is View.AP
    assert scan.relative_pixel_size.tolist() == [0.5, 0.4]
    assert (scan.stored.rows, scan.stored.columns, len(scan.sha256)) == (110, 50, 64)


def test_the_name_tells_pixels_shape_and_kind_apart() -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(4, 6)
    others = [pixels + 1, pixels.reshape(6, 4), pixels.astype(np.int8)]
    assert len({Scan.from_array(array).scan_id for array in [pixels, *others]}) == 4
    assert Scan.from_array(pixels).scan_id == Scan.from_array(pixels[::-1][::-1]).scan_id


def test_dark_bone_is_turned() -> None:
    scan = Scan.from_array(220 - spine(), inverted=True)
    assert np.array_equal(scan.pixels, spine())
    assert scan.stored.inverted


@pytest.mark.parametrize("pixels", [np.zeros(5), np.zeros((4, 4, 3)), np.full((4, 4), np.nan), np.zeros((1, 9))])
def test_what_is_no_picture_is_refused(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="scan"):
        Scan.from_array(pixels)


@pytest.mark.parametrize("spacing_mm", [0, -0.5, (0.5, 0.5, 0.5)])
def test_impossible_spacing_is_refused(spacing_mm: float) -> None:
    with pytest.raises(ValueError, match="spacing"):
        Scan.from_array(spine(), spacing_mm=spacing_mm)
