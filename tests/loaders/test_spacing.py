"""Where millimetres come from, and when there are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from oiscan.errors import ConfigError
from oiscan.loaders import read
from tests.dicom_cases import dicom, lunar, spine, write


@pytest.mark.parametrize(
    ("tags", "row_mm", "column_mm", "source"),
    [
        ({"PixelSpacing": [1.0, 0.6]}, 1.0, 0.6, "PixelSpacing"),
        ({"PixelSpacing": [0.18, 0.18], "ImagerPixelSpacing": [0.2, 0.2]}, 0.18, 0.18, "PixelSpacing"),
        ({"ImagerPixelSpacing": [0.2, 0.1]}, 0.2, 0.1, "ImagerPixelSpacing (detector plane)"),
        (
            {"ImagerPixelSpacing": [0.2, 0.1], "EstimatedRadiographicMagnificationFactor": 1.25},
            0.16,
            0.08,
            "ImagerPixelSpacing / magnification",
        ),
        (
            {"ImagerPixelSpacing": [0.2, 0.1], "EstimatedRadiographicMagnificationFactor": 0},
            0.2,
            0.1,
            "ImagerPixelSpacing (detector plane)",
        ),
        ({"NominalScannedPixelSpacing": [0.25, 0.3]}, 0.25, 0.3, "NominalScannedPixelSpacing"),
        ({"PixelSpacing": [0, 0], "ImagerPixelSpacing": [0.2, 0.2]}, 0.2, 0.2, "ImagerPixelSpacing (detector plane)"),
    ],
)
def test_the_first_good_source_is_taken_and_named(
    tmp_path: Path, tags: dict[str, Any], row_mm: float, column_mm: float, source: str
) -> None:
    spacing = read(write(tmp_path, dicom(spine(), **tags))).spacing
    assert spacing is not None
    assert spacing.row_column_mm == pytest.approx([row_mm, column_mm])
    assert spacing.source == source


@pytest.mark.parametrize("value", [[0.0, 0.0], "0.5", [0.5, -0.5], [0.5, 0.0], [40, 40], [1e-5, 1e-5], [1, 1, 1]])
def test_impossible_spacing_counts_as_missing_and_is_remarked(tmp_path: Path, value: Any) -> None:
    dataset = dicom(spine())
    dataset.add_new("PixelSpacing", "DS", value)
    scan = read(write(tmp_path, dataset))
    assert scan.spacing is None
    assert any(note.startswith("PixelSpacing is zero") for note in scan.notes)


@pytest.mark.parametrize("tags", [{}, {"PixelSpacing": ""}, {"PixelAspectRatio": [0, 1]}])
def test_no_spacing_at_all_is_no_fault(tmp_path: Path, tags: dict[str, Any]) -> None:
    scan = read(write(tmp_path, dicom(spine(), **tags)))
    assert (scan.spacing, scan.aspect, scan.notes) == (None, None, ())
    assert scan.relative_pixel_size.tolist() == [1.0, 1.0]


def test_an_aspect_alone_keeps_ratios_right_and_gives_no_millimetres(tmp_path: Path) -> None:
    scan = read(write(tmp_path, dicom(spine(), PixelAspectRatio=[2, 1])))
    assert scan.spacing is None
    assert scan.relative_pixel_size.tolist() == [2.0, 1.0]  # vertical over horizontal
    assert any("aspect" in note for note in scan.notes)


def test_spacing_makes_the_aspect_superfluous(tmp_path: Path) -> None:
    scan = read(write(tmp_path, dicom(spine(), PixelAspectRatio=[2, 1], PixelSpacing=[0.5, 0.4])))
    assert scan.aspect is None
    assert scan.relative_pixel_size.tolist() == [0.5, 0.4]


@pytest.mark.parametrize(("given", "row_column"), [(0.3, [0.3, 0.3]), ((0.3, 0.2), [0.3, 0.2]), (1, [1.0, 1.0])])
def test_the_user_overrides_the_header(tmp_path: Path, given: Any, row_column: list[float]) -> None:
    scan = read(write(tmp_path, dicom(spine(), PixelSpacing=[0.5, 0.5])), spacing_mm=given)
    assert scan.spacing is not None
    assert (scan.spacing.row_column_mm.tolist(), scan.spacing.source) == (row_column, "user")
    assert any("PixelSpacing" in note for note in scan.notes)


@pytest.mark.parametrize("given", [0, -1.0, float("nan"), (0.5,), (0.5, 0.5, 0.5), (0.5, 0.0), 200, "half", ("a", "b")])
def test_impossible_user_spacing_is_a_setting_error(tmp_path: Path, given: Any) -> None:
    with pytest.raises(ConfigError, match=r"spacing|convert"):
        read(write(tmp_path, dicom(spine())), spacing_mm=given)


def test_exposed_area_is_width_then_length(tmp_path: Path) -> None:
    spacing = read(write(tmp_path, lunar(spine(220, 80), ExposedArea=[20, 56]))).spacing
    assert spacing is not None
    assert spacing.row_column_mm == pytest.approx([56 / 220, 20 / 80])
    assert spacing.source == "ExposedArea"


@pytest.mark.parametrize("area", [[20, 59], [55, 20], [0, 0], [0, 55], [2000, 5500]])
def test_exposed_area_that_does_not_fit_is_ignored_with_a_remark(tmp_path: Path, area: list[int]) -> None:
    scan = read(write(tmp_path, lunar(spine(220, 80), ExposedArea=area)))
    assert scan.spacing is None
    assert any("ExposedArea" in note for note in scan.notes)


@pytest.mark.parametrize("area", [None, 55])
def test_exposed_area_absent_or_single(tmp_path: Path, area: int | None) -> None:
    assert read(write(tmp_path, lunar(spine(220, 80), ExposedArea=area))).spacing is None


def test_exposed_area_means_this_only_in_lunar_files_and_comes_last(tmp_path: Path) -> None:
    assert read(write(tmp_path, dicom(spine(220, 80), ExposedArea=[20, 55]))).spacing is None
    stated = read(write(tmp_path, lunar(spine(220, 80), PixelSpacing=[0.3, 0.3]))).spacing
    assert stated is not None and stated.source == "PixelSpacing"


def test_row_spacing_belongs_to_rows(tmp_path: Path) -> None:
    tall = read(write(tmp_path, dicom(spine(), PixelSpacing=[1.0, 0.5]))).relative_pixel_size
    assert np.hypot(*(tall * [10, 0])) == 2 * np.hypot(*(tall * [0, 10]))
