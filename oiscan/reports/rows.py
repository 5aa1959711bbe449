"""What page and notebook show of a scan and of each of its vertebrae, as words: both draw the same cells."""

from __future__ import annotations

from dataclasses import dataclass

from oiscan.anatomy import View
from oiscan.report import Finding, Report, Verdict
from oiscan.reports.summary import (
    count_fractures,
    grades_between,
    is_borderline,
    levels_span,
    names_not_sure,
    worklists_of,
)

HINTS = {
    "reference": "hp/ref against: ",
    "probabilities": "probability of each grade from 0 up, calibrated on simulated children: ",
}
"""What stands before those fields of a `VertebraRow` where they are shown: at the pointer."""


@dataclass(frozen=True)
class Column:
    """One column of a table of vertebrae; on the sheet of a subject, where there is little room, only if `on_sheet`."""

    name: str
    meaning: str
    on_sheet: bool = False


LATERAL_COLUMNS = (
    Column("Grade", "grade on the scale named above, kind of deformity", True),
    Column("Loss %", "largest loss of height, and what holds the true one in 90 of 100 simulated vertebrae", True),
    Column("ha/hp", "anterior to posterior height"),
    Column("hm/hp", "middle to posterior height"),
    Column("hp/ref", "posterior height to that of the neighbours"),
    Column("ha mm", "anterior height in mm"),
    Column("hm mm", "middle height in mm"),
    Column("hp mm", "posterior height in mm"),
)  # fmt: skip
AP_COLUMNS = (
    Column("Width mm", "mean width between the corners"),
    Column("Height mm", "mean height between the corners"),
    Column("Area cm\N{SUPERSCRIPT TWO}", "area inside the outline; of bone where two energies were measured", True),
    Column("BMC g", "bone mineral content, measured on two energies only: research"),
    Column("aBMD g/cm\N{SUPERSCRIPT TWO}", "areal density, measured on two energies only: research", True),
)


@dataclass(frozen=True)
class VertebraRow:
    """One vertebra as a row of the table.

    Parameters
    ----------
    level
        Its name.
    grade
        To be shown in its colour before the first cell; None where there is none.
    cells
        One text a column; empty for an unreadable vertebra.
    unreadable
        Why it could not be measured; empty for all others.
    remarks
        What a reader should know of it.
    reference
        The vertebrae its posterior height is compared with.
    probabilities
        Of grade 0, 1, ... one after the other; empty where the model's doubt is not calibrated.
    """

    level: str
    grade: int | None
    cells: tuple[str, ...]
    unreadable: str
    remarks: tuple[str, ...]
    reference: str = ""
    probabilities: str = ""

    @property
    def hint(self) -> str:
        """Reference and probabilities in words."""
        told = {"reference": self.reference, "probabilities": self.probabilities}
        return "; ".join(HINTS[name] + text for name, text in told.items() if text)


@dataclass(frozen=True)
class ScanRow:
    """One scan as the page holds it: the row of the worklist, and what is shown beside its picture.

    Parameters
    ----------
    scan_id, subject, day, age, view, status, levels, grade, fractures
        As in `scans.csv`; `grade` is the worst one.
    borderline, not_sure
        Whether a grade is borderline; whether the names of the levels are not sure.
    worklists
        Places in `WORKLISTS` of the lists it stands on.
    facts, outcome, notes
        In words.
    picture
        Where it lies, as seen from the page; empty where there is none.
    vertebrae
        The fields of each `VertebraRow`, from head to foot.
    """

    scan_id: str
    subject: str
    day: int | None
    age: str
    view: str
    status: str
    levels: str
    grade: int | None
    fractures: int | None
    borderline: bool
    not_sure: bool
    worklists: list[int]
    facts: str
    outcome: str
    notes: tuple[str, ...]
    picture: str
    vertebrae: list[list[object]]


def scan_row(report: Report, subject: str, day: int | None, has_picture: bool) -> ScanRow:
    """A scan as the page holds it."""
    return ScanRow(
        scan_id=report.scan_id,
        subject=subject,
        day=day,
        age=age(report),
        view=report.view or "",
        status=report.status,
        levels=levels_span(report),
        grade=report.worst_grade,
        fractures=count_fractures(report),
        borderline=is_borderline(report),
        not_sure=names_not_sure(report),
        worklists=worklists_of(report),
        facts=facts(report),
        outcome=outcome(report),
        notes=report.notes,
        picture=f"overlays/{report.scan_id}.png" if has_picture else "",
        vertebrae=[list(vars(row).values()) for row in vertebra_rows(report)],
    )


def columns_of(view: View | None) -> tuple[Column, ...]:
    """The columns after the level."""
    return AP_COLUMNS if view is View.AP else LATERAL_COLUMNS


def vertebra_rows(report: Report) -> list[VertebraRow]:
    """The vertebrae of a scan, from head to foot."""
    return [_vertebra_row(finding, report.view) for finding in report.findings]


def facts(report: Report) -> str:
    """What is known of the person and of the picture, as far as the file says."""
    known = [report.sex, age(report, " years"), report.maker, report.model, report.protocol]
    if report.spacing_mm is not None:
        row_mm, column_mm = report.spacing_mm
        known.append(f"pixel {row_mm:.4f} \N{MULTIPLICATION SIGN} {column_mm:.4f} mm from {report.spacing_source}")
    elif report.findings:
        known.append("pixel size unknown, no millimetres")
    return " \N{MIDDLE DOT} ".join(text for text in known if text)


def outcome(report: Report) -> str:
    """How a scan ended, its grades in one number, and how its levels were named."""
    told = ": ".join(text for text in (report.status, report.reason) if text)
    if report.grade_n:
        complete = "" if report.sdi is None else f" (T4 to L4 complete: SDI {report.sdi})"
        told += f": worst grade {report.worst_grade} on the scale {report.scale}, "
        told += f"grade sum {report.grade_sum} over {report.grade_n} graded vertebrae{complete}"
    if report.numbering_anchor:
        probability = number(report.numbering_probability, 2)
        sure = f", probability {probability} (not calibrated)" if probability else ""
        told += f". Levels named from: {report.numbering_anchor}{sure}"
    return told + _bone(report)


def age(report: Report, unit: str = "") -> str:
    """Age at the scan in years, to a tenth; empty where it is not known."""
    return f"{report.age_years:.1f}{unit}" if report.age_years is not None else ""


def number(value: float | None, decimals: int) -> str:
    """A number as readers write it; nothing where it is not known."""
    return "" if value is None else f"{value:.{decimals}f}"


def _vertebra_row(finding: Finding, view: View | None) -> VertebraRow:
    if finding.status is Verdict.UNREADABLE:
        return VertebraRow(finding.level.value, None, (), finding.reason, finding.remarks)
    cells = _ap_cells(finding) if view is View.AP else _lateral_cells(finding)
    probabilities = ", ".join(number(probability, 2) for probability in finding.grade_probabilities)
    hints = finding.posterior_reference, probabilities
    return VertebraRow(finding.level.value, finding.grade, cells, "", finding.remarks, *hints)


def _bone(report: Report) -> str:
    """L1-L4 as measured on two energies; nothing of a scan that was not to be measured."""
    if not report.abmd_method:
        return ""
    value = number(report.measured_l1_l4_abmd_g_cm2, 3)
    measured = f"L1-L4 aBMD {value} g/cm\N{SUPERSCRIPT TWO}" if value else report.abmd_reason
    return f". Bone density ({report.abmd_method}): {measured}"


def _lateral_cells(finding: Finding) -> tuple[str, ...]:
    between = f"borderline {grades_between(finding)}" if finding.borderline else ""
    interval = "\N{EN DASH}".join(number(bound, 0) for bound in finding.height_loss_interval_percent)
    loss = number(finding.height_loss_percent, 1)
    ratios = (finding.ratio_anterior_posterior, finding.ratio_middle_posterior, finding.ratio_posterior_reference)
    heights = (finding.anterior_height_mm, finding.middle_height_mm, finding.posterior_height_mm)
    return (
        ", ".join(text for text in (finding.deformity, between) if text),
        f"{loss} ({interval})" if interval else loss,
        *(number(ratio, 2) for ratio in ratios),
        *(number(height, 1) for height in heights),
    )


def _ap_cells(finding: Finding) -> tuple[str, ...]:
    return (
        number(finding.width_mm, 1),
        number(finding.height_mm, 1),
        number(finding.area_cm2, 2),
        number(finding.bmc_g, 2),
        number(finding.abmd_g_cm2, 3),
    )
