"""The lateral picture: landmarks by hand, and that what is drawn lies where the truth says."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from oiscan.anatomy import LATERAL_LANDMARKS
from oiscan.phantom.anatomy import N_BODIES, Anatomy, draw_anatomy
from oiscan.phantom.canvas import Canvas
from oiscan.phantom.lateral import draw_bone_look, draw_lateral_bones, lateral_bodies, lateral_landmarks
from oiscan.phantom.lateral_trunk import draw_lateral_hardware, draw_lateral_trunk
from tests.phantom.people import straight_person

ONE = np.ones(N_BODIES)


def wedged_person() -> Anatomy:
    """25 high behind, 19 in front, endplates 2 and 1 mm deep in the middle, a third of the wedging above."""
    return replace(
        straight_person(),
        anterior_mm=19 * ONE,
        dip_superior_mm=2 * ONE,
        dip_inferior_mm=1 * ONE,
        tilt_superior=ONE / 3,
    )


def test_landmarks_of_an_upright_box_in_the_order_of_the_house() -> None:
    landmarks = lateral_landmarks(lateral_bodies(straight_person()))
    assert landmarks.shape == (18, len(LATERAL_LANDMARKS), 2)
    box = np.array([[-15, -12.5], [0, -12.5], [15, -12.5], [15, 12.5], [0, 12.5], [-15, 12.5]])
    np.testing.assert_allclose(landmarks[8], box, atol=1e-9)  # T9, facing right, head up
    np.testing.assert_allclose(landmarks[10], np.add(box, [0, 70]), atol=1e-9)


def test_landmarks_of_a_wedge_by_hand() -> None:
    """6 mm missing in front, a third of it above: the upper corner 2 mm lower, the lower one 4 mm higher."""
    superior_posterior, superior_middle, superior_anterior, inferior_anterior, inferior_middle, inferior_posterior = (
        lateral_landmarks(lateral_bodies(wedged_person()))[8]
    )
    assert superior_posterior == pytest.approx([-15, -12.5])
    assert superior_anterior == pytest.approx([15, -10.5])
    assert inferior_anterior == pytest.approx([15, 8.5])
    assert inferior_posterior == pytest.approx([-15, 12.5])
    assert superior_middle == pytest.approx([0, -11.5 + 2])
    assert inferior_middle == pytest.approx([0, 10.5 - 1])


def test_heights_between_landmarks_are_those_of_the_person() -> None:
    for seed in range(10):
        person = draw_anatomy(np.random.default_rng(seed), fractured=0.5)
        points = lateral_landmarks(lateral_bodies(person))
        posterior = np.linalg.norm(points[:, 0] - points[:, 5], axis=1)
        middle = np.linalg.norm(points[:, 1] - points[:, 4], axis=1)
        anterior = np.linalg.norm(points[:, 2] - points[:, 3], axis=1)
        np.testing.assert_allclose(posterior, person.posterior_mm, rtol=1e-6)
        np.testing.assert_allclose(middle, person.middle_mm, rtol=1e-6)
        np.testing.assert_allclose(anterior, person.anterior_mm, rtol=1e-6)


def test_the_upper_endplate_is_the_shorter_one_at_unchanged_heights() -> None:
    """A taper of 0.1 of 30 mm: 1.5 mm shorter above than in the middle, 1.5 mm longer below."""
    body = lateral_bodies(replace(straight_person(), taper=0.1 * ONE))[8]
    length = np.linalg.norm(body.landmarks[[2, 3]] - body.landmarks[[0, 5]], axis=1)
    assert length == pytest.approx([28.5, 31.5])
    assert np.linalg.norm(body.landmarks[[0, 1, 2]] - body.landmarks[[5, 4, 3]], axis=1) == pytest.approx([25] * 3)


def test_tilt_turns_the_nose_down() -> None:
    """A quarter turn brings the front (15, -12.5) to (12.5, 15), below the back."""
    turned = lateral_bodies(replace(straight_person(), sagittal_tilt=np.full(N_BODIES, np.pi / 2)))[8]
    assert turned.landmarks[2] == pytest.approx([12.5, 15])
    assert turned.at(0, 0) == pytest.approx([0, -15])  # the middle of the back wall


def test_a_body_filled_alone_ends_at_its_landmarks() -> None:
    """Along lines through its landmarks, the drawn body's edges are where the truth says, to a tenth of a mm."""
    body = lateral_bodies(wedged_person())[8]
    canvas = Canvas(400, 400, 10.0, [-20.0, -20.0])
    canvas.fill(body.outline, 1.0)
    bone = canvas.values > 0.5

    def vertical(x_mm: float) -> list[float]:
        rows = np.flatnonzero(bone[:, round((x_mm + 20) * 10)])
        return [rows[0] / 10 - 20, rows[-1] / 10 - 20]

    assert vertical(0) == pytest.approx(body.landmarks[[1, 4], 1], abs=0.11)
    rows, columns = np.nonzero(bone)
    assert [rows.min() / 10 - 20, rows.max() / 10 - 20] == pytest.approx([-12.5, 12.5], abs=0.11)
    back, front = columns.min() / 10 - 20, columns.max() / 10 - 20
    assert -15 - 0.045 * 30 - 0.1 < back < -14.9  # between its rounded corners a wall may stand out a little
    assert 14.9 < front < 15 + 0.025 * 30 + 0.1
    corners, centre = body.landmarks[[0, 2, 3, 5]], body.centre
    for share, inside in ((0.96, True), (1.02, False)):
        columns, rows = np.round(canvas.to_pixels(centre + share * (corners - centre))).astype(int).T
        assert (bone[rows, columns] == inside).all()


def test_a_childs_corners_are_rounded_but_its_landmarks_are_not() -> None:
    person = straight_person()
    rounded = lateral_bodies(replace(person, corner_rounding=0.08))[8]
    sharp = lateral_bodies(person)[8]
    np.testing.assert_array_equal(rounded.landmarks, sharp.landmarks)
    front = cv2.pointPolygonTest(rounded.outline.astype(np.float32), rounded.landmarks[2].tolist(), True)
    assert front < -0.5
    assert cv2.contourArea(rounded.outline.astype(np.float32)) < cv2.contourArea(sharp.outline.astype(np.float32))


def test_bodies_are_the_same_whenever_they_are_asked_for() -> None:
    person = draw_anatomy(np.random.default_rng(1))
    for one, same in zip(lateral_bodies(person), lateral_bodies(person), strict=True):
        np.testing.assert_array_equal(one.outline, same.outline)


def drawn(person: Anatomy, seed: int, style: float, parts: str = "trunk bones hardware") -> Canvas:
    bodies, rng = lateral_bodies(person), np.random.default_rng(seed)
    canvas = Canvas(260, 160, 1.0, person.centre_mm[13, [0, 2]] - [80, 130])
    look = draw_bone_look(rng, person, style, np.zeros(canvas.values.shape, np.float32))
    if "trunk" in parts:
        draw_lateral_trunk(rng, person, bodies, canvas, style)
    if "bones" in parts:
        draw_lateral_bones(rng, person, bodies, canvas, look, style)
    if "hardware" in parts:
        draw_lateral_hardware(rng, person, bodies, canvas)
    return canvas


@pytest.mark.parametrize("style", [0.0, 1.0])
def test_a_drawing_depends_on_the_seed_only(style: float) -> None:
    person = draw_anatomy(np.random.default_rng(1))
    one, same, other = (drawn(person, seed, style).values for seed in (2, 2, 3))
    np.testing.assert_array_equal(one, same)
    assert np.isfinite(one).all()
    assert not np.array_equal(one, other)


def test_bone_is_where_the_outlines_say() -> None:
    """Bodies are brighter than the strip in front of them, where no bone is drawn."""
    person = replace(draw_anatomy(np.random.default_rng(5), 40.0, 0.0), density=1.0)
    contrast = []
    for seed in range(8):
        canvas = drawn(person, seed, 1.0, "bones")
        mask, front = np.zeros((2, *canvas.values.shape), np.uint8)
        for body in lateral_bodies(person)[11:16]:
            cv2.fillPoly(mask, [np.round(canvas.to_pixels(body.outline)).astype(np.int32)], 1)
            strip = body.outline + 1.2 * body.depth * body.forward
            cv2.fillPoly(front, [np.round(canvas.to_pixels(strip)).astype(np.int32)], 1)
        contrast.append(canvas.values[mask > 0].mean() - canvas.values[(front > 0) & (mask == 0)].mean())
    assert np.median(contrast) > 0.1


def test_endplates_are_drawn_on_their_lines() -> None:
    """Averaged over looks, brightness across an upper endplate is highest within 1 mm of it."""
    person = straight_person()
    profile = np.zeros(13)
    for seed in range(10):
        canvas = drawn(person, seed, 0.0, "bones")
        column, row = np.round(canvas.to_pixels(lateral_bodies(person)[13].landmarks[1])).astype(int)
        profile += canvas.values[row - 6 : row + 7, column - 5 : column + 6].mean(1)
    assert abs(int(profile.argmax()) - 6) <= 1


def test_hardware_is_rare_and_bright() -> None:
    person = straight_person()
    brightest = [drawn(person, seed, 0.0, "hardware").values.max() for seed in range(60)]
    assert 1 < sum(value > 0.5 for value in brightest) < 40
    assert min(brightest) == 0


def test_people_of_all_ages_can_be_drawn() -> None:
    for seed in range(12):
        person = draw_anatomy(np.random.default_rng(seed), 2.0 + 3 * seed, 0.5)
        assert np.isfinite(lateral_landmarks(lateral_bodies(person))).all()
        assert np.isfinite(drawn(person, seed, seed % 2).values).all()
