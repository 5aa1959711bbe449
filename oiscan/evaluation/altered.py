"""The same picture, altered as pictures in the world are: another size, facing, polarity, no spacing, ends cut off.

A model that has learnt vertebrae finds as many as before. The labels move along; a vertebra that leaves the picture is
not asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from oiscan.anatomy import View
from oiscan.errors import ScanError
from oiscan.evaluation.cases import compared
from oiscan.evaluation.landmarks import ImageResult
from oiscan.evaluation.processes import each
from oiscan.labels import LabelledImage, LabelledVertebra
from oiscan.loaders import read
from oiscan.scan import FloatArray, Scan, StoredFrame
from oiscan.segmentation import Model, segment

CROPPED_SHARE = 0.2
"""Of the picture's height, cut off at one end."""

LARGEST_FALL = 0.02
"""Of the share of vertebrae found, that is still called robust: less than two points."""

MIRRORED_AP = [1, 0, 3, 2]
"""Where the corners of an AP vertebra are after left and right were exchanged."""

Labelled = tuple[Scan, LabelledImage]


@dataclass(frozen=True)
class Fall:
    """What one alteration did: vertebrae still in the picture, how many were found before, and after it."""

    vertebrae: int
    before: int
    after: int

    @property
    def share(self) -> float:
        """Of the vertebrae, how many fewer are found; 0 without vertebrae."""
        return (self.before - self.after) / self.vertebrae if self.vertebrae else 0.0

    def __add__(self, other: Fall) -> Fall:
        return Fall(self.vertebrae + other.vertebrae, self.before + other.before, self.after + other.after)


def resized(scale: float | tuple[float, float]) -> Callable[[Labelled], Labelled]:
    """The picture with `scale` times as many rows and columns, or two numbers for these; known spacing moves along."""
    scales = np.broadcast_to(scale, 2)

    def alter(given: Labelled) -> Labelled:
        scan, image = given
        rows, columns = (max(2, round(side * by)) for side, by in zip(scan.pixels.shape, scales, strict=True))
        method = cv2.INTER_AREA if scales.max() < 1 else cv2.INTER_CUBIC
        exact = np.array([rows, columns]) / scan.pixels.shape
        pixels = cv2.resize(scan.pixels, (columns, rows), interpolation=method).astype(np.float32)
        scanned, spacing = scan.scanned, scan.spacing
        if scanned is not None:
            scanned = cv2.resize(scanned.astype(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST) > 0
        if spacing is not None:
            row_mm, column_mm = spacing.row_column_mm / exact
            spacing = replace(spacing, row_mm=float(row_mm), column_mm=float(column_mm))
        changed = replace(scan, pixels=pixels, scanned=scanned, spacing=spacing, stored=StoredFrame(rows, columns))
        return changed, _moved(image, lambda points: (points + 0.5) * exact - 0.5)

    return alter


def mirrored(given: Labelled) -> Labelled:
    """Left and right exchanged."""
    scan, image = given
    last = scan.pixels.shape[1] - 1
    scanned = None if scan.scanned is None else scan.scanned[:, ::-1]
    moved = _moved(image, lambda points: points * [1, -1] + [0, last])
    if image.view is View.AP:
        turned = (replace(one, landmarks_px=one.landmarks_px[MIRRORED_AP]) for one in moved.vertebrae)
        moved = replace(moved, vertebrae=tuple(turned))
    return replace(scan, pixels=scan.pixels[:, ::-1], scanned=scanned), moved


def inverted(given: Labelled) -> Labelled:
    """Bright and dark exchanged, and nobody told."""
    scan, image = given
    return replace(scan, pixels=scan.pixels.max() + scan.pixels.min() - scan.pixels), image


def without_spacing(given: Labelled) -> Labelled:
    """The pixel size unknown but for its shape."""
    scan, image = given
    return replace(scan, spacing=None, aspect=float(np.divide(*scan.relative_pixel_size))), image


def cropped(head: bool) -> Callable[[Labelled], Labelled]:
    """A fifth of the picture's height cut off at the head or the foot."""

    def alter(given: Labelled) -> Labelled:
        scan, image = given
        rows, columns = scan.pixels.shape
        cut = round(CROPPED_SHARE * rows)
        kept = slice(cut, None) if head else slice(None, rows - cut)
        scanned = None if scan.scanned is None else scan.scanned[kept]
        changed = replace(scan, pixels=scan.pixels[kept], scanned=scanned, stored=StoredFrame(rows - cut, columns))
        return changed, _moved(image, lambda points: points - [cut if head else 0, 0])

    return alter


ALTERATIONS: dict[str, Callable[[Labelled], Labelled]] = {
    "half size": resized(0.5),
    "double size": resized(2.0),
    "mirrored": mirrored,
    "inverted": inverted,
    "without spacing": without_spacing,
    "cropped at the head": cropped(head=True),
    "cropped at the foot": cropped(head=False),
}


def falls(
    images: Sequence[LabelledImage], model: Model, workers: int = 1, advance: Callable[[int], None] = lambda done: None
) -> dict[str, Fall]:
    """For each alteration what it did to all pictures together; pictures that cannot be read are left out."""
    each_image = each(_Task(model), images, workers, advance)
    return {name: sum((told[name] for told in each_image if told), Fall(0, 0, 0)) for name in ALTERATIONS}


@dataclass(frozen=True)
class _Task:
    model: Model

    def __call__(self, image: LabelledImage) -> dict[str, Fall]:
        try:
            given = upright(read(image.file, view=image.view, spacing_mm=image.spacing_mm), image)
        except ScanError:
            return {}
        before = _found(given, self.model)
        return {name: _fall(before, alter(given), self.model) for name, alter in ALTERATIONS.items()}


def upright(scan: Scan, image: LabelledImage) -> Labelled:
    """A scan as if its file had stored its pixels as they are: cranial up, bone bright; the labels move along."""
    moved = _moved(image, scan.stored.from_stored)
    return replace(scan, stored=StoredFrame(*scan.pixels.shape)), moved


def _fall(before: ImageResult, altered: Labelled, model: Model) -> Fall:
    scan, image = altered
    asked = {one.level for one in image.vertebrae if _inside(one, scan)}
    after = _found((scan, replace(image, vertebrae=tuple(v for v in image.vertebrae if v.level in asked))), model)
    earlier = [match.found for match in before.matches if match.level in asked]
    return Fall(len(earlier), sum(earlier), sum(match.found for match in after.matches))


def _found(given: Labelled, model: Model) -> ImageResult:
    scan, image = given
    return compared(image, scan, segment(scan, model))


def _inside(vertebra: LabelledVertebra, scan: Scan) -> bool:
    points = vertebra.landmarks_px[np.isfinite(vertebra.landmarks_px).all(1)]
    return bool((points >= 0).all() and (points <= np.array(scan.pixels.shape) - 1).all())


def _moved(image: LabelledImage, move: Callable[[FloatArray], FloatArray]) -> LabelledImage:
    moved = (
        replace(one, landmarks_px=move(one.landmarks_px), outline_px=move(one.outline_px)) for one in image.vertebrae
    )
    return replace(image, vertebrae=tuple(moved))
