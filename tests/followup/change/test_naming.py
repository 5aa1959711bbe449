"""A column counted one off at one visit is noticed by the pattern of its lengths, whatever the child has grown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from oiscan.anatomy import COLUMN, Level
from oiscan.followup.change.naming import matched, same_names
from oiscan.report import Verdict
from tests.followup.change.cases import HEIGHTS_MM, lateral, shifted

FIRST = lateral("first", HEIGHTS_MM)
INNER = {level: height for level, height in HEIGHTS_MM.items() if level not in (Level.T4, Level.L5)}


def grown(factor: float) -> dict[Level, float]:
    return {level: factor * height for level, height in INNER.items()}


@pytest.mark.parametrize("factor", [1.0, 1.2])
@pytest.mark.parametrize("named_off", [-1, 0, 1])
def test_the_names_of_the_later_visit_are_moved_back(factor: float, named_off: int) -> None:
    heights = grown(factor)
    names = same_names(FIRST, lateral("later", heights, shifted(heights, named_off)))
    assert names.shift == -named_off
    assert names.sure


def test_matched_findings_bear_the_names_of_the_first_visit() -> None:
    heights = grown(1.1)
    later = lateral("later", heights, shifted(heights, 1), grades={Level.L2: 2})
    before, after, note = matched(FIRST, later)
    assert list(after) == list(INNER)
    assert (before[Level.L2].grade, after[Level.L2].grade) == (0, 2)
    assert note == "names moved by -1 level to match the first visit"


def test_names_that_agree_need_no_note() -> None:
    assert matched(FIRST, lateral("later", grown(1.1)))[2] == ""


def test_a_new_fracture_does_not_disturb_the_match() -> None:
    heights = grown(1.1) | {Level.T12: 10.0}
    assert same_names(FIRST, lateral("later", heights)).shift == 0


def test_a_vertebra_missed_at_one_visit_stops_the_comparison() -> None:
    """T9 is skipped, and those above it are called one lower: their names agree with nothing."""
    skipped = {level: height for level, height in HEIGHTS_MM.items() if level is not Level.T9}
    whole = lateral("later", HEIGHTS_MM)
    names = {level: COLUMN[COLUMN.index(level) + (COLUMN.index(level) < COLUMN.index(Level.T9))] for level in skipped}
    kept = iter(lateral("gap", skipped, names).findings)
    gap = [replace(next(kept), landmarks_px=one.landmarks_px) for one in whole.findings if one.level is not Level.T9]
    _, after, note = matched(replace(whole, findings=tuple(gap)), whole)
    assert note == "a vertebra near T9 was missed or counted twice at one of the visits"
    assert {finding.reason for finding in after.values()} == {note}


def test_a_column_without_a_pattern_and_without_sure_names_is_not_compared() -> None:
    even, inner = dict.fromkeys(COLUMN[8:14], 15.0), dict.fromkeys(COLUMN[9:13], 15.0)
    unsure = {"numbering_probability": 0.5, "numbering_alternatives": ((1, 0.5),)}
    before, after, note = matched(lateral("a", even, **unsure), lateral("b", inner, **unsure))
    assert {finding.status for finding in after.values()} == {Verdict.UNREADABLE}
    assert note.startswith("the levels of the two visits cannot be matched (probability 0.")
    assert after[COLUMN[9]].reason == note
    assert before[COLUMN[9]].grade == 0


def test_too_few_vertebrae_leave_it_to_the_names() -> None:
    two = {Level.L1: 18.0, Level.L2: 21.0}
    names = same_names(lateral("a", two), lateral("b", {Level.L1: 21.0, Level.L2: 18.0}))
    assert (names.shift, names.sure) == (0, True)


def test_two_scales_are_not_compared() -> None:
    before, after, note = matched(lateral("a", HEIGHTS_MM, scale="genant"), lateral("b", HEIGHTS_MM, scale="own"))
    assert note == "graded on the scale own, the first visit on genant: score both on one"
    assert {finding.reason for finding in after.values()} == {note}
    assert before[Level.L1].grade == 0


def test_two_models_are_compared_and_told() -> None:
    _, after, note = matched(FIRST, lateral("later", HEIGHTS_MM, model_sha256="n" * 64))
    assert (after[Level.L1].grade, note) == (0, "the two visits were measured by different models")
