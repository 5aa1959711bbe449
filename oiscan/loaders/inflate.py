"""Deflated DICOM files, checked before pydicom inflates them whole: a few kilobytes can become gigabytes."""

from __future__ import annotations

import zlib
from io import BytesIO

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset, read_preamble
from pydicom.uid import DeflatedExplicitVRLittleEndian

from oiscan.errors import UnreadableFileError
from oiscan.loaders.header import Header

MAX_INFLATED_BYTES = 160 * 2**20
"""The largest picture accepted fits in this."""

PIECE_BYTES = 2**20


def check_inflated_size(data: bytes) -> None:
    """Refuse a deflated file that would inflate beyond `MAX_INFLATED_BYTES`, or not at all.

    Parameters
    ----------
    data
        A DICOM file. One that is not deflated, or does not say so in its file meta information, passes.

    Raises
    ------
    UnreadableFileError
        If the deflated part is too large or damaged.
    """
    stream = BytesIO(data)
    read_preamble(stream, force=True)
    if Header(_meta(stream)).text("TransferSyntaxUID") != DeflatedExplicitVRLittleEndian:
        return
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    left = MAX_INFLATED_BYTES
    body = stream.read()
    try:
        while body and left > 0 and not inflater.eof:
            left -= len(inflater.decompress(body, PIECE_BYTES))  # only the size is wanted
            body = inflater.unconsumed_tail
    except zlib.error as error:
        raise UnreadableFileError("its deflated part is damaged", "copy or export it again") from error
    if left <= 0:
        limit = f"{MAX_INFLATED_BYTES // 2**20} MiB"
        raise UnreadableFileError(f"it inflates to more than {limit}", "no scan is that large")


def _meta(stream: BytesIO) -> Dataset:
    """The file meta information; the stream is left at its end, as pydicom leaves it."""
    start = stream.tell()
    meta = _group_2(stream, implicit=False)
    try:
        for element in meta.elements():
            meta[element.tag]
            break
    except NotImplementedError:  # some writers leave the types out, against the standard
        stream.seek(start)
        meta = _group_2(stream, implicit=True)
    return meta


def _group_2(stream: BytesIO, implicit: bool) -> Dataset:
    return read_dataset(stream, implicit, True, stop_when=lambda tag, vr, length: tag >> 16 != 2)
