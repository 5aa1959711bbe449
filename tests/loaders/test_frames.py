"""Files of several frames."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import MultiFrameGrayscaleByteSecondaryCaptureImageStorage

from oiscan.errors import UnsupportedScanError
from oiscan.loaders import read
from oiscan.loaders.frames import holds_two_energies
from oiscan.loaders.header import Header
from tests.dicom_cases import dicom, spine, write

TWO = np.stack([spine(), spine() // 2])

SAID = [
    {"ImageType": ["ORIGINAL", "PRIMARY", "DUAL_ENERGY"]},
    {"SeriesDescription": "AP spine dual-energy raw"},
    {"ProtocolName": "AP spine, two energies"},
    {"DerivationDescription": "low and high energy"},
    {"FrameIncrementPointer": 0x00180060},
]


@pytest.mark.parametrize("tags", SAID)
def test_two_energies_are_recognised_where_the_header_says_so(tmp_path: Path, tags: dict[str, object]) -> None:
    assert holds_two_energies(Header(dicom(TWO, **tags)))
    with pytest.raises(UnsupportedScanError, match="two X-ray energies and no single picture"):
        read(write(tmp_path, dicom(TWO, **tags)))


@pytest.mark.parametrize("tags", SAID)
def test_words_alone_make_no_two_energies(tags: dict[str, object]) -> None:
    assert not holds_two_energies(Header(dicom(spine(), **tags)))
    assert not holds_two_energies(Header(dicom(np.stack([*TWO, spine()]), **tags)))


def test_two_frames_that_say_nothing_are_two_frames(tmp_path: Path) -> None:
    dataset = dicom(TWO, sop=MultiFrameGrayscaleByteSecondaryCaptureImageStorage, SeriesDescription="energetic child")
    assert not holds_two_energies(Header(dataset))
    with pytest.raises(UnsupportedScanError, match="2 frames"):
        read(write(tmp_path, dataset))


def test_one_frame_stated_as_one_is_a_scan(tmp_path: Path) -> None:
    assert np.array_equal(read(write(tmp_path, dicom(spine()[None]))).pixels, spine())
