"""The contact sheet: every picture has its place, labels and findings lie where they should."""

from pathlib import Path

import numpy as np

from oiscan.anatomy import Level, View
from oiscan.labels import LabelledImage, LabelledVertebra
from oiscan.reports import draw
from oiscan.reports.sheet import CAPTION_ROWS, TILE_ROWS, Tile, contact_sheet
from oiscan.scan import Scan, StoredFrame
from oiscan.spine import Spine, Vertebra

CORNERS = np.array([[20.0, 10], [20, 40], [40, 40], [40, 10]])


def tile(stored: StoredFrame | None = None) -> Tile:
    """80 x 60 pixels of grey, one AP vertebra labelled, and found 20 rows lower."""
    pixels = np.linspace(0, 1, 80 * 60, dtype=np.float32).reshape(80, 60)
    scan = Scan(pixels, stored or StoredFrame(80, 60), "0" * 64)
    partly = np.vstack([CORNERS[:3], [[np.nan, np.nan]]])
    labels = (LabelledVertebra(Level.L1, CORNERS), LabelledVertebra(Level.L2, partly))
    found = Vertebra(Level.L1, CORNERS + [20, 0], np.zeros((4, 2, 2)), CORNERS, 0.9)
    return Tile(scan, LabelledImage(Path("a.png"), View.AP, labels), Spine(View.AP, (found,)), "picture 1")


def rows_of(sheet: np.ndarray, colour: tuple[int, int, int]) -> tuple[float, float]:
    """First and last row in which a colour is drawn, in pixels of the scan."""
    picture = sheet[CAPTION_ROWS:].astype(int)
    rows = np.flatnonzero((np.abs(picture - colour).max(-1) < 15).any(1)) * 80 / TILE_ROWS
    return float(rows.min()), float(rows.max())


def test_labels_and_findings_lie_on_the_picture() -> None:
    sheet = contact_sheet([tile()])
    first, last = rows_of(sheet, draw.READER)
    assert abs(first - 20) < 1
    assert abs(last - 40) < 1
    first, last = rows_of(sheet, draw.grade_colour(0))
    assert abs(first - 40) < 1
    assert abs(last - 60) < 1


def test_a_picture_stored_upside_down_is_shown_upright() -> None:
    """Points of the stored image are counted from its other end."""
    first, last = rows_of(contact_sheet([tile(StoredFrame(80, 60, upside_down=True))]), draw.READER)
    assert abs(first - 39) < 1
    assert abs(last - 59) < 1


def test_four_in_a_row() -> None:
    one, five = contact_sheet([tile()]), contact_sheet([tile()] * 5)
    assert five.shape[0] == 2 * one.shape[0]
    assert five.shape[1] == 4 * one.shape[1]
    np.testing.assert_array_equal(five[: one.shape[0], : one.shape[1]], one)
    np.testing.assert_array_equal(five[one.shape[0] :, : one.shape[1]], one)


def test_a_sheet_of_nothing_is_a_picture_all_the_same() -> None:
    assert contact_sheet([]).shape == (1, 1, 3)
