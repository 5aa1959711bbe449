"""Bone density of a scan's findings, measured on the scan itself, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from oiscan.anatomy import LUMBAR, View
from oiscan.densitometry.bmad import bmad_carter
from oiscan.densitometry.dual_energy.beam import HIGH_KILOVOLTS, LOW_KILOVOLTS
from oiscan.densitometry.dual_energy.measuring import measure
from oiscan.densitometry.regions import BoneRegion, region_of
from oiscan.errors import UnsupportedScanError
from oiscan.report import Finding, Report, Verdict
from oiscan.scan import DualEnergy, Scan
from oiscan.spine import SURE_NAMES, Numbering, Spine

TWO_ENERGIES = "research: two energies, calibrated on a simulated wedge"
DISPLAY_PICTURE = (
    "a display picture holds no g/cm2: its grey values were made to be looked at, and nothing says what they weigh; "
    "use what the scanner printed"
)
LATERAL = "aBMD of a lateral scan is not calibrated: too much soft tissue and too little beside the spine"
NO_SPACING = "the pixel size is unknown: no area, no g/cm2"
NO_VERTEBRA = "no vertebra could be measured"
UNSURE_NAMES = "the names of the levels are not sure; say what the lowest whole vertebra is (--lowest-level)"
OTHER_BEAMS = (
    f"oiscan is calibrated for {LOW_KILOVOLTS:.0f} and {HIGH_KILOVOLTS:.0f} kV only, as simulated: no g/cm2 of another "
    "pair of beams"
)


def with_bone(report: Report, scan: Scan, spine: Spine) -> Report:
    """The report with area, mineral and areal density of its scored vertebrae, or with the reason for none.

    L1-L4 needs all four, and names that are sure: a sum one level off looks like any other.

    Parameters
    ----------
    report
        With findings, which name the vertebrae of `spine`.
    scan
        Whose pixels are read; outlines are those of the stored image.
    """
    reason = _refusal(scan)
    if reason or scan.energies is None or scan.spacing is None:
        return replace(report, abmd_reason=reason)
    try:
        regions = _measured(report, scan, spine, scan.energies, (scan.spacing.row_mm, scan.spacing.column_mm))
    except UnsupportedScanError as error:
        return replace(report, abmd_reason=error.reason)
    if not regions:
        return replace(report, abmd_reason=NO_VERTEBRA)
    findings = tuple(_filled(finding, regions.get(finding.level.value)) for finding in report.findings)
    report = replace(report, findings=findings, abmd_method=TWO_ENERGIES)
    without = _no_lumbar(spine.numbering, regions)
    return replace(report, abmd_reason=without) if without else _with_lumbar(report, regions[region_of(LUMBAR)])


def _no_lumbar(numbering: Numbering | None, regions: Mapping[str, BoneRegion]) -> str:
    """Why there is no L1-L4 although vertebrae were measured; empty where there is one."""
    missing = [level.value for level in LUMBAR if level.value not in regions]
    if missing:
        return f"no L1-L4: {', '.join(missing)} could not be measured"
    if numbering is not None and numbering.probability < SURE_NAMES:
        return f"no L1-L4: {UNSURE_NAMES} ({numbering.probability:.0%} likely)"
    return ""


def _refusal(scan: Scan) -> str:
    """Why nothing can be measured on a scan; empty where it can."""
    if scan.view is View.LATERAL:
        return LATERAL
    if scan.energies is None:
        return DISPLAY_PICTURE
    if scan.energies.kilovolts != (LOW_KILOVOLTS, HIGH_KILOVOLTS):
        return OTHER_BEAMS
    return NO_SPACING if scan.spacing is None else ""


def _measured(
    report: Report, scan: Scan, spine: Spine, energies: DualEnergy, spacing_mm: tuple[float, float]
) -> dict[str, BoneRegion]:
    """Regions by name. All vertebrae tell where bone lies, those that can be read are measured."""
    outlines = {
        vertebra.level: scan.stored.from_stored(vertebra.outline_px)
        for vertebra in spine.vertebrae
        if len(vertebra.outline_px) >= 3
    }
    readable = {finding.level for finding in report.findings if finding.status is Verdict.SCORED}
    wanted = [level for level in outlines if level in readable]
    found = measure(energies.low, energies.high, spacing_mm, outlines, wanted) if wanted else ()
    return {region.region: region for region in found if not region.invalid}


def _filled(finding: Finding, region: BoneRegion | None) -> Finding:
    if region is None:
        return finding
    return replace(finding, area_cm2=region.area_cm2, bmc_g=region.bmc_g, abmd_g_cm2=region.abmd_g_cm2)


def _with_lumbar(report: Report, lumbar: BoneRegion) -> Report:
    bmad = bmad_carter(lumbar)
    return replace(
        report,
        measured_l1_l4_area_cm2=lumbar.area_cm2,
        measured_l1_l4_bmc_g=lumbar.bmc_g,
        measured_l1_l4_abmd_g_cm2=lumbar.abmd_g_cm2,
        measured_l1_l4_bmad_g_cm3=None if bmad is None else bmad.value_g_cm3,
    )
