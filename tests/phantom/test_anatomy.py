"""People: sizes, stacking and fractures, and the one definition of height loss."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from oiscan.phantom.anatomy import BICONCAVE, CRUSH, FRACTURE, SACRUM, WEDGE, draw_anatomy, growth_factor
from oiscan.scan import FloatArray
from tests.phantom.people import straight_person


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_height_loss_is_the_worst_of_three() -> None:
    one = np.ones(18)
    person = replace(
        straight_person(),
        reference_mm=25 * one,
        posterior_mm=20 * one,  # 1 - 20/25 = 0.2
        anterior_mm=15 * one,  # 1 - 15/20 = 0.25
        dip_superior_mm=2 * one,
        dip_inferior_mm=1 * one,  # middle 17.5 - 3 = 14.5, 1 - 14.5/20 = 0.275
    )
    assert person.middle_mm[0] == pytest.approx(14.5)
    assert person.height_loss == pytest.approx(0.275 * one)
    flat = replace(person, dip_superior_mm=0 * one, dip_inferior_mm=0 * one)
    assert flat.height_loss == pytest.approx(0.25 * one)
    assert replace(flat, anterior_mm=20 * one).height_loss == pytest.approx(0.2 * one)


def test_growth_goes_from_half_at_two_to_whole_at_seventeen() -> None:
    sizes = [growth_factor(age) for age in (2, 5, 8, 12, 17, 60)]
    assert sizes == sorted(sizes)
    assert (sizes[0], sizes[-2], sizes[-1]) == (0.5, 1, 1)


def test_a_person_depends_on_the_seed_only() -> None:
    one, same, other = draw_anatomy(rng(3)), draw_anatomy(rng(3)), draw_anatomy(rng(4))
    for field in fields(one):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(same, field.name))
    assert not np.array_equal(one.depth_mm, other.depth_mm)


def test_age_and_fractures_are_drawn_or_as_asked() -> None:
    drawn = [draw_anatomy(rng(seed)) for seed in range(60)]
    children = sum(person.child for person in drawn)
    assert 10 < children < 50
    assert 15 < sum(person.deformity.any() for person in drawn) < 45
    asked = draw_anatomy(rng(0), age_years=6.0, fractured=1.0)
    assert asked.child
    assert (asked.deformity[:SACRUM] > 0).all()
    assert asked.deformity[SACRUM] == 0


def test_without_fractures_nothing_is_lost_but_normal_variation() -> None:
    for seed in range(20):
        person = draw_anatomy(rng(seed), fractured=0.0)
        assert not person.deformity.any()
        np.testing.assert_array_equal(person.posterior_mm, person.reference_mm)
        assert person.height_loss.max() < FRACTURE


def test_bodies_are_stacked_without_overlap_with_t9_at_the_origin() -> None:
    for seed in range(20):
        person = draw_anatomy(rng(seed))
        np.testing.assert_allclose(person.centre_mm[8], 0, atol=1e-9)
        assert (np.diff(person.centre_mm[:, 2]) > 0).all()
        gap = np.linalg.norm(np.diff(person.centre_mm, axis=0), axis=1)
        height = 0.5 * (person.anterior_mm + person.posterior_mm)
        assert (gap > 0.5 * (height[:-1] + height[1:])).all()


def fractured_bodies() -> tuple[FloatArray, FloatArray, FloatArray]:
    """Height loss, kind and ha/hp of many fractured bodies."""
    people = [draw_anatomy(rng(seed), 30.0, 1.0) for seed in range(150)]
    body = slice(0, SACRUM)
    return (
        np.concatenate([person.height_loss[body] for person in people]),
        np.concatenate([person.deformity[body] for person in people]),
        np.concatenate([(person.anterior_mm / person.posterior_mm)[body] for person in people]),
    )


def test_severity_is_continuous_through_the_edges_of_the_grades() -> None:
    """No gap a grader could hide in: within 0.17 to 0.6 some fracture lies every hundredth."""
    loss, _, _ = fractured_bodies()
    counts, _ = np.histogram(loss, np.arange(0.17, 0.601, 0.01))
    assert counts.min() >= 5
    for edge in (0.20, 0.25, 0.40):
        below, above = ((loss > low) & (loss < low + 0.03) for low in (edge - 0.03, edge))
        assert 0.4 < below.sum() / above.sum() < 2.5


def test_many_fractures_are_mild_and_many_healthy_bodies_nearly_fractured() -> None:
    """The recipe the model is trained and tested on: what is hard for a grader must not be rare."""
    people = [draw_anatomy(rng(seed)) for seed in range(400)]
    loss = np.concatenate([person.height_loss[:SACRUM] for person in people])
    fractured = loss >= FRACTURE
    assert np.mean(loss[fractured] < 0.25) >= 0.4
    assert np.mean(loss[~fractured] >= 0.1) >= 0.2
    children = [draw_anatomy(rng(seed), 8.0, 0.0) for seed in range(200)]
    ratio = np.concatenate([(person.anterior_mm / person.posterior_mm)[9:15] for person in children])
    assert np.percentile(ratio, 5) == pytest.approx(0.893, abs=0.02)  # T10 to L3 (Gaca 2010)


def test_a_scoliotic_body_is_wedged_towards_the_inside_of_its_curve() -> None:
    people = [draw_anatomy(rng(seed)) for seed in range(100)]
    bend = np.concatenate([np.gradient(person.coronal_tilt)[1:-1] for person in people])
    wedge = np.concatenate([person.coronal_wedge[1:-1] for person in people])
    assert np.corrcoef(bend, wedge)[0, 1] > 0.4


def test_each_deformity_loses_height_where_its_name_says() -> None:
    loss, kind, front = fractured_bodies()
    assert {WEDGE, BICONCAVE, CRUSH} == set(kind)
    wedge, biconcave = kind == WEDGE, kind == BICONCAVE
    assert np.median(1 - front[wedge]) == pytest.approx(np.median(loss[wedge]), abs=0.01)
    assert (front[biconcave] > 0.9).all()
    assert np.median(front[kind == CRUSH]) > 0.8
