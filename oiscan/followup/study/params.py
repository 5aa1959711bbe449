"""What a study measures: codes, words and units, and which arithmetic makes sense for each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

Z_SCORE = "no percent change of a Z-score: its zero is the mean of healthy children, not nothing"
"""A Z-score near 0 has any percent change one likes, and a rise from -2 to -1 is one of -50 %."""
GRADE = "no percent change of a grade: the steps of an ordinal scale have no size"
PERCENT = "no percent change of a percentage: give the change in percentage points"
YES_OR_NO = "no percent change of yes or no"
COUNT = "no percent change of a count of events: give rates per person-time"


class Kind(StrEnum):
    """How values of a parameter may be summarised and compared."""

    CONTINUOUS = "continuous"
    """Means, ANCOVA, MMRM."""
    ORDINAL = "ordinal"
    """Medians and rank or permutation tests; never a mean as the headline."""
    BINARY = "binary"
    """0 or 1; exact tests."""
    COUNT = "count"
    """Events; rates per person-time."""


@dataclass(frozen=True)
class Param:
    """One thing a study measures.

    Parameters
    ----------
    code
        PARAMCD: at most 8 capitals and digits, a capital first (the limit of SAS transport files).
    label
        PARAM.
    unit
        AVALU; "" where there is none. It is also the unit that bounds, usual value and factors are told in.
    kind
        How it may be summarised.
    no_percent
        Why a percent change of it makes no sense; "" where it does.
    least, most
        Between which a value of a living child can lie: wide bounds of oiscan's own, unverified, to find slips of unit
        and of the pen; the mapping file may set others.
    usual
        What a child of this age has, roughly; None where that varies too much. Only to notice swapped units;
        unverified.
    other_units
        Factor from each other unit a laboratory may report in to `unit`.
    """

    code: str
    label: str
    unit: str = ""
    kind: Kind = Kind.CONTINUOUS
    no_percent: str = ""
    least: float = float("-inf")
    most: float = float("inf")
    usual: float | None = None
    other_units: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Z][A-Z0-9]{0,7}", self.code):
            raise ValueError(f"PARAMCD must be 1 to 8 capitals and digits, a capital first, got {self.code!r}")
        if not self.least <= self.most:
            raise ValueError(f"{self.code}: least must not be above most, got {self.least} and {self.most}")
        object.__setattr__(self, "other_units", MappingProxyType(dict(self.other_units)))

    @property
    def units(self) -> dict[str, float]:
        """Factor from each unit it may be reported in to `unit`."""
        return {self.unit: 1.0, **self.other_units}


_CALCIUM = {"mg/dL": 1 / 4.0078}
"""mmol/L from mg/dL: calcium weighs 40.078 g/mol."""
_CREATININE = {"mg/dL": 88.402, "mmol/L": 1000.0}
"""umol/L from mg/dL: creatinine weighs 113.12 g/mol."""
_URINE_CALCIUM = {"mmol/mmol": 40.078 / 113.12}
"""mg/mg from mmol/mmol."""

PARAMS: Mapping[str, Param] = MappingProxyType(
    {
        one.code: one
        for one in (
            # Bone density
            Param("LSBMD", "Lumbar spine aBMD", "g/cm2", least=0.05, most=2),
            Param("LSBMDZ", "Lumbar spine aBMD Z-score", "Z", no_percent=Z_SCORE, least=-15, most=10),
            Param("LSHAZ", "Lumbar spine aBMD Z-score, height-adjusted", "Z", no_percent=Z_SCORE, least=-15, most=10),
            Param("LSBMDM", "Lumbar spine aBMD measured from the picture (research)", "g/cm2", least=0.05, most=2),
            Param("TBLHBMD", "Total body less head aBMD", "g/cm2", least=0.05, most=2),
            Param("TBLHZ", "Total body less head aBMD Z-score", "Z", no_percent=Z_SCORE, least=-15, most=10),
            Param("HAZ", "Height-for-age Z-score", "Z", no_percent=Z_SCORE, least=-25, most=10),
            # Vertebrae
            Param("VFGRADE", "Genant grade", "", Kind.ORDINAL, GRADE, 0, 3),
            Param("VFRAP", "Ratio of anterior to posterior height", "", least=0, most=3),
            Param("VFRMP", "Ratio of middle to posterior height", "", least=0, most=3),
            Param("VFRPR", "Ratio of posterior height to that of the neighbours", "", least=0, most=3),
            Param("VFHL", "Height loss", "%", no_percent=PERCENT, least=-50, most=100),
            Param("VFPA", "Projected area", "mm2", least=0, most=3000),
            Param("VFCI", "Ratio of middle to anterior height (concavity)", "", least=0, most=3),
            Param("VFRAL", "Ratio of anterior height to depth", "", least=0, most=3),
            Param("VFRML", "Ratio of middle height to depth", "", least=0, most=3),
            Param("VFRPL", "Ratio of posterior height to depth", "", least=0, most=3),
            Param("VFANYN", "Any vertebral fracture", "", Kind.BINARY, YES_OR_NO, 0, 1),
            Param("VFNEW", "Any new vertebral fracture", "", Kind.BINARY, YES_OR_NO, 0, 1),
            Param("VFWORS", "Any worsening vertebral fracture", "", Kind.BINARY, YES_OR_NO, 0, 1),
            Param("VFIMPR", "Any improving vertebral fracture", "", Kind.BINARY, YES_OR_NO, 0, 1),
            Param("VFSTATE", "Change of the vertebra since baseline", "", Kind.ORDINAL, GRADE),
            Param("SDI", "Spinal deformity index (grade sum T4 to L4)", "", Kind.ORDINAL, GRADE, 0, 39),
            Param("VFSUM", "Grade sum over levels readable at both visits", "", Kind.ORDINAL, GRADE, 0, 57),
            # Blood and urine
            Param("CA", "Calcium, total", "mmol/L", least=1, most=4.5, usual=2.4, other_units=_CALCIUM),
            Param("CAADJ", "Calcium, albumin-adjusted", "mmol/L", least=1, most=4.5, usual=2.4, other_units=_CALCIUM),
            Param("CAION", "Calcium, ionised", "mmol/L", least=0.5, most=2.3, usual=1.25, other_units=_CALCIUM),
            Param("PHOS", "Phosphate", "mmol/L", least=0.1, most=4, usual=1.5, other_units={"mg/dL": 1 / 3.0974}),
            Param("VITD", "25-hydroxyvitamin D", "nmol/L", least=3, most=500, usual=60, other_units={"ng/mL": 2.496}),
            Param("CREAT", "Creatinine", "umol/L", least=4, most=1500, usual=35, other_units=_CREATININE),
            Param("ALB", "Albumin", "g/L", least=10, most=70, usual=43, other_units={"g/dL": 10.0}),
            Param("ALP", "Alkaline phosphatase", "U/L", least=5, most=5000, other_units={"ukat/L": 60.0}),
            Param("UCACR", "Urinary calcium/creatinine", "mg/mg", least=0, most=5, other_units=_URINE_CALCIUM),
            Param("DPDCR", "Urinary deoxypyridinoline/creatinine", "nmol/mmol", least=0, most=500),
            Param("P1NP", "Procollagen type I N-propeptide", "ug/L", least=0, most=5000, other_units={"ng/mL": 1.0}),
            Param("CTX", "C-terminal telopeptide of type I collagen", "ng/L", least=0, most=10000,
                  other_units={"pg/mL": 1.0, "ng/mL": 1000.0, "ug/L": 1000.0}),
            # Motor function
            Param("BAMF", "Brief assessment of motor function, gross motor", "", Kind.ORDINAL, GRADE, 0, 10),
            Param("GMFM88", "Gross motor function measure 88", "%", no_percent=PERCENT, least=0, most=100),
            *(Param(f"GMI{item:02}", f"GMFM-88, item {item}", "", Kind.ORDINAL, GRADE, 0, 3) for item in range(1, 89)),
            Param("WALK1M", "One-minute walk", "m", least=0, most=250),
            Param("WALK6M", "Six-minute walk", "m", least=0, most=1200),
            # The child, doses and events
            Param("DOSE", "Dose given", "mg", least=0, most=200),
            Param("WEIGHT", "Weight", "kg", least=1.5, most=200, other_units={"g": 0.001}),
            Param("HEIGHT", "Height", "cm", least=30, most=230, other_units={"m": 100.0}),
            Param("FX", "Fracture", "", Kind.COUNT, COUNT, 0),
            Param("AE", "Adverse event", "", Kind.COUNT, COUNT, 0),
        )
    }
)  # fmt: skip
"""What oiscan knows by itself. A study adds its own in ``[params]`` of its study.toml."""
