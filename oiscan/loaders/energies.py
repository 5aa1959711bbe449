"""Scans at two X-ray energies, in the layout oiscan writes simulated ones in.

No maker's file of two energies could be looked at, so no maker's is read: what their pixels count, and of which beams,
would be a guess. oiscan's own layout says both, in private elements of group 0099 whose creator is "OISCAN SIMULATED":

- (0099,xx01) LO: what a pixel is, "LN(I0/I)", after RescaleSlope and RescaleIntercept;
- (0099,xx02) DS: kilovolts the tube was set to, one a frame.

A file of two frames is a whole scan, the lower energy first. A file of one frame is half of one: two of them make a
scan (`read_two_energies`). Pixels are 16 bit, everything else is as in any DICOM picture.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from pydicom.multival import MultiValue

from oiscan.errors import UnreadableFileError, UnsupportedScanError
from oiscan.loaders.decoding import check_layout, stored_samples
from oiscan.loaders.frames import frame_count
from oiscan.loaders.header import Header
from oiscan.loaders.private import private_values
from oiscan.scan import DualEnergy, FloatArray

GROUP, CREATOR = 0x0099, "OISCAN SIMULATED"
QUANTITY, KILOVOLTS = 0x01, 0x02
LOG_ATTENUATION = "LN(I0/I)"

ONE_OF_TWO = "one of two X-ray energies: read together with the other one it can be measured (oiscan.read_energies)"

_CREATOR = re.compile(CREATOR)


@dataclass(frozen=True, eq=False)
class Counted:
    """Attenuation at one energy: (rows, columns) ln(I0 / I), and the kilovolts the tube was set to."""

    values: FloatArray
    kilovolts: float


def counted_in(header: Header) -> tuple[Counted, ...]:
    """What a file in oiscan's layout holds, a value a frame; () for any other file.

    Raises
    ------
    UnreadableFileError
        If the layout is stated and not kept, or the pixels cannot be decoded.
    UnsupportedScanError
        If the picture is too large or too small.
    """
    if _told(header, QUANTITY) != [LOG_ATTENUATION]:
        return ()
    kilovolts = _kilovolts(header)
    if len(kilovolts) != frame_count(header) or len(kilovolts) > 2:
        raise UnreadableFileError("it does not say which X-ray energy each of its frames is", "export it again")
    check_layout(header)
    frames = _frames(header, len(kilovolts))
    return tuple(Counted(values, kv) for values, kv in zip(frames, kilovolts, strict=True))


def two_energies(counted: tuple[Counted, ...]) -> DualEnergy:
    """Two halves of a scan, in either order, as one.

    Raises
    ------
    UnsupportedScanError
        If they are not of two energies and of one size.
    """
    low, high = sorted(counted, key=lambda one: one.kilovolts)
    if low.kilovolts == high.kilovolts:
        raise UnsupportedScanError(f"both pictures were taken at {low.kilovolts:.0f} kV", "give one of each energy")
    if low.values.shape != high.values.shape:
        raise UnsupportedScanError("the pictures of the two energies differ in size", "give two of the same scan")
    return DualEnergy(low.values, high.values, (low.kilovolts, high.kilovolts))


def _kilovolts(header: Header) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in _told(header, KILOVOLTS))
    except ValueError:
        return ()


def _told(header: Header, offset: int) -> list[str]:
    """Values of a private element as text, also where an archive lost what kind they are and left bytes."""
    values = private_values(header.dataset, GROUP, offset, _CREATOR)
    items = [item for value in values for item in (value if isinstance(value, MultiValue) else [value])]
    texts = [item.decode("ascii", "replace") if isinstance(item, bytes) else str(item) for item in items]
    return [part.strip(" \0") for text in texts for part in text.split("\\")]


def _frames(header: Header, n: int) -> FloatArray:
    try:
        samples = stored_samples(header).astype(float)
    except Exception as error:  # the decoders raise whatever they meet in broken bytes
        cause = "its pixels cannot be decoded: the file is cut short or damaged"
        raise UnreadableFileError(cause, "export it again") from error
    shape = (n, int(header.number("Rows") or 0), int(header.number("Columns") or 0))
    slope, intercept = header.number("RescaleSlope"), header.number("RescaleIntercept")
    if samples.size != np.prod(shape) or slope is None or intercept is None or slope <= 0:
        raise UnreadableFileError("its pixels do not fit its header", "export it again")
    return np.asarray(samples.reshape(shape) * slope + intercept)
