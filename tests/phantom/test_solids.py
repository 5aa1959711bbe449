"""The solids against the truth of both views: one person, whichever way one looks."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from oiscan.anatomy import View
from oiscan.phantom.anatomy import N_BODIES, SACRUM, Anatomy, draw_anatomy
from oiscan.phantom.ap import ap_corners, ap_outline
from oiscan.phantom.ap_shape import vertebrae
from oiscan.phantom.lateral import lateral_bodies
from oiscan.phantom.project import thickness
from oiscan.phantom.solids import body_solid, bones, pose
from oiscan.scan import FloatArray
from tests.phantom.people import straight_person

SCALE = 8.0  # pixels per mm
EDGE_MM = 4.0  # as thick as this is bone that shows


def bent_person(seed: int = 3) -> Anatomy:
    """A child with fractures and a curved spine, but not turned about the long axis."""
    drawn = draw_anatomy(np.random.default_rng(seed), 8.0, 0.5)
    return replace(drawn, rotation=np.zeros(N_BODIES), coronal_tilt=np.zeros(N_BODIES))


def seen_alone(anatomy: Anatomy, view: View, k: int) -> tuple[FloatArray, FloatArray]:
    """Thickness of one body, and the point at the centre of the first pixel."""
    vertebra, side = vertebrae(anatomy)[k], lateral_bodies(anatomy)[k]
    mesh = body_solid(vertebra, side).moved(*pose(vertebra, side, view, turned=view is View.AP))
    low = mesh.vertices[:, :2].min(0) - 2
    columns, rows = np.ceil((mesh.vertices[:, :2].max(0) + 2 - low) * SCALE).astype(int)
    return thickness(mesh, (rows, columns), SCALE, low), low


def crossing(picture: FloatArray, low: FloatArray, inside: FloatArray, outside: FloatArray, level: float) -> FloatArray:
    """Where the thickness falls below a level on the way out."""
    t = np.linspace(0, 1, 2000)[:, None]
    line = (inside + (outside - inside) * t - low) * SCALE
    last = np.flatnonzero(map_coordinates(picture, line.T[::-1], order=1) > level)[-1]
    return np.asarray(inside + (outside - inside) * t[last])


@pytest.mark.parametrize("k", [4, 8, 11, 13, 16])
def test_from_the_side_a_body_fills_its_outline(k: int) -> None:
    anatomy = bent_person()
    body = lateral_bodies(anatomy)[k]
    picture, low = seen_alone(anatomy, View.LATERAL, k)
    for wall in (body.anterior[6], body.posterior[6]):
        found = crossing(picture, low, body.centre, body.centre + 1.3 * (wall - body.centre), EDGE_MM)
        assert np.linalg.norm(found - wall) < 0.3
    for edge in (body.superior, body.inferior):
        for point in edge[[3, 6, 9]]:
            inside = body.centre + body.forward * ((point - body.centre) @ body.forward)
            middle = picture[tuple(np.round((inside - low) * SCALE).astype(int)[::-1])]
            found = crossing(picture, low, inside, inside + 1.5 * (point - inside), 0.5 * middle)
            assert np.linalg.norm(found - point) < 0.3


@pytest.mark.parametrize("k", [8, 12, 15])
def test_from_the_front_a_body_fills_its_outline(k: int) -> None:
    anatomy = bent_person()
    vertebra = vertebrae(anatomy)[k]
    picture, low = seen_alone(anatomy, View.AP, k)
    for side in (-1, 1):
        wall = vertebra.wall(side)[4]
        found = crossing(picture, low, vertebra.centre, vertebra.centre + 1.3 * (wall - vertebra.centre), EDGE_MM)
        assert np.linalg.norm(found - wall) < 0.3


def test_the_corners_of_an_upright_body_lie_on_its_edge_from_the_front() -> None:
    anatomy = straight_person()
    picture, low = seen_alone(anatomy, View.AP, 13)
    centre = anatomy.centre_mm[13, 1:]
    for corner in ap_corners(anatomy)[13]:
        found = crossing(picture, low, centre, centre + 1.3 * (corner - centre), EDGE_MM)
        assert np.linalg.norm(found - corner) < 0.3


def test_bodies_and_arches_fill_what_densitometry_counts() -> None:
    anatomy = straight_person()
    own = bones(anatomy, View.AP)
    outline = ap_outline(anatomy)[14]
    low = outline.min(0)
    columns, rows = np.ceil(np.ptp(outline, axis=0) * 4).astype(int)
    seen = thickness(own.bodies, (rows, columns), 4.0, low) + thickness(own.arches, (rows, columns), 4.0, low)
    mask = np.zeros(seen.shape, np.uint8)
    cv2.fillPoly(mask, [np.round((outline - low) * 4).astype(np.int32)], 1)
    assert (seen[mask > 0] > 0).mean() > 0.95


def test_a_body_keeps_its_volume_whichever_way_it_is_seen() -> None:
    anatomy = draw_anatomy(np.random.default_rng(5), 30.0, 0.3)
    vertebra, side = vertebrae(anatomy)[12], lateral_bodies(anatomy)[12]
    solid = body_solid(vertebra, side)
    for view in View:
        assert abs(solid.moved(*pose(vertebra, side, view)).volume_mm3) == pytest.approx(solid.volume_mm3, rel=0.02)


def test_the_upright_body_has_the_volume_of_its_measures() -> None:
    anatomy = straight_person()  # 40 x 30 x 25 mm; a superellipse of exponent 2.5 fills 0.87 of its box, less a waist
    solid = body_solid(vertebrae(anatomy)[13], lateral_bodies(anatomy)[13])
    assert 0.7 < solid.volume_mm3 / (40 * 30 * 25) < 0.9


def test_the_arch_lies_behind_the_body_and_ribs_before_it() -> None:
    anatomy = straight_person()
    own = bones(anatomy, View.LATERAL)
    assert own.arches.vertices[:, 0].max() < -8
    assert own.ribs.vertices[:, 0].max() > 60
    assert own.pelvis.vertices[:, 1].max() > anatomy.centre_mm[SACRUM, 2] + 70


def test_a_turned_vertebra_turns_its_arch_from_the_side_too() -> None:
    upright = straight_person()
    turned = replace(upright, rotation=np.full(N_BODIES, 0.4))
    one, other = (bones(a, View.LATERAL) for a in (upright, turned))
    assert np.allclose(one.bodies.vertices, other.bodies.vertices)
    assert not np.allclose(one.arches.vertices, other.arches.vertices)
