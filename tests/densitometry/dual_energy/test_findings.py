"""What a scan's findings say of bone: numbers where two calibrated energies are, else the reason."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from oiscan.anatomy import LUMBAR, Level, View
from oiscan.densitometry.dual_energy import findings as image
from oiscan.densitometry.dual_energy.findings import with_bone
from oiscan.report import Finding, Report, Status, Verdict
from oiscan.scan import Scan
from oiscan.spine import Numbering, Spine, Vertebra
from tests.densitometry.slabs import SHAPE, SPACING_MM, counted, outlines, plates

KILOVOLTS = (100.0, 140.0)


def scan(**changed: object) -> Scan:
    low, high = counted(plates(0.6))
    one = Scan.from_energies(low, high, kilovolts=KILOVOLTS, spacing_mm=SPACING_MM)
    return replace(one, **changed)  # type: ignore[arg-type]


def spine(of: Scan) -> Spine:
    vertebrae = tuple(
        Vertebra(level, of.stored.to_stored(points), np.zeros((4, 2, 2)), of.stored.to_stored(points), 1.0)
        for level, points in outlines().items()
    )
    return Spine(View.AP, vertebrae)


def report(of: Scan, unreadable: Level | None = None) -> Report:
    findings = tuple(
        Finding(level, Verdict.UNREADABLE if level is unreadable else Verdict.SCORED, area_cm2=99.0) for level in LUMBAR
    )
    return Report(of.scan_id, of.sha256, Status.SCORED, view=of.view, findings=findings)


def test_two_energies_fill_findings_and_l1_l4() -> None:
    found = with_bone(report(scan()), scan(), spine(scan()))
    assert found.abmd_method.startswith("research") and not found.abmd_reason
    for finding in found.findings:
        assert finding.area_cm2 == pytest.approx(4.8, rel=0.01)
        assert finding.abmd_g_cm2 == pytest.approx(0.6, rel=0.08)
        assert finding.bmc_g == pytest.approx(finding.area_cm2 * finding.abmd_g_cm2)
    area, bmc = found.measured_l1_l4_area_cm2, found.measured_l1_l4_bmc_g
    assert area is not None and bmc is not None
    assert area == pytest.approx(sum(finding.area_cm2 or 0 for finding in found.findings))
    assert bmc == pytest.approx(sum(finding.bmc_g or 0 for finding in found.findings))
    assert found.measured_l1_l4_abmd_g_cm2 == pytest.approx(bmc / area)
    assert found.measured_l1_l4_bmad_g_cm3 == pytest.approx(bmc / area**1.5)


def test_the_same_vertebrae_are_measured_on_a_picture_stored_upside_down() -> None:
    here = scan()
    turned = scan(stored=replace(here.stored, upside_down=True))
    found = [with_bone(report(one), one, spine(one)).measured_l1_l4_abmd_g_cm2 for one in (here, turned)]
    assert found[0] == found[1]


def test_a_vertebra_nobody_can_read_is_not_measured_and_takes_l1_l4_along() -> None:
    found = with_bone(report(scan(), Level.L3), scan(), spine(scan()))
    by_level = {finding.level: finding for finding in found.findings}
    assert (by_level[Level.L3].abmd_g_cm2, by_level[Level.L3].area_cm2) == (None, 99.0)
    assert by_level[Level.L2].abmd_g_cm2 == pytest.approx(0.6, rel=0.08)
    assert found.measured_l1_l4_abmd_g_cm2 is None
    assert found.abmd_reason == "no L1-L4: L3 could not be measured"


@pytest.mark.parametrize(("probability", "summed"), [(0.79, False), (0.8, True)])
def test_l1_l4_is_summed_over_sure_names_only(probability: float, summed: bool) -> None:
    named = replace(spine(scan()), numbering=Numbering("appearance", probability))
    found = with_bone(report(scan()), scan(), named)
    assert (found.measured_l1_l4_abmd_g_cm2 is not None) == summed == (not found.abmd_reason)
    assert summed or "79% likely" in found.abmd_reason
    assert all(finding.abmd_g_cm2 for finding in found.findings)  # each vertebra is measured all the same


def test_a_display_picture_is_refused() -> None:
    found = with_bone(report(scan()), scan(energies=None), spine(scan()))
    assert found.abmd_reason.startswith("a display picture holds no g/cm2: ")
    assert found.findings == report(scan()).findings and not found.abmd_method


@pytest.mark.parametrize("energies", [True, False])
def test_a_lateral_scan_is_never_called_calibrated(energies: bool) -> None:
    lateral = scan(view=View.LATERAL) if energies else scan(view=View.LATERAL, energies=None)
    found = with_bone(report(lateral), lateral, spine(lateral))
    assert found.abmd_reason == image.LATERAL and not found.abmd_method
    assert all(finding.abmd_g_cm2 is None for finding in found.findings)


def test_without_a_pixel_size_or_with_other_beams_there_is_no_number() -> None:
    energies = scan().energies
    assert energies is not None
    other = scan(energies=replace(energies, kilovolts=(76.0, 100.0)))
    assert with_bone(report(other), other, spine(other)).abmd_reason == image.OTHER_BEAMS
    sizeless = scan(spacing=None)
    assert with_bone(report(sizeless), sizeless, spine(sizeless)).abmd_reason == image.NO_SPACING


def test_where_nothing_can_be_read_or_no_soft_tissue_shows_the_reason_is_told() -> None:
    nobody = Report("id", "sha", Status.UNREADABLE)
    assert with_bone(nobody, scan(), Spine(View.AP, ())).abmd_reason == image.NO_VERTEBRA
    everywhere = np.array([[-9.0, -9], [-9, SHAPE[1] + 9], [SHAPE[0] + 9, SHAPE[1] + 9], [SHAPE[0] + 9, -9]])
    whole = Spine(View.AP, (Vertebra(Level.L1, everywhere, np.zeros((4, 2, 2)), everywhere, 1.0),))
    assert "no soft tissue" in with_bone(report(scan()), scan(), whole).abmd_reason


def test_a_report_with_bone_survives_being_written_and_read() -> None:
    found = with_bone(report(scan()), scan(), spine(scan()))
    assert Report.from_dict(found.to_dict()) == found
