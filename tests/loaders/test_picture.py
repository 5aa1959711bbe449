"""PNG, TIFF and JPEG pictures."""

from __future__ import annotations

import hashlib
import random
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from oiscan.anatomy import View
from oiscan.errors import ScanError, UnreadableFileError, UnsupportedScanError
from oiscan.loaders import find_files, read
from oiscan.scan import Scan
from tests.dicom_cases import spine

REAL = Path(__file__).parents[2] / "../shared/real"


def save(folder: Path, pixels: npt.NDArray[Any], name: str = "scan.png") -> Path:
    path = folder / name
    assert cv2.imwrite(str(path), pixels)
    return path


@pytest.mark.parametrize("kind", ["png", "tif"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_grey_values_come_through(tmp_path: Path, kind: str, dtype: type) -> None:
    values = spine().astype(dtype) * (1 if dtype is np.uint8 else 300)
    path = save(tmp_path, values, f"scan.{kind}")
    scan = read(path)
    assert np.array_equal(scan.pixels, values)
    assert (scan.view, scan.spacing, scan.notes) == (None, None, ())
    assert scan.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_user_tells_what_a_picture_cannot(tmp_path: Path) -> None:
    scan = read(save(tmp_path, 220 - spine()), view=View.AP, spacing_mm=(0.5, 0.4), inverted=True)
    assert np.array_equal(scan.pixels, spine())
    assert scan.stored.inverted and scan.view is View.AP
    assert scan.spacing is not None
    assert (scan.spacing.row_mm, scan.spacing.column_mm, scan.spacing.source) == (0.5, 0.4, "user")


def test_content_tells_the_kind_not_the_name(tmp_path: Path) -> None:
    path = save(tmp_path, spine()).rename(tmp_path / "picture.dcm")
    assert np.array_equal(read(path).pixels, spine())


def test_alpha_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    Image.merge("LA", (Image.fromarray(spine()), Image.new("L", (50, 110), 90))).save(path)
    assert np.array_equal(read(path).pixels, spine())


def test_lossy_grey_stored_as_colour_is_grey(tmp_path: Path) -> None:
    scan = read(save(tmp_path, np.repeat(spine()[..., None], 3, axis=2), "scan.jpg"))
    assert np.abs(scan.pixels - spine()).mean() < 5


def test_a_grey_palette_is_grey(tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    Image.fromarray(spine()).convert("P").save(path)
    assert np.array_equal(read(path).pixels, spine())


def test_colours_are_refused(tmp_path: Path) -> None:
    colours = np.repeat(spine()[..., None], 3, axis=2)
    colours[5:9, 5:40] = (0, 0, 255)
    with pytest.raises(UnsupportedScanError, match="colour"):
        read(save(tmp_path, colours))


def test_other_number_kinds_pages_and_sizes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedScanError, match="8 or 16 bit"):
        read(save(tmp_path, spine().astype(np.float32), "float.tif"))
    pages = [Image.fromarray(spine())] * 2
    pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=pages[1:])
    with pytest.raises(UnsupportedScanError, match="several pages"):
        read(tmp_path / "pages.tif")
    with pytest.raises(UnsupportedScanError, match="too few"):
        read(save(tmp_path, spine(110, 30)))
    with pytest.raises(UnsupportedScanError, match="same value"):
        read(save(tmp_path, np.zeros((64, 64), np.uint8)))


@pytest.mark.parametrize("side", [8001, 60000])
def test_too_many_pixels_are_refused_by_the_first_bytes(tmp_path: Path, side: int) -> None:
    path = save(tmp_path, spine())
    data = bytearray(path.read_bytes())
    data[16:24] = side.to_bytes(4, "big") * 2  # width and height in the IHDR chunk
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    path.write_bytes(data)
    with pytest.raises(UnsupportedScanError, match="than oiscan decodes"):
        read(path)


@pytest.mark.parametrize("kind", ["png", "jpg", "tif"])
def test_a_truncated_picture_is_unreadable_and_quiet(
    tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = save(tmp_path, spine(), f"scan.{kind}")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(UnreadableFileError, match="cut short"):
        read(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["png", "jpg", "tif"])
def test_damaged_bytes_end_in_a_scan_or_a_scan_error(tmp_path: Path, kind: str) -> None:
    whole, chance = save(tmp_path, spine(40, 36), f"scan.{kind}").read_bytes(), random.Random(3)
    path = tmp_path / "damaged"
    for _ in range(70):
        changed = bytearray(whole)
        for _ in range(chance.choice([1, 4])):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        path.write_bytes(changed)
        try:
            assert isinstance(read(path), Scan)
        except ScanError as error:
            assert error.reason


@pytest.mark.skipif(not REAL.is_dir(), reason="../shared/real is not here")
def test_real_radiographs_draw_no_remark_and_have_no_margin() -> None:
    for path in find_files([REAL / "lateral", REAL / "ap"]):
        scan = read(path)
        assert (scan.notes, scan.scanned) == ((), None), path.name
