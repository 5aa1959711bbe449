"""Which pictures have to be taken to hold text."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom.uid import MultiFrameGrayscaleByteSecondaryCaptureImageStorage

from oiscan.loaders import read
from oiscan.scan import Scan
from tests.dicom_cases import CR, SC, dicom, lunar, spine, write

SC_FRAMES = MultiFrameGrayscaleByteSecondaryCaptureImageStorage


@pytest.mark.parametrize(
    ("sop", "tag", "held_back"),
    [
        (CR, None, False),
        (CR, "NO", False),
        (CR, "YES", True),
        (CR, "yes", True),
        (SC, None, True),
        (SC, "", True),
        (SC, "NO", False),
        (SC_FRAMES, None, True),
    ],
)
def test_header_and_class_decide(tmp_path: Path, sop: str, tag: str | None, held_back: bool) -> None:
    assert read(write(tmp_path, dicom(spine(), sop=sop, BurnedInAnnotation=tag))).may_hold_text is held_back


def test_a_lunar_file_says_nothing_and_is_shown(tmp_path: Path) -> None:
    scan = read(write(tmp_path, lunar(spine())))
    assert (scan.burned_in_text, scan.captured, scan.may_hold_text) == (None, False, False)


def test_an_array_is_shown() -> None:
    assert not Scan.from_array(spine()).may_hold_text
