"""Vertebral fractures: what became of each vertebra, and of each child."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from oiscan.followup.change.vertebra import State
from oiscan.followup.readout.answers import Answers
from oiscan.followup.readout.courses import courses_svg
from oiscan.followup.readout.describe import ALL_ARMS, grouped
from oiscan.followup.readout.grade_sums import grade_sums
from oiscan.followup.readout.parts import Drawing, Section, Table
from oiscan.followup.readout.sections.endpoints import endpoint_parts
from oiscan.followup.readout.shifts import NOT_READ, grade_shifts, states
from oiscan.followup.readout.words import share
from oiscan.grading import SCALES

CHILDREN = ("VFANYN", "VFNEW", "VFWORS", "VFIMPR", "VFSUM", "SDI")
SHAPE = ("VFRAP", "VFRMP", "VFCI", "VFRAL", "VFRML", "VFRPL", "VFPA")
DRAWN = ("VFRAP", "VFRMP")
NOT_INDEPENDENT = "The vertebrae of one child are not independent: these counts describe and are not tested."


def vertebrae_section(answers: Answers) -> Section:
    """Counts by child first, since only these are compared; then by vertebra."""
    words = (
        "A vertebra counts where it was readable at baseline and at the visit. Grades and ratios are compared, never "
        "millimetres, since children grow.",
        *(f"Scale {name}: {scale.note}" for name, scale in SCALES.items() if name == "genant"),
    )
    parts: list[Drawing | Table] = [*_sums(answers)]
    parts += [*endpoint_parts(answers, CHILDREN, (), "fractures", "Vertebral fractures of each child")]
    parts += [*_states(answers), *_shifts(answers)]
    parts += [*endpoint_parts(answers, SHAPE, DRAWN, "shape", "Shape of the vertebrae, mean of each child")]
    return Section("vertebrae", "Vertebrae", words, tuple(parts))


def _sums(answers: Answers) -> list[Drawing]:
    numbers = grade_sums(answers.long)
    if numbers.empty:
        return []
    drawn = numbers.rename(columns={"grade_sum": "AVAL"})
    label = "Sum of Genant grades"
    svg = courses_svg(drawn, "grade_sum", label, answers.arms, "median")
    note = "Over the vertebrae graded at every one of the child's scanned visits; the file names them."
    return [Drawing("grade_sum", f"{label} of each child over time", svg, numbers, (note,))]


def _states(answers: Answers) -> list[Table]:
    numbers = states(answers.changes)
    if numbers.empty:
        return []
    names = [state.value for state in State if state in set(numbers["STATE"])]
    rows = [
        (arm or ALL_ARMS, visit, *(_vertebrae(group, name) for name in names))
        for (_, visit, arm), group in grouped(numbers, "AVISITN", "AVISIT", "ARM")
    ]
    caption = "What became of each vertebra since baseline: vertebrae (children)"
    doubt = "Uncertain: another grade, by less than the measurement's own doubt or the study's least change."
    notes = (NOT_INDEPENDENT, doubt)
    return [Table("states", caption, ("arm", "visit", *names), tuple(rows), numbers, notes)]


def _vertebrae(rows: pd.DataFrame, state: str) -> str:
    found = rows[rows["STATE"] == state]
    return f"{found['vertebrae'].sum()} ({found['children'].sum()})" if len(found) else "0"


def _shifts(answers: Answers) -> list[Table]:
    numbers = grade_shifts(answers.changes)
    grades: Sequence[str] = sorted(set(numbers["grade"]) - {NOT_READ}) + [NOT_READ]
    return [
        _shift_table(answers, numbers[(numbers["AVISIT"] == visit)], str(visit), grades)
        for visit in dict.fromkeys(numbers["AVISIT"])
    ]


def _shift_table(answers: Answers, numbers: pd.DataFrame, visit: str, grades: Sequence[str]) -> Table:
    rows = [
        (f"{arm or ALL_ARMS}: grade {was}", *(_share_of(group, now) for now in grades))
        for arm in answers.arms
        for (was,), group in grouped(numbers[numbers["ARM"] == arm], "baseline_grade")
    ]
    name = "grade_shift_" + "".join(letter if letter.isalnum() else "_" for letter in visit.lower())
    caption = f"Genant grade at baseline (rows) and at {visit} (columns): vertebrae"
    return Table(name, caption, ("at baseline", *grades), tuple(rows), numbers, (NOT_INDEPENDENT,))


def _share_of(rows: pd.DataFrame, now: str) -> str:
    found = int(rows.loc[rows["grade"] == now, "vertebrae"].sum())
    return share(found, int(rows["vertebrae"].sum()))
