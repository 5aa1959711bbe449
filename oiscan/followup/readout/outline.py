"""The report as a whole: which sections it has, and what it says first."""

from __future__ import annotations

import pandas as pd

from oiscan.followup.compare.results import Comparison
from oiscan.followup.readout.answers import Answers
from oiscan.followup.readout.children import Sheet, sheets
from oiscan.followup.readout.describe import each
from oiscan.followup.readout.parts import Section
from oiscan.followup.readout.sections.children import children_section
from oiscan.followup.readout.sections.comparison import comparison_section
from oiscan.followup.readout.sections.doses import doses_section
from oiscan.followup.readout.sections.endpoints import bone_section, motor_section
from oiscan.followup.readout.sections.safety import safety_section
from oiscan.followup.readout.sections.sources import problems_section, sources_section
from oiscan.followup.readout.sections.vertebrae import vertebrae_section
from oiscan.followup.readout.words import day, interval, number, p_value
from oiscan.followup.safety.windows import NOT_ASSESSED, WITHIN

SECTIONS = (
    children_section, comparison_section, bone_section, vertebrae_section, motor_section, safety_section, doses_section,
    problems_section, sources_section,
)  # fmt: skip


def sections_of(answers: Answers) -> tuple[Section, ...]:
    """All sections in order; those without anything to say say so or are left out."""
    built = [make(answers) for make in SECTIONS]
    return (Section("short", "In short", _in_short(answers)), *(one for one in built if one.parts or one.words))


def sheets_of(answers: Answers) -> list[Sheet]:
    """One sheet a child, with what somebody should look at."""
    return sheets(answers.long, answers.changes, _to_look_at(answers), answers.study.params)


def _in_short(answers: Answers) -> tuple[str, ...]:
    children = answers.children.values()
    arms = ", ".join(f"{sum(own == arm for own in children)} {arm or 'in no named arm'}" for arm in answers.arms)
    told = [f"{len(children)} children: {arms}."]
    told += [_primary(answers, one.comparison) for one in answers.compared.family if one.role == "primary"]
    if answers.compared.reason:
        told.append(f"The arms are not compared: {answers.compared.reason}.")
    return tuple(told)


def _primary(answers: Answers, one: Comparison) -> str:
    code, _, quantity = one.endpoint.partition(" ")
    label = answers.study.params[code].label + {"CHG": ", change", "PCHG": ", percent change"}.get(quantity, "")
    if one.reason:
        return f"Primary comparison ({label}, {one.visit}): no number, because {one.reason}."
    unit = "%" if quantity == "PCHG" else answers.study.params[code].unit
    return (
        f"Primary comparison ({label}, {one.visit}, {one.method}): {one.arms[1]} minus {one.arms[0]} "
        f"{number(one.estimate)} {unit}, 95\N{NO-BREAK SPACE}% interval {interval(one.low, one.high)}, "
        f"p {p_value(one.p_value)}, n {one.n[0]} + {one.n[1]}. A p-value above 0.05 does not show that the arms are "
        "equal."
    )


def _to_look_at(answers: Answers) -> pd.DataFrame:
    """What concerns single children: calcium outside its limits, toxicity grades, doses off the plan, problems."""
    safety = answers.safety
    windows = safety.windows[~safety.windows["FINDING"].isin([WITHIN, NOT_ASSESSED])]
    rows = [
        (one.USUBJID, "calcium", day(one.ADY), f"{one.FINDING}: {number(one.AVAL)} {one.AVALU}")
        for one in each(windows)
    ]
    rows += [
        (one.USUBJID, f"toxicity, {one.SCALE}", one.AVISIT or day(one.ADY), f"{one.PARAM}: grade {_grade(one)}")
        for one in each(safety.grades)
        if _grade(one) > "0"
    ]
    flagged = safety.doses[safety.doses["FLAGS"].fillna("").ne("")]
    rows += [(one.USUBJID, "dose", day(one.ADY), one.FLAGS) for one in each(flagged)]
    moved = answers.changes[answers.changes["NAMES"] != ""].drop_duplicates(["USUBJID", "AVISIT"])
    rows += [(one.USUBJID, "names of the levels", one.AVISIT, one.NAMES) for one in each(moved)]
    named = (one for one in answers.problems if one.usubjid)
    rows += [(one.usubjid, f"{one.file} row {one.row}", one.column, one.text) for one in named]
    return pd.DataFrame(rows, columns=["USUBJID", "what", "when", "words"])


def _grade(row: object) -> str:
    return max(str(getattr(row, name)) for name in ("ATOXGRL", "ATOXGRH"))
