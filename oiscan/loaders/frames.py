"""Files of several frames: which of them hold one scan at two X-ray energies.

No maker's file of two energies could be looked at, so nothing here rests on one maker's ways: two frames count as two
energies where the header says so, in words or by the tube's voltage. Two frames that say nothing stay two frames.
"""

from __future__ import annotations

import re

from oiscan.errors import UnsupportedScanError
from oiscan.loaders.header import Header

_KVP = 0x00180060
_WORDS = re.compile(r"\b(dual|two|2)[ _-]?energ(y|ies)\b|\blow\W.*\bhigh\W*energ", re.IGNORECASE)
_DESCRIPTIONS = ("ImageType", "ProtocolName", "SeriesDescription", "AcquisitionProtocolName", "DerivationDescription")


def frame_count(header: Header) -> int:
    """How many frames the file holds; 1 where it does not say."""
    return int(header.number("NumberOfFrames") or 1)


def holds_two_energies(header: Header) -> bool:
    """Whether the two frames of a file are one scan at two energies."""
    if frame_count(header) != 2:
        return False
    voltages = header.numbers("KVP")
    if len(voltages) == 2 and voltages[0] != voltages[1]:
        return True
    if header.value("FrameIncrementPointer") == _KVP:  # frames differ by the tube's voltage
        return True
    return any(_WORDS.search(header.text(keyword)) for keyword in _DESCRIPTIONS)


def check_frames(header: Header) -> None:
    """Refuse a file that holds no single picture.

    Raises
    ------
    UnsupportedScanError
        With the number of frames, or that they are two energies.
    """
    if holds_two_energies(header):
        raise UnsupportedScanError(
            "it holds two X-ray energies and no single picture", "export the scan as the picture the scanner shows"
        )
    if frame_count(header) > 1:
        raise UnsupportedScanError(f"it holds {frame_count(header)} frames", "export the scan as a single picture")
