"""From attenuation to a picture: sharpness, noise, tone, margins and marks of many scanners, none in particular."""

from __future__ import annotations

import cv2
import numpy as np

from oiscan.phantom.canvas import noise_field
from oiscan.scan import ImageArray


def display(rng: np.random.Generator, attenuation: ImageArray, pixels_per_mm: float) -> ImageArray:
    """A picture (rows, columns) between 0 and 1, bone bright, of the attenuation drawn on a canvas."""
    picture = _uneven(rng, attenuation.copy(), pixels_per_mm)
    picture = _seams_and_rulers(rng, picture, pixels_per_mm)
    picture = _blur_and_noise(rng, picture, pixels_per_mm)
    picture = _tone(rng, picture, pixels_per_mm)
    picture = _margins(rng, picture, pixels_per_mm)
    return np.asarray(_marks(rng, picture, pixels_per_mm), np.float32)


def plain_display(rng: np.random.Generator, attenuation: ImageArray, pixels_per_mm: float) -> ImageArray:
    """A picture as a well-set scanner shows it: a little blur and grain, local contrast, nothing burnt in."""
    picture = np.asarray(cv2.GaussianBlur(attenuation, (0, 0), rng.uniform(0.3, 0.5) * pixels_per_mm), np.float32)
    span = np.float32(np.ptp(np.percentile(picture, [5, 95])))
    picture += rng.standard_normal(picture.shape, np.float32) * span * np.float32(rng.uniform(0.01, 0.05))
    wide = cv2.GaussianBlur(picture, (0, 0), rng.uniform(15, 30) * pixels_per_mm)
    picture = picture - np.float32(rng.uniform(0.4, 0.7)) * np.asarray(wide, np.float32)
    low, high = np.percentile(picture, [rng.uniform(1, 8), 99.7])
    return np.asarray(np.clip((picture - low) / (high - low + 1e-6), 0, 1) ** rng.uniform(0.8, 1.1), np.float32)


def _uneven(rng: np.random.Generator, picture: ImageArray, scale: float) -> ImageArray:
    """Slow changes of exposure that no anatomy explains."""
    h, w = picture.shape
    for low, high, strength in ((40, 120, 0.35), (12, 30, 0.1)):
        picture += noise_field(rng, h, w, rng.uniform(low, high) * scale) * np.float32(rng.uniform(0, strength))
    return picture


def _seams_and_rulers(rng: np.random.Generator, picture: ImageArray, scale: float) -> ImageArray:
    """Stitched detector exposures, and the ruler grids long-film cassettes have."""
    h, w = picture.shape
    uniform = rng.uniform
    if rng.random() < 0.35:
        row = int(uniform(0.15, 0.85) * h)
        picture[row:] += uniform(-0.5, 0.5)
        if rng.random() < 0.6:
            picture[max(0, row - 1) : row + int(uniform(1, 3))] += uniform(-1, 2.5)
        if rng.random() < 0.5:
            band = picture[max(0, row - int(uniform(3, 14) * scale)) : row + int(uniform(3, 14) * scale)]
            streaks = rng.standard_normal((band.shape[0], w), np.float32)
            streaks = np.asarray(cv2.GaussianBlur(streaks, (0, 0), 40 * scale, sigmaY=0.7), np.float32)
            band += streaks * uniform(0.5, 5) * np.hanning(band.shape[0] + 2)[1:-1, None].astype(np.float32)
    if rng.random() < 0.4:
        step, value = max(2, int(uniform(25, 90) * scale)), uniform(0.05, 0.7)
        row, column = int(uniform(0, step)), int(uniform(0, step))
        for offset in range(1 if scale < 1.3 or rng.random() < 0.5 else 2):
            picture[row + offset :: step] += value
            picture[:, column + offset :: step] += value
    return picture


def _blur_and_noise(rng: np.random.Generator, picture: ImageArray, scale: float) -> ImageArray:
    h, w = picture.shape
    sigma = rng.uniform() ** 2 * 1.3 * scale
    if sigma > 0.25:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)
    grain = rng.standard_normal((h, w), np.float32)
    if rng.random() < 0.5:
        grain = np.asarray(cv2.GaussianBlur(grain, (0, 0), rng.uniform(0.4, 1.0)), np.float32)
        grain /= grain.std()
    if rng.random() < 0.5:  # quantum noise: more where less passes
        low = picture.min()
        grain *= np.clip((picture - low) / (picture.mean() - low + 0.1), 0.1, 2.5)
    if rng.random() < 0.15:  # a fan beam scans line by line: some lines jitter
        grain += rng.standard_normal((h, 1), np.float32) * np.float32(rng.uniform(0, 1.0))
    low, high = np.percentile(picture[::4, ::4], [5, 95])
    strength = min(1.0, 1.2 * float(high - low))  # a picture of little contrast would drown
    return picture + grain * np.float32(rng.uniform() ** 3.5 * 0.16 * strength)


def _tone(rng: np.random.Generator, picture: ImageArray, scale: float) -> ImageArray:
    """Saturation, unsharp masking, window and tone curve, local histogram equalisation."""
    uniform = rng.uniform
    if rng.random() < 0.25:
        picture = np.asarray(1 - np.exp(-np.clip(picture - picture.min(), 0, None) * uniform(0.2, 0.6)), np.float32)
    if rng.random() < 0.65:
        small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        small = cv2.GaussianBlur(small, (0, 0), uniform(6, 30) * scale / 4)
        picture = picture - np.float32(uniform(0.2, 1.0)) * cv2.resize(small, picture.shape[::-1])
    low, high = np.percentile(picture[::4, ::4], [uniform(0, 8), 100 - 6 * uniform() ** 3])
    windowed = np.clip((picture - low) / (high - low + 1e-6), 0, 1).astype(np.float32)
    picture = np.asarray(windowed ** np.float32(np.exp(uniform(-0.6, 0.6))), np.float32)
    if rng.random() < 0.25:
        equalise = cv2.createCLAHE(uniform(1, 4), (int(uniform(3, 9)), int(uniform(2, 6))))
        picture = np.asarray(equalise.apply((picture * 255).astype(np.uint8)).astype(np.float32) / 255, np.float32)
    if rng.random() < 0.15:  # coarse grey: GE writes 127 grey values
        levels = int(rng.integers(30, 128))
        picture = np.round(picture * levels) / np.float32(levels)
    return np.asarray(picture, np.float32)


def _margins(rng: np.random.Generator, picture: ImageArray, scale: float) -> ImageArray:
    """Collimation, black bars, and the stair-stepped white margins of a scan window that followed the spine."""
    h, w = picture.shape
    if rng.random() < 0.3:
        value = float(rng.random() < 0.6)
        for _ in range(int(rng.integers(1, 4))):
            side, depth = int(rng.integers(4)), int(rng.uniform(2, 45) * scale)
            rows = (slice(depth), slice(h - depth, h), slice(h), slice(h))[side]
            columns = (slice(w), slice(w), slice(depth), slice(w - depth, w))[side]
            if side > 1 and rng.random() < 0.5:
                row = int(rng.uniform(0, h))
                rows = slice(row) if rng.random() < 0.5 else slice(row, h)
            picture[rows, columns] = value
    if rng.random() < 0.1:
        left, right = rng.uniform(2, 20, 2) * scale
        step = max(8, int(rng.uniform(20, 50) * scale))
        for row in range(0, h, step):
            left, right = np.clip([left, right] + rng.normal(0, 4, 2) * scale, 0, 40 * scale)
            picture[row : row + step, : int(left)] = 1
            picture[row : row + step, w - int(right) :] = 1
    return picture


def _marks(rng: np.random.Generator, picture: ImageArray, scale: float) -> ImageArray:
    """Text and symbols burnt into the picture."""
    if rng.random() < 0.15:
        h, w = picture.shape
        layer = np.zeros((h, w), np.uint8)
        at = (int(rng.uniform(0, w)), int(rng.uniform(0, h)))
        text = ("L", "R", "L3 81%", "AP", "kV 81", "SUPINE")[int(rng.integers(6))]
        height, thickness = rng.uniform(0.3, 1.2) * scale, int(rng.integers(1, 3))
        cv2.putText(layer, text, at, cv2.FONT_HERSHEY_SIMPLEX, height, 255, thickness)
        picture = np.where(layer > 128, np.float32(rng.uniform(0, 1)), picture)
    return picture
