"""What the networks are asked to get right."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from oiscan.training.networks import CROP_FIELD, CROP_PX, FINDER_STRIDE, MASK_STRIDE, OFFSET_UNIT_PX

SACRUM = 17
TRUSTED_ERROR = 0.08  # mean landmark error, in depths, up to which a crop's landmarks are called trustworthy
HEAT_SD_PX = 2.4  # width of the landmark targets, in crop pixels (5 % of the depth)


@dataclass(frozen=True)
class FinderTargets:
    """Heat (n, 2, h, w), offsets (n, 8, h, w), level (n, h, w) and the weight of the last two (n, h, w)."""

    heat: Tensor
    offsets: Tensor
    level: Tensor
    weight: Tensor


def finder_targets(corners: Tensor, shown: Tensor, height: int, width: int) -> FinderTargets:
    """Targets for corners (n, 18, 4, 2) in a picture of height x width; only bodies that are `shown` (n, 18) count."""
    h, w, device = height // FINDER_STRIDE, width // FINDER_STRIDE, corners.device
    centre = corners.mean(2)
    back, front = corners[:, :, 0] - corners[:, :, 3], corners[:, :, 1] - corners[:, :, 2]
    tall = 0.5 * (back.norm(dim=-1) + front.norm(dim=-1))
    half = (FINDER_STRIDE - 1) / 2
    x = torch.arange(w, device=device) * FINDER_STRIDE + half
    y = torch.arange(h, device=device) * FINDER_STRIDE + half
    sigma = (0.17 * tall).clamp_min(0.75 * FINDER_STRIDE)
    gx = torch.exp(-((x - centre[..., 0, None]) ** 2) / (2 * sigma[..., None] ** 2))
    gy = torch.exp(-((y - centre[..., 1, None]) ** 2) / (2 * sigma[..., None] ** 2))
    inside = shown & (centre > 2).all(-1) & (centre[..., 0] < width - 2) & (centre[..., 1] < height - 2)
    each = gy[..., :, None] * gx[..., None, :] * inside[..., None, None]
    cell_x = ((centre[..., 0] - half) / FINDER_STRIDE).round()
    cell_y = ((centre[..., 1] - half) / FINDER_STRIDE).round()
    column, row = torch.arange(w, device=device), torch.arange(h, device=device)
    off_x, off_y = (column - cell_x[..., None]).abs(), (row - cell_y[..., None]).abs()
    peak = (off_y[..., :, None] == 0) & (off_x[..., None, :] == 0) & inside[..., None, None]
    near = (off_y[..., :, None] <= 1) & (off_x[..., None, :] <= 1) & inside[..., None, None]
    each = torch.where(peak, torch.ones_like(each), each.clamp_max(0.998))
    heat = torch.stack([each[:, :SACRUM].amax(1), each[:, SACRUM]], 1)
    weight, level = (each * near).max(1)
    picked = torch.gather(corners.flatten(2), 1, level.flatten(1)[..., None].expand(-1, -1, 8))
    cells = torch.stack(torch.meshgrid(x, y, indexing="xy"), -1).reshape(1, h * w, 1, 2)
    offsets = (picked.view(len(corners), h * w, 4, 2) - cells) / OFFSET_UNIT_PX
    return FinderTargets(heat, offsets.flatten(2).transpose(1, 2).reshape(-1, 8, h, w), level, weight)


def finder_loss(
    outputs: tuple[Tensor, Tensor, Tensor], targets: FinderTargets, known: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """Focal loss on the heat, absolute error of the corners, cross-entropy of the level.

    Where `known` (n, h, w) is False nobody told whether there is a vertebra: finding one costs nothing there.
    """
    heat, offsets, level = (output.float() for output in outputs)
    focal = _focal(heat, targets.heat, known[:, None])
    weight = targets.weight
    total = weight.sum().clamp_min(1)
    corner = ((offsets - targets.offsets).abs().mean(1) * weight).sum() / total
    entropy = (F.nll_loss(level, targets.level, reduction="none") * weight).sum() / total
    figures = {"finder_focal": focal, "finder_corner_px": corner * OFFSET_UNIT_PX, "finder_level": entropy}
    return focal + 2 * corner + 0.3 * entropy, figures


def _focal(logits: Tensor, target: Tensor, known: Tensor) -> Tensor:
    positive = target >= 0.999
    p = logits.sigmoid()
    hit = (1 - p) ** 2 * F.logsigmoid(logits)
    miss = (1 - target) ** 4 * p**2 * F.logsigmoid(-logits) * known
    return -torch.where(positive, hit, miss).sum() / positive.sum().clamp_min(1)


def refiner_loss(
    outputs: tuple[Tensor, ...], landmarks: Tensor, masks: Tensor, genuine: Tensor, doubled: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """Landmark error, height error and likelihood, region overlap, and what can be trusted.

    That is whether the crop's own landmarks can be, and whether endplates are seen twice. A landmark, a mask or a
    `doubled` (n,) that is NaN was not labelled, and is not learnt.
    """
    mean, _, quality, twice, mask, heat = (output.float() for output in outputs)
    depth = CROP_PX / CROP_FIELD
    labelled = landmarks.isfinite().all(-1)
    landmarks = torch.where(labelled[..., None], landmarks, torch.zeros_like(landmarks))
    seen = ((landmarks > 0) & (landmarks < CROP_PX - 1)).all(-1) & genuine[:, None]  # those not labelled are at 0
    count = seen.sum().clamp_min(1)
    error = (mean - landmarks).norm(dim=-1) / depth
    likelihood = _landmark_likelihood(heat, landmarks)
    distance, entropy = (error * seen).sum() / count, (likelihood * seen).sum() / count
    tall = (_heights(mean) - _heights(landmarks)).abs() / depth
    both = seen & seen.flip(1)
    height = (tall * both[:, : tall.shape[1]]).sum() / (both.sum() / 2).clamp_min(1)
    close = (error * seen).sum(1) / seen.sum(1).clamp_min(1) < TRUSTED_ERROR
    trusted = (genuine & close & (seen | ~labelled).all(1)).float()
    judged = F.binary_cross_entropy_with_logits(quality, trusted.detach())
    region = _region_error(mask[:, 0], masks, genuine)
    told = doubled.isfinite() & genuine
    each = F.binary_cross_entropy_with_logits(twice, doubled.nan_to_num(), reduction="none")
    overlapped = (each * told).sum() / told.sum().clamp_min(1)
    figures = {
        "refiner_error_depth": distance,
        "refiner_height_depth": height,
        "refiner_quality": judged,
        "refiner_mask": region,
        "refiner_doubled": overlapped,
    }
    return 8 * distance + 8 * height + 0.3 * (entropy + judged + overlapped) + region, figures


def _heights(landmarks: Tensor) -> Tensor:
    """Heights (n, k / 2) between landmarks (n, k, 2): the superior ones come first, the inferior ones in reverse.

    Grades hang on heights alone: a point that slides along its endplate costs less than one that leaves it.
    """
    upper = landmarks[:, : landmarks.shape[1] // 2]
    heights: Tensor = (upper - landmarks.flip(1)[:, : upper.shape[1]]).norm(dim=-1)
    return heights


def _region_error(logits: Tensor, masks: Tensor, genuine: Tensor) -> Tensor:
    """Cross-entropy of the masks (n, h, w) that somebody drew, of crops that show a vertebra."""
    drawn = masks.isfinite().flatten(1).all(1) & genuine
    each = F.binary_cross_entropy_with_logits(logits, masks.nan_to_num(), reduction="none").mean((1, 2))
    return (each * drawn).sum() / drawn.sum().clamp_min(1)


def _landmark_likelihood(heat: Tensor, landmarks: Tensor) -> Tensor:
    """Cross-entropy (n, k) of each heatmap against a narrow Gaussian round its landmark."""
    side = heat.shape[-1]
    grid = torch.arange(side, device=heat.device) * MASK_STRIDE + (MASK_STRIDE - 1) / 2
    x = -((grid - landmarks[..., 0, None]) ** 2) / (2 * HEAT_SD_PX**2)
    y = -((grid - landmarks[..., 1, None]) ** 2) / (2 * HEAT_SD_PX**2)
    target = (y[..., :, None] + x[..., None, :]).flatten(2).softmax(-1)
    return -(target * heat.flatten(2).log_softmax(-1)).sum(-1)
