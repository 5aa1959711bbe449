"""What a maker's files do differently: the one thing to write for a new maker."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from oiscan.loaders.header import Header
from oiscan.scan import PixelSpacing, ReaderVertebra


@dataclass(frozen=True)
class Vendor:
    """Ways of one maker's files that the standard attributes do not tell.

    Parameters
    ----------
    recognises
        Whether a file is of this maker. Any attribute may have been lost on the way through an archive.
    spacing
        Pixel size from the maker's own attributes, asked only where the standard ones give none. It appends its remarks
        to the list it is given.
    orientation_trusted
        False where the maker's PatientOrientation is known to be wrong.
    reader_landmarks
        Vertebrae somebody marked on the scanner, given the file's own pixel size.
    """

    recognises: Callable[[Header], bool]
    spacing: Callable[[Header, list[str]], PixelSpacing | None] = lambda header, notes: None
    orientation_trusted: bool = True
    reader_landmarks: Callable[[Header, PixelSpacing | None, list[str]], tuple[ReaderVertebra, ...]] = (
        lambda header, spacing, notes: ()
    )


UNKNOWN_MAKER = Vendor(recognises=lambda header: True)
"""A file with nothing but the standard attributes."""
