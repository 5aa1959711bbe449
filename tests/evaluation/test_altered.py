"""Altered pictures: the labels stay on what they label, and what is lost is counted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from oiscan.anatomy import View
from oiscan.evaluation import altered
from oiscan.evaluation.altered import ALTERATIONS, Fall, falls, upright
from oiscan.labels import LabelledImage
from oiscan.loaders import read
from oiscan.scan import Scan, StoredFrame
from oiscan.spine import Spine
from tests.evaluation.drawn_model import SeesBright, draw_case, see_bright


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oiscan.evaluation.altered.segment", see_bright)


def given(image: LabelledImage) -> tuple[Scan, LabelledImage]:
    return upright(read(image.file, view=image.view, spacing_mm=image.spacing_mm), image)


@pytest.mark.parametrize("view", list(View))
@pytest.mark.parametrize("name", sorted(set(ALTERATIONS) - {"inverted"}))
def test_labels_move_along_with_the_picture(name: str, view: View, tmp_path: Path) -> None:
    """Their corners still lie on the corners of the bright boxes; right and left are those of the picture."""
    scan, image = ALTERATIONS[name](given(draw_case(tmp_path, view)))
    inside = [one for one in image.vertebrae if altered._inside(one, scan)]
    found = see_bright(scan, None).vertebrae
    if name.startswith("cropped"):
        assert len(inside) == len(found) - (scan.pixels[[0, -1]].max() > 100) == 3
    for one in inside:
        seen = min(found, key=lambda other: float(np.abs(other.landmarks_px - one.landmarks_px).mean()))
        expected = seen.landmarks_px
        if name == "mirrored" and view is View.LATERAL:  # the front is on the other side now
            expected = expected[[2, 1, 0, 5, 4, 3]]
        np.testing.assert_allclose(one.landmarks_px, expected, atol=1.1)


def test_the_pixel_size_grows_as_the_picture_shrinks(tmp_path: Path) -> None:
    scan, _ = ALTERATIONS["half size"](given(draw_case(tmp_path)))
    assert scan.spacing is not None
    assert scan.spacing.row_column_mm == pytest.approx([1.0, 1.0])
    assert scan.pixels.shape == (90, 40)
    unknown, _ = ALTERATIONS["without spacing"](given(draw_case(tmp_path)))
    assert (unknown.spacing, unknown.aspect) == (None, 1.0)


def test_inverting_exchanges_bright_and_dark_only(tmp_path: Path) -> None:
    scan, image = given(draw_case(tmp_path))
    turned, same = ALTERATIONS["inverted"]((scan, image))
    assert same is image
    np.testing.assert_array_equal(turned.pixels, 200 - scan.pixels)


def test_a_picture_stored_upside_down_is_stood_up_with_its_labels(tmp_path: Path) -> None:
    image = draw_case(tmp_path)
    scan = read(image.file, view=image.view)
    rows, columns = scan.pixels.shape
    _, moved = upright(replace(scan, stored=StoredFrame(rows, columns, upside_down=True)), image)
    expected = image.vertebrae[0].landmarks_px * [-1, 1] + [rows - 1, 0]
    np.testing.assert_array_equal(moved.vertebrae[0].landmarks_px, expected)


def test_what_is_lost_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two pictures of four; whoever sees only bright things finds nothing on an inverted one but its background."""
    told = falls([draw_case(tmp_path), draw_case(tmp_path, View.AP)], SeesBright())  # type: ignore[arg-type]
    assert list(told) == list(ALTERATIONS)
    assert told["inverted"] == Fall(8, 8, 0)
    assert told["inverted"].share == 1
    for name in ("half size", "double size", "mirrored", "without spacing"):
        assert told[name] == Fall(8, 8, 8), name
    assert told["cropped at the head"] == told["cropped at the foot"] == Fall(6, 6, 6)


def test_what_was_not_found_before_is_no_fall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oiscan.evaluation.altered.segment", lambda scan, model: Spine(scan.view, ()))
    assert falls([draw_case(tmp_path)], SeesBright())["mirrored"] == Fall(4, 0, 0)  # type: ignore[arg-type]
    assert Fall(0, 0, 0).share == 0


def test_a_picture_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    image = draw_case(tmp_path)
    image.file.write_bytes(b"no picture")
    assert falls([image], SeesBright())["mirrored"] == Fall(0, 0, 0)  # type: ignore[arg-type]
