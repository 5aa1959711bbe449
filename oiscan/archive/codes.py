"""The codes oiscan's DICOM objects speak in: those of the standard where there are any, `SCHEME` where not.

Standard codes are taken from the dictionary that comes with pydicom (SNOMED CT, DCM, NCIt, UCUM). It has none for
bone mineral, for Genant's grades, for ratios of a vertebra's heights or for crushed and biconcave bodies; those are in
a private scheme, which DICOM wants to begin with 99 (PS3.16, section 8). The guide lists them all.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from oiscan.anatomy import Level
from oiscan.report import Verdict

SCHEME = "99OISCAN"
SCHEME_NAME = "oiscan private codes"


def private(value: str, meaning: str) -> Code:
    """A code of `SCHEME`; its value has at most 16 characters."""
    return Code(value, SCHEME, meaning)


ANATOMICAL_STRUCTURE: Code = codes.SCT.AnatomicalStructure
VERTEBRA: Code = codes.SCT.Vertebra
SPINE: Code = codes.SCT.Spine
PROCEDURE: Code = codes.cid100.XRUnspecifiedBodyRegion
TITLE: Code = codes.DCM.ImagingMeasurementReport
ALGORITHM_FAMILY: Code = codes.DCM.ArtificialIntelligence
COMMENT: Code = codes.DCM.Comment
NO_UNITS: Code = codes.UCUM.NoUnits

STATUS = private("STATUS", "How the vertebra ended")
STATUSES = {
    Verdict.SCORED: private("SCORED", "Scored"),
    Verdict.UNREADABLE: private("UNREADABLE", "Unreadable"),
}
GRADE = private("GENANT", "Genant grade")
GRADES = (
    private("GENANT_0", "Genant grade 0 (none)"),
    private("GENANT_1", "Genant grade 1 (mild)"),
    private("GENANT_2", "Genant grade 2 (moderate)"),
    private("GENANT_3", "Genant grade 3 (severe)"),
)
DEFORMITY = private("DEFORMITY", "Kind of deformity")
DEFORMITIES: dict[str, Code] = {
    "wedge": codes.SCT.WedgeShaped,
    "biconcave": private("BICONCAVE", "Biconcave"),
    "crush": private("CRUSH", "Crush"),
}
BORDERLINE = private("BORDERLINE", "Grades the vertebra lies between")


def level_code(level: Level) -> Code:
    """The vertebra: SNOMED CT's code where there is one, as for all but T13 and L6."""
    meaning = f"{level} vertebra"
    return private(level.value, meaning) if level.snomed is None else Code(level.snomed, "SCT", meaning)


def grade_probability(grade: int) -> Code:
    """Name of the probability of one grade."""
    return private(f"P_GENANT_{grade}", f"Probability of Genant grade {grade}")


def between(grades: tuple[int, ...]) -> Code:
    """The grades of a borderline vertebra."""
    return private("_".join(("BETWEEN", *map(str, grades))), f"Between Genant grades {' and '.join(map(str, grades))}")


@dataclass(frozen=True)
class Measure:
    """A number of a finding, as a DICOM report names it.

    Parameters
    ----------
    field
        Of `oiscan.report.Finding`.
    name, unit
        What it is.
    part
        Which part of the vertebra it belongs to; None for the whole.
    """

    field: str
    name: Code
    unit: Code
    part: Code | None = None


_MM, _CM2 = codes.UCUM.Millimeter, codes.UCUM.SquareCentimeter
_PERCENT, _RATIO = codes.UCUM.Percent, codes.UCUM.Ratio
_GRAM, _GRAM_PER_CM2 = Code("g", "UCUM", "g"), Code("g/cm2", "UCUM", "g/cm2")
_HEIGHT = codes.DCM.Height

MEASURES: tuple[Measure, ...] = (
    Measure("anterior_height_mm", _HEIGHT, _MM, codes.SCT.Anterior),
    Measure("middle_height_mm", _HEIGHT, _MM, codes.NCIt.Middle),
    Measure("posterior_height_mm", _HEIGHT, _MM, codes.SCT.Posterior),
    Measure("depth_mm", codes.SCT.Depth, _MM),
    Measure("width_mm", codes.SCT.Width, _MM),
    Measure("height_mm", _HEIGHT, _MM),
    Measure("area_cm2", codes.SCT.Area, _CM2),
    Measure("bmc_g", private("BMC", "Bone mineral content"), _GRAM),
    Measure("abmd_g_cm2", private("ABMD", "Areal bone mineral density"), _GRAM_PER_CM2),
    Measure("ratio_anterior_posterior", private("HA_HP", "Anterior over posterior height"), _RATIO),
    Measure("ratio_middle_posterior", private("HM_HP", "Middle over posterior height"), _RATIO),
    Measure(
        "ratio_posterior_reference", private("HP_REFERENCE", "Posterior height over that of its neighbours"), _RATIO
    ),
    Measure("ratio_posterior_trend", private("HP_TREND", "Posterior height over the trend of the column"), _RATIO),
    Measure("ratio_middle_anterior", private("HM_HA", "Middle over anterior height"), _RATIO),
    Measure("ratio_anterior_depth", private("HA_DEPTH", "Anterior height over depth"), _RATIO),
    Measure("ratio_middle_depth", private("HM_DEPTH", "Middle height over depth"), _RATIO),
    Measure("ratio_posterior_depth", private("HP_DEPTH", "Posterior height over depth"), _RATIO),
    Measure("height_loss_percent", private("HEIGHT_LOSS", "Loss of height"), _PERCENT),
)
"""The numbers of a finding that go into a report, where they are known."""
