"""Compressed pixels, decoded in a process of their own.

Decoders are C++ on untrusted bytes: on damaged pixels some end the whole process (GDCM does on lossless JPEG), others
ask for all memory there is. Here that costs one helper process, whose memory and time are bounded, and the file is
refused. The helper starts with the first compressed picture and serves the ones that follow.

Run as a module this file is the helper: it takes requests on standard input until that closes. A request is its length
(8 bytes, little-endian), a line of JSON with the attributes, and the encapsulated pixel data; so is a reply, with the
shape and kind of the samples, or the error.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

MEMORY_MIB = 512
"""What a helper may hold beside its libraries' own code; the largest picture accepted, in colour, needs 400."""

SECONDS = 15
"""The largest picture accepted takes about a third of this to decode."""

ATTRIBUTES = (
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PlanarConfiguration",
)
"""All that decoding needs of a header."""

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OPJ_NUM_THREADS": "1"}


class DecodingError(Exception):
    """The pixels cannot be decoded: the decoder said so, died, or took too long or too much memory."""


class Helper:
    """One helper process, started at once."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        paths = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "oiscan.loaders.apart"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": paths},
        )

    @property
    def process(self) -> int:
        """The process's number."""
        return self._process.pid

    def ask(self, request: bytes) -> bytes:
        """The helper's reply; `DecodingError` where it dies or is too slow, and then it is of no more use."""
        assert self._process.stdin is not None and self._process.stdout is not None
        clock = threading.Timer(SECONDS, self._process.kill)
        clock.start()
        try:
            send(self._process.stdin, request)
            reply = receive(self._process.stdout)
        except OSError as error:
            raise DecodingError("the decoder died") from error
        finally:
            clock.cancel()
        if not reply:
            raise DecodingError("the decoder died")
        return reply

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        with suppress(OSError):  # what was not sent any more
            self._process.communicate()


_helper: Helper | None = None
_lock = threading.Lock()


def decode_apart(attributes: dict[str, Any], pixel_data: bytes, library: str) -> npt.NDArray[Any]:
    """Samples of compressed pixel data.

    Parameters
    ----------
    attributes
        Values of `ATTRIBUTES` where the header has them, and the ``TransferSyntaxUID``.
    pixel_data
        Encapsulated, as in the file.
    library
        Name of the decoder, as pydicom knows it.

    Returns
    -------
    numpy.ndarray
        (rows, columns), or (rows, columns, 3) in colours.

    Raises
    ------
    DecodingError
        If there are none.
    """
    request = json.dumps({**attributes, "library": library}).encode() + b"\n" + pixel_data
    with _lock:
        try:
            reply = _running().ask(request)
        except DecodingError:
            close()
            raise
    told, _, samples = reply.partition(b"\n")
    answer = json.loads(told)
    if "error" in answer:
        raise DecodingError(answer["error"])
    return np.frombuffer(samples, np.dtype(answer["kind"])).reshape(answer["shape"])


def _running() -> Helper:
    """The helper of this very process: a copy of the process must not share its pipes."""
    global _helper
    if _helper is None or _helper.owner != os.getpid():
        _helper = Helper()
        atexit.register(close)
    return _helper


def helper_process() -> int | None:
    """Number of the helper's process, None where none runs."""
    return _helper.process if _helper is not None else None


def close() -> None:
    """End the helper, where there is one; the next picture starts another."""
    global _helper
    if _helper is not None and _helper.owner == os.getpid():
        _helper.close()
    _helper = None


def send(stream: BinaryIO | Any, message: bytes) -> None:
    """Write a message and its length."""
    stream.write(len(message).to_bytes(8, "little"))
    stream.write(message)
    stream.flush()


def receive(stream: BinaryIO | Any) -> bytes:
    """Read a message; empty where the stream ended."""
    length = int.from_bytes(stream.read(8), "little")
    message: bytes = stream.read(length)
    return message if len(message) == length else b""


def main() -> None:
    """Answer requests until there are no more."""
    from oiscan.loaders.quiet import quiet

    _bound_memory()
    while request := receive(sys.stdin.buffer):
        with quiet():
            send(sys.stdout.buffer, _answer(request))


def _bound_memory() -> None:
    with suppress(ImportError, ValueError, OSError):  # Windows knows no such limits; time stays bounded there
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MIB * 2**20, MEMORY_MIB * 2**20))


def _answer(request: bytes) -> bytes:
    told, _, pixel_data = request.partition(b"\n")
    try:
        samples = _samples(json.loads(told), pixel_data)
    except Exception as error:  # the decoders raise whatever they meet in broken bytes
        return json.dumps({"error": type(error).__name__}).encode() + b"\n"
    shape = {"shape": samples.shape, "kind": samples.dtype.str}
    return json.dumps(shape).encode() + b"\n" + samples.tobytes()


def _samples(attributes: dict[str, Any], pixel_data: bytes) -> npt.NDArray[Any]:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.pixels.utils import pixel_array
    from pydicom.uid import UID

    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(attributes["TransferSyntaxUID"])
    for keyword in ATTRIBUTES:
        if keyword in attributes:
            setattr(dataset, keyword, attributes[keyword])
    dataset.PixelData = pixel_data
    dataset["PixelData"].is_undefined_length = True
    return pixel_array(dataset, decoding_plugin=attributes["library"])


if __name__ == "__main__":
    main()
