"""Drawing in millimetres: what is filled lies where it should, and everything adds up."""

from __future__ import annotations

import numpy as np
import pytest

from oiscan.phantom.canvas import Canvas, bezier, ellipse, noise_field

BOX = np.array([[2.0, 3.0], [8.0, 3.0], [8.0, 7.0], [2.0, 7.0]])  # 6 x 4 mm


def test_millimetres_become_pixels() -> None:
    canvas = Canvas(10, 20, 4.0, [-1.0, 2.0])
    np.testing.assert_allclose(canvas.to_pixels(np.array([[-1, 2], [0, 2.5]])), [[0, 0], [4, 2]])


def test_a_box_is_filled_where_it_lies_at_any_resolution() -> None:
    for scale in (4.0, 10.0):
        canvas = Canvas(int(12 * scale), int(12 * scale), scale, [0.0, 0.0])
        canvas.fill(BOX, 2.0)
        assert canvas.values.max() == pytest.approx(2.0)
        assert canvas.values.sum() / scale**2 == pytest.approx(2 * 24, rel=0.05)
        rows, columns = np.nonzero(canvas.values > 1)
        edges = np.array([columns.min(), columns.max(), rows.min(), rows.max()])
        np.testing.assert_allclose(edges, np.array([2, 8, 3, 7]) * scale, atol=1)
        y, x = np.nonzero(canvas.values)
        centre = np.average(np.stack([x, y], 1), axis=0, weights=canvas.values[y, x]) / scale
        np.testing.assert_allclose(centre, [5, 5], atol=0.05)


@pytest.mark.parametrize("radius", [4.0, 10.0, 30.0])
def test_a_disc_is_as_large_as_it_is_said_to_be(radius: float) -> None:
    """OpenCV itself draws it 0.6 pixels too large all round."""
    canvas = Canvas(90, 90, 1.0, [0.0, 0.0])
    canvas.fill(ellipse([44.3, 45.1], radius, radius, points=60), 1.0)
    assert np.sqrt(canvas.values.sum() / np.pi) == pytest.approx(radius, abs=0.1)


def test_drawing_adds_and_negative_values_take_away() -> None:
    canvas = Canvas(50, 50, 4.0, [0.0, 0.0])
    canvas.fill(BOX, 1.0)
    once = canvas.values.copy()
    canvas.fill(BOX, 1.0)
    np.testing.assert_allclose(canvas.values, 2 * once)
    canvas.fill(BOX, -2.0)
    np.testing.assert_allclose(canvas.values, 0, atol=1e-6)


@pytest.mark.parametrize("blur_mm", [0.5, 1.0, 2.5])
def test_blur_softens_the_edge_and_keeps_the_sum(blur_mm: float) -> None:
    """Blurred by 0.5, 1 and 2.5 mm at 4 pixels a mm: at full, half and quarter size."""
    sharp, soft = (Canvas(160, 160, 4.0, [-15.0, -15.0]) for _ in range(2))
    sharp.fill(BOX, 1.0)
    soft.fill(BOX, 1.0, blur_mm)
    assert soft.values.sum() == pytest.approx(sharp.values.sum(), rel=0.05)
    assert np.abs(np.diff(soft.values, axis=1)).max() < 0.5 * np.abs(np.diff(sharp.values, axis=1)).max()


def test_a_stroke_runs_along_its_line_and_a_thin_one_is_faint() -> None:
    canvas = Canvas(60, 60, 4.0, [0.0, 0.0])
    line = np.array([[2.0, 5.0], [12.0, 5.0]])
    canvas.stroke(line, 1.0, 1.0)
    assert canvas.values[:, 10:45].sum(0) / 4 == pytest.approx(1.0, rel=0.05)  # 1 mm wide, whatever OpenCV offers
    rows = np.arange(60)
    assert np.average(rows, weights=canvas.values[:, 30]) == pytest.approx(20, abs=0.05)
    assert canvas.values[:17].max() == 0
    thin = Canvas(60, 60, 4.0, [0.0, 0.0])
    thin.stroke(line, 1.0, 0.1)
    assert 0.2 < thin.values.max() < 0.5  # 0.4 of a pixel


def test_a_closed_stroke_comes_back_to_its_start() -> None:
    closed, open_ended = (Canvas(60, 60, 4.0, [0.0, 0.0]) for _ in range(2))
    closed.stroke(BOX, 1.0, 0.5, closed=True)
    open_ended.stroke(BOX, 1.0, 0.5)
    assert closed.values[20, 8] > 1  # the left side, (2, 5) mm
    assert open_ended.values[20, 8] == 0


def test_texture_multiplies_what_is_drawn() -> None:
    canvas = Canvas(50, 50, 4.0, [0.0, 0.0])
    canvas.fill(BOX, 1.0, texture=np.full((50, 50), 0.5, np.float32))
    assert canvas.values[20, 20] == pytest.approx(1.5)
    assert canvas.values[45, 45] == 0


def test_what_lies_off_the_canvas_is_not_drawn_and_what_sticks_out_is_cut() -> None:
    canvas = Canvas(20, 20, 4.0, [0.0, 0.0])
    canvas.fill(BOX + 100, 1.0, 1.0)
    assert canvas.values.max() == 0
    canvas.fill(BOX - [3, 4], 1.0)
    assert canvas.values[0, 0] == 1


def test_noise_has_unit_size_and_the_asked_length() -> None:
    field = noise_field(np.random.default_rng(0), 400, 300, 20.0)
    assert field.shape == (400, 300)
    assert 0.6 < field.std() < 1.3
    assert np.corrcoef(field[:, :-2].ravel(), field[:, 2:].ravel())[0, 1] > 0.9
    assert abs(np.corrcoef(field[:, :-60].ravel(), field[:, 60:].ravel())[0, 1]) < 0.3


def test_an_ellipse_turns_from_x_towards_y() -> None:
    shape = ellipse([10, 20], 4, 2, np.pi / 2)
    np.testing.assert_allclose(shape[0], [10, 24], atol=1e-9)
    radii = np.linalg.norm(shape - [10, 20], axis=1)
    assert (radii.min(), radii.max()) == (pytest.approx(2), pytest.approx(4))
    assert np.ptp(np.linalg.norm(ellipse([0, 0], 3, 3, wobble=0.1, rng=np.random.default_rng(0)), axis=1)) > 0.1


def test_a_bezier_starts_and_ends_at_its_outer_points() -> None:
    curve = bezier([[0, 0], [0, 8], [8, 8], [8, 0]], 5)
    np.testing.assert_allclose(curve[[0, -1]], [[0, 0], [8, 0]])
    np.testing.assert_allclose(curve[2], [4, 6])  # (0 + 3 * 0 + 3 * 8 + 8) / 8 and (3 * 8 + 3 * 8) / 8
