"""Plain pictures: PNG, TIFF, JPEG. They say nothing of size, view or person; the user does.

Pillow reads them, and not OpenCV: it tells the size before decoding, refuses what is cut short, and is silent.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from oiscan.errors import UnreadableFileError, UnsupportedScanError
from oiscan.loaders.grey import as_grey, check_size, turned
from oiscan.loaders.lettering import shows_lettering
from oiscan.loaders.margins import scanned_area
from oiscan.loaders.polarity import INVERTED_REMARK, looks_inverted
from oiscan.loaders.stated import Stated
from oiscan.scan import Scan, StoredFrame

SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
"""First bytes of PNG, JPEG and TIFF (either byte order)."""

_FORMATS = ("PNG", "JPEG", "TIFF")
_GREY_MODES = ("L", "I", "I;16", "I;16B", "I;16L")
_GREY_WITH_ALPHA = ("LA", "La")
_COLOUR_MODES = ("P", "PA", "RGB", "RGBA", "RGBX", "YCbCr")


def is_picture(data: bytes) -> bool:
    """Whether these bytes start as a PNG, TIFF or JPEG file does. A DICOM file's preamble may imitate a TIFF."""
    return data.startswith(SIGNATURES) and data[128:132] != b"DICM"


def read_picture(data: bytes, sha256: str, stated: Stated) -> Scan:
    """The scan in a PNG, TIFF or JPEG file of 8 or 16 bits.

    Parameters
    ----------
    data
        The file's bytes.
    sha256
        Of those bytes.
    stated
        View, pixel size and polarity by the user; bone is taken as bright where nothing is stated.

    Raises
    ------
    UnreadableFileError
        If the picture is damaged or cut short.
    UnsupportedScanError
        If it is in colour, constant, of several pages, too large or too small.
    """
    grey = as_grey(_samples(data))
    inverted = bool(stated.inverted)
    pixels = turned(grey) if inverted else grey
    scanned = scanned_area(pixels)
    return Scan(
        pixels=pixels,
        stored=StoredFrame(pixels.shape[0], pixels.shape[1], inverted=inverted),
        sha256=sha256,
        view=stated.view,
        spacing=stated.spacing,
        scanned=scanned,
        notes=(INVERTED_REMARK,) if looks_inverted(pixels, scanned) else (),
        burned_in_text=shows_lettering(pixels) or None,
    )


def _samples(data: bytes) -> npt.NDArray[Any]:
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as image:
            check_size(image.height, image.width)
            if getattr(image, "n_frames", 1) > 1:
                raise UnsupportedScanError("it holds several pages", "save the scan as a picture of its own")
            return _array(image)
    except UnsupportedScanError:
        raise
    except Image.DecompressionBombError as error:
        raise UnsupportedScanError("the picture has more pixels than oiscan decodes") from error
    except Exception as error:  # the decoders raise whatever they meet in broken bytes
        raise UnreadableFileError("the picture is damaged or cut short", "copy or export it again") from error


def _array(image: Image.Image) -> npt.NDArray[Any]:
    """(rows, columns) grey or (rows, columns, 3) colours; an alpha channel is left out."""
    if image.mode in _GREY_MODES:
        return np.asarray(image)
    if image.mode in _GREY_WITH_ALPHA:
        return np.asarray(image.getchannel(0))
    if image.mode in _COLOUR_MODES:
        return np.asarray(image.convert("RGB"))
    raise UnsupportedScanError("its pixels are not 8 or 16 bit grey values", "save it as an 8 or 16 bit grey PNG")
