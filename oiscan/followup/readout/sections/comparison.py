"""What the arms differ in: the primary comparison, the secondary ones, and changes within arms kept apart."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from oiscan.followup.compare.multiplicity import Judged, statement
from oiscan.followup.compare.power import detectable_difference
from oiscan.followup.compare.results import CAUTION, Comparison, WithinArm
from oiscan.followup.readout.answers import Answers
from oiscan.followup.readout.forest import forest_rows, forest_svg
from oiscan.followup.readout.parts import Drawing, Section, Table
from oiscan.followup.readout.words import interval, number, p_value, with_unit

HEAD = ("", "test", "n", "measure", "estimate", "95 % interval", "p")


def comparison_section(answers: Answers) -> Section:
    """All comparisons of the arms, or why there are none."""
    told = answers.compared
    if told.reason:
        return Section("comparison", "Comparison of the arms", (f"No comparison: {told.reason}.",))
    reference, other = told.family[0].comparison.arms
    words = (
        f"Differences are {other} minus {reference}, ratios {other} over {reference}; n is {reference} + {other}, "
        "the children in that very test.",
        statement(told.family),
        *_detectable(told.family[0].comparison),
    )
    tables = _supportive(answers, told.supportive), _within(answers, told.within)
    parts: tuple[Drawing | Table, ...] = (_family(answers, told.family), *_forest(answers), *tables)
    return Section("comparison", "Comparison of the arms", words, parts)


def _detectable(primary: Comparison) -> tuple[str, ...]:
    """What so many children can show, whatever they did show."""
    if primary.reason:
        return ()
    effect = detectable_difference(*primary.n)
    return (
        f"With {primary.n[0]} and {primary.n[1]} children a t-test notices a true difference of {number(effect)} "
        "standard deviations in 80 of 100 studies; smaller ones are often missed.",
    )


def _family(answers: Answers, judgements: Iterable[Judged]) -> Table:
    rows = [(*_cells(answers, one.comparison), p_value(one.adjusted_p), one.role) for one in judgements]
    numbers = pd.DataFrame(
        [{**one.comparison.to_row(), "role": one.role, "adjusted_p": one.adjusted_p} for one in judgements]
    )
    notes = _notes(one.comparison for one in judgements)
    head = (*HEAD, "p, adjusted", "")
    return Table("comparisons", "Primary and secondary comparisons", head, tuple(rows), numbers, notes)


def _supportive(answers: Answers, comparisons: Iterable[Comparison]) -> Table:
    rows = tuple(_cells(answers, one) for one in comparisons)
    numbers = pd.DataFrame([one.to_row() for one in comparisons])
    caption = "The primary endpoint by other methods and at other visits: support for the primary comparison, no others"
    return Table("supportive", caption, HEAD, rows, numbers, _notes(comparisons))


def _cells(answers: Answers, one: Comparison) -> tuple[str, ...]:
    counts = f"{one.n[0]} + {one.n[1]}"
    label = ", ".join(word for word in (_label(answers, one.endpoint), one.visit) if word)
    start = label, one.method, counts
    if one.reason:
        return (*start, one.reason, "", "", "")
    return (*start, one.measure, number(one.estimate), interval(one.low, one.high), p_value(one.p_value))


def _notes(comparisons: Iterable[Comparison]) -> tuple[str, ...]:
    """Each note once, after the names of the tests it is about."""
    told: dict[str, list[str]] = {}
    for one in comparisons:
        if one.note:
            told.setdefault(one.note, []).append(one.name)
    return tuple(f"{', '.join(names)}: {note}." for note, names in told.items())


def _forest(answers: Answers) -> list[Drawing]:
    comparisons = [one.comparison for one in answers.compared.family]
    numbers = forest_rows(comparisons, answers.long, lambda endpoint: _label(answers, endpoint))
    if numbers.empty:
        return []
    svg = forest_svg(numbers, "forest", comparisons[0].arms)
    note = (
        "Each difference is divided by the standard deviation of its endpoint over the children of both arms at that "
        "visit, so that all stand on one scale. Those without a difference of means are in the table only."
    )
    caption = "Difference of the arms for each endpoint, with its 95 % interval"
    return [Drawing("forest", caption, svg, numbers, (note,))]


def _within(answers: Answers, changes: Iterable[WithinArm]) -> Table:
    rows = tuple(
        (_label(answers, one.endpoint), one.arm, one.visit, str(one.n), number(one.mean), interval(one.low, one.high))
        for one in changes
    )
    numbers = pd.DataFrame([one.to_row() for one in changes])
    head = ("", "arm", "visit", "n", "mean change", "95 % interval")
    caption = "Change within each arm: no comparison of the arms"
    return Table("within_arms", caption, head, rows, numbers, (f"A {CAUTION}.",))


def _label(answers: Answers, endpoint: str) -> str:
    """ "Lumbar spine aBMD, change (g/cm2)" of "LSBMD CHG"."""
    code, _, quantity = endpoint.partition(" ")
    param = answers.study.params[code]
    unit = "%" if quantity == "PCHG" else param.unit
    words = {"CHG": ", change", "PCHG": ", percent change"}.get(quantity, "")
    return with_unit(f"{param.label}{words}", unit)
