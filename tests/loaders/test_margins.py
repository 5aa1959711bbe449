"""White staircases beside the scan are masked; bright bone at the border is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from oiscan.loaders import read
from oiscan.loaders.margins import scanned_area
from tests.dicom_cases import lunar, spine, write


def staircase() -> npt.NDArray[np.uint8]:
    picture = spine(200, 80)
    picture[:90, :10] = 252
    picture[90, :7] = 252  # one row between two steps, as on the real scan
    picture[91:140, :6] = 252
    picture[60:, -8:] = 252
    return picture


def test_a_staircase_at_both_sides_is_masked_exactly(tmp_path: Path) -> None:
    scan = read(write(tmp_path, lunar(staircase())))
    assert scan.scanned is not None
    assert np.array_equal(scan.scanned, staircase() != 252)
    assert scan.notes == ()  # margins must not make the picture look inverted
    assert np.array_equal(scan.pixels, staircase())


def test_the_mask_mirrors_with_the_picture() -> None:
    picture = staircase().astype(np.float32)
    mask, mirrored = scanned_area(picture), scanned_area(picture[:, ::-1])
    assert mask is not None and mirrored is not None
    assert np.array_equal(mask, mirrored[:, ::-1])


def test_saturated_bone_at_the_border_is_kept() -> None:
    picture = spine(200, 80).astype(np.float32)
    edge = 12 + (8 * np.sin(np.arange(200) / 5)).astype(int)
    picture[np.arange(80) < edge[:, None]] = 255
    assert scanned_area(picture) is None


def test_saturated_bone_that_touches_no_side_is_kept() -> None:
    picture = spine(200, 80).astype(np.float32)
    picture[0:150, 30:50] = 255
    assert scanned_area(picture) is None


def test_black_borders_are_kept() -> None:
    picture = spine(200, 80).astype(np.float32)
    picture[:, :20] = 0
    assert scanned_area(picture) is None


def test_a_thin_frame_line_and_a_small_mark_are_no_margins() -> None:
    picture = spine(200, 80).astype(np.float32)
    picture[:, :2] = 255
    picture[10:14, 70:] = 255
    assert scanned_area(picture) is None


def test_the_mask_is_turned_with_an_upside_down_picture(tmp_path: Path) -> None:
    tags = {"Manufacturer": "Other", "ManufacturerModelName": "", "PatientOrientation": ["L", "H"]}
    scan = read(write(tmp_path, lunar(staircase()[::-1], **tags)))
    assert scan.scanned is not None
    assert np.array_equal(scan.scanned, staircase() != 252)
