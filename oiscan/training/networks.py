"""The two networks of a view: a finder that looks at the whole picture and a refiner that looks at one vertebra.

Both take grey pictures between 0 and 1 and do their own normalisation, so that training and scoring share one
implementation of it. Coordinates are pixel-centre ones: (x, y) = (column, row), (0, 0) the centre of the first pixel.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

FINDER_STRIDE = 4
FINDER_MULTIPLE = 32
OFFSET_UNIT_PX = 10.0
N_LEVELS = 18  # T1 to T12, L1 to L5, S1
CROP_PX = 96
CROP_FIELD = 2.0  # side of the crop in vertebral depths (lateral) or widths (AP)
MASK_STRIDE = 2


def block(inputs: int, outputs: int, size: int = 3, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """Convolution, batch normalisation, ReLU."""
    padding = dilation * (size // 2)
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, padding, dilation, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def double(features: Tensor) -> Tensor:
    """Twice the size by repetition."""
    return F.interpolate(features, scale_factor=2, mode="nearest")


class LocalContrast(nn.Module):
    """Grey (n, 1, h, w) to two channels: contrast against the surroundings, and the grey itself around zero.

    Bone on a radiograph sits on a background that changes more than the bone does; dividing by the local spread
    makes a faint lumbar endplate and a bright thoracic one look alike.
    """

    kernel: Tensor

    def __init__(self, sigma_px: float) -> None:
        super().__init__()
        sigma = sigma_px / 4
        self.radius = math.ceil(3 * sigma)
        steps = torch.arange(-self.radius, self.radius + 1, dtype=torch.float32)
        kernel = torch.exp(-0.5 * (steps / sigma) ** 2)
        self.register_buffer("kernel", kernel / kernel.sum(), persistent=False)

    def blur(self, picture: Tensor) -> Tensor:
        """Wide Gaussian blur, worked at a quarter of the size."""
        small = F.avg_pool2d(picture, 4)
        r = self.radius
        small = F.conv2d(F.pad(small, (r, r, 0, 0), mode="replicate"), self.kernel.view(1, 1, 1, -1))
        small = F.conv2d(F.pad(small, (0, 0, r, r), mode="replicate"), self.kernel.view(1, 1, -1, 1))
        return F.interpolate(small, scale_factor=4, mode="bilinear", align_corners=False)

    def forward(self, picture: Tensor) -> Tensor:
        with torch.autocast(picture.device.type, enabled=False):  # half precision would drown faint contrast
            difference = picture - self.blur(picture)
            spread = self.blur(difference * difference).clamp_min(0).sqrt()
            floor = 0.1 * spread.mean((2, 3), keepdim=True) + 1e-4
            local = (difference / (spread + floor)).clamp(-4, 4) * 0.5
            return torch.cat([local, 2 * picture - 1], 1)


class Finder(nn.Module):
    """Whole picture (n, 1, h, w), h and w multiples of 32, at about 1 mm a pixel.

    Returns, at a quarter of the size: logits of being the centre of a vertebra and of S1 (n, 2, h/4, w/4); offsets
    from the cell's centre to the four corners, x and y in units of 10 pixels (n, 8, h/4, w/4); log-probabilities of
    the 18 levels T1..L5, S1 (n, 18, h/4, w/4).
    """

    def __init__(self, widths: tuple[int, int, int, int, int] = (16, 32, 56, 96, 144)) -> None:
        super().__init__()
        a, b, c, d, e = widths
        self.contrast = LocalContrast(sigma_px=10.0)
        self.stem = block(2, a, 5, 2)
        self.down1 = nn.Sequential(block(a, b, 3, 2), block(b, b))
        self.down2 = nn.Sequential(block(b, c, 3, 2), block(c, c))
        self.down3 = nn.Sequential(block(c, d, 3, 2), block(d, d), block(d, d))
        self.down4 = nn.Sequential(block(d, e, 3, 2), block(e, e), block(e, e, dilation=2), block(e, e, dilation=4))
        self.up3 = block(e + d, 80)
        self.up2 = block(80 + c, 56)
        self.narrow = block(56, 24, 1)
        self.up1 = nn.Sequential(block(24 + b, 40), block(40, 40))
        self.heat = nn.Conv2d(40, 2, 1)
        self.corners = nn.Conv2d(40, 8, 1)
        self.level = nn.Sequential(block(e + 80, 96, 1), nn.Conv2d(96, N_LEVELS, 1))
        nn.init.constant_(self.heat.bias, -3.0)  # type: ignore[arg-type]

    def forward(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x1 = self.down1(self.stem(self.contrast(picture)))
        x2 = self.down2(x1)
        x3 = self.down3(x2)
        x4 = self.down4(x3)
        y3 = self.up3(torch.cat([double(x4), x3], 1))
        y2 = self.up2(torch.cat([double(y3), x2], 1))
        y1 = self.up1(torch.cat([double(self.narrow(y2)), x1], 1))
        level = self.level(torch.cat([double(x4), y3], 1))
        level = F.interpolate(level, scale_factor=4, mode="bilinear", align_corners=False)
        return self.heat(y1), self.corners(y1), level.log_softmax(1)


class Refiner(nn.Module):
    """Crops (n, 1, 96, 96) turned and scaled to one vertebra.

    Returns landmarks (n, k, 2) and their covariance (n, k, 2, 2) in crop pixels, the logit of the crop being centred
    on a vertebra whose landmarks can be trusted (n,), the logit of each of its endplates being seen twice (n,), mask
    logits (n, 1, 48, 48), and the logits of the landmark heatmaps (n, k, 48, 48), which only training uses.
    """

    grid: Tensor

    def __init__(self, landmarks: int, widths: tuple[int, int, int, int] = (16, 40, 64, 96)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.landmarks = landmarks
        self.contrast = LocalContrast(sigma_px=16.0)
        self.stem = block(2, a, 5)
        self.down1 = nn.Sequential(block(a, b, 3, 2), block(b, b))
        self.down2 = nn.Sequential(block(b, c, 3, 2), block(c, c), block(c, c))
        self.down3 = nn.Sequential(block(c, d, 3, 2), block(d, d), block(d, d, dilation=2))
        self.up2 = block(d + c, c)
        self.up1 = nn.Sequential(block(c + b, b), block(b, b))
        self.head = nn.Conv2d(b, landmarks + 1, 1)
        self.quality = nn.Sequential(nn.Linear(d, 48), nn.ReLU(inplace=True), nn.Linear(48, 1))
        self.doubled = nn.Sequential(nn.Linear(d, 48), nn.ReLU(inplace=True), last := nn.Linear(48, 1))
        nn.init.constant_(last.bias, -3.0)  # seen once, as most are, until something else is learnt
        side = CROP_PX // MASK_STRIDE
        centres = torch.arange(side, dtype=torch.float32) * MASK_STRIDE + (MASK_STRIDE - 1) / 2
        self.register_buffer("grid", centres, persistent=False)

    def forward(self, crop: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
        x1 = self.down1(self.stem(self.contrast(crop)))
        x2 = self.down2(x1)
        x3 = self.down3(x2)
        y2 = self.up2(torch.cat([double(x3), x2], 1))
        maps = self.head(self.up1(torch.cat([double(y2), x1], 1)))
        heat, mask = maps[:, : self.landmarks], maps[:, self.landmarks :]
        mean, covariance = self.moments(heat)
        seen = x3.mean((2, 3))
        return mean, covariance, self.quality(seen)[:, 0], self.doubled(seen)[:, 0], mask, heat

    def moments(self, heat: Tensor) -> tuple[Tensor, Tensor]:
        """Mean (n, k, 2) and covariance (n, k, 2, 2) of the heatmaps, in crop pixels."""
        p = heat.flatten(2).softmax(-1).view(heat.shape)
        column, row = p.sum(2), p.sum(3)
        x, y = (column * self.grid).sum(-1), (row * self.grid).sum(-1)
        dx, dy = self.grid - x[..., None], self.grid - y[..., None]
        xx, yy = (column * dx * dx).sum(-1), (row * dy * dy).sum(-1)
        xy = ((p * dx[:, :, None, :]).sum(-1) * dy).sum(-1)
        covariance = torch.stack([torch.stack([xx, xy], -1), torch.stack([xy, yy], -1)], -2)
        return torch.stack([x, y], -1), covariance
