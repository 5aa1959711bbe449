"""From decoded samples to one grey picture, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from oiscan.errors import UnsupportedScanError
from oiscan.scan import ImageArray

MAX_PIXELS = 24_000_000
"""A full-size radiograph has up to 20 million. Reading this many takes 0.9 GiB of memory, the decoder's included."""

MIN_SIDE = 32
COLOUR_TOLERANCE = 8 / 255
"""Largest difference between the colours of a pixel, of full scale, still taken as grey: lossy storage makes some."""


@dataclass(frozen=True, eq=False)
class BoneBright:
    """A grey picture with bone bright, (rows, columns) float32, and whether the stored one was turned for that."""

    pixels: ImageArray
    inverted: bool


def check_size(rows: int, columns: int) -> None:
    """Refuse pictures too large to decode safely, or too small to show a spine; for use before decoding.

    Raises
    ------
    UnsupportedScanError
        If the picture has more than `MAX_PIXELS` pixels or a side shorter than `MIN_SIDE`.
    """
    if rows * columns > MAX_PIXELS:
        raise UnsupportedScanError(f"the picture has {rows} x {columns} pixels, more than oiscan decodes")
    if min(rows, columns) < MIN_SIDE:
        raise UnsupportedScanError(f"the picture has {rows} x {columns} pixels, too few for a spine scan")


def as_grey(samples: npt.NDArray[Any]) -> ImageArray:
    """(rows, columns) float32 from grey samples, or from (rows, columns, 3) colours that are all grey.

    Raises
    ------
    UnsupportedScanError
        If the picture has colours (a report page, or a scan with coloured marks) or is all of one value.
    """
    if samples.ndim == 3:
        samples = _grey_of_colours(samples)
    grey = samples.astype(np.float32)
    if grey.min() == grey.max():
        raise UnsupportedScanError("every pixel has the same value", "there is nothing to see on this picture")
    return grey


def _grey_of_colours(samples: npt.NDArray[Any]) -> ImageArray:
    spread = samples.max(axis=2).astype(np.float32) - samples.min(axis=2)
    if spread.max() > COLOUR_TOLERANCE * np.iinfo(samples.dtype).max:
        raise UnsupportedScanError(
            "a colour report page or a picture with coloured marks", "export the scan without its annotations"
        )
    grey: ImageArray = samples.mean(axis=2, dtype=np.float32)
    return grey


def turned(grey: ImageArray) -> ImageArray:
    """The same picture with bright and dark exchanged, over the same range of values."""
    exchanged: ImageArray = grey.max() + grey.min() - grey
    return exchanged
