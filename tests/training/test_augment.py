"""Batches: the truth moves with the picture, and training crops as scoring does."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from oiscan.anatomy import LANDMARKS, View
from oiscan.segmentation import preprocess
from oiscan.segmentation.refiner import CORNERS
from oiscan.training import augment
from oiscan.training.augment import FINDER_SHAPE, _coarse, _interest, crop_affine, finder_batch, refiner_batch
from oiscan.training.networks import CROP_PX, FINDER_MULTIPLE, MASK_STRIDE
from oiscan.training.pool import NOT_OUTLINED, UNKNOWN, Scenes
from tests.training.pools import changed, generator, ready_pool


def quads() -> Tensor:
    """A wide, a tall, a turned, a tiny and an irregular quad, (5, 4, 2) as (x, y)."""
    box = torch.tensor([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])
    cos, sin = np.cos(0.5), np.sin(0.5)
    turned = box * torch.tensor([20.0, 11]) @ torch.tensor([[cos, sin], [-sin, cos]], dtype=torch.float32)
    irregular = torch.tensor([[10.0, 20], [43, 17], [47, 41], [8, 38]])
    wide, tall, tiny = box * torch.tensor([30.0, 12]), box * torch.tensor([10.0, 25]), box * 0.5
    return torch.stack([wide + 100, tall + 50, turned + 80, tiny + 9, irregular])


def test_training_crops_where_scoring_crops() -> None:
    """The contract of training and scoring: the same quad gives the same map."""
    points = np.array([[0.0, 0], [31, 7], [80, 120]])
    for quad, affine in zip(quads(), crop_affine(quads()).double().numpy(), strict=True):
        expected = preprocess.crop_map(quad.double().numpy())(points)
        np.testing.assert_allclose(points @ affine[:, :2].T + affine[:, 2], expected, atol=1e-3)


def test_a_crop_is_upright_centred_and_two_depths_wide() -> None:
    """A body 60 deep and 24 high at (100, 100): 120 pixels become 96."""
    affine = crop_affine(quads()[:1])[0]
    centre = affine[:, :2] @ torch.tensor([100.0, 100]) + affine[:, 2]
    assert centre.tolist() == pytest.approx([47.5, 47.5])
    front = affine[:, :2] @ torch.tensor([130.0, 100]) + affine[:, 2]
    assert front.tolist() == pytest.approx([47.5 + 24, 47.5])


def test_sampled_pixels_are_those_scoring_cuts_out() -> None:
    """A smooth picture, so that nothing but the place of a pixel counts."""
    y, x = np.mgrid[:160, :200]
    grey = (0.5 + 0.3 * np.sin(x / 17) + 0.2 * np.cos(y / 23)).astype(np.float32)
    affine = crop_affine(quads()[:3])
    ours = augment._sample(torch.from_numpy(grey)[None, None], affine[None], CROP_PX)[0]
    for quad, crop in zip(quads()[:3], ours.numpy(), strict=True):
        theirs = preprocess.crop(grey, preprocess.crop_map(quad.double().numpy()))
        np.testing.assert_allclose(crop, theirs, atol=0.02)


def test_mask_cells_lie_where_scoring_takes_them_to_lie() -> None:
    """Cell (i, j) covers the crop's pixels 2 i and 2 i + 1, 2 j and 2 j + 1: labels of x show x at 2 j + 0.5."""
    half = torch.arange(100, dtype=torch.float32).expand(80, 100) * 2 + 0.5  # label = x of the full picture
    affine = crop_affine(quads()[:1])
    masks = augment._sample_labels(half[None, None], affine[None], (CROP_PX, CROP_PX), MASK_STRIDE)[0, 0]
    back = preprocess.crop_map(quads()[0].double().numpy()).inverse()
    for j in (5, 24, 40):
        expected = back(np.array([2 * j + 0.5, 2 * 20 + 0.5]))[0]
        assert float(masks[20, j]) == pytest.approx(expected, abs=1.01)  # the nearest label is within one pixel


def dots(view: View) -> Scenes:
    """Black pictures with a soft bright dot at every corner: what a batch makes of them must lie at its corners."""
    pool = ready_pool(view)
    _, height, width = pool.pictures.shape
    y, x = torch.arange(height)[:, None], torch.arange(width)[None]
    pictures = []
    for landmarks in pool.landmarks:
        spots = torch.zeros(height, width)
        for px, py in landmarks[:, list(CORNERS[view])].reshape(-1, 2):
            near = torch.exp(-((x - px) ** 2) / 12) * torch.exp(-((y - py) ** 2) / 12)
            spots = torch.maximum(spots, near)
        pictures.append((spots * 255).byte())
    return changed(pool, pictures=torch.stack(pictures))


def brightness(pictures: Tensor, points: Tensor) -> Tensor:
    """Largest value within a pixel of points (n, m, 2) in pictures (n, 1, h, w); NaN for points outside."""
    padded = torch.nn.functional.max_pool2d(pictures, 3, 1, 1)[:, 0]
    x, y = points.round().long().unbind(-1)
    inside = (x >= 0) & (y >= 0) & (x < pictures.shape[3]) & (y < pictures.shape[2])
    rows = torch.arange(len(pictures))[:, None].expand_as(x)
    values = padded[rows, y.clamp(0, pictures.shape[2] - 1), x.clamp(0, pictures.shape[3] - 1)]
    return torch.where(inside, values, torch.nan)


@pytest.mark.parametrize("view", View)
def test_finder_corners_move_with_the_picture(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(augment, "_photometric", lambda pictures, generator: pictures)
    monkeypatch.setattr(augment, "_field", lambda n, height, width, generator: torch.ones(n, height, width))
    batch = finder_batch(dots(view), 6, generator(2))
    assert batch.pictures.shape == (6, 1, *FINDER_SHAPE[view])
    assert batch.corners.shape == (6, 18, 4, 2)
    at_corners = brightness(batch.pictures, batch.corners.flatten(1, 2))
    shifted = brightness(batch.pictures, batch.corners.flatten(1, 2) + torch.tensor([9.0, 9.0]))
    assert (at_corners.view(-1, 4).nanmedian(0).values > 0.8).all()  # of each corner; some lie where nothing was drawn
    assert torch.nanmedian(shifted) < 0.3


def test_some_pictures_end_near_the_sacrum() -> None:
    """L5 at row 100, S1 at 140: those that end do so between rows 80 and 164; those without either never do."""
    corners = torch.zeros(2000, 18, 4, 2)
    corners[:, 16, :, 1], corners[:, 17, :, 1] = 100, 140
    labelled = torch.ones(2000, 18, dtype=torch.bool)
    labelled[1800:1900, 16] = labelled[1900:, 17] = False
    seen = augment._above_foot(corners, labelled, 512, generator(0))[:, :, 0]
    rows = seen.sum(1)
    assert torch.equal(seen, (torch.arange(512) < rows[:, None]).float())  # nothing below the foot, all above
    ends = rows[rows < 512]
    assert len(ends) == pytest.approx(0.3 * 1800, rel=0.1)
    assert 79 < ends.min() < 85 and 160 < ends.max() < 166
    assert (rows[1800:] == 512).all()


@pytest.mark.parametrize("view", View)
def test_what_lies_below_such_a_foot_is_dark_and_not_shown(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every picture ends half way from L5 to S1: no S1 is shown, though it was; some L5 still is."""
    monkeypatch.setattr(augment, "_field", lambda n, height, width, generator: torch.ones(n, height, width))
    monkeypatch.setattr(augment, "FOOT_SHARE", 0.0)
    assert finder_batch(ready_pool(view), 12, generator(3)).shown[:, 17].any()
    monkeypatch.setattr(augment, "FOOT_SHARE", 1.0)
    monkeypatch.setattr(augment, "FOOT", (0.5, 0.5))
    batch = finder_batch(ready_pool(view), 12, generator(3))
    foot = batch.corners[:, 16:18].mean((1, 2))[:, 1]
    below = torch.arange(FINDER_SHAPE[view][0]) > foot[:, None]
    assert not batch.pictures[:, 0][below].any()
    assert batch.shown[:, 16].any() and not batch.shown[:, 17].any()


def test_ap_pictures_are_turned_twice_as_far() -> None:
    """A level line of the pool's picture, by the corners of one body, in 200 pictures of one scene."""
    for view, most in ((View.LATERAL, 12), (View.AP, 24)):
        whole = ready_pool(view)
        level = torch.zeros_like(whole.landmarks)
        level[..., 0] = torch.linspace(0, 60, level.shape[2])
        corners = finder_batch(changed(whole, landmarks=level + 200), 200, generator(1)).corners
        x, y = (corners[:, 9, 1] - corners[:, 9, 0]).unbind(1)
        turned = torch.rad2deg(torch.atan2(y, x)).abs()
        assert 0.9 * most < turned.max() < 1.2 * most  # stretching turns a line by a little more


@pytest.mark.parametrize("view", View)
def test_finder_pictures_suit_the_network_and_hold_vertebrae(view: View) -> None:
    batch = finder_batch(ready_pool(view), 8, generator(3))
    height, width = FINDER_SHAPE[view]
    assert height % FINDER_MULTIPLE == width % FINDER_MULTIPLE == 0
    assert 0 <= batch.pictures.min() <= batch.pictures.max() <= 1
    centre = batch.corners.mean(2)
    inside = ((centre > 0) & (centre < torch.tensor([width, height]))).all(-1).sum(1)
    assert inside.min() >= 1
    assert inside.float().mean() > 4


@pytest.mark.parametrize("view", View)
def test_what_lies_in_the_dark_is_not_shown(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of the picture is scanned: only vertebrae there, and in the pool's picture, count as shown."""
    height, width = FINDER_SHAPE[view]
    half = torch.zeros(6, height, width)
    half[:, : height // 2] = 1
    monkeypatch.setattr(augment, "_field", lambda n, height, width, generator: half)
    batch = finder_batch(ready_pool(view), 6, generator(2))
    assert batch.pictures[:, :, height // 2 :].max() == 0
    rows = batch.corners.mean(2)[..., 1]
    assert not batch.shown[rows > height / 2].any()
    assert batch.shown[rows < height / 2].any()


@pytest.mark.parametrize("view", View)
def test_refiner_landmarks_move_with_the_crop(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(augment, "_crop_noise", lambda crops, generator: crops)
    monkeypatch.setattr(augment, "_stretch", lambda pictures, generator: pictures)
    batch = refiner_batch(dots(view), 6, 5, generator(4))
    assert batch.crops.shape == (30, 1, CROP_PX, CROP_PX)
    assert batch.landmarks.shape == (30, len(LANDMARKS[view]), 2)
    corners = batch.landmarks[batch.genuine][:, list(CORNERS[view])]
    at_corners = brightness(batch.crops[batch.genuine], corners)
    assert torch.nanmedian(at_corners) > 0.8
    assert torch.nanquantile(at_corners, 0.05) > 0.3


@pytest.mark.parametrize("view", View)
def test_masks_lie_within_their_landmarks(view: View) -> None:
    """The centre of a vertebra's mask is about that of its corners, and its area that of their quad; AP arches add."""
    off_centre, largest = (0.05, 1.3) if view is View.LATERAL else (0.25, 3.0)
    batch = refiner_batch(ready_pool(view), 6, 8, generator(5))
    assert batch.masks.shape == (48, 48, 48)
    assert ((batch.masks == 0) | (batch.masks == 1)).all()
    grid = torch.arange(48) * 2 + 0.5
    shares = []
    for landmarks, mask in zip(batch.landmarks[batch.genuine], batch.masks[batch.genuine], strict=True):
        if ((landmarks > 4) & (landmarks < CROP_PX - 5)).all():
            corners = landmarks[list(CORNERS[view])]
            size = (corners[1] - corners[0]).norm()
            x, y = (mask.sum(0) * grid).sum() / mask.sum(), (mask.sum(1) * grid).sum() / mask.sum()
            shares.append(float((torch.stack([x, y]) - corners.mean(0)).norm() / size))
            a, b = corners[2] - corners[0], corners[3] - corners[1]
            area = 0.5 * (a[0] * b[1] - a[1] * b[0]).abs()
            assert 0.7 < float(4 * mask.sum() / area) < largest
    assert len(shares) >= 8
    assert np.median(shares) < off_centre
    assert max(shares) < 0.25  # biconcave bodies and arches


def test_some_crops_are_no_vertebra_and_most_are() -> None:
    genuine = refiner_batch(ready_pool(View.LATERAL), 6, 30, generator(6)).genuine
    assert 0.4 < genuine.float().mean() < 0.95


@pytest.mark.parametrize("view", View)
def test_batches_depend_on_the_generator_only(view: View) -> None:
    one, same, other = (finder_batch(ready_pool(view), 2, generator(seed)) for seed in (1, 1, 2))
    assert torch.equal(one.pictures, same.pictures)
    assert torch.equal(one.corners, same.corners)
    assert not torch.equal(one.corners, other.corners)
    crops, same_crops = (refiner_batch(ready_pool(view), 2, 2, generator(1)) for _ in range(2))
    assert torch.equal(crops.crops, same_crops.crops)
    assert torch.equal(crops.masks, same_crops.masks)


@pytest.mark.parametrize("view", View)
def test_what_nobody_labelled_is_not_asked_for(view: View) -> None:
    """Only L1 to L3 are labelled: no other body is shown, wherever the picture is framed, and nothing is NaN."""
    whole = ready_pool(view)
    landmarks = torch.full_like(whole.landmarks, torch.nan)
    landmarks[:, 12:15] = whole.landmarks[:, 12:15]
    batch = finder_batch(changed(whole, landmarks=landmarks), 8, generator(1))
    assert batch.corners.isfinite().all()
    assert batch.shown[:, 12:15].any(1).sum() > 4  # on some pictures they lie outside
    assert not batch.shown[:, :12].any() and not batch.shown[:, 15:].any()
    crops = refiner_batch(changed(whole, landmarks=landmarks), 6, 10, generator(1))
    assert crops.crops.isfinite().all()
    assert crops.landmarks.isfinite().all()


def test_a_vertebra_that_lost_height_is_shown_three_times_as_often() -> None:
    """Bodies 10 high: whole, with a middle of 8.5 (half-way between the limits), of 7, and corners labelled only."""
    body = torch.tensor([[0, 0], [6, 0], [12, 0], [12, 10], [6, 10], [0, 10]]).float()
    landmarks = body.repeat(1, 4, 1, 1)
    landmarks[0, 1, 1, 1], landmarks[0, 2, 1, 1] = 1.5, 3.0
    landmarks[0, 3, [1, 4]] = torch.nan
    assert torch.allclose(_interest(landmarks), torch.tensor([[1.0, 2.0, 3.0, 1.0]]))
    assert torch.equal(_interest(torch.full((1, 1, 6, 2), torch.nan)), torch.ones(1, 1))


def test_unlabelled_middles_are_nan_and_the_crop_is_a_vertebra_all_the_same() -> None:
    whole = ready_pool(View.LATERAL)
    landmarks = whole.landmarks.clone()
    landmarks[:, :, 1] = (landmarks[:, :, 0] + landmarks[:, :, 2]) / 2  # flat: as interesting as without middles
    landmarks[:, :, 4] = (landmarks[:, :, 3] + landmarks[:, :, 5]) / 2
    whole = changed(whole, landmarks=landmarks.clone())
    landmarks[:, :, [1, 4]] = torch.nan
    corners_only = refiner_batch(changed(whole, landmarks=landmarks), 6, 10, generator(1))
    labelled = refiner_batch(whole, 6, 10, generator(1))
    assert corners_only.landmarks[:, [1, 4]].isnan().all()
    assert corners_only.landmarks[:, [0, 2, 3, 5]].isfinite().all()
    assert torch.equal(corners_only.crops, labelled.crops)
    assert (labelled.genuine <= corners_only.genuine).all()  # a middle that is cut off is not missed


def test_an_unreadable_vertebra_is_found_but_its_landmarks_are_not_trusted() -> None:
    whole = ready_pool(View.LATERAL)
    unreadable = changed(whole, readable=torch.zeros_like(whole.readable))
    assert not refiner_batch(unreadable, 6, 10, generator(1)).genuine.any()
    assert torch.equal(finder_batch(unreadable, 2, generator(1)).shown, finder_batch(whole, 2, generator(1)).shown)


def test_where_nobody_looked_moves_with_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """The upper half of the pool's pictures is white and unknown: in the batch what is white is unknown."""
    monkeypatch.setattr(augment, "_photometric", lambda pictures, generator: pictures)
    monkeypatch.setattr(augment, "_field", lambda n, height, width, generator: torch.ones(n, height, width))
    whole = ready_pool(View.LATERAL)
    pictures, labels = torch.zeros_like(whole.pictures), torch.zeros_like(whole.labels)
    pictures[:, :400], labels[:, :200] = 255, UNKNOWN
    batch = finder_batch(changed(whole, pictures=pictures, labels=labels), 6, generator(3))
    white = torch.nn.functional.avg_pool2d(batch.pictures, 4)[:, 0]
    assert not batch.known[white > 0.9].any()
    assert batch.known[white < 0.1].all()
    assert 0.05 < batch.known.float().mean() < 0.95


def test_regions_nobody_drew_are_nan() -> None:
    whole = ready_pool(View.AP)
    undrawn = changed(whole, labels=torch.full_like(whole.labels, NOT_OUTLINED))
    assert refiner_batch(undrawn, 3, 4, generator(1)).masks.isnan().flatten(1).any(1).all()
    assert finder_batch(undrawn, 3, generator(1)).known.all()
    assert finder_batch(whole, 3, generator(1)).known.all()


def test_some_crops_have_larger_pixels_and_the_same_mean() -> None:
    """Stripes a pixel wide are lost where the pixels are larger; everything else stays as it was."""
    stripes = (torch.arange(96) % 2).float().expand(200, 1, 96, 96).contiguous()
    coarse = _coarse(stripes, torch.Generator().manual_seed(2))
    kept = (coarse == stripes).flatten(1).all(1)
    assert 0.5 < kept.float().mean() < 0.7
    assert (coarse[~kept].std((1, 2, 3)) < 0.35).all()  # 0.5 in the stripes themselves
    torch.testing.assert_close(coarse.mean((1, 2, 3)), stripes.mean((1, 2, 3)), atol=0.02, rtol=0)
