import numpy as np
import pytest

from oiscan.scan import Scan, StoredFrame
from oiscan.segmentation.preprocess import (
    Affine,
    crop,
    crop_map,
    quad_size,
    resampled,
    stretched_grey,
    to_stored,
)
from tests.segmentation.drawn import quad


def scan_of(pixels: np.ndarray, scanned: np.ndarray | None = None, upside_down: bool = False) -> Scan:
    return Scan(pixels, StoredFrame(*pixels.shape, upside_down=upside_down), "0" * 64, scanned=scanned)


def test_affine_maps_points_and_covariance_and_back() -> None:
    turn = Affine(np.array([[0.0, 2.0], [1.0, 0.0]]), np.array([1.0, -1.0]))
    np.testing.assert_allclose(turn(np.array([[3.0, 4.0]])), [[9, 2]])
    np.testing.assert_allclose(turn.covariance(np.diag([1.0, 3.0])), np.diag([12, 1]))
    points = np.array([[3.0, 4.0], [0.0, 1.0]])
    np.testing.assert_allclose(turn.inverse()(turn(points)), points)
    np.testing.assert_allclose(turn.then(turn.inverse())(points), points)


def test_to_stored_turns_points_and_their_covariance_upside_down() -> None:
    stored = to_stored(StoredFrame(10, 4, upside_down=True))
    np.testing.assert_allclose(stored(np.array([[0.0, 3.0], [9.0, 0.0]])), [[9, 3], [0, 0]])
    np.testing.assert_allclose(stored.covariance(np.array([[2.0, 1.0], [1.0, 3.0]])), [[2, -1], [-1, 3]])


def test_stretch_puts_the_percentiles_of_what_was_scanned_at_0_and_1() -> None:
    pixels = np.full((20, 101), 5000.0, np.float32)
    pixels[:10] = np.arange(101)
    scanned = np.zeros((20, 101), bool)
    scanned[:10] = True
    grey = stretched_grey(scan_of(pixels, scanned))
    np.testing.assert_allclose(grey[0, [0, 1, 50, 99, 100]], [0, 0, 0.5, 1, 1], atol=1e-6)
    assert (grey[10:] == 0).all()


def test_stretch_does_not_depend_on_the_scale_of_the_greys() -> None:
    pixels = np.random.default_rng(0).random((30, 30)).astype(np.float32)
    np.testing.assert_allclose(stretched_grey(scan_of(pixels)), stretched_grey(scan_of(40 * pixels - 7)), atol=1e-5)


@pytest.mark.parametrize("scanned", [None, np.zeros((5, 5), bool)])
def test_a_picture_without_contrast_is_black(scanned: np.ndarray | None) -> None:
    assert not stretched_grey(scan_of(np.full((5, 5), 3.0), scanned)).any()


@pytest.mark.parametrize(("row_scale", "column_scale"), [(0.5, 0.25), (2.0, 0.5), (3.0, 2.0), (1.0, 1.0)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_way_back_from_a_resampled_picture(row_scale: float, column_scale: float, mirrored: bool) -> None:
    rows, columns = np.mgrid[:80, :120].astype(np.float32)
    spot = np.exp(-((rows - 31) ** 2 + (columns - 70) ** 2) / 50)
    picture = resampled(spot, row_scale, column_scale)
    assert picture.grey.shape == (80 * row_scale, 120 * column_scale)
    picture = picture.mirrored() if mirrored else picture
    y, x = np.mgrid[: picture.grey.shape[0], : picture.grey.shape[1]]
    centre = np.array([(x * picture.grey).sum(), (y * picture.grey).sum()]) / picture.grey.sum()
    np.testing.assert_allclose(picture.to_scan(centre), [31, 70], atol=0.05)


def test_half_a_pixel_is_kept_when_shrinking() -> None:
    picture = resampled(np.zeros((64, 64), np.float32), 0.25, 0.25)
    np.testing.assert_allclose(picture.to_scan(np.array([0.0, 2.0])), [9.5, 1.5])


def test_no_picture_is_too_large_or_too_small_for_a_network() -> None:
    assert resampled(np.zeros((100, 50), np.float32), 1000, 1000).grey.shape == (1600, 800)
    assert resampled(np.zeros((100, 2), np.float32), 0.5, 0.5).grey.shape == (50, 8)


def test_size_of_a_quad() -> None:
    assert quad_size(quad(5, 5, 30, 20, degrees=33)) == pytest.approx((30, 20))


def test_a_crop_shows_two_depths_with_the_vertebra_upright_in_its_middle() -> None:
    body = quad(60, 40, depth=32, height=20, degrees=25)
    in_crop = crop_map(body)(body)
    np.testing.assert_allclose(in_crop, [[23.5, 32.5], [71.5, 32.5], [71.5, 62.5], [23.5, 62.5]])


def test_a_tall_vertebra_fits_its_crop() -> None:
    body = quad(60, 40, depth=20, height=40)
    assert np.ptp(crop_map(body)(body)[:, 1]) == pytest.approx(48 / 1.15)


def test_a_degenerate_quad_still_has_a_crop() -> None:
    np.testing.assert_allclose(crop_map(np.full((4, 2), 7.0)).matrix, np.diag([12.0, 12.0]))


@pytest.mark.parametrize("depth", [20.0, 60.0, 130.0])
def test_crop_pixels_come_from_where_the_map_says(depth: float) -> None:
    """On a ramp, grey is position; blurring does not change that."""
    y, x = np.mgrid[:300, :400].astype(np.float32)
    to_crop = crop_map(quad(200, 150, depth, depth * 0.7, degrees=12))
    at = to_crop.inverse()(np.array([[10.0, 20.0], [48.0, 50.0], [80.0, 30.0]]))
    for ramp, coordinate in ((x / 400, at[:, 0] / 400), (y / 300, at[:, 1] / 300)):
        cut = crop(ramp, to_crop)
        assert cut.shape == (96, 96)
        np.testing.assert_allclose(cut[[20, 50, 30], [10, 48, 80]], coordinate, atol=2e-3)


def test_beyond_the_picture_its_edge_goes_on() -> None:
    cut = crop(np.full((50, 50), 0.7, np.float32), crop_map(quad(2, 70, 30, 20)))
    np.testing.assert_allclose(cut, 0.7, atol=1e-6)
