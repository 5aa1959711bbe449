"""What the networks are asked: targets that scoring reads back, and losses that reward the truth."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from oiscan.segmentation.finder import decode
from oiscan.training.losses import SACRUM, FinderTargets, finder_loss, finder_targets, refiner_loss

HEIGHT, WIDTH = 320, 128
SEEN = torch.ones(1, 18, dtype=torch.bool)
KNOWN = torch.ones(1, HEIGHT // 4, WIDTH // 4, dtype=torch.bool)


def column() -> Tensor:
    """Corners (1, 18, 4, 2) of boxes 40 wide and 12 high, every 20 pixels down: T1 to T4 lie above the picture."""
    box = torch.tensor([[-20.0, -6], [20, -6], [20, 6], [-20, 6]])
    down = torch.arange(18) * 20.0 - 70
    return (box + torch.stack([torch.full((18,), 61.3), down], 1)[:, None])[None]


def perfect(targets: FinderTargets) -> tuple[Tensor, Tensor, Tensor]:
    """Finder outputs that say what the targets say."""
    heat = torch.logit(targets.heat.clamp(1e-4, 1 - 1e-4))
    level = torch.nn.functional.one_hot(targets.level, 18).permute(0, 3, 1, 2).float()
    return heat, targets.offsets, (20 * level).log_softmax(1)


def test_peaks_lie_at_the_centres_and_s1_has_a_channel_of_its_own() -> None:
    targets = finder_targets(column(), SEEN, HEIGHT, WIDTH)
    assert targets.heat.shape == (1, 2, HEIGHT // 4, WIDTH // 4)
    rows, columns = np.nonzero(targets.heat[0, 0].numpy() == 1)
    centres = column()[0, 4:SACRUM].mean(1).numpy()  # those within the picture
    np.testing.assert_allclose(rows * 4 + 1.5, centres[:, 1], atol=2.0)
    np.testing.assert_allclose(columns * 4 + 1.5, centres[:, 0], atol=2.0)
    (row,), (at,) = np.nonzero(targets.heat[0, 1].numpy() == 1)
    assert [at * 4 + 1.5, row * 4 + 1.5] == pytest.approx(column()[0, SACRUM].mean(0).tolist(), abs=2.0)


def test_offsets_lead_from_every_weighted_cell_to_the_corners_of_its_vertebra() -> None:
    targets = finder_targets(column(), SEEN, HEIGHT, WIDTH)
    rows, columns = np.nonzero(targets.weight[0].numpy())
    assert len(rows) == 14 * 9
    for i, j in zip(rows, columns, strict=True):
        offset = targets.offsets[0, :, i, j].view(4, 2) * 10
        level = int(targets.level[0, i, j])
        assert (offset + torch.tensor([4 * j + 1.5, 4 * i + 1.5])).flatten().tolist() == pytest.approx(
            column()[0, level].flatten().tolist(), abs=1e-3
        )


def test_scoring_reads_back_what_training_asks_for() -> None:
    """The contract of training and scoring: decoding perfect maps gives the corners and the levels."""
    heat, offsets, level = perfect(finder_targets(column(), SEEN, HEIGHT, WIDTH))
    found = decode(heat[0].numpy(), offsets[0].numpy(), level[0].numpy())
    found.sort(key=lambda candidate: float(candidate.centre_xy[1]))
    assert [int(candidate.level_log_probabilities.argmax()) for candidate in found] == list(range(4, 18))
    assert [candidate.sacrum for candidate in found] == [False] * 13 + [True]
    for candidate, corners in zip(found, column()[0, 4:], strict=True):
        np.testing.assert_allclose(candidate.corners_xy, corners.numpy(), atol=0.01)


def test_a_picture_without_vertebrae_asks_for_nothing() -> None:
    targets = finder_targets(column() + 1000, SEEN, HEIGHT, WIDTH)
    assert targets.heat.max() == 0
    assert targets.weight.sum() == 0
    loss, _ = finder_loss(perfect(targets), targets, KNOWN)
    assert 0 <= float(loss) < 1e-3


def test_a_vertebra_that_nobody_can_see_is_not_asked_for() -> None:
    hidden = SEEN.clone()
    hidden[0, [7, SACRUM]] = False
    targets = finder_targets(column(), hidden, HEIGHT, WIDTH)
    x, y = ((column()[0, 7].mean(0) - 1.5) / 4).round().long().tolist()
    assert targets.heat[0, 0, y, x] < 0.5
    assert targets.heat[0, 1].max() == 0
    assert 7 not in targets.level[targets.weight > 0]
    assert (targets.heat[0, 0] == 1).sum() == 12  # T5 to L5 without T8


def test_finder_loss_is_least_at_the_truth_and_tells_corners_in_pixels() -> None:
    targets = finder_targets(column(), SEEN, HEIGHT, WIDTH)
    heat, offsets, level = perfect(targets)
    best, figures = finder_loss((heat, offsets, level), targets, KNOWN)
    assert float(figures["finder_corner_px"]) == pytest.approx(0, abs=1e-5)
    shifted, moved = finder_loss((heat, offsets + 0.3, level), targets, KNOWN)
    assert float(moved["finder_corner_px"]) == pytest.approx(3, abs=1e-3)
    for worse in (shifted, finder_loss((-heat, offsets, level), targets, KNOWN)[0]):
        assert float(worse) > float(best) + 0.3
    _, renamed = finder_loss((heat, offsets, level.roll(1, 1)), targets, KNOWN)
    assert float(renamed["finder_level"]) > 10 * float(figures["finder_level"]) + 1


LANDMARKS = torch.tensor([[[20.5, 30.5], [48, 31], [76, 30], [76, 64], [48, 66], [20, 64]]])


ONCE, NOT_TOLD = torch.tensor([0.0]), torch.tensor([torch.nan])


def outputs(landmarks: Tensor, quality: float, mask: Tensor, doubled: float = -20.0) -> tuple[Tensor, ...]:
    """Refiner outputs that put landmarks where they are told."""
    grid = torch.arange(48) * 2 + 0.5
    squared = (grid - landmarks[..., 1, None])[..., None] ** 2 + (grid - landmarks[..., 0, None])[..., None, :] ** 2
    covariance = torch.eye(2).expand(1, 6, 2, 2)
    logits = torch.tensor([[quality], [doubled]])
    return landmarks, covariance, *logits, (mask * 20 - 10)[:, None], -squared / (2 * 2.4**2)


def test_refiner_loss_rewards_the_truth() -> None:
    mask = torch.zeros(1, 48, 48)
    mask[:, 16:32, 10:38] = 1
    genuine = torch.tensor([True])
    best, figures = refiner_loss(outputs(LANDMARKS, 6.0, mask), LANDMARKS, mask, genuine, ONCE)
    assert float(figures["refiner_error_depth"]) == 0
    assert float(figures["refiner_mask"]) < 0.01
    off, moved = refiner_loss(outputs(LANDMARKS + torch.tensor([4.8, 0.0]), 6.0, mask), LANDMARKS, mask, genuine, ONCE)
    assert float(moved["refiner_error_depth"]) == pytest.approx(0.1)  # 4.8 of 48 pixels
    inverse, _ = refiner_loss(outputs(LANDMARKS, 6.0, 1 - mask), LANDMARKS, mask, genuine, ONCE)
    assert min(float(off), float(inverse)) > float(best) + 0.5


def test_a_height_that_is_wrong_costs_beside_the_landmark() -> None:
    """The upper middle sinks by 4.8 of 48 pixels, or slides as far along its endplate: only the first changes hm.

    35 high before; sliding turns that into sqrt(35^2 + 4.8^2) = 35.33, less than a hundredth of the depth.
    """
    mask, genuine = torch.zeros(1, 48, 48), torch.tensor([True])
    losses = []
    for move, height in (((0.0, 4.8), 0.1 / 3), ((4.8, 0.0), 0.33 / 48 / 3)):
        moved = LANDMARKS.clone()
        moved[0, 1] += torch.tensor(move)
        loss, figures = refiner_loss(outputs(moved, 6.0, mask), LANDMARKS, mask, genuine, ONCE)
        assert float(figures["refiner_height_depth"]) == pytest.approx(height, abs=2e-5)
        losses.append(float(loss))
    assert losses[0] > losses[1] + 0.2


@pytest.mark.parametrize(("shift", "genuine", "trusted"), [(0.0, True, True), (9.6, True, False), (0.0, False, False)])
def test_quality_is_asked_to_tell_whether_landmarks_can_be_trusted(shift: float, genuine: bool, trusted: bool) -> None:
    """Off by a fifth of the depth, or not a vertebra at all: not to be trusted."""
    mask, said = torch.zeros(1, 48, 48), {}
    for quality in (-4.0, 4.0):
        given = outputs(LANDMARKS + torch.tensor([shift, 0.0]), quality, mask)
        said[quality] = float(refiner_loss(given, LANDMARKS, mask, torch.tensor([genuine]), ONCE)[1]["refiner_quality"])
    assert (said[4.0] < said[-4.0]) == trusted


def test_an_endplate_seen_twice_is_asked_for_where_somebody_told() -> None:
    mask, genuine, twice = torch.zeros(1, 48, 48), torch.tensor([True]), torch.tensor([1.0])
    said = {}
    for logit in (-4.0, 4.0):
        given = outputs(LANDMARKS, 6.0, mask, logit)
        losses = [refiner_loss(given, LANDMARKS, mask, genuine, doubled) for doubled in (ONCE, twice, NOT_TOLD)]
        said[logit] = [float(figures["refiner_doubled"]) for _, figures in losses]
    assert said[4.0] == pytest.approx([*said[-4.0][1::-1], 0], rel=1e-4)
    assert said[4.0][0] == pytest.approx(4.018, abs=1e-3)  # log(1 + e^4)
    nothing = refiner_loss(outputs(LANDMARKS, 6.0, mask, 4.0), LANDMARKS, mask, torch.tensor([False]), ONCE)[1]
    assert float(nothing["refiner_doubled"]) == 0


def test_landmarks_outside_the_crop_and_crops_of_nothing_are_not_learnt() -> None:
    mask = torch.zeros(1, 48, 48)
    outside = LANDMARKS.clone()
    outside[0, 0] = torch.tensor([-3.0, 40])
    far = LANDMARKS.clone()
    far[0, 0] = torch.tensor([60.0, 60])
    _, figures = refiner_loss(outputs(far, 0.0, mask), outside, mask, torch.tensor([True]), ONCE)
    assert float(figures["refiner_error_depth"]) == 0
    _, figures = refiner_loss(outputs(far, 0.0, mask), LANDMARKS, mask, torch.tensor([False]), ONCE)
    assert float(figures["refiner_error_depth"]) == 0
    assert float(figures["refiner_mask"]) == 0


def test_a_find_where_nobody_looked_costs_nothing() -> None:
    """T5 to T8 are left unlabelled; a finder that sees them is punished only where somebody looked."""
    seen_all, shown = finder_targets(column(), SEEN, HEIGHT, WIDTH), SEEN.clone()
    shown[0, :8] = False
    targets = finder_targets(column(), shown, HEIGHT, WIDTH)
    top = KNOWN.clone()
    top[:, : int(column()[0, 8, :2, 1].mean()) // 4] = False
    sees_more = perfect(seen_all)
    punished, spared = (float(finder_loss(sees_more, targets, known)[1]["finder_focal"]) for known in (KNOWN, top))
    assert punished > 1
    assert spared < 0.1


def test_landmarks_and_masks_nobody_labelled_teach_nothing() -> None:
    mask = torch.zeros(1, 48, 48)
    corners_only = LANDMARKS.clone()
    corners_only[0, [1, 4]] = torch.nan
    wrong_middles = LANDMARKS.clone()
    wrong_middles[0, [1, 4]] += 30
    given = [one.requires_grad_() for one in outputs(wrong_middles, 4.0, mask)]
    not_drawn = torch.full_like(mask, torch.nan)
    loss, figures = refiner_loss(tuple(given), corners_only, not_drawn, torch.tensor([True]), NOT_TOLD)
    assert float(figures["refiner_error_depth"].detach()) == 0
    assert float(figures["refiner_mask"].detach()) == 0
    assert float(figures["refiner_quality"].detach()) < 0.05  # its corners are right: to be trusted
    loss.backward()
    assert all(one.grad is None or one.grad.isfinite().all() for one in given)
    assert given[0].grad is not None and not given[0].grad[0, [1, 4]].any()
