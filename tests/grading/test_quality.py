"""Burnt-out bodies, bright ones, cut ends: on drawn pictures."""

from __future__ import annotations

import numpy as np
import pytest

from oiscan.anatomy import Level, View
from oiscan.grading.quality import NOTHING_SEEN, burnt_out_levels, quality_notes
from oiscan.scan import Scan
from oiscan.spine import Evidence, Spine
from tests.grading.bodies import body, spine, vertebra

L1, L2 = (vertebra(level, body(20, 20, 20, centre=(row, 50))) for level, row in ((Level.L1, 30), (Level.L2, 70)))
BOTH = spine([L1, L2])


def picture(white_rows_of_l2: int) -> Scan:
    """Grey noise, one black pixel in a corner, the first rows of L2 (60 to 79) white."""
    grey = np.random.default_rng(0).uniform(50, 200, (100, 100))
    grey[0, 0], grey[0, 1] = 0, 255
    grey[60 : 60 + white_rows_of_l2, 30:70] = 255
    return Scan.from_array(grey, view=View.LATERAL)


@pytest.mark.parametrize(
    ("rows", "burnt", "words"),
    [(0, (), ()), (10, (), ("metal or overexposure: much white: L2",)), (17, ("L2",), ("saturated: burnt out: L2",))],
)
def test_white_bodies(rows: int, burnt: tuple[str, ...], words: tuple[str, ...]) -> None:
    scan = picture(rows)
    assert burnt_out_levels(scan, BOTH) == burnt
    assert quality_notes(scan, BOTH, burnt_out_levels(scan, BOTH)) == words


def test_ends_cut_off_and_nothing_at_all() -> None:
    cut = spine([L1, vertebra(Level.L2, L2.landmarks_px, evidence=Evidence.CUT)])
    assert quality_notes(picture(0), cut, ()) == ("clipped spine: cut by the edge of the picture: L2",)
    assert quality_notes(picture(0), Spine(View.LATERAL, ()), ()) == (NOTHING_SEEN,)


def test_a_body_outside_the_picture_has_no_pixels() -> None:
    outside = spine([vertebra(Level.L1, body(20, 20, 20, centre=(-200, 50)))])
    assert burnt_out_levels(picture(0), outside) == ()
