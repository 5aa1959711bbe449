"""The AP picture: corners and outlines by hand, and that what is drawn lies where the truth says."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from oiscan.phantom.anatomy import N_BODIES, draw_anatomy
from oiscan.phantom.ap import ap_corners, ap_outline, draw_ap
from oiscan.phantom.ap_bones import draw_body, draw_look
from oiscan.phantom.ap_clutter import draw_clutter, draw_hardware
from oiscan.phantom.ap_shape import vertebrae
from oiscan.phantom.canvas import Canvas
from oiscan.scan import FloatArray
from tests.phantom.people import straight_person


def canvas_on(point: FloatArray, pixels_per_mm: float = 2.0, size: int = 200) -> Canvas:
    """A square canvas around a point."""
    return Canvas(size, size, pixels_per_mm, np.asarray(point) - 0.5 * (size - 1) / pixels_per_mm)


def inside(outline: FloatArray, points: FloatArray) -> list[bool]:
    contour = outline.astype(np.float32).reshape(-1, 1, 2)
    return [cv2.pointPolygonTest(contour, (float(x), float(y)), False) > 0 for x, y in points]


def test_corners_of_an_upright_box() -> None:
    corners = ap_corners(straight_person())
    assert corners.shape == (18, 4, 2)
    expected = np.array([[-18.4, -12.5], [18.4, -12.5], [18.4, 12.5], [-18.4, 12.5]])  # 4 % of the 40 mm inside the rim
    np.testing.assert_allclose(corners[8], expected, atol=1e-9)
    np.testing.assert_allclose(corners[10], np.add(expected, [0, 70]), atol=1e-9)


def test_coronal_tilt_turns_the_corners_in_the_picture() -> None:
    """A quarter turn would bring the superior left corner (-18.4, -12.5) to (12.5, -18.4)."""
    tilt = np.full(N_BODIES, np.pi / 2)
    corners = ap_corners(replace(straight_person(), coronal_tilt=tilt))
    np.testing.assert_allclose(corners[8, 0], [12.5, -18.4], atol=1e-9)


def test_sagittal_tilt_shortens_the_body_and_opens_the_rim() -> None:
    tilt = np.full(N_BODIES, np.radians(60))
    vertebra = vertebrae(replace(straight_person(), sagittal_tilt=tilt))[8]
    left = vertebra.corners()[[0, 3], 1]
    np.testing.assert_allclose(left, [-6.25, 6.25], atol=1e-9)  # 25 cos 60 / 2
    assert np.ptp(vertebra.rim(True)[:, 1]) == pytest.approx(30 * np.sin(np.radians(60)), rel=0.02)


def test_rotation_moves_the_spinous_process_against_the_body() -> None:
    person = straight_person()
    turned = vertebrae(replace(person, rotation=np.full(N_BODIES, 0.3)))[12]
    straight = vertebrae(person)[12]
    shift = (turned.spinous_process() - straight.spinous_process()).mean(0)
    assert abs(shift[0]) > 5
    np.testing.assert_allclose(turned.corners().mean(0), straight.corners().mean(0), atol=1e-9)


def test_corners_follow_size_and_place() -> None:
    person = straight_person()
    lengths = {name: 2 * getattr(person, name) for name in ("width_mm", "depth_mm", "posterior_mm", "anterior_mm")}
    moved = replace(person, centre_mm=2 * person.centre_mm + 7, **lengths)
    np.testing.assert_allclose(ap_corners(moved), 2 * ap_corners(person) + 7, atol=1e-9)


def test_outline_holds_the_body_but_no_neighbour() -> None:
    person = draw_anatomy(np.random.default_rng(3), 30.0, 0.0)
    outlines, centres = ap_outline(person), person.centre_mm[:, 1:]
    assert len(outlines) == 17
    for k, outline in enumerate(outlines):
        assert inside(outline, centres[k : k + 1]) == [True]
        neighbours = np.delete(centres, k, axis=0)
        assert not any(inside(outline, neighbours))


def test_outlines_of_neighbours_share_no_area() -> None:
    person = straight_person()
    masks = []
    for outline in ap_outline(person):
        mask = np.zeros((2800, 400), np.uint8)
        cv2.fillPoly(mask, [np.round(np.add(outline, [50, 300]) * 4).astype(np.int32)], 1)
        masks.append(mask)
    overlap = [int((a & b).sum()) for a, b in pairwise(masks)]
    assert max(overlap) < 0.02 * min(int(mask.sum()) for mask in masks)


def test_outline_is_the_body_with_its_arch_without_processes() -> None:
    """A 40 x 25 box is 1000 mm2: the waist takes some, pedicles and joints up to mid-disc give some."""
    person = straight_person()
    for k, outline in enumerate(ap_outline(person)):
        assert 800 < cv2.contourArea(outline.astype(np.float32)) < 1350
        relative = outline - person.centre_mm[k, 1:]
        assert np.abs(relative[:, 0]).max() < 27  # a transverse process would reach 40
        if k:
            assert relative[:, 1].min() > -17.8  # the line through the disc
        assert relative[:, 1].max() < 17.8


@pytest.mark.parametrize("style", [0.0, 0.5, 1.0])
def test_drawing_repeats_with_its_seed_and_only_adds(style: float) -> None:
    person = draw_anatomy(np.random.default_rng(1))
    drawn = []
    for _ in range(2):
        canvas = canvas_on(person.centre_mm[13, 1:])
        canvas.values += 5
        draw_ap(np.random.default_rng(2), person, canvas, style)
        drawn.append(canvas.values.copy())
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert np.isfinite(drawn[0]).all()
    blank = canvas_on(person.centre_mm[13, 1:])
    draw_ap(np.random.default_rng(2), person, blank, style)
    np.testing.assert_allclose(drawn[0] - 5, blank.values, atol=1e-4)


def test_bone_is_where_the_outline_says() -> None:
    """In a DXA bone is brighter inside the outlines of L1 to L4 than beside them."""
    person = replace(draw_anatomy(np.random.default_rng(5), 40.0, 0.0), density=1.0)
    contrast = []
    for seed in range(12):
        canvas = canvas_on(person.centre_mm[13, 1:], 1.0, 170)
        draw_ap(np.random.default_rng(seed), person, canvas, 1.0)
        mask = np.zeros(canvas.values.shape, np.uint8)
        cv2.fillPoly(mask, [np.round(canvas.to_pixels(o)).astype(np.int32) for o in ap_outline(person)[12:16]], 1)
        rows = mask.any(1)[:, None]
        beside = rows & (cv2.dilate(mask, np.ones((5, 41), np.uint8)) == 0)
        contrast.append(canvas.values[mask > 0].mean() - canvas.values[beside].mean())
    assert np.median(contrast) > 0.25


def test_body_drawn_fills_its_corners() -> None:
    """A body alone: bright just inside each corner, nothing 3 mm outside."""
    person = straight_person()
    vertebra, canvas = vertebrae(person)[8], canvas_on(np.zeros(2))
    look = replace(draw_look(np.random.default_rng(0), person, canvas, 1.0), blur_mm=0.1)
    draw_body(canvas, vertebra, dict.fromkeys(look.value, 1.0), look)
    corners = vertebra.corners()
    outwards = np.sign(corners)
    for away, present in ((-0.7, True), (3.0, False)):
        columns, rows = np.round(canvas.to_pixels(corners + away * outwards)).astype(int).T
        assert ((canvas.values[rows, columns] > 0.3) == present).all()


def test_a_person_off_the_canvas_and_a_tiny_canvas_draw_without_error() -> None:
    person = draw_anatomy(np.random.default_rng(8))
    draw_ap(np.random.default_rng(0), person, Canvas(3, 3, 1.0, [5000, 5000]), 0.0)
    draw_ap(np.random.default_rng(0), person, Canvas(40, 30, 0.2, [-60, -100]), 0.3)


def test_children_with_fractures_keep_outlines_and_corners_finite() -> None:
    for seed in range(15):
        person = draw_anatomy(np.random.default_rng(seed), 2.0 + seed, 0.5)
        assert np.isfinite(ap_corners(person)).all()
        assert all(len(outline) >= 4 for outline in ap_outline(person))


def test_hardware_is_brighter_than_bone() -> None:
    person = straight_person()
    canvas = canvas_on(person.centre_mm[10, 1:], 1.0, 400)
    draw_hardware(np.random.default_rng(0), canvas, vertebrae(person))
    assert canvas.values.max() > 0.9


def test_clutter_depends_on_the_seed_only() -> None:
    drawn = []
    for seed in (0, 0, 1):
        canvas = Canvas(120, 100, 1.0, [0, 0])
        rng = np.random.default_rng(seed)
        for _ in range(10):
            draw_clutter(rng, canvas, 0.0)
        drawn.append(canvas.values)
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


def test_the_arch_keeps_more_of_its_height_than_a_crushed_body() -> None:
    person = straight_person()
    crushed = replace(person, posterior_mm=0.4 * person.posterior_mm, anterior_mm=0.4 * person.anterior_mm)
    whole, flat = vertebrae(person)[13], vertebrae(crushed)[13]
    assert np.ptp(flat.corners()[:, 1]) == pytest.approx(10)
    ratio = np.ptp(flat.pedicle_ring(1)[:, 1]) / np.ptp(whole.pedicle_ring(1)[:, 1])
    assert ratio == pytest.approx(0.7)  # half way between the body's 0.4 and the unbroken 1
