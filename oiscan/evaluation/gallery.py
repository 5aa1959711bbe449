"""One sheet to look at: simulated pictures, and real ones beside them, as the networks see them.

What the eye compares on the screen is not what a network is given. Here every picture has gone through the networks'
own normalisation first: grey stretched between percentiles, brought to the finder's or the refiner's scale, contrast
against the surroundings. What still tells real from simulated here is what the simulation should learn next.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from oiscan.anatomy import View
from oiscan.evaluation.measure import CORNERS
from oiscan.labels import read_labels
from oiscan.loaders import read
from oiscan.loaders.margins import scanned_area
from oiscan.phantom.anatomy import SACRUM
from oiscan.phantom.exam import ExamSettings, draw_exam
from oiscan.phantom.looks import SCANNER_LOOKS, STYLES
from oiscan.phantom.scene import Scene
from oiscan.phantom.training_scene import draw_training_scene
from oiscan.scan import FloatArray, ImageArray, Scan
from oiscan.segmentation.preprocess import crop, crop_map, resampled, stretched_grey

Tile = npt.NDArray[np.uint8]

WIDE = 8
"""Pictures in a row of the sheet, with two crops of each below."""

TRAINING_SHAPE, TRAINING_PIXELS_PER_MM = {View.LATERAL: (800, 416), View.AP: (640, 416)}, 1.6
"""Scenes as `oiscan.training.pool` draws them."""

FINDER_SIZE_PX = {View.LATERAL: 31.0, View.AP: 38.0}
"""Median depth or width of the bodies at the finder's scale: an adult's at about 1 mm a pixel."""

FINDER_SIGMA_PX, REFINER_SIGMA_PX = 10.0, 16.0
"""Surroundings of the local contrast, as in `oiscan.training.networks`."""

WHOLE_SHAPE, GAP_PX, CAPTION_PX = (400, 200), 8, 22


@dataclass(frozen=True, eq=False)
class Example:
    """A picture and the corners of its vertebrae: (n, 4, 2) as (row, column) of the scan's pixels."""

    scan: Scan
    view: View
    corners_px: FloatArray

    @property
    def size_px(self) -> float:
        """Median depth (lateral) or width (AP) of the vertebrae."""
        across = self.corners_px[:, [1, 2]] - self.corners_px[:, [0, 3]]
        return float(np.median(np.linalg.norm(across, axis=-1)))


def sheet(seed: int, real: Sequence[Path]) -> Tile:
    """Rows of whole pictures and crops: training scenes, every look, and the pictures of each label file in `real`.

    Raises
    ------
    OiscanError
        A label file or one of its pictures cannot be read.
    """
    beside = {view: [_real(labels, view) for labels in real] for view in View}  # first: a missing file costs no waiting
    exams = [draw_exam(settings) for settings in _look_settings(seed)]
    rows = []
    for view in View:
        scenes = [draw_training_scene(np.random.default_rng([seed, i]), view, TRAINING_SHAPE[view],
                                      TRAINING_PIXELS_PER_MM) for i in range(WIDE)]
        rows += _rows(f"{view}, training scenes", [_simulated(scene, view) for scene in scenes], seed)
        looks = ", ".join(look.value for look in SCANNER_LOOKS)
        rows += _rows(f"{view}, looks: {looks}", [_simulated(exam.views[view], view) for exam in exams], seed)
        for examples in beside[view]:
            rows += _rows(f"{view}, real", examples, seed)
    return np.vstack(rows)


def write_sheet(tile: Tile, path: Path) -> None:
    """As a PNG."""
    encoded, data = cv2.imencode(".png", tile)
    assert encoded
    path.write_bytes(data.tobytes())


def _look_settings(seed: int) -> list[ExamSettings]:
    looks = [look for look in SCANNER_LOOKS for _ in range(WIDE // len(SCANNER_LOOKS))]
    return [ExamSettings(seed + i, style=sum(STYLES[look]) / 2, look=look) for i, look in enumerate(looks)]


def _simulated(scene: Scene, view: View) -> Example:
    corners = scene.landmarks_px[:SACRUM, CORNERS[view], ::-1]
    end = np.array(scene.picture.shape) - 1
    inside = ((corners >= 0) & (corners <= end)).all((1, 2))
    scan = Scan.from_array(np.round(scene.picture * 255), view=view)
    return Example(replace(scan, scanned=scanned_area(scan.pixels)), view, corners[inside])


def _real(labels: Path, view: View) -> list[Example]:
    """Pictures of one view, spread over a label file."""
    images = [image for image in read_labels(labels).images if image.view is view and image.vertebrae]
    chosen = [images[i] for i in np.unique(np.linspace(0, len(images) - 1, WIDE).astype(int))] if images else []
    examples = []
    for image in chosen:
        scan = read(image.file, view=view, spacing_mm=image.spacing_mm)
        corners = np.stack([vertebra.landmarks_px[CORNERS[view]] for vertebra in image.vertebrae])
        labelled = np.isfinite(corners).all((1, 2))
        examples.append(Example(scan, view, scan.stored.from_stored(corners[labelled])))
    return [example for example in examples if len(example.corners_px)]


def _rows(caption: str, examples: list[Example], seed: int) -> list[Tile]:
    examples = [example for example in examples if len(example.corners_px)]
    if not examples:
        return []
    rng = np.random.default_rng(seed)
    crops = [tile for example in examples for tile in _crops(example, rng)]
    width = WIDE * (WHOLE_SHAPE[1] + GAP_PX)
    title = np.full((CAPTION_PX, width), 255, np.uint8)
    cv2.putText(title, caption, (4, CAPTION_PX - 7), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 0, 1, cv2.LINE_AA)
    return [title, _side_by_side([_whole(example) for example in examples], width), _side_by_side(crops, width)]


def _side_by_side(tiles: list[Tile], width: int) -> Tile:
    row = np.full((tiles[0].shape[0] + GAP_PX, width), 255, np.uint8)
    for i, tile in enumerate(tiles):
        left = i * (tile.shape[1] + GAP_PX)
        row[: tile.shape[0], left : left + tile.shape[1]] = tile
    return row


def _whole(example: Example) -> Tile:
    """The picture at the finder's scale, its vertebrae in the middle."""
    scale = FINDER_SIZE_PX[example.view] / example.size_px
    row_scale, column_scale = scale * example.scan.relative_pixel_size / example.scan.relative_pixel_size.mean()
    picture = resampled(stretched_grey(example.scan), row_scale, column_scale)
    seen = local_contrast(picture.grey, FINDER_SIGMA_PX)
    middle = picture.to_scan.inverse()(example.corners_px.reshape(-1, 2)).mean(0)
    left, top = (round(float(at) - size / 2) for at, size in zip(middle, WHOLE_SHAPE[::-1], strict=True))
    shift = np.array([[1.0, 0, -left], [0, 1, -top]])
    return _grey(cv2.warpAffine(seen, shift, WHOLE_SHAPE[::-1], flags=cv2.INTER_NEAREST, borderValue=-2.0))


def _crops(example: Example, rng: np.random.Generator) -> list[Tile]:
    """Two vertebrae as the refiner sees them."""
    picture = resampled(stretched_grey(example.scan), 1.0, 1.0)
    quads = picture.to_scan.inverse()(example.corners_px)
    chosen = rng.choice(len(quads), 2, replace=len(quads) < 2)
    return [_grey(local_contrast(crop(picture.grey, crop_map(quads[k])), REFINER_SIGMA_PX)) for k in chosen]


def _grey(contrast: npt.NDArray[np.generic]) -> Tile:
    return np.asarray(np.clip((np.asarray(contrast, float) + 1.25) * 102, 0, 255).round(), np.uint8)


def local_contrast(grey: ImageArray, sigma_px: float) -> ImageArray:
    """What `oiscan.training.networks.LocalContrast` gives the networks, between -2 and 2, without torch.

    Rows and columns beyond a multiple of 4 are cut off.
    """
    grey = np.ascontiguousarray(grey[: grey.shape[0] // 4 * 4, : grey.shape[1] // 4 * 4])
    difference = grey - _wide_blur(grey, sigma_px)
    spread = np.sqrt(np.clip(_wide_blur(difference * difference, sigma_px), 0, None))
    floor = 0.1 * spread.mean() + 1e-4
    return np.asarray(np.clip(difference / (spread + floor), -4, 4) * 0.5, np.float32)


def _wide_blur(picture: ImageArray, sigma_px: float) -> ImageArray:
    sigma = sigma_px / 4
    radius = math.ceil(3 * sigma)
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / sigma) ** 2)
    kernel /= kernel.sum()
    size = picture.shape[::-1]
    small = cv2.resize(picture, (size[0] // 4, size[1] // 4), interpolation=cv2.INTER_AREA)
    small = cv2.sepFilter2D(small, -1, kernel, kernel, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.float32)
