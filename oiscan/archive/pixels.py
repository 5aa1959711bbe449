"""The picture of a de-identified file: written anew from its samples, with the boxes a person gave blanked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset

from oiscan.loaders.decoding import stored_samples
from oiscan.loaders.header import Header


@dataclass(frozen=True)
class Box:
    """A part of the stored picture: rows from `row0` up to but without `row1`, columns likewise."""

    row0: int
    column0: int
    row1: int
    column1: int

    def __post_init__(self) -> None:
        if not (0 <= self.row0 < self.row1 and 0 <= self.column0 < self.column1):
            raise ValueError("a box needs ROW0 below ROW1 and COL0 below COL1, none of them negative")


def rewrite_pixels(clean: Dataset, header: Header, boxes: Iterable[Box]) -> None:
    """Put the picture of `header` into `clean`, uncompressed.

    Only the samples come along: comments inside compressed pixels, bytes after the last pixel and bits above those in
    use stay behind.
    """
    samples = np.array(stored_samples(header))  # a copy: the decoder's may be read-only, or of foreign byte order
    for box in boxes:
        samples[box.row0 : box.row1, box.column0 : box.column1] = 0
    colour = samples.ndim == 3
    photometric = "RGB" if colour else header.text("PhotometricInterpretation")
    native = samples.astype(samples.dtype.newbyteorder("<"))
    clean.set_pixel_data(native, photometric, _bits(samples, header), generate_instance_uid=False)


def _bits(samples: npt.NDArray[Any], header: Header) -> int:
    """Bits in use as the header says, or all there are where the samples do not fit those."""
    whole, stated = 8 * samples.dtype.itemsize, int(header.number("BitsStored") or 0)
    needed = int(np.abs(samples.astype(np.int64)).max()).bit_length() + (samples.dtype.kind == "i")
    return stated if needed <= stated <= whole else whole
