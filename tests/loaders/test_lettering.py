"""Print in pictures: seen where it stands out, and not imagined where there is none."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from oiscan.loaders import read
from oiscan.loaders.lettering import LONGEST_SIDE, shows_lettering
from tests.dicom_cases import lunar, spine, write

SAMPLES = Path(__file__).parents[2] / "sample_data"
REAL = Path(__file__).parents[3] / "shared" / "real"
REAL_SCANS = sorted([*REAL.glob("dxa/*.dcm"), *REAL.glob("lateral/*.png"), *REAL.glob("ap/*.png")])


def written(text: str, scale: float, grey: int, on: int = 20) -> np.ndarray:
    picture = np.full((300, 400), on, np.uint8)
    picture[200:280, 100:300] = 128
    cv2.putText(picture, text, (10, 60), cv2.FONT_HERSHEY_SIMPLEX, scale, grey, 1)
    return picture.astype(np.float32)


@pytest.mark.parametrize("scale", [0.5, 0.8, 1.2])
@pytest.mark.parametrize(("grey", "on"), [(255, 20), (180, 20), (0, 200)])
def test_a_line_of_print_is_seen(scale, grey, on):
    assert shows_lettering(written("ZYXWVUTS", scale, grey, on))


def test_where_the_lines_stand_and_how_large_the_numbers_are_makes_no_difference():
    picture = written("ZYXWVUTS", 0.8, 255)
    assert shows_lettering(np.roll(picture, 150, axis=0) * 16 + 1000)


def test_three_characters_are_no_line():
    assert not shows_lettering(written("ZYX", 0.8, 255))


def test_a_large_picture_is_looked_at_in_small():
    picture = np.kron(written("ZYXWVUTS", 0.4, 255), np.ones((7, 7), np.float32))
    assert max(picture.shape) > LONGEST_SIDE
    assert shows_lettering(picture)


def test_letters_down_the_picture_are_no_line():
    picture = np.full((400, 200), 20, np.uint8)
    for number, letter in enumerate("ZYXWVUTS"):
        cv2.putText(picture, letter, (100, 40 + 45 * number), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 1)
    assert not shows_lettering(picture.astype(np.float32))


def test_noise_and_bones_are_not_print():
    rng = np.random.default_rng(3)
    assert not any(shows_lettering(rng.normal(size=(300, 200)).astype(np.float32)) for _ in range(5))
    assert not any(shows_lettering(spine(rows, 60).astype(np.float32)) for rows in (80, 200, 400))


@pytest.mark.parametrize("path", [*sorted(SAMPLES.glob("*.dcm")), *REAL_SCANS], ids=lambda path: path.name)
def test_no_scan_at_hand_shows_print(path):
    assert read(path).burned_in_text is not True


def test_the_scan_tells_of_print_its_header_does_not_mention(tmp_path):
    pixels = spine(300, 250)
    cv2.putText(pixels, "ZYXWVUTS", (5, 280), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 1)
    cv2.imwrite(str(tmp_path / "scan.png"), pixels)
    assert read(write(tmp_path, lunar(pixels))).burned_in_text is True
    assert read(tmp_path / "scan.png").burned_in_text is True
    assert read(write(tmp_path, lunar(pixels, BurnedInAnnotation="NO"))).burned_in_text is False
    assert read(write(tmp_path, lunar(spine(300, 250)))).burned_in_text is None
