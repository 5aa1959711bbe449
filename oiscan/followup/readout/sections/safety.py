"""Safety: laboratory values against limits, toxicity grades, calcium after a dose, fractures and adverse events."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from oiscan.followup.readout.answers import Answers
from oiscan.followup.readout.describe import ALL_ARMS, each, grouped
from oiscan.followup.readout.laboratory import dose_days, laboratory, laboratory_svg
from oiscan.followup.readout.parts import Drawing, Section, Table
from oiscan.followup.readout.shifts import NOT_GRADED, toxicity_shifts
from oiscan.followup.readout.words import interval, number, share, with_unit

DRAWN = ("CAADJ", "CAION", "PHOS", "VITD", "CREAT", "ALP", "UCACR", "DPDCR", "P1NP", "CTX")
"""Laboratory values with a figure. Raw total calcium is none of them."""


def safety_section(answers: Answers) -> Section:
    """Everything about harm that the study's tables tell."""
    words = (
        "A toxicity grade by laboratory value alone is a lower bound: the tables also grade by symptoms and by what "
        "had to be done. A value is graded in the unit reported; where a limit it needs is missing, there is no grade.",
        "The tables used, with their sources, are named under Sources.",
    )
    parts: list[Drawing | Table] = [*_toxicity(answers), *_calcium(answers), *_figures(answers)]
    parts += [*_standings(answers), *_markers(answers), *_rates(answers), *_terms(answers)]
    return Section("safety", "Safety", words, tuple(parts))


def _toxicity(answers: Answers) -> list[Table]:
    numbers = toxicity_shifts(answers.safety.worst)
    if numbers.empty:
        return []
    grades = sorted(set(numbers["worst_grade"]) - {NOT_GRADED})
    shown = [*grades, *([NOT_GRADED] if NOT_GRADED in set(numbers["worst_grade"]) else [])]
    rows = [
        (f"{term}, {label} ({scale})", arm or ALL_ARMS, f"{was}", *(_children(group, grade) for grade in shown))
        for (scale, _, label, _, term, arm, was), group in grouped(
            numbers, "SCALE", "PARAMCD", "PARAM", "SIDE", "TERM", "ARM", "baseline_grade"
        )
    ]
    caption = "Toxicity grade of each child at baseline and at its worst after the first dose: children"
    head = ("", "arm", "at baseline", *(f"worst {grade}" if grade != NOT_GRADED else grade for grade in shown))
    return [Table("toxicity_shift", caption, head, tuple(rows), numbers, _grade_sources(answers))]


def _grade_sources(answers: Answers) -> tuple[str, ...]:
    return ("Every graded value, with its source: tables/toxicity.csv.",) if len(answers.safety.grades) else ()


def _children(rows: pd.DataFrame, grade: str) -> str:
    return str(rows.loc[rows["worst_grade"] == grade, "children"].sum() or "")


def _calcium(answers: Answers) -> list[Table]:
    values = answers.safety.windows
    if values.empty:
        return []
    findings = sorted(set(values["FINDING"]))
    rows = [
        (answers.study.params[code].label, arm or ALL_ARMS, *(_found(group, one) for one in findings))
        for (code, arm), group in grouped(values, "PARAMCD", "ARM")
    ]
    caption = "Calcium after the doses: values (children)"
    return [Table("calcium_windows", caption, ("", "arm", *findings), tuple(rows), values)]


def _found(values: pd.DataFrame, finding: str) -> str:
    found = values[values["FINDING"] == finding]
    return f"{len(found)} ({found['USUBJID'].nunique()})" if len(found) else "0"


STANDINGS = ("LOW", "NORMAL", "HIGH", "")


def _figures(answers: Answers) -> list[Drawing]:
    doses, drawn = dose_days(answers.long), []
    for code in DRAWN:
        for place, unit in enumerate(sorted(set(answers.long.loc[answers.long["PARAMCD"] == code, "AVALU"]))):
            rows = laboratory(answers.long, code, unit)
            if rows.empty:
                continue
            label = with_unit(answers.study.params[code].label, unit)
            name = f"laboratory_{code}_{place}" if place else f"laboratory_{code}"
            svg = laboratory_svg(rows, doses, name, label, answers.arms)
            note = "Dashed: the limits reported with the values. Circled: outside of them."
            drawn.append(Drawing(name, f"{label} of each child", svg, rows, (note,)))
    return drawn


def _standings(answers: Answers) -> list[Table]:
    values = answers.safety.standings
    if values.empty:
        return []
    rows = [
        (with_unit(label, unit), arm or ALL_ARMS, table, *(_standing(group, one) for one in STANDINGS))
        for (label, unit, arm, table), group in grouped(values, "PARAM", "AVALU", "ARM", "REFNAME")
    ]
    caption = "Values held against limits by age, at the age of the sample: values (children)"
    head = ("", "arm", "limits", "low", "normal", "high", "not told")
    return [Table("by_age", caption, head, tuple(rows), values)]


def _standing(values: pd.DataFrame, indicator: str) -> str:
    found = values[values["REFIND"] == indicator]
    return f"{len(found)} ({found['USUBJID'].nunique()})" if len(found) else "0"


def _markers(answers: Answers) -> list[Table]:
    numbers = answers.safety.markers
    if numbers.empty:
        return []
    rows = tuple(
        (answers.study.params[one.PARAMCD].label, one.ARM or ALL_ARMS, one.AVISIT, str(one.N), str(one.NMISSING),
         f"{number(one.GMPCT)} %", number(one.GSD))
        for one in each(numbers)
    )  # fmt: skip
    caption = "Skewed markers: geometric mean of each child's ratio to its own baseline, a description of each arm"
    head = ("", "arm", "visit", "n", "without a ratio", "of baseline", "geometric SD")
    return [Table("markers", caption, head, rows, numbers)]


def _rates(answers: Answers) -> list[Table]:
    numbers = answers.safety.rates
    if not len(numbers) or not numbers["NEVENTS"].any():
        return []
    rows = tuple(
        (f"{answers.study.params[one.PARAMCD].label}: {one.DEFINITION}", one.ARM or ALL_ARMS, share(one.NWITH, one.N),
         str(one.NEVENTS), number(one.PYEARS), number(one.RATE), interval(one.RATELO, one.RATEHI))
        for one in each(numbers)
    )  # fmt: skip
    head = ("", "arm", "children with any", "events", "person-years", "per year", "95 % interval")
    note = "From the first dose on. Exact Poisson intervals take events for independent: some children have many."
    return [Table("event_rates", "Fractures and adverse events per person-year", head, rows, numbers, (note,))]


def _terms(answers: Answers) -> list[Table]:
    numbers = answers.safety.terms
    if numbers.empty:
        return []
    arms: Sequence[str] = answers.arms
    rows = [
        (str(term), *(_term(group[group["ARM"] == arm]) for arm in arms)) for (term,), group in grouped(numbers, "TERM")
    ]
    head = ("", *(arm or ALL_ARMS for arm in arms))
    return [Table("adverse_events", "Adverse events: children (events)", head, tuple(rows), numbers)]


def _term(rows: pd.DataFrame) -> str:
    return f"{rows['NWITH'].sum()} ({rows['NEVENTS'].sum()})" if len(rows) else "0"
