"""GE Lunar files: recognised however little is left of them, margins masked, orientation not believed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from oiscan.anatomy import View
from oiscan.loaders import read
from oiscan.loaders.header import Header
from oiscan.loaders.lunar import is_lunar
from tests.dicom_cases import dicom, lunar, spine, write

REAL = Path(__file__).parents[2] / "../shared/real/dxa"


@pytest.mark.parametrize(
    ("tags", "recognised"),
    [
        ({"Manufacturer": "GE Healthcare", "ManufacturerModelName": "Lunar iDXA"}, True),
        ({"Manufacturer": "LUNAR Corp."}, True),
        ({"Manufacturer": "GE MEDICAL SYSTEMS", "ManufacturerModelName": "Prodigy Advance"}, True),
        ({"SOPInstanceUID": "1.2.840.113619.2.110.210419.2018.1"}, True),
        ({"SeriesInstanceUID": "1.2.840.113619.2.110.210419.2018"}, True),
        ({"SOPInstanceUID": "1.2.840.113619.2.1101.5"}, False),
        ({"Manufacturer": "GE Healthcare", "ManufacturerModelName": "Optima XR220"}, False),
        ({"Manufacturer": "HOLOGIC", "ManufacturerModelName": "Horizon A (S/N 000000)"}, False),
        ({}, False),
    ],
)
def test_who_made_it(tags: dict[str, Any], recognised: bool) -> None:
    assert is_lunar(Header(dicom(spine(), **tags))) is recognised


def test_a_stripped_file_is_still_read_as_lunar(tmp_path: Path) -> None:
    uid = "1.2.840.113619.2.110.1.20180719"
    path = write(tmp_path, lunar(spine(220, 80), Manufacturer="", ManufacturerModelName="", SeriesInstanceUID=uid))
    spacing = read(path).spacing
    assert spacing is not None and spacing.source == "ExposedArea"


def test_orientation_is_not_believed(tmp_path: Path) -> None:
    scan = read(write(tmp_path, lunar(spine(), PatientOrientation=["L", "H"])))
    assert not scan.stored.upside_down
    assert np.array_equal(scan.pixels, spine())


@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/real is not here")
def test_real_lateral_scan() -> None:
    scan = read(REAL / "ge_idxa_lva.dcm")
    assert (scan.view, scan.pixels.shape) == (View.LATERAL, (1768, 808))
    assert scan.spacing is not None and scan.spacing.source == "ExposedArea"
    assert scan.spacing.row_column_mm == pytest.approx([438 / 1768, 200 / 808])
    assert scan.scanned is None  # bone is saturated up to the border here, and must stay
    assert (scan.subject.age_precision, scan.notes) == ("day", ())


@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/real is not here")
def test_real_ap_scan() -> None:
    scan = read(REAL / "ge_idxa_ap_spine.dcm")
    assert (scan.view, scan.notes) == (View.AP, ())
    assert scan.scanned is not None
    unscanned = ~scan.scanned
    assert 0.06 < unscanned.mean() < 0.072
    assert unscanned[:564, :12].all() and unscanned[:627, 695:].all()
    assert not unscanned[630:].any() and not unscanned[:, 45:670].any()
    assert (scan.pixels[unscanned] == 252).all()
