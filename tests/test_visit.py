"""Visits: what both views see decides names, worked by hand; and every way a scan belongs to no visit."""

from dataclasses import replace

import pytest

from oiscan.anatomy import COLUMN, Level, View
from oiscan.grading.remarks import NO_REFERENCE, WEDGE
from oiscan.report import Finding, Report, Status, Verdict
from oiscan.visit import join, laterals, renamed, visits

HEIGHTS = dict(zip(Level, [15.0] * 10, strict=False)) | {
    Level.T10: 21.0, Level.T11: 22.0, Level.T12: 17.0, Level.L1: 26.0, Level.L2: 20.0, Level.L3: 27.0, Level.L4: 28.0,
    Level.L5: 24.0,
}  # fmt: skip
"""One person: T12 and L2 are fractured."""


def report(view: View, first: Level, last: Level, called: Level | None = None, **changes: object) -> Report:
    """What a view shows of the person from `first` to `last`, the first one `called` by another name."""
    names = COLUMN[COLUMN.index(called or first) :]
    findings, row = [], 0.0
    shown = COLUMN[COLUMN.index(first) : COLUMN.index(last) + 1]
    for true, name in zip(shown, names, strict=False):
        height = HEIGHTS[true]
        sides = {"height_mm": height} if view is View.AP else dict.fromkeys(
            ("anterior_height_mm", "middle_height_mm", "posterior_height_mm"), height
        )
        points = ((row, 0.0), (row, 30.0), (row + height, 30.0), (row + height, 0.0))
        findings.append(Finding(name, Verdict.SCORED, landmarks_px=points, **sides))
        row += height + 6
    defaults = {"spacing_mm": (1.0, 1.0), "numbering_anchor": "appearance", "numbering_probability": 0.6}
    alternatives = ((1, 0.2), (-1, 0.2))
    given = {"numbering_alternatives": alternatives, "findings": tuple(findings)} | defaults | changes
    return Report(view.value, "0" * 64, Status.SCORED, view=view, **given)


LATERAL = report(View.LATERAL, Level.T10, Level.L5, numbering_probability=0.95, numbering_alternatives=((-1, 0.05),),
                 numbering_anchor="sacrum")  # fmt: skip


def levels(one: Report) -> list[str]:
    return [finding.level.value for finding in one.findings]


def test_views_that_agree_keep_their_names_and_are_surer_together() -> None:
    ap = report(View.AP, Level.T12, Level.L4)
    visit = join("S", 0, LATERAL, ap)
    assert (visit.lateral, visit.ap) == (LATERAL, ap)
    assert (visit.lateral_shift, visit.ap_shift) == (0, 0)
    assert visit.probability > 0.9


@pytest.mark.parametrize(("called", "shift"), [(Level.T11, 1), (Level.L1, -1)])
@pytest.mark.parametrize("magnified", [1.0, 1.25])
def test_an_ap_scan_named_one_off_is_renamed_from_the_lateral_one(called: Level, shift: int, magnified: float) -> None:
    ap = report(View.AP, Level.T12, Level.L4, called)
    larger = tuple(
        replace(one, height_mm=one.height_mm * magnified,
                landmarks_px=tuple((r * magnified, c * magnified) for r, c in one.landmarks_px))
        for one in ap.findings
    )  # fmt: skip
    visit = join("S", 0, LATERAL, replace(ap, findings=larger))
    assert levels(visit.ap) == ["T12", "L1", "L2", "L3", "L4"]
    assert (visit.lateral_shift, visit.ap_shift) == (0, shift)
    assert (visit.ap.numbering_anchor, visit.ap.numbering_probability) == ("visit", visit.probability)
    assert visit.ap.notes == (f"renamed by {shift:+d} level from the other view of the visit",)
    assert visit.lateral == LATERAL


def test_the_surer_view_outranks_the_other_one_whichever_it_is() -> None:
    lateral = report(View.LATERAL, Level.T10, Level.L4, Level.T11)
    ap = report(View.AP, Level.T12, Level.L5, numbering_anchor="sacrum", numbering_probability=0.95,
                numbering_alternatives=((-1, 0.05),))  # fmt: skip
    visit = join("S", 0, lateral, ap)
    assert levels(visit.lateral) == ["T10", "T11", "T12", "L1", "L2", "L3", "L4"]
    assert visit.lateral.numbering_anchor == "visit"
    assert visit.ap == ap


def test_what_a_reader_stated_is_never_moved() -> None:
    ap = report(View.AP, Level.T12, Level.L4, Level.T11, numbering_anchor="reader", numbering_probability=1.0,
                numbering_alternatives=())  # fmt: skip
    assert join("S", 0, LATERAL, ap).ap == ap


@pytest.mark.parametrize("unknown", ["spacing", "overlap"])
def test_where_nothing_can_be_compared_nothing_is_renamed(unknown: str) -> None:
    lateral = LATERAL if unknown == "spacing" else report(View.LATERAL, Level.T4, Level.T8)
    ap = report(View.AP, Level.T12, Level.L4, Level.T12)
    ap = replace(ap, spacing_mm=None) if unknown == "spacing" else ap
    visit = join("S", 0, lateral, ap)
    assert (visit.lateral, visit.ap) == (lateral, ap)
    assert visit.probability == pytest.approx(lateral.numbering_probability * 0.6)


def test_names_never_run_past_the_column() -> None:
    """Down by one, L5 would be L6: not among the visit's answers."""
    ap = report(View.AP, Level.T12, Level.L4, Level.L1)
    assert levels(join("S", 0, LATERAL, report(View.AP, Level.L1, Level.L5)).ap)[-1] == "L5"
    assert all(level in COLUMN for level in (finding.level for finding in join("S", 0, LATERAL, ap).ap.findings))


def test_what_hangs_on_a_level_moves_with_it() -> None:
    """ha/hp of 0.85 is a remark at T10 to L3 and none at L4; the reference's names move along."""
    finding = Finding(Level.L3, Verdict.SCORED, ratio_anterior_posterior=0.85, posterior_reference="L2 L4", grade=0,
                      remarks=(WEDGE, NO_REFERENCE))  # fmt: skip
    (down,) = renamed(replace(LATERAL, findings=(finding,)), 1, 0.9).findings
    assert (down.level, down.posterior_reference, down.remarks) == (Level.L4, "L3 L5", (NO_REFERENCE,))
    (up,) = renamed(replace(LATERAL, findings=(down,)), -1, 0.9).findings
    assert up == finding


def named(scan_id: str, one: Report) -> Report:
    return replace(one, scan_id=scan_id)


def test_only_scored_scans_of_one_subject_and_day_are_joined() -> None:
    ap = report(View.AP, Level.T12, Level.L4)
    scans = [named("a", LATERAL), named("b", ap), named("c", LATERAL), named("d", ap), named("e", ap),
             replace(named("f", ap), status=Status.UNREADABLE), named("g", LATERAL)]  # fmt: skip
    subjects = dict(zip("abcdefg", ["P", "P", "P", "Q", "P", "Q", "Q"], strict=True))
    days = dict(zip("abcdefg", [0, 0, 30, 0, None, 0, 60], strict=True))
    (visit,) = visits(scans, subjects, days)
    assert (visit.subject, visit.day, visit.lateral.scan_id, visit.ap.scan_id) == ("P", 0, "a", "b")


def test_of_several_scans_of_a_view_the_one_with_most_measured_vertebrae_counts() -> None:
    short, long = report(View.AP, Level.L1, Level.L4), report(View.AP, Level.T12, Level.L4)
    scans = [named("a", LATERAL), named("b", short), named("d", long), named("c", long)]
    (visit,) = visits(scans, dict.fromkeys("abcd", "P"), dict.fromkeys("abcd", 0))
    assert visit.ap.scan_id == "c"


def test_the_lateral_scan_of_a_day_bears_the_visit_s_names_where_it_was_joined() -> None:
    off = report(View.LATERAL, Level.T10, Level.L4, Level.T11)
    ap = report(View.AP, Level.T12, Level.L5, numbering_anchor="sacrum", numbering_probability=0.95,
                numbering_alternatives=((-1, 0.05),))  # fmt: skip
    alone, failed = replace(LATERAL, scan_id="alone"), replace(LATERAL, scan_id="failed", status=Status.UNREADABLE)
    reports = [off, ap, alone, failed, replace(LATERAL, scan_id="undated")]
    subjects = dict.fromkeys((one.scan_id for one in reports), "S")
    days = {off.scan_id: 0, ap.scan_id: 0, "alone": 7, "failed": 9, "undated": None}
    found = laterals(reports, subjects, days, visits(reports, subjects, days))
    assert found.keys() == {("S", 0), ("S", 7)}
    assert levels(found["S", 0])[0] == "T10" and found["S", 7] == alone
