"""The table of bone density: a row a total, with its Z-score, or the reason why there is none.

The same values give the same bytes: fixed columns, fixed decimals, no times. The numbers are the scanner's; oiscan adds
them up, leaves out what does not count, and compares them with a reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from oiscan.densitometry.bmad import bmad_carter
from oiscan.densitometry.curves.adjust import HeightAdjustment, height_adjusted
from oiscan.densitometry.curves.height import height_for_age
from oiscan.densitometry.curves.reference import Measured, Reference, best_z_score
from oiscan.densitometry.curves.zscore import ZScore
from oiscan.densitometry.printed.exclusion_file import ExclusionLine
from oiscan.loaders.printed import ORIGIN
from oiscan.reports.bone_rows import BoneRow
from oiscan.reports.printed_people import KnownScan
from oiscan.reports.table import csv_text, typed_frame

DENSITOMETRY_DECIMALS: dict[str, int | None] = {
    "subject": None,
    "day": 0,
    "scan_id": None,
    "site": None,
    "region": None,
    "vertebrae": None,
    "levels_used": None,
    "excluded": None,
    "basis": None,
    "bmc_g": 3,
    "area_cm2": 3,
    "abmd_g_cm2": 4,
    "bmad_g_cm3": 4,
    "bmad_variant": None,
    "reason": None,
    "z_score": 2,
    "z_low": 2,
    "z_high": 2,
    "z_source": None,
    "z_reason": None,
    "height_z_score": 2,
    "height_z_source": None,
    "height_z_flags": None,
    "height_adjusted_z_score": 2,
    "height_adjusted_z_flags": None,
    "flags": None,
    "source": None,
    "origin": None,
}
"""Columns of `densitometry.csv`, in order, and their decimals: None for text, 0 for whole numbers."""

LUMBAR_COLUMNS = ("l1_l4_bmc_g", "l1_l4_area_cm2", "l1_l4_abmd_g_cm2", "l1_l4_z_score", "l1_l4_flags", "l1_l4_origin")
"""Of `scans.csv`: all of L1-L4. Vertebrae that should not count are counted, and named in the flags."""


@dataclass(frozen=True)
class BoneOptions:
    """What a user may choose for bone density.

    Parameters
    ----------
    reference
        The user's curves; None: the scanner's own Z-scores.
    population
        Which of the reference's populations to compare with; "" where it has one only.
    exclusions
        The user's own lines (see `oiscan.densitometry.printed.exclusion_file`).
    strict_all_four
        Whether a total needs every vertebra of its region.
    height_adjustments
        The user's coefficients (see `oiscan.densitometry.curves.adjust`); empty: no Z-score is adjusted for height.
    """

    reference: Reference | None = None
    population: str = ""
    exclusions: tuple[ExclusionLine, ...] = ()
    strict_all_four: bool = False
    height_adjustments: tuple[HeightAdjustment, ...] = ()


def densitometry_csv(rows: Iterable[BoneRow], options: BoneOptions) -> str:
    """Text of `densitometry.csv`."""
    cells = [_cells(row, options) for row in rows]
    return csv_text(typed_frame(cells, DENSITOMETRY_DECIMALS), DENSITOMETRY_DECIMALS)


def lumbar_by_scan(
    rows: Iterable[BoneRow], options: BoneOptions, known: Iterable[KnownScan]
) -> dict[str, dict[str, object]]:
    """L1-L4 in the columns `LUMBAR_COLUMNS` of `scans.csv`, by scan_id.

    They stand with the file they were printed in; AP scans have those printed elsewhere for the same day.
    """
    lumbar = [row for row in rows if row.is_lumbar and row.total.bone is not None]
    of_file = {row.of.scan_id: row for row in reversed(lumbar)}
    of_day: dict[tuple[str, int | None], BoneRow]
    of_day = {(row.of.subject, row.of.day): row for row in reversed(lumbar) if row.of.day is not None}
    bone = [scan for scan in known if scan.is_bone]
    found = {scan.scan_id: of_file.get(scan.scan_id) or of_day.get((scan.subject, scan.day)) for scan in bone}
    return {scan_id: _lumbar_cells(row, options) for scan_id, row in found.items() if row is not None}


def _lumbar_cells(row: BoneRow, options: BoneOptions) -> dict[str, object]:
    bone, z = row.total.bone, _z(row, options)
    measures = [getattr(bone, name) for name in ("bmc_g", "area_cm2", "abmd_g_cm2")]
    return dict(zip(LUMBAR_COLUMNS, [*measures, z.z, "; ".join((*row.total.flags, *z.flags)), ORIGIN], strict=True))


def _cells(row: BoneRow, options: BoneOptions) -> dict[str, object]:
    of, total, z = row.of, row.total, _z(row, options)
    low, high = z.z_range if z.z_range and z.z_ends else (None, None)
    return {
        "subject": of.subject,
        "day": of.day,
        "scan_id": of.scan_id,
        "site": of.site,
        "region": total.region,
        "vertebrae": row.vertebrae,
        "levels_used": " ".join(total.levels),
        "excluded": "; ".join(map(str, total.excluded)),
        "basis": row.basis,
        **_measures(row),
        "reason": total.reason,
        "z_score": z.z,
        "z_low": low,
        "z_high": high,
        "z_source": ": ".join(filter(None, (z.origin, z.table_id, z.population))),
        "z_reason": z.reason,
        **_height(row, z, options),
        "flags": "; ".join((*total.flags, *z.flags)),
        "source": of.source,
        "origin": ORIGIN,
    }


def _measures(row: BoneRow) -> Mapping[str, object]:
    bone = row.total.bone
    if bone is None:
        return {}
    measures = {"bmc_g": bone.bmc_g, "area_cm2": bone.area_cm2, "abmd_g_cm2": bone.abmd_g_cm2}
    bmad = bmad_carter(bone) if row.vertebrae else None  # there is none of the whole body
    return measures if bmad is None else {**measures, "bmad_g_cm3": bmad.value_g_cm3, "bmad_variant": bmad.variant}


def _height(row: BoneRow, z: ZScore, options: BoneOptions) -> Mapping[str, object]:
    """Height-for-age Z, where the file tells the height, and the Z-score adjusted for it where the user says how."""
    if row.of.person.height_cm is None:
        return {}
    found = height_for_age(row.of.person.height_cm, row.of.person)
    told = {"height_z_score": found.z, "height_z_source": found.table_id, "height_z_flags": _flags(found)}
    measured = _measured(row)
    if measured is None or not options.height_adjustments:
        return told
    adjusted = height_adjusted(z, found, measured, row.of.person, options.height_adjustments)
    return {**told, "height_adjusted_z_score": adjusted.z, "height_adjusted_z_flags": _flags(adjusted)}


def _flags(score: ZScore) -> str:
    return score.reason or "; ".join(score.flags)


def _measured(row: BoneRow) -> Measured | None:
    bone = row.total.bone
    return None if bone is None or bone.abmd_g_cm2 is None else Measured(bone.region, "aBMD", bone.abmd_g_cm2)


def _z(row: BoneRow, options: BoneOptions) -> ZScore:
    reference, population = options.reference, options.population
    return best_z_score(_measured(row), row.of.person, row.of.acquisition, reference, population, row.printed_z)
