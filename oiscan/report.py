"""What one scan says: plain data, the same in memory, in JSON and in the tables."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from oiscan.anatomy import COLUMN, Level, View
from oiscan.scan import ReaderVertebra

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from oiscan.scan import Scan


SDI_LEVELS = COLUMN[COLUMN.index(Level.T4) : COLUMN.index(Level.L4) + 1]
"""The levels of the spinal deformity index."""

DERIVED = ("worst_grade", "grade_sum", "grade_n", "sdi")
"""What a report's JSON says besides its fields."""


class Status(StrEnum):
    """How a scan ended."""

    SCORED = "scored"
    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"
    FAILED = "failed"


class Verdict(StrEnum):
    """How a vertebra ended."""

    SCORED = "scored"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Finding:
    """One vertebra on one scan: measures, grade, or the reason why there is none.

    Heights are distances between paired landmarks; ratios and losses come from them after correcting for the pixel's
    aspect. A field is None where it could not be known; it is never a guess.

    Parameters
    ----------
    level, status, reason
        `reason` is empty for a scored vertebra.
    confidence
        0 to 1, the model's own.
    landmarks_px, outline_px
        (row, column) in the stored image.
    landmark_sd_px
        Standard deviation of each landmark, the root of the mean of its two variances, in pixels.
    anterior_height_mm, middle_height_mm, posterior_height_mm, depth_mm
        Lateral scans with known spacing only. Depth is the mean of the two endplates' length.
    ratio_anterior_posterior, ratio_middle_posterior, ratio_posterior_reference
        ha/hp, hm/hp and hp against what the unfractured neighbours make one expect (`posterior_reference` names them).
    ratio_posterior_trend
        hp against the trend of all the patient's unfractured vertebrae.
    ratio_middle_anterior, ratio_anterior_depth, ratio_middle_depth, ratio_posterior_depth
        hm/ha and each height over the depth: shape measures of studies in OI (see `oiscan.grading.morphometry`).
    height_loss_percent
        100 * max(1 - ha/hp, 1 - hm/hp, 1 - hp/reference), never below 0. Where the model's doubt is calibrated, without
        what the largest of three noisy losses is too large in the mean.
    height_loss_interval_percent
        Bounds that hold the true loss in 90 of 100 cases, and like the two fields below only where the model's doubt is
        calibrated (see `oiscan.grading.doubt`); empty otherwise.
    grade_probabilities
        Of grade 0, 1, ... on `scale`.
    borderline
        The two grades a vertebra lies between when its grade is hardly likelier than the next one; `grade` is the
        likelier of both.
    grade, deformity
        Genant grade 0 to 3 on `scale`; deformity is "wedge", "biconcave", "crush" or "" for grade 0.
    width_mm, height_mm
        AP scans with known spacing only: mean width and height between the corners.
    area_cm2
        With known spacing only: area inside the outline on an AP scan, inside the six landmarks on a lateral one. On an
        AP scan at two energies it is the area of bone, which `abmd_g_cm2` is over.
    bmc_g, abmd_g_cm2
        Bone mineral and its areal density, on AP scans at two energies only: research (see `Report.abmd_method`).
    standard_errors
        Of the measures above, by field name, propagated from the landmarks' covariance; where it is calibrated.
    remarks
        What a reader should know that changes no number.
    reader_note
        The reader's own words, such as a look-alike they see; oiscan leaves it empty.
    """

    level: Level
    status: Verdict
    reason: str = ""
    confidence: float | None = None
    landmarks_px: tuple[tuple[float, float], ...] = ()
    landmark_sd_px: tuple[float, ...] = ()
    outline_px: tuple[tuple[float, float], ...] = ()
    anterior_height_mm: float | None = None
    middle_height_mm: float | None = None
    posterior_height_mm: float | None = None
    depth_mm: float | None = None
    ratio_anterior_posterior: float | None = None
    ratio_middle_posterior: float | None = None
    ratio_posterior_reference: float | None = None
    posterior_reference: str = ""
    ratio_posterior_trend: float | None = None
    ratio_middle_anterior: float | None = None
    ratio_anterior_depth: float | None = None
    ratio_middle_depth: float | None = None
    ratio_posterior_depth: float | None = None
    height_loss_percent: float | None = None
    height_loss_interval_percent: tuple[float, ...] = ()
    grade_probabilities: tuple[float, ...] = ()
    borderline: tuple[int, ...] = ()
    grade: int | None = None
    deformity: str = ""
    width_mm: float | None = None
    height_mm: float | None = None
    area_cm2: float | None = None
    bmc_g: float | None = None
    abmd_g_cm2: float | None = None
    standard_errors: dict[str, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    reader_note: str = ""


@dataclass(frozen=True)
class Report:
    """Everything oiscan says about one scan.

    Parameters
    ----------
    scan_id, input_sha256
        The scan's name in every result, and the hash it is cut from.
    status, reason
        How the scan ended, and why when it was not scored.
    view, spacing_mm, spacing_source
        As used; None and "" where unknown. `spacing_mm` is (row, column).
    rows, columns
        Of the stored image.
    findings
        One per level from the first to the last seen, head to foot.
    scale
        Name of the grading scale used.
    numbering_anchor, numbering_probability, numbering_alternatives, numbering_variants
        How the levels were named and how sure that is (see `oiscan.spine.Numbering`).
    reader_vertebrae
        What somebody marked on the scanner, as the file tells: beside the findings, never mixed with them.
    measured_l1_l4_area_cm2, measured_l1_l4_bmc_g, measured_l1_l4_abmd_g_cm2, measured_l1_l4_bmad_g_cm3
        L1-L4 as oiscan measured it on an AP scan at two energies, where all four vertebrae were; never what the scanner
        printed. BMAD is Carter's, of L1-L4 as one block.
    abmd_method, abmd_reason
        How bone density was measured, or why it or its L1-L4 was not.
    model_sha256, program_version
        What made these numbers.
    """

    scan_id: str
    input_sha256: str
    status: Status
    reason: str = ""
    view: View | None = None
    rows: int | None = None
    columns: int | None = None
    spacing_mm: tuple[float, float] | None = None
    spacing_source: str = ""
    age_years: float | None = None
    age_precision: str = ""
    sex: str = ""
    maker: str = ""
    model: str = ""
    software: str = ""
    protocol: str = ""
    anterior: str = ""
    findings: tuple[Finding, ...] = ()
    scale: str = ""
    numbering_anchor: str = ""
    numbering_probability: float | None = None
    numbering_alternatives: tuple[tuple[int, float], ...] = ()
    numbering_variants: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    measured_l1_l4_area_cm2: float | None = None
    measured_l1_l4_bmc_g: float | None = None
    measured_l1_l4_abmd_g_cm2: float | None = None
    measured_l1_l4_bmad_g_cm3: float | None = None
    abmd_method: str = ""
    abmd_reason: str = ""
    model_name: str = ""
    model_sha256: str = ""
    program_version: str = ""
    reader_vertebrae: tuple[ReaderVertebra, ...] = ()
    scan: Scan | None = field(default=None, compare=False, repr=False)

    @property
    def worst_grade(self) -> int | None:
        """Highest grade of the scan; None when no vertebra was graded."""
        return max((f.grade for f in self.findings if f.grade is not None), default=None)

    @property
    def grade_n(self) -> int:
        """How many vertebrae were graded."""
        return sum(f.grade is not None for f in self.findings)

    @property
    def grade_sum(self) -> int | None:
        """Sum of the grades; None when no vertebra was graded."""
        return sum(f.grade for f in self.findings if f.grade is not None) if self.grade_n else None

    @property
    def sdi(self) -> int | None:
        """Spinal deformity index: the sum of the grades of T4 to L4 (Kerkeni 2009), None unless all 13 are graded."""
        grades = {finding.level: finding.grade for finding in self.findings}
        asked = [grades.get(level) for level in SDI_LEVELS]
        return None if None in asked else sum(grade for grade in asked if grade is not None)

    def to_dict(self) -> dict[str, Any]:
        """As plain data for JSON: the layout of `scans/<scan_id>.json`. Holds nothing that identifies."""
        kept = {name: value for name, value in self.__dict__.items() if name not in ("scan", "findings")}
        kept["spacing"] = None
        spacing_mm, source = kept.pop("spacing_mm"), kept.pop("spacing_source")
        if spacing_mm is not None:
            kept["spacing"] = {"row_mm": spacing_mm[0], "column_mm": spacing_mm[1], "source": source}
        kept |= {name: getattr(self, name) for name in DERIVED}
        kept["vertebrae"] = [asdict(finding) for finding in self.findings]
        kept["reader_vertebrae"] = [asdict(vertebra) for vertebra in self.reader_vertebrae]
        return kept

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Report:
        """The report that `to_dict` wrote (the scan itself is not kept)."""
        kept = dict(data)
        for derived in DERIVED:
            kept.pop(derived, None)
        spacing = kept.pop("spacing")
        if spacing is not None:
            kept["spacing_mm"] = (spacing["row_mm"], spacing["column_mm"])
            kept["spacing_source"] = spacing["source"]
        kept["view"] = None if kept["view"] is None else View(kept["view"])
        kept["status"] = Status(kept["status"])
        kept["notes"] = tuple(kept["notes"])
        kept["numbering_alternatives"] = tuple((int(shift), float(p)) for shift, p in kept["numbering_alternatives"])
        kept["numbering_variants"] = tuple((str(words), float(p)) for words, p in kept.get("numbering_variants", ()))
        kept["findings"] = tuple(_finding(vertebra) for vertebra in kept.pop("vertebrae"))
        kept["reader_vertebrae"] = tuple(_reader_vertebra(vertebra) for vertebra in kept.get("reader_vertebrae", ()))
        return cls(**kept)

    def to_frame(self) -> pd.DataFrame:
        """One row per vertebra, in the columns of `vertebrae.csv`."""
        from oiscan.reports.table import vertebra_frame

        return vertebra_frame([self])

    def plot(self) -> Figure:
        """The scan with its landmarks and grades, as a matplotlib figure (needs the extra `plot`)."""
        from oiscan.reports.picture import figure

        return figure(self)

    def _repr_html_(self) -> str:
        from oiscan.reports.page import notebook_html

        return notebook_html(self)


@dataclass(frozen=True)
class Visit:
    """Both views of one visit under one naming (see `oiscan.visit`).

    Parameters
    ----------
    subject, day
        Whose visit, and how many days after that person's first scan.
    lateral, ap
        The reports with the visit's names; the anchor of one that was renamed is "visit".
    lateral_shift, ap_shift
        By how many levels the names of each were moved; +1 moves L1 to L2.
    probability
        Of the names being right in both, from what the scans say of themselves and of each other.
    """

    subject: str
    day: int
    lateral: Report
    ap: Report
    lateral_shift: int
    ap_shift: int
    probability: float


def _reader_vertebra(data: dict[str, Any]) -> ReaderVertebra:
    points = tuple((float(row), float(column)) for row, column in data["landmarks_px"])
    return ReaderVertebra(**{**data, "level": Level(data["level"]), "landmarks_px": points})


def _finding(data: dict[str, Any]) -> Finding:
    kept = dict(data)
    kept["level"] = Level(kept["level"])
    kept["status"] = Verdict(kept["status"])
    for name in ("landmarks_px", "outline_px"):
        kept[name] = tuple((float(row), float(column)) for row, column in kept[name])
    for name in ("landmark_sd_px", "height_loss_interval_percent", "grade_probabilities", "borderline", "remarks"):
        kept[name] = tuple(kept.get(name, ()))
    return Finding(**kept)
