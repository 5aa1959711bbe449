"""Looks a picture can have: of two makers' densitometers, of a radiograph, of a scan at low dose.

A look is data: ranges that `shown` draws its numbers from. They were set by eye. Only GE's was held against real scans
(one lateral and one AP iDXA picture of software 16: strong local contrast, soft tissue black, posterior elements white,
grain of one pixel, 127 grey values up to 252, on the AP picture white stair-stepped margins). Hologic's is unverified:
no real picture was at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

import cv2
import numpy as np

from oiscan.anatomy import View
from oiscan.phantom.display import display, plain_display
from oiscan.phantom.relief import relief_display
from oiscan.scan import ImageArray

Chain = Callable[[np.random.Generator, ImageArray, float], ImageArray]
"""Turns attenuation into a picture between 0 and 1: generator, attenuation, pixels per mm."""

Range = tuple[float, float]

GE_TOP, GE_STEP = 252, 2
"""Largest grey value of a GE picture, and the step between two of its 127 grey values."""


class Look(StrEnum):
    """What a picture looks like."""

    PLAIN = "plain"
    HARD = "hard"
    GE = "ge"
    HOLOGIC = "hologic"
    RADIOGRAPH = "radiograph"
    LOW_DOSE = "low-dose"
    RELIEF = "relief"


SCANNER_LOOKS = (Look.GE, Look.HOLOGIC, Look.RADIOGRAPH, Look.LOW_DOSE)
"""The looks that are somebody's; the others are nobody's: easy to read, as hard as training pictures, and one that
training never draws (`oiscan.phantom.relief`)."""

STYLES: dict[Look, Range] = {
    Look.PLAIN: (0, 1),
    Look.HARD: (0, 1),
    Look.GE: (0.8, 1),
    Look.HOLOGIC: (0.8, 1),
    Look.RADIOGRAPH: (0, 0.3),
    Look.LOW_DOSE: (0.6, 1),
    Look.RELIEF: (0.8, 1),
}
"""The styles of picture, from 0 a radiograph to 1 a DXA, that go with a look."""


@dataclass(frozen=True)
class Recipe:
    """Ranges of what makes a look; each picture has its own numbers from them.

    Parameters
    ----------
    blur_along_mm, blur_across_mm
        Standard deviation of the blur along the body and across it: a fan beam scans line by line along the body.
    grain
        Standard deviation of the grain in a pixel, as a share of what lies between black and white.
    quanta
        How much more grain there is where less passes: 0 for grain that is the same everywhere, 1 for counted quanta.
    surround_mm, surround
        Local contrast: width of the surroundings, and the share of them that is taken away.
    edges
        How much of the detail finer than 1 mm is added again.
    floor_percent, ceiling_percent
        Percentiles of the picture that become black and white.
    gamma
        Above 1 darkens what lies between.
    """

    blur_along_mm: Range
    blur_across_mm: Range
    grain: Range
    quanta: float
    surround_mm: Range
    surround: Range
    edges: Range
    floor_percent: Range
    ceiling_percent: Range
    gamma: Range


RECIPES: dict[tuple[Look, View], Recipe] = {
    # blur along, blur across, grain, quanta, width and share of the surroundings, edges, floor, ceiling, gamma
    (Look.GE, View.LATERAL): Recipe(
        (0.25, 0.5), (0.25, 0.5), (0.006, 0.02), 0.3, (10, 20), (0.5, 0.8), (0, 0.5), (1, 8), (93, 98), (0.85, 1.1)
    ),
    (Look.GE, View.AP): Recipe(
        (0.25, 0.5), (0.25, 0.5), (0.006, 0.016), 0.3, (15, 30), (0.3, 0.6), (0, 0.5), (30, 50), (97.5, 99.5), (0.8, 1)
    ),
    (Look.HOLOGIC, View.LATERAL): Recipe(
        (0.45, 0.8), (0.3, 0.5), (0.004, 0.015), 0.5, (20, 40), (0.3, 0.6), (0, 0.3), (1, 10), (93, 98), (0.9, 1.3)
    ),
    (Look.HOLOGIC, View.AP): Recipe(
        (0.5, 0.9), (0.35, 0.6), (0.004, 0.015), 0.5, (25, 50), (0.1, 0.4), (0, 0.3), (40, 60), (98, 99.7), (1, 1.5)
    ),
    (Look.RADIOGRAPH, View.LATERAL): Recipe(
        (0.1, 0.3), (0.1, 0.3), (0.003, 0.012), 0.7, (15, 50), (0.4, 0.8), (0.2, 0.8), (1, 8), (97, 99.5), (0.7, 1.2)
    ),
    (Look.RADIOGRAPH, View.AP): Recipe(
        (0.1, 0.3), (0.1, 0.3), (0.003, 0.012), 0.7, (15, 50), (0.4, 0.8), (0.2, 0.8), (1, 8), (97, 99.5), (0.7, 1.2)
    ),
    (Look.LOW_DOSE, View.LATERAL): Recipe(
        (0.4, 0.8), (0.4, 0.8), (0.04, 0.14), 1, (15, 40), (0.3, 0.7), (0, 0.4), (1, 10), (93, 98), (0.8, 1.2)
    ),
    (Look.LOW_DOSE, View.AP): Recipe(
        (0.4, 0.8), (0.4, 0.8), (0.04, 0.14), 1, (15, 40), (0.2, 0.5), (0, 0.4), (15, 40), (98, 99.7), (0.8, 1.2)
    ),
}


def chain(look: Look, view: View) -> Chain:
    """The way from attenuation to a picture of this look."""
    if look is Look.PLAIN:
        return plain_display
    if look is Look.HARD:
        return display
    if look is Look.RELIEF:
        return relief_display
    return _ge_ap if (look, view) == (Look.GE, View.AP) else partial(_made_by, look, view)


def _made_by(
    look: Look, view: View, rng: np.random.Generator, attenuation: ImageArray, pixels_per_mm: float
) -> ImageArray:
    picture = shown(rng, attenuation, pixels_per_mm, RECIPES[look, view])
    return _ge_greys(picture) if look is Look.GE else picture


def _ge_ap(rng: np.random.Generator, attenuation: ImageArray, pixels_per_mm: float) -> ImageArray:
    picture = _made_by(Look.GE, View.AP, rng, attenuation, pixels_per_mm)
    return white_margins(rng, picture, pixels_per_mm) if rng.random() < 0.7 else picture


def shown(rng: np.random.Generator, attenuation: ImageArray, pixels_per_mm: float, recipe: Recipe) -> ImageArray:
    """A picture (rows, columns) between 0 and 1, bone bright, of the attenuation drawn on a canvas."""
    along, across = (rng.uniform(*r) * pixels_per_mm for r in (recipe.blur_along_mm, recipe.blur_across_mm))
    sharp = np.asarray(cv2.GaussianBlur(attenuation, (0, 0), across, sigmaY=along), np.float32)
    share, wide = np.float32(rng.uniform(*recipe.surround)), rng.uniform(*recipe.surround_mm) * pixels_per_mm
    detail = sharp - np.asarray(cv2.GaussianBlur(sharp, (0, 0), pixels_per_mm), np.float32)
    picture = sharp - share * _wide_blur(sharp, wide) + np.float32(rng.uniform(*recipe.edges)) * detail
    low, high = np.percentile(picture, [rng.uniform(*recipe.floor_percent), rng.uniform(*recipe.ceiling_percent)])
    noisy = (picture - low) / (high - low + 1e-6) + _grain(rng, sharp, recipe)
    return np.asarray(np.clip(noisy, 0, 1) ** rng.uniform(*recipe.gamma), np.float32)


def _grain(rng: np.random.Generator, attenuation: ImageArray, recipe: Recipe) -> ImageArray:
    """Noise (rows, columns) of one pixel's size, stronger where less passes."""
    low, high = np.percentile(attenuation, [2, 98])
    passes_less = np.clip((attenuation - low) / (high - low + 1e-6), 0, 1.5)
    strength = np.float32(rng.uniform(*recipe.grain)) * (1 + np.float32(recipe.quanta) * (passes_less - 0.5))
    return np.asarray(rng.standard_normal(attenuation.shape, np.float32) * strength, np.float32)


def _wide_blur(picture: ImageArray, sigma_px: float) -> ImageArray:
    """Worked at a quarter of the size, where a wide blur costs far less."""
    rows, columns = picture.shape
    small = cv2.resize(picture, (max(1, columns // 4), max(1, rows // 4)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), max(sigma_px / 4, 0.5))
    return np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_LINEAR), np.float32)


def _ge_greys(picture: ImageArray) -> ImageArray:
    steps = GE_TOP // GE_STEP
    return np.asarray(np.round(picture * steps) * np.float32(GE_STEP / 255), np.float32)


def white_margins(rng: np.random.Generator, picture: ImageArray, pixels_per_mm: float) -> ImageArray:
    """The picture with the margins GE scanners leave unscanned: the scan window follows the bone, block by block."""
    rows, columns = picture.shape
    total = round(rng.uniform(0.05, 0.16) * columns)
    step = max(round(rng.uniform(25, 45) * pixels_per_mm), 8)
    bone = np.clip(picture - np.percentile(picture, 80), 0, None)
    blocks = range(0, rows, step)
    centres = np.array([_centre_column(bone[top : top + step]) for top in blocks])
    lefts = np.clip(total / 2 + centres - centres.mean(), 0, total).round().astype(int)
    framed = picture.copy()
    for top, left in zip(blocks, lefts, strict=True):
        framed[top : top + step, :left] = GE_TOP / 255
        framed[top : top + step, columns - (total - left) :] = GE_TOP / 255
    return framed


def _centre_column(bone: ImageArray) -> float:
    """Centre of gravity across the body; the middle where there is no bone."""
    columns = bone.shape[1]
    weight = bone.sum(0)
    return float(weight @ np.arange(columns) / weight.sum()) if weight.any() else (columns - 1) / 2
