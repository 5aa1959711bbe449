"""Simulated scans at two energies: what is counted follows the settings, the truth follows the person."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from oiscan.densitometry.dual_energy.beam import Beams
from oiscan.densitometry.dual_energy.decomposition import nominal_decomposition
from oiscan.grading.morphometry import polygon_area
from oiscan.phantom.dual_energy import DualEnergyExam, DualEnergySettings, draw_dual_energy_exam, with_fat_share
from oiscan.phantom.repose import reposed
from oiscan.scan import FloatArray
from tests.phantom.people import straight_person

SETTINGS = DualEnergySettings(seed=11, age_years=5.0, pixel_mm=1.0)


def drawn(**changed: object) -> DualEnergyExam:
    return draw_dual_energy_exam(replace(SETTINGS, **changed))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def exam() -> DualEnergyExam:
    return drawn()


def test_the_same_settings_give_the_same_scan(exam: DualEnergyExam) -> None:
    again = drawn()
    assert np.array_equal(again.low, exam.low) and np.array_equal(again.high, exam.high)
    assert np.array_equal(again.bone.abmd_g_cm2, exam.bone.abmd_g_cm2)


@pytest.mark.parametrize(
    ("changed", "sign"),
    [({"scatter": 0.1}, -1), ({"beams": Beams(-2, -2)}, 1), ({"beams": Beams(2, 2)}, -1), ({"fat_share": 0.4}, -1)],
)
def test_scatter_fat_and_the_tube_change_what_is_counted_and_no_truth(
    exam: DualEnergyExam, changed: dict[str, object], sign: int
) -> None:
    other = drawn(**changed)
    assert np.sign((other.low - exam.low).mean()) == np.sign((other.high - exam.high).mean()) == sign
    assert np.array_equal(other.bone.bmc_g, exam.bone.bmc_g)


def test_a_second_visit_is_the_same_person_lying_otherwise(exam: DualEnergyExam) -> None:
    second = drawn(visit=1)
    assert np.array_equal(second.anatomy.width_mm, exam.anatomy.width_mm)
    turned = np.degrees(second.anatomy.coronal_tilt - exam.anatomy.coronal_tilt)
    assert np.ptp(turned) < 1e-9 and 0 < abs(turned[0]) <= 2
    assert second.bone.abmd_g_cm2 == pytest.approx(exam.bone.abmd_g_cm2, rel=0.15)
    assert not np.array_equal(second.bone.abmd_g_cm2, exam.bone.abmd_g_cm2)


def test_bone_lies_inside_the_true_outlines(exam: DualEnergyExam) -> None:
    seen = nominal_decomposition().mineral_g_cm2(exam.low, exam.high)
    inside = np.zeros(seen.shape, np.uint8)
    for outline in exam.outlines_px[12:16]:
        cv2.fillPoly(inside, [np.round(outline).astype(np.int32)], 1)
    near, far = (cv2.dilate(inside, np.ones((2 * reach + 1, 2 * reach + 1))) > 0 for reach in (8, 12))
    contrast = seen[inside > 0].mean() - seen[far & ~near].mean()
    assert contrast == pytest.approx(exam.bone.abmd_g_cm2[12:16].mean(), rel=0.4)


def test_true_area_is_that_of_the_outline_and_mineral_over_it_the_density(exam: DualEnergyExam) -> None:
    areas = [polygon_area(outline, np.ones(2)) / 100 for outline in exam.outlines_px]
    assert exam.bone.area_cm2 == pytest.approx(np.array(areas), rel=1e-6)
    assert exam.bone.abmd_g_cm2 * exam.bone.area_cm2 == pytest.approx(exam.bone.bmc_g)


@pytest.mark.parametrize("share", [0.05, 0.2, 0.4])
def test_fat_is_shared_out_without_changing_how_much_tissue_there_is(share: float) -> None:
    lean: FloatArray = np.array([[8.0, 10.0], [12.0, 0.0]])
    fat: FloatArray = np.array([[2.0, 1.0], [3.0, 0.0]])
    new_lean, new_fat = with_fat_share(lean, fat, share)
    assert new_lean + new_fat == pytest.approx(lean + fat)
    assert (new_fat / np.maximum(lean + fat, 1e-9)).mean() == pytest.approx(share)


def test_a_turned_person_turns_as_one() -> None:
    person = straight_person()
    turned = reposed(person, 0.02, -0.03, 0.01)
    old, new = (np.linalg.norm(np.diff(one.centre_mm, axis=0), axis=1) for one in (person, turned))
    assert new == pytest.approx(old)
    assert turned.centre_mm[11:17].mean(0) == pytest.approx(person.centre_mm[11:17].mean(0))
    # down the spine the axis of a straight person is (0, 0, 1); leaning leads it to (-sin(sagittal), -sin(coronal), 1)
    axis = np.diff(turned.centre_mm, axis=0)[0] / old[0]
    assert axis == pytest.approx([0.03, -0.02, 1], abs=2e-3)
    assert turned.sagittal_tilt[0] == pytest.approx(-0.03) and turned.coronal_tilt[0] == pytest.approx(0.02)
    assert turned.rotation[0] == pytest.approx(0.01)


def test_not_turned_is_not_moved() -> None:
    person = straight_person()
    assert reposed(person, 0, 0, 0).centre_mm == pytest.approx(person.centre_mm)
