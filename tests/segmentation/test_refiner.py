from collections.abc import Callable

import cv2
import numpy as np
import pytest

from oiscan.anatomy import View
from oiscan.segmentation.preprocess import resampled
from oiscan.segmentation.refiner import PASSES, mask_outline, refine
from tests.segmentation.drawn import DrawnModel, draw, quad


def area(outline: np.ndarray) -> float:
    return float(cv2.contourArea(outline.astype(np.float32)))


def disc(radius: float) -> np.ndarray:
    """Mask (48, 48) of a disc about the middle of the crop, `radius` in crop pixels, with soft edges."""
    i, j = np.mgrid[:48, :48]
    distance = np.hypot(2 * i + 0.5 - 47.5, 2 * j + 0.5 - 47.5)
    return np.clip((radius - distance) / 2 + 0.5, 0, 1)


def test_outline_of_a_mask_keeps_its_area_and_place() -> None:
    outline = mask_outline(disc(25), quad(47.5, 47.5, 50, 40))
    assert area(outline) == pytest.approx(np.pi * 25**2, rel=0.01)
    np.testing.assert_allclose((outline.max(0) + outline.min(0)) / 2, [47.5, 47.5], atol=0.15)


@pytest.mark.parametrize("radius", [0.0, 6.0])
def test_without_a_mask_worth_the_name_the_outline_is_the_quad(radius: float) -> None:
    body = quad(47.5, 47.5, 50, 40)
    np.testing.assert_array_equal(mask_outline(disc(radius), body), body)


def test_only_the_largest_part_of_a_mask_counts() -> None:
    mask = disc(20)
    mask[:6, :6] = 1
    assert area(mask_outline(mask, quad(47.5, 47.5, 50, 40))) == pytest.approx(np.pi * 400, rel=0.01)


@pytest.mark.parametrize("view", list(View))
@pytest.mark.parametrize("pixel_size", [(1.0, 1.0), (0.6, 1.2)])
def test_landmarks_come_back_in_the_scans_own_pixels(view: View, pixel_size: tuple[float, float]) -> None:
    body = quad(60, 50, 34, 24, degrees=12)
    picture = resampled(draw([body], int(100 / pixel_size[0]), int(130 / pixel_size[1]), pixel_size), *pixel_size)
    start = quad(57, 53, 30, 26, degrees=3)
    (found,) = refine(DrawnModel(), view, picture, [start])
    corners = body[:, ::-1] / pixel_size
    picked = found.landmarks[[0, 2, 3, 5]] if view is View.LATERAL else found.landmarks
    np.testing.assert_allclose(picked, corners, atol=0.5 / pixel_size[0])
    np.testing.assert_allclose(found.corners_xy, body, atol=0.8)
    assert found.quality == pytest.approx(0.95)
    assert area(found.outline) == pytest.approx(34 * 24 / np.prod(pixel_size), rel=0.06)


@pytest.mark.parametrize("call", range(1, PASSES + 1))
def test_the_answer_is_the_mean_of_all_passes(monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    """An error of either crop by 3 of its pixels moves the answer by one and a half."""
    body = quad(60, 50, 34, 24)
    picture = resampled(draw([body], 100, 130), 1, 1)
    plain = refine(DrawnModel(), View.LATERAL, picture, [body])[0].landmarks[:, 1]
    model = DrawnModel()
    monkeypatch.setattr(model, "refine", wrong_at(call, model.refine))
    found = refine(model, View.LATERAL, picture, [body])[0].landmarks[:, 1]
    np.testing.assert_allclose(found - plain, 3 / PASSES * 34 / 48, rtol=0.1)


def wrong_at(call: int, right: Callable[..., tuple[np.ndarray, ...]]) -> Callable[..., tuple[np.ndarray, ...]]:
    """One call puts the landmarks 3 crop pixels too far to the right."""
    calls = iter(range(1, 100))

    def answer(*asked: object) -> tuple[np.ndarray, ...]:
        landmarks, *rest = right(*asked)
        return (landmarks + [3 * (next(calls) == call), 0], *rest)

    return answer


def test_covariance_turns_and_stretches_with_the_pixels() -> None:
    """Drawn: variance 4 along the endplate, 1 across, in crop pixels; 34 px of depth are 48 in the crop."""
    body = quad(60, 50, 34, 24)
    pixel_size = (0.5, 1.0)
    picture = resampled(draw([body], 200, 130, pixel_size), *pixel_size)
    (found,) = refine(DrawnModel(), View.LATERAL, picture, [body])
    per_crop_pixel = 34 / 48
    expected = np.diag([1 * (per_crop_pixel / 0.5) ** 2, 4 * per_crop_pixel**2])
    np.testing.assert_allclose(found.covariance[0], expected, rtol=0.08, atol=0.05)
    assert found.relative_spread == pytest.approx(np.sqrt(2.5) / 48, rel=0.05)


def test_a_crop_of_nothing_has_low_quality() -> None:
    picture = resampled(draw([quad(60, 50)], 100, 300), 1, 1)
    (found,) = refine(DrawnModel(), View.AP, picture, [quad(200, 50)])
    assert found.quality < 0.5


def test_the_answer_says_whether_its_doubt_is_calibrated(monkeypatch: pytest.MonkeyPatch) -> None:
    body = quad(60, 50, 34, 24)
    picture = resampled(draw([body], 100, 130), 1, 1)
    model = DrawnModel()
    assert not refine(model, View.AP, picture, [body])[0].calibrated
    monkeypatch.setattr(model, "calibrations", {View.AP: None})
    assert refine(model, View.AP, picture, [body])[0].calibrated
    assert not refine(model, View.LATERAL, picture, [body])[0].calibrated
