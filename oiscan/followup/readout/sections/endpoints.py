"""Bone density, growth and motor function: each child's course, values and changes by arm and visit."""

from __future__ import annotations

import pandas as pd

from oiscan.followup.readout.answers import Answers
from oiscan.followup.readout.courses import courses, courses_svg
from oiscan.followup.readout.describe import each
from oiscan.followup.readout.endpoints import endpoints
from oiscan.followup.readout.parts import Drawing, Section, Table
from oiscan.followup.readout.sections.density import density_tables
from oiscan.followup.readout.sections.tables import changes_table, values_table
from oiscan.followup.readout.words import with_unit
from oiscan.followup.study.params import Kind

BONE = ("LSBMD", "LSBMDZ", "LSHAZ", "LSBMDM", "TBLHBMD", "TBLHZ", "HAZ", "WEIGHT", "HEIGHT")
MOTOR = ("BAMF", "GMFM88", "WALK1M", "WALK6M")
LABORATORY = ("CA", "CAADJ", "CAION", "PHOS", "VITD", "CREAT", "ALB", "ALP", "UCACR", "DPDCR", "P1NP", "CTX")
VERTEBRAL = ("VFRAP", "VFRMP", "VFRPR", "VFHL", "VFPA", "VFCI", "VFRAL", "VFRML", "VFRPL", "VFANYN", "VFNEW", "VFWORS",
             "VFIMPR", "VFSUM", "SDI", "VFGRADE", "VFSTATE")  # fmt: skip
EVENTS = ("DOSE", "FX", "AE")


def bone_section(answers: Answers) -> Section:
    """Bone density and growth, and whatever else the study measures and no other section tells."""
    elsewhere = (*MOTOR, *LABORATORY, *VERTEBRAL, *EVENTS)
    own = [code for code in answers.study.params if code not in BONE and code not in elsewhere]
    words = (
        "Percent change is each child's own, then averaged. There is none of a Z-score: its zero is the mean of "
        "healthy children, not nothing. Bone density rises with growth alone; a Z-score, and one adjusted for height, "
        "tell more.",
    )
    parts = endpoint_parts(answers, (*BONE, *own), (*BONE, *own), "bone", "Bone density and growth")
    return Section("bone", "Bone density and growth", words, (*parts, *density_tables(answers)))


def motor_section(answers: Answers) -> Section:
    """Motor function; who could not do a test is counted."""
    parts = [*endpoint_parts(answers, MOTOR, MOTOR, "motor", "Motor function"), *_unable(answers)]
    return Section("motor", "Motor function", (), tuple(parts))


def endpoint_parts(
    answers: Answers, paramcds: tuple[str, ...], drawn: tuple[str, ...], name: str, title: str
) -> tuple[Drawing | Table, ...]:
    """Values and changes of some endpoints, and the courses of those to be drawn; nothing of what the study lacks."""
    long = answers.long[answers.long["PARAMCD"].isin(paramcds)]
    numbers = endpoints(long)
    if numbers.empty:
        return ()
    figures = [one for code in drawn for one in course_drawings(answers, long, code)]
    values = values_table(answers, numbers, f"{name}_values", f"{title} by arm and visit")
    changes = changes_table(answers, numbers, f"{name}_changes", f"{title}: change from baseline, by arm and visit")
    return (*figures, values, *([changes] if changes.rows else []))


def course_drawings(answers: Answers, long: pd.DataFrame, paramcd: str) -> list[Drawing]:
    """A figure of each unit the endpoint was reported in, where a child has more than one visit."""
    param = answers.study.params[paramcd]
    middle = "median" if param.kind is Kind.ORDINAL else "mean"
    drawn: list[Drawing] = []
    for unit in sorted(set(long.loc[long["PARAMCD"] == paramcd, "AVALU"])):
        rows = courses(long, paramcd, unit)
        if param.kind is Kind.BINARY or rows["AVISITN"].nunique() < 2:
            continue
        label = with_unit(param.label, unit)
        name = f"course_{paramcd}_{len(drawn)}" if drawn else f"course_{paramcd}"
        svg = courses_svg(rows, name, label, answers.arms, middle)
        note = f"Each child's course; black or white, the {middle} of the children seen at that visit."
        drawn.append(Drawing(name, label, svg, rows, (note,)))
    return drawn


def _unable(answers: Answers) -> list[Table]:
    numbers = answers.safety.unable
    if numbers.empty or not numbers["NUNABLE"].any():
        return []
    counts = numbers[["NABLE", "NUNABLE", "NMISSING"]].astype(str).to_numpy()
    rows = tuple(
        (answers.study.params[one.PARAMCD].label, one.ARM, one.AVISIT, *counted)
        for one, counted in zip(each(numbers), counts, strict=True)
    )
    how = answers.study.settings.safety.not_able
    note = f"'Not able' counts as: {how}. Leaving out the children who walk worst makes a mean too good."
    head = ("", "arm", "visit", "able", "not able", "not known")
    return [Table("not_able", "Who could do a motor test", head, rows, numbers, (note,))]
