"""Pixels of a DICOM object, decoded, with bone bright exactly once.

Three attributes turn a picture: a modality transform that falls (negative RescaleSlope), MONOCHROME1, and a
PresentationLUTShape of INVERSE, which repeats what MONOCHROME1 says. No window is applied: it is made for a screen and
cuts grey values off. Overlays lie in attributes of their own and are not read.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy.typing as npt
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_modality_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID

from oiscan.errors import UnreadableFileError, UnsupportedScanError
from oiscan.loaders.apart import ATTRIBUTES, decode_apart
from oiscan.loaders.frames import check_frames
from oiscan.loaders.grey import BoneBright, as_grey, check_size, turned
from oiscan.loaders.header import Header
from oiscan.scan import ImageArray

LIBRARIES = ("pydicom", "pylibjpeg", "pyjpegls", "pillow", "gdcm")
"""Decoders by preference. GDCM is last: damaged pixels can make it end its process instead of raising, so it only gets
what no other reads (lossless JPEG), and no second decoder is tried where the first one failed."""

DECODERS = "pylibjpeg pylibjpeg-openjpeg pylibjpeg-rle pyjpegls python-gdcm"
_GREY_OR_COLOUR = ("MONOCHROME1", "MONOCHROME2", "RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")


def decode(header: Header, inverted: bool | None, notes: list[str]) -> BoneBright:
    """The object's picture in grey, bone bright.

    Parameters
    ----------
    header
        Of an object that holds pixel data.
    inverted
        Whether bone is dark in the stored pixels, where the user states it; None: by the header.
    notes
        Remarks are appended here.

    Raises
    ------
    UnreadableFileError
        If the pixels cannot be decoded.
    UnsupportedScanError
        If the picture is in colour, constant, of several frames, too large or too small.
    """
    check_layout(header)
    check_frames(header)
    samples = _samples(header, notes)
    values, falling = _modality_values(samples, header)
    by_header = falling != _dark_is_high(header, notes)
    wanted = by_header if inverted is None else inverted
    # A falling modality transform has turned the values already; what is left to undo is the rest.
    return BoneBright(turned(values) if wanted != falling else values, wanted)


def check_layout(header: Header) -> None:
    """Refuse a picture whose size or kind of pixel is not told, or none that oiscan decodes; before decoding it."""
    rows, columns = header.number("Rows"), header.number("Columns")
    if not rows or not columns:
        raise UnreadableFileError("the header does not say how large the picture is", "export the scan again")
    check_size(int(rows), int(columns))
    if header.number("BitsAllocated") not in (8, 16):
        raise UnsupportedScanError("its pixels are not stored with 8 or 16 bits", "export it as a grey picture")
    if header.text("PhotometricInterpretation") not in _GREY_OR_COLOUR:
        raise UnsupportedScanError("its pixels are neither grey values nor colours", "export it as a grey picture")


def _samples(header: Header, notes: list[str]) -> npt.NDArray[Any]:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            samples = stored_samples(header)
        except Exception as error:  # the decoders raise whatever they meet in broken bytes
            raise _undecodable(header) from error
    if seen:
        notes.append("the stored pixels do not fit the header exactly")
    if samples.shape[:2] != (header.number("Rows"), header.number("Columns")) or samples.shape[2:] not in ((), (3,)):
        raise _undecodable(header)
    return samples


def stored_samples(header: Header) -> npt.NDArray[Any]:
    """Pixels as the file stores them, decompressed, colours as RGB; raises whatever a decoder does on broken bytes."""
    syntax = _transfer_syntax(header)
    library = _library(syntax)
    if not library:
        return pixel_array(header.dataset)
    said = {keyword: header.number(keyword) for keyword in ATTRIBUTES if keyword != "PhotometricInterpretation"}
    attributes: dict[str, Any] = {keyword: int(value) for keyword, value in said.items() if value is not None}
    attributes["PhotometricInterpretation"] = header.text("PhotometricInterpretation")
    return decode_apart({**attributes, "TransferSyntaxUID": str(syntax)}, header.dataset.PixelData, library)


def _transfer_syntax(header: Header) -> UID:
    return UID(Header(header.dataset.file_meta).text("TransferSyntaxUID"))


def _library(syntax: UID) -> str:
    """The one decoder to use, "" where pydicom needs none or has none."""
    available = get_decoder(syntax).available_plugins if syntax.is_encapsulated else ()
    return next((library for library in LIBRARIES if library in available), "")


def _undecodable(header: Header) -> UnreadableFileError:
    syntax = _transfer_syntax(header)
    try:
        missing = not get_decoder(syntax).is_available
    except NotImplementedError:
        return UnreadableFileError("its pixels are compressed in a way oiscan does not know", "export it uncompressed")
    if missing:
        return UnreadableFileError(
            f"its pixels are compressed as {syntax.name} and no decoder for that is installed",
            f"pip install {DECODERS}, or export it uncompressed",
        )
    if syntax.is_compressed:
        return UnreadableFileError(f"its pixels, {syntax.name}, cannot be decoded", "export it uncompressed")
    return UnreadableFileError("its pixels cannot be decoded: the file is cut short or damaged", "export it again")


def _modality_values(samples: npt.NDArray[Any], header: Header) -> tuple[ImageArray, bool]:
    """Grey values that rise with the modality values, and whether that turned the samples.

    A scan's pixels may have any linear scale, so of slope and intercept only the slope's sign matters.
    """
    if header.value("ModalityLUTSequence") and samples.ndim == 2:
        values = _through_table(samples, header)
        return as_grey(values), bool(values.flat[samples.argmax()] < values.flat[samples.argmin()])
    falling = (header.number("RescaleSlope") or 1) < 0
    grey = as_grey(samples)
    return (turned(grey) if falling else grey), falling


def _through_table(samples: npt.NDArray[Any], header: Header) -> npt.NDArray[Any]:
    try:
        return apply_modality_lut(samples, header.dataset)
    except Exception as error:  # as above: the table comes from the file
        raise UnreadableFileError("its table of grey values is damaged", "export it again") from error


def _dark_is_high(header: Header, notes: list[str]) -> bool:
    shape = header.text("PresentationLUTShape")
    monochrome1 = header.text("PhotometricInterpretation") == "MONOCHROME1"
    if shape and (shape == "INVERSE") != monochrome1:
        notes.append("the header contradicts itself on whether bone is bright or dark")
    return monochrome1 or shape == "INVERSE"
