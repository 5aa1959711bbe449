"""Shapes and coordinates of the two networks."""

import pytest
import torch
from torch import Tensor

from oiscan.segmentation import finder as scoring
from oiscan.segmentation import preprocess
from oiscan.segmentation.model import FINDER_MULTIPLE as SCORING_MULTIPLE
from oiscan.training import networks
from oiscan.training.networks import CROP_PX, N_LEVELS, Finder, LocalContrast, Refiner


def test_training_and_scoring_agree_on_every_number_of_the_geometry() -> None:
    assert networks.FINDER_STRIDE == scoring.STRIDE
    assert networks.OFFSET_UNIT_PX == scoring.OFFSET_UNIT_PX
    assert networks.N_LEVELS == scoring.N_LEVELS
    assert networks.CROP_PX == preprocess.CROP_PX
    assert networks.CROP_FIELD == preprocess.CROP_FIELD
    assert networks.FINDER_MULTIPLE == SCORING_MULTIPLE


@pytest.mark.parametrize(("height", "width"), [(64, 96), (160, 64)])
def test_finder_maps_are_a_quarter_of_the_picture(height: int, width: int) -> None:
    heat, corners, level = Finder().eval()(torch.rand(2, 1, height, width))
    rows, columns = height // 4, width // 4
    assert heat.shape == (2, 2, rows, columns)
    assert corners.shape == (2, 8, rows, columns)
    assert level.shape == (2, N_LEVELS, rows, columns)
    torch.testing.assert_close(level.exp().sum(1), torch.ones(2, rows, columns), atol=1e-4, rtol=0)


@pytest.mark.parametrize("landmarks", [6, 4])
def test_refiner_outputs(landmarks: int) -> None:
    mean, covariance, quality, doubled, mask, heat = Refiner(landmarks)(torch.rand(3, 1, CROP_PX, CROP_PX))
    assert mean.shape == (3, landmarks, 2)
    assert covariance.shape == (3, landmarks, 2, 2)
    assert quality.shape == doubled.shape == (3,)
    assert (doubled.sigmoid() < 0.2).all()  # untrained, it calls nothing seen twice
    assert mask.shape == (3, 1, 48, 48)
    assert heat.shape == (3, landmarks, 48, 48)
    assert (torch.linalg.eigvalsh(covariance) > 0).all()


def heat_at(*cells: tuple[int, int]) -> Tensor:
    """Logits (1, 1, 48, 48) that put equal weight on some cells (row, column) and none elsewhere."""
    heat = torch.full((1, 1, 48, 48), -100.0)
    for row, column in cells:
        heat[0, 0, row, column] = 0
    return heat


def test_moments_by_hand() -> None:
    """Cell (i, j) has its centre at x = 2 j + 0.5, y = 2 i + 0.5 of the crop."""
    refiner = Refiner(6)
    mean, covariance = refiner.moments(heat_at((10, 20)))
    assert mean[0, 0].tolist() == pytest.approx([40.5, 20.5])
    assert covariance[0, 0].flatten().tolist() == pytest.approx([0, 0, 0, 0], abs=1e-5)
    mean, covariance = refiner.moments(heat_at((10, 20), (12, 22)))  # 2 pixels away in x and in y from their mean
    assert mean[0, 0].tolist() == pytest.approx([42.5, 22.5])
    assert covariance[0, 0].flatten().tolist() == pytest.approx([4, 4, 4, 4], abs=1e-4)


def test_local_contrast_makes_faint_and_strong_edges_alike() -> None:
    """The same checks, ten times fainter: nearly the same first channel; the second is the grey itself."""
    checks = torch.zeros(1, 1, 64, 64)
    checks[..., ::8, :] = 1
    checks[..., 1::8, :] = 1
    contrast = LocalContrast(10.0)
    strong, faint = contrast(0.8 * checks), contrast(0.08 * checks + 0.4)
    assert strong.shape == (1, 2, 64, 64)
    assert faint[0, 0] == pytest.approx(strong[0, 0], abs=0.1)
    assert strong[0, 1] == pytest.approx(1.6 * checks[0, 0] - 1, abs=1e-6)
    assert torch.isfinite(contrast(torch.zeros(1, 1, 64, 64))).all()
