"""From pool scenes to batches: random views of them, all worked on the training device.

Points are (x, y) from pixel centres. Affine maps are (n, 2, 3) and take points of the old picture to the new one.
Landmarks nobody labelled are NaN, and so are the masks of pictures whose regions nobody drew.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from oiscan.anatomy import View
from oiscan.segmentation.refiner import CORNERS
from oiscan.training.networks import CROP_FIELD, CROP_PX, FINDER_STRIDE, MASK_STRIDE
from oiscan.training.pool import NOT_OUTLINED, POOL_PIXELS_PER_MM, UNKNOWN, Scenes, normal, uniform

FINDER_SHAPE = {View.LATERAL: (512, 256), View.AP: (416, 256)}
TURN_DEGREES = {View.LATERAL: 12, View.AP: 24}  # at most; in scoliosis half the column may lean far to one side
DEFORMED_WEIGHT = 3.0  # of a vertebra with a fifth of its height lost, beside one with less than a tenth
COARSE_SHARE, COARSEST_PX = 0.4, 28  # of the crops: some have as few pixels of their own as a small child at 1.2 mm
L5, S1 = 16, 17  # their places among the landmarks
FOOT_SHARE, FOOT = 0.3, (-0.5, 1.6)  # of the pictures: they end so many steps from L5 to S1 below the centre of L5
FAR_AWAY = -1e4  # where bodies nobody labelled are put: no picture reaches there


@dataclass(frozen=True)
class FinderBatch:
    """What the finder looks at.

    Parameters
    ----------
    pictures
        (n, 1, h, w).
    corners
        (n, 18, 4, 2) of T1 to L5 and S1 in them.
    shown
        (n, 18): which of these can be seen.
    known
        (n, h/4, w/4): False where nobody told whether there is a vertebra.
    """

    pictures: Tensor
    corners: Tensor
    shown: Tensor
    known: Tensor


@dataclass(frozen=True)
class RefinerBatch:
    """What the refiner looks at.

    Parameters
    ----------
    crops
        (n, 1, 96, 96).
    landmarks
        (n, k, 2) in them.
    masks
        (n, 48, 48).
    genuine
        (n,): whether a crop shows a whole vertebra.
    doubled
        (n,): whether each of its endplates is seen twice; NaN where nobody told.
    """

    crops: Tensor
    landmarks: Tensor
    masks: Tensor
    genuine: Tensor
    doubled: Tensor


def finder_batch(pool: Scenes, count: int, generator: torch.Generator) -> FinderBatch:
    """Whole pictures at about 1 mm a pixel, turned, stretched, shifted, and changed in tone."""
    view, device = pool.view, generator.device
    height, width = FINDER_SHAPE[view]
    index = pool.draw(count, generator)
    corners = pool.landmarks[index][:, :, list(CORNERS[view])]
    labelled = corners.isfinite().all(-1).all(-1)
    corners = torch.where(labelled[..., None, None], corners, FAR_AWAY)
    scale = torch.exp(uniform((count,), -0.24, 0.26, generator)) / POOL_PIXELS_PER_MM
    angle = torch.deg2rad(uniform((count,), -1, 1, generator) * TURN_DEGREES[view])
    shear = torch.exp(uniform((count,), -0.08, 0.08, generator))
    forward = _linear(scale, angle, shear)
    focus = _focus(labelled, 2 if view is View.LATERAL else 9, generator)
    at = corners[torch.arange(count, device=device), focus].mean(1)
    left, right = (0.25, 0.6) if view is View.LATERAL else (0.35, 0.65)
    across = uniform((count,), left, right, generator)
    first = 0 if view is View.LATERAL else 7
    down = ((focus - first + 0.5) / (18 - first) + uniform((count,), -0.2, 0.2, generator)).clamp(0.05, 0.95)
    target = torch.stack([across * width, down * height], 1)
    shift = target - torch.einsum("nij,nj->ni", forward, at)
    affine = torch.cat([forward, shift[:, :, None]], 2)
    pictures = _warp(pool.pictures[index], affine, (height, width))
    regions = _sample_labels(pool.labels[index].float()[:, None], affine[:, None], (height, width), FINDER_STRIDE)
    moved = torch.einsum("nij,nkcj->nkci", forward, corners) + shift[:, None, None]
    pictures = _photometric(pictures, generator)
    field = _field(count, height, width, generator) * _above_foot(moved, labelled, height, generator)
    shown = _within(corners.mean(2), *pool.pictures.shape[1:]) & _in_field(moved.mean(2), field)
    return FinderBatch(pictures * field[:, None], moved, shown, regions[:, 0] != UNKNOWN)


def _focus(labelled: Tensor, first: int, generator: torch.Generator) -> Tensor:
    """The vertebra (n,) each picture is framed by: any labelled (n, 18) from place `first` to L5, rarely another."""
    weights = labelled[:, :17].float()
    weights[:, :first] *= 1e-4
    return torch.multinomial(weights, 1, generator=generator)[:, 0]


def refiner_batch(pool: Scenes, pictures: int, crops: int, generator: torch.Generator) -> RefinerBatch:
    """Crops round vertebrae as a finder would place them, and some round discs or nothing, for the quality output."""
    view, device = pool.view, generator.device
    height, width = pool.pictures.shape[1:]
    n = pictures * crops
    index = pool.draw(pictures, generator)
    truth = pool.landmarks[index]
    centre = truth[:, :, list(CORNERS[view])].mean(2)
    inside = (centre > 4).all(-1) & (centre < torch.tensor([width - 4.0, height - 4.0], device=device)).all(-1)
    weights = inside[:, :17].float() * _interest(truth[:, :17]) + 1e-6 * centre[:, :17].isfinite().all(-1)
    level = torch.multinomial(weights, crops, replacement=True, generator=generator)
    which = torch.arange(pictures, device=device)[:, None].expand(-1, crops)
    landmarks = truth[which, level].reshape(n, -1, 2)
    neighbour = truth[which, level + 1].reshape(n, -1, 2)
    quad, kind = _start_quads(landmarks, neighbour, view, generator)
    affine = crop_affine(quad)
    source = (pool.pictures[index].float() / 255)[:, None]
    grey = _stretch(source, generator)
    crop = _sample(grey, affine.view(pictures, crops, 2, 3), CROP_PX).reshape(n, 1, CROP_PX, CROP_PX)
    in_crop = torch.einsum("nij,nkj->nki", affine[:, :, :2], landmarks) + affine[:, None, :, 2]
    labels = pool.labels[index].float()[:, None]
    mask = _sample_labels(labels, affine.view(pictures, crops, 2, 3), (CROP_PX, CROP_PX), MASK_STRIDE)
    mask = mask.reshape(n, CROP_PX // MASK_STRIDE, -1)
    region = torch.where(mask < NOT_OUTLINED, (mask == level.reshape(n, 1, 1) + 1).float(), torch.nan)
    end = torch.tensor([width - 0.5, height - 0.5], device=device)
    shown = (((landmarks > -0.5) & (landmarks < end)).all(-1) | landmarks.isnan().any(-1)).all(-1)
    trusted = inside & pool.readable[index]
    genuine = (kind == 0) & shown & trusted[which, level].reshape(n)
    doubled = pool.doubled[index][which, level].reshape(n)
    return RefinerBatch(_coarse(_crop_noise(crop, generator), generator), in_crop, region, genuine, doubled)


def _interest(landmarks: Tensor) -> Tensor:
    """How often each vertebra (n, m), of landmarks (n, m, k, 2), is shown: lower ones up to `DEFORMED_WEIGHT` times.

    A height nobody labelled does not count.

    Most vertebrae have their full height, and a network that saw them as often as they are would draw the others
    towards them.
    """
    half = landmarks.shape[2] // 2
    heights = (landmarks[:, :, :half] - landmarks.flip(2)[:, :, :half]).norm(dim=-1)
    loss = 1 - heights.nan_to_num(torch.inf).amin(-1) / heights.nan_to_num(0).amax(-1)
    lost: Tensor = ((loss.nan_to_num() - 0.1) / 0.1).clamp(0, 1)
    return 1 + (DEFORMED_WEIGHT - 1) * lost


def crop_affine(quad: Tensor) -> Tensor:
    """Picture to crop: maps (n, 2, 3) for quads (n, 4, 2). The crop turns with the vertebra.

    The same map as `oiscan.segmentation.preprocess.crop_map`, which scoring uses.
    """
    along = (quad[:, 1] - quad[:, 0]) + (quad[:, 2] - quad[:, 3])
    depth = along.norm(dim=1) / 2
    height = 0.5 * ((quad[:, 0] - quad[:, 3]).norm(dim=1) + (quad[:, 1] - quad[:, 2]).norm(dim=1))
    unit = along / (along.norm(dim=1, keepdim=True) + 1e-6)
    side = CROP_FIELD * torch.maximum(torch.maximum(depth, 1.15 * height), torch.full_like(depth, 4.0))
    scale = CROP_PX / side
    turn = torch.stack([unit, torch.stack([-unit[:, 1], unit[:, 0]], 1)], 1) * scale[:, None, None]
    shift = (CROP_PX - 1) / 2 - torch.einsum("nij,nj->ni", turn, quad.mean(1))
    return torch.cat([turn, shift[:, :, None]], 2)


def _start_quads(
    landmarks: Tensor, neighbour: Tensor, view: View, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Quads a finder might hand over: near a vertebra (kind 0), round a disc (1), or beside the spine (2)."""
    n = len(landmarks)
    corners = list(CORNERS[view])
    body, lower = landmarks[:, corners], neighbour[:, corners]
    depth = (body[:, 1] - body[:, 0]).norm(dim=1)
    chance = torch.rand(n, generator=generator, device=generator.device)
    kind = (chance > 0.8).long() + (chance > 0.92).long()
    kind = torch.where((kind == 1) & lower.isnan().flatten(1).any(1), 2, kind)  # no disc where no neighbour is labelled
    quad = torch.where((kind == 1)[:, None, None], 0.5 * (body + lower), body)
    beside = uniform((n, 2), -1, 1, generator)
    beside = beside / (beside.norm(dim=1, keepdim=True) + 1e-3) * uniform((n, 1), 0.75, 2.0, generator)
    quad = quad + ((kind == 2)[:, None] * beside * depth[:, None])[:, None]
    shift = normal((n, 2), 0.11, generator).clamp(-0.26, 0.26)
    quad = quad + (normal((n, 4, 2), 0.05, generator) + shift[:, None]) * depth[:, None, None]
    angle, scale = normal((n,), 0.09, generator), torch.exp(normal((n,), 0.14, generator))
    turn = _linear(scale, angle, torch.ones_like(scale))
    middle = quad.mean(1, keepdim=True)
    return torch.einsum("nij,nkj->nki", turn, quad - middle) + middle, kind


def _linear(scale: Tensor, angle: Tensor, shear: Tensor) -> Tensor:
    cos, sin = torch.cos(angle), torch.sin(angle)
    rows = [torch.stack([cos * shear, -sin * shear], 1), torch.stack([sin / shear, cos / shear], 1)]
    return torch.stack(rows, 1) * scale[:, None, None]


def _inverse(affine: Tensor) -> Tensor:
    linear = torch.linalg.inv(affine[..., :2])
    return torch.cat([linear, -(linear @ affine[..., 2:])], -1)


def _grid(affine: Tensor, height: int, width: int, source: tuple[int, int]) -> Tensor:
    """Sampling grid for grid_sample: where each new pixel lies in the old picture."""
    back = _inverse(affine)
    y, x = torch.meshgrid(
        torch.arange(height, device=affine.device, dtype=affine.dtype),
        torch.arange(width, device=affine.device, dtype=affine.dtype),
        indexing="ij",
    )
    points = torch.stack([x, y, torch.ones_like(x)], -1)
    old = torch.einsum("...ij,hwj->...hwi", back, points)
    size = torch.tensor([source[1], source[0]], device=affine.device, dtype=affine.dtype)
    return (old + 0.5) / size * 2 - 1


def _warp(pictures: Tensor, affine: Tensor, shape: tuple[int, int]) -> Tensor:
    """Bytes (n, h, w) to floats (n, 1, *shape); what lies outside is black, white or mid-grey at random places."""
    source = F.avg_pool2d(F.pad(pictures.float()[:, None] / 255, (0, 1, 0, 1), mode="replicate"), 2, 1)
    source = F.pad(source, (1, 0, 1, 0), mode="replicate")
    source = F.avg_pool2d(source, 2, 1)
    grid = _grid(affine, *shape, (pictures.shape[1], pictures.shape[2]))
    return F.grid_sample(source, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def _sample(pictures: Tensor, affine: Tensor, side: int) -> Tensor:
    """Crops (n, m, side, side) of pictures (n, 1, h, w) by maps (n, m, 2, 3)."""
    n, m = affine.shape[:2]
    grid = _grid(affine, side, side, (pictures.shape[2], pictures.shape[3])).reshape(n, m * side, side, 2)
    crops = F.grid_sample(pictures, grid, mode="bilinear", padding_mode="border", align_corners=False)
    return crops.view(n, m, side, side)


def _sample_labels(labels: Tensor, affine: Tensor, shape: tuple[int, int], stride: int) -> Tensor:
    """Labels (n, 1, h/2, w/2) at every `stride`th pixel of m new pictures of `shape`, by maps (n, m, 2, 3)."""
    n, m = affine.shape[:2]
    rows, columns = shape[0] // stride, shape[1] // stride
    coarse = affine / stride
    coarse = torch.cat([coarse[..., :2], coarse[..., 2:] - (stride - 1) / (2 * stride)], -1)
    full = (labels.shape[2] * 2, labels.shape[3] * 2)
    grid = _grid(coarse, rows, columns, full).reshape(n, m * rows, columns, 2)
    sampled = F.grid_sample(labels, grid, mode="nearest", padding_mode="zeros", align_corners=False)
    return sampled.view(n, m, rows, columns)


def _stretch(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Random tone: gain, offset and gamma, within 0 and 1."""
    n = len(pictures)
    gamma = torch.exp(uniform((n, 1, 1, 1), -0.5, 0.5, generator))
    low = uniform((n, 1, 1, 1), -0.05, 0.12, generator)
    high = uniform((n, 1, 1, 1), 0.85, 1.1, generator)
    return ((pictures - low) / (high - low)).clamp(0, 1) ** gamma


def _photometric(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Tone, a slow gradient, grain, and patches that hide part of the picture."""
    n, _, height, width = pictures.shape
    device = pictures.device
    out = _stretch(pictures, generator)
    slope = uniform((n, 1, 1, 1), -0.3, 0.3, generator) * (uniform((n, 1, 1, 1), 0, 1, generator) < 0.3)
    out = out * (1 + slope * torch.linspace(-1, 1, height, device=device)[None, None, :, None])
    sd = uniform((n, 1, 1, 1), 0, 0.06, generator) * (uniform((n, 1, 1, 1), 0, 1, generator) < 0.4)
    out = out + torch.randn(out.shape, generator=generator, device=device) * sd
    size = uniform((n, 2), 8, 60, generator)
    corner = uniform((n, 2), 0, 1, generator) * torch.tensor([width, height], device=device)
    y = torch.arange(height, device=device)[None, :, None]
    x = torch.arange(width, device=device)[None, None, :]
    hidden = (x >= corner[:, 0, None, None]) & (x < (corner + size)[:, 0, None, None])
    hidden = hidden & (y >= corner[:, 1, None, None]) & (y < (corner + size)[:, 1, None, None])
    hidden = hidden & (uniform((n, 1, 1), 0, 1, generator) < 0.25)
    out = torch.where(hidden[:, None], uniform((n, 1, 1, 1), 0, 1, generator), out).clamp(0, 1)
    return out


def _field(n: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    """(n, h, w) 1 inside the scanned field, 0 outside: some scans are much smaller than the training picture."""
    device = generator.device
    size = torch.tensor([height, width], device=device) * uniform((n, 2), 0.4, 1.0, generator)
    room = torch.tensor([height, width], device=device) - size
    corner = room * uniform((n, 2), 0, 1, generator)
    y, x = torch.arange(height, device=device), torch.arange(width, device=device)
    rows = (y >= corner[:, 0, None]) & (y < (corner + size)[:, 0, None])
    columns = (x >= corner[:, 1, None]) & (x < (corner + size)[:, 1, None])
    whole = uniform((n, 1, 1), 0, 1, generator) < 0.55
    return (whole | (rows[:, :, None] & columns[:, None, :])).float()


def _above_foot(corners: Tensor, labelled: Tensor, height: int, generator: torch.Generator) -> Tensor:
    """(n, h, 1) 0 below the foot of pictures that end near the sacrum, where it takes most to tell S1 from L5.

    `corners` (n, 18, 4, 2) and whether each vertebra is `labelled` (n, 18).
    """
    n, device = len(corners), corners.device
    upper, lower = corners[:, L5].mean(1)[:, 1], corners[:, S1].mean(1)[:, 1]
    foot = upper + uniform((n,), *FOOT, generator) * (lower - upper)
    ends = (uniform((n,), 0, 1, generator) < FOOT_SHARE) & labelled[:, L5] & labelled[:, S1]
    rows = torch.arange(height, device=device)
    return (~ends[:, None] | (rows < foot[:, None])).float()[:, :, None]


def _within(points: Tensor, height: int, width: int) -> Tensor:
    """Whether points (..., 2) lie in a picture of height x width."""
    return (points > 0).all(-1) & (points[..., 0] < width - 1) & (points[..., 1] < height - 1)


def _in_field(points: Tensor, field: Tensor) -> Tensor:
    """Whether points (n, k, 2) lie where `field` (n, h, w) was scanned: what nobody saw cannot be learned."""
    _, height, width = field.shape
    x, y = points[..., 0].round().long(), points[..., 1].round().long()
    inside = field.flatten(1).gather(1, y.clamp(0, height - 1) * width + x.clamp(0, width - 1)) > 0
    return inside & _within(points, height, width)


def _crop_noise(crops: Tensor, generator: torch.Generator) -> Tensor:
    """Some crops lose sharpness, some gain grain."""
    n = len(crops)
    soft = F.avg_pool2d(F.pad(crops, (1, 1, 1, 1), mode="replicate"), 3, 1)
    amount = uniform((n, 1, 1, 1), 0, 1.0, generator) * (uniform((n, 1, 1, 1), 0, 1, generator) < 0.4)
    sd = uniform((n, 1, 1, 1), 0, 0.1, generator) * (uniform((n, 1, 1, 1), 0, 1, generator) < 0.4)
    grain = torch.randn(crops.shape, generator=generator, device=crops.device)
    return (crops + amount * (soft - crops) + sd * grain).clamp(0, 1)


def _coarse(crops: Tensor, generator: torch.Generator) -> Tensor:
    """Some crops as a scanner with larger pixels gives them, enlarged again as scoring does."""
    side = int(torch.randint(COARSEST_PX, CROP_PX, (1,), generator=generator, device=crops.device))
    small = F.interpolate(crops, size=(side, side), mode="area")
    back = F.interpolate(small, size=(CROP_PX, CROP_PX), mode="bilinear", align_corners=False)
    return torch.where(uniform((len(crops), 1, 1, 1), 0, 1, generator) < COARSE_SHARE, back, crops)
