"""Bone density: what the scanner printed, what a calibrated picture shows, and how far from healthy children it is.

Pure functions: numbers and arrays in, values out. Vertebrae are numbers of grams and square centimetres here; fracture
grades come from :mod:`oiscan.grading`, printed values from :mod:`oiscan.loaders`.
"""

from __future__ import annotations

from oiscan.densitometry.bmad import Bmad, bmad_carter
from oiscan.densitometry.curves.adjust import HeightAdjustment, height_adjusted, read_height_adjustments
from oiscan.densitometry.curves.age import Age
from oiscan.densitometry.curves.height import height_for_age, height_reference
from oiscan.densitometry.curves.lms import Lms, LmsCurve
from oiscan.densitometry.curves.reference import Measured, Reference, ReferenceCurve, best_z_score, z_score
from oiscan.densitometry.curves.reference_file import check_reference, read_reference
from oiscan.densitometry.curves.zscore import ZScore
from oiscan.densitometry.dual_energy.bone_edge import BoneEdge
from oiscan.densitometry.dual_energy.decomposition import Decomposition, nominal_decomposition
from oiscan.densitometry.dual_energy.measuring import measure, measure_map
from oiscan.densitometry.printed.exclusion import Exclusion, fractured
from oiscan.densitometry.printed.exclusion_file import read_exclusions
from oiscan.densitometry.printed.neighbours import neighbour_remarks
from oiscan.densitometry.printed.totals import Total, body_less_head, disagreements, spine_total
from oiscan.densitometry.quantities import QUANTITIES
from oiscan.densitometry.regions import BoneRegion, levels_of, region_of
from oiscan.densitometry.repeat.change import (
    FEWER_VERTEBRAE,
    Change,
    FewerVertebrae,
    Measurement,
    change_between,
    lsc_for_fewer,
)
from oiscan.densitometry.repeat.duplicates import Duplicates, read_duplicates
from oiscan.densitometry.repeat.machine import Machine, check_same_region, common_levels, machine_differences
from oiscan.densitometry.repeat.maker import maker_name
from oiscan.densitometry.repeat.precision import Precision, precision_of

__all__ = [
    "FEWER_VERTEBRAE",
    "QUANTITIES",
    "Age",
    "Bmad",
    "BoneEdge",
    "BoneRegion",
    "Change",
    "Decomposition",
    "Duplicates",
    "Exclusion",
    "FewerVertebrae",
    "HeightAdjustment",
    "Lms",
    "LmsCurve",
    "Machine",
    "Measured",
    "Measurement",
    "Precision",
    "Reference",
    "ReferenceCurve",
    "Total",
    "ZScore",
    "best_z_score",
    "bmad_carter",
    "body_less_head",
    "change_between",
    "check_reference",
    "check_same_region",
    "common_levels",
    "disagreements",
    "fractured",
    "height_adjusted",
    "height_for_age",
    "height_reference",
    "levels_of",
    "lsc_for_fewer",
    "machine_differences",
    "maker_name",
    "measure",
    "measure_map",
    "neighbour_remarks",
    "nominal_decomposition",
    "precision_of",
    "read_duplicates",
    "read_exclusions",
    "read_height_adjustments",
    "read_reference",
    "region_of",
    "spine_total",
    "z_score",
]
