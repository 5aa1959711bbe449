"""The sheet to look at: the networks' own normalisation, and real pictures beside simulated ones."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from oiscan.anatomy import Level, View
from oiscan.errors import LabelError
from oiscan.evaluation import gallery
from oiscan.evaluation.gallery import local_contrast, sheet, write_sheet
from oiscan.labels import LabelledImage, LabelledVertebra, LabelSet, write_labels
from oiscan.training.networks import LocalContrast


@pytest.mark.parametrize("sigma", [gallery.FINDER_SIGMA_PX, gallery.REFINER_SIGMA_PX])
def test_local_contrast_is_that_of_the_networks(sigma: float) -> None:
    grey = np.random.default_rng(0).random((128, 96), np.float32)
    grey[40:80, 20:60] += 2
    given = LocalContrast(sigma)(torch.from_numpy(grey)[None, None])[0, 0].numpy()
    np.testing.assert_allclose(local_contrast(grey, sigma), given, atol=1e-4)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery, "WIDE", 4)
    monkeypatch.setattr(gallery, "TRAINING_SHAPE", {View.LATERAL: (400, 208), View.AP: (320, 208)})
    monkeypatch.setattr(gallery, "TRAINING_PIXELS_PER_MM", 0.8)


def real_picture(folder: Path) -> Path:
    """One lateral picture with two labelled bodies."""
    picture = np.full((200, 120), 40, np.uint8)
    vertebrae = []
    for level, top in ((Level.L1, 60), (Level.L2, 100)):
        picture[top : top + 30, 40:80] = 200
        points = np.array([[top, 40], [top, 60], [top, 80], [top + 30, 80], [top + 30, 60], [top + 30, 40]], float)
        vertebrae.append(LabelledVertebra(level, points))
    cv2.imwrite(str(folder / "a.png"), picture)
    write_labels(LabelSet([LabelledImage(folder / "a.png", View.LATERAL, tuple(vertebrae))]), folder / "labels.json")
    return folder / "labels.json"


def test_real_pictures_come_as_rows_of_their_own(small: None, tmp_path: Path) -> None:
    alone, beside = sheet(3, []), sheet(3, [real_picture(tmp_path)])
    rows = gallery.CAPTION_PX + gallery.WHOLE_SHAPE[0] + 96 + 2 * gallery.GAP_PX
    assert alone.shape == (4 * rows, 4 * (gallery.WHOLE_SHAPE[1] + gallery.GAP_PX))
    assert beside.shape == (5 * rows, alone.shape[1])
    np.testing.assert_array_equal(beside[: 2 * rows], alone[: 2 * rows])  # the same seed draws the same
    tiles = beside[2 * rows + gallery.CAPTION_PX :][: gallery.WHOLE_SHAPE[0], : gallery.WHOLE_SHAPE[1]]
    middle = np.array(gallery.WHOLE_SHAPE) // 2  # the disc between the two bodies lies there, darker than they are
    column = tiles[:, middle[1]].astype(float)
    assert column[middle[0]] < min(column[middle[0] - 12], column[middle[0] + 12])


def test_a_sheet_is_written_as_a_png(tmp_path: Path) -> None:
    tile = np.arange(200, dtype=np.uint8).reshape(10, 20)
    write_sheet(tile, tmp_path / "sheet.png")
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "sheet.png"), cv2.IMREAD_GRAYSCALE), tile)


def test_a_label_file_that_is_none_is_refused(small: None, tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"none\.json"):
        sheet(0, [tmp_path / "none.json"])
