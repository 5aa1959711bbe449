"""The words page and notebook share."""

from __future__ import annotations

from dataclasses import replace

from oiscan.anatomy import Level, View
from oiscan.report import Finding, Report, Status, Verdict
from oiscan.reports.rows import AP_COLUMNS, LATERAL_COLUMNS, columns_of, facts, outcome, scan_row, vertebra_rows
from tests.reports import drawn

DOUBTFUL = Finding(
    Level.L1, Verdict.SCORED, height_loss_percent=20.46, height_loss_interval_percent=(16.0, 25.4), grade=1,
    grade_probabilities=(0.45, 0.5, 0.05, 0.0), borderline=(0, 1), deformity="wedge", remarks=("look again",),
    ratio_anterior_posterior=0.796, posterior_reference="T12 L2", anterior_height_mm=15.0, posterior_height_mm=18.94,
)  # fmt: skip


def scan_with(*findings: Finding, view: View = View.LATERAL) -> Report:
    return Report("a" * 16, "a" * 64, Status.SCORED, view=view, scale="genant", findings=findings)


def test_a_cell_for_every_column_and_nothing_for_what_is_not_known() -> None:
    (row,) = vertebra_rows(scan_with(DOUBTFUL))
    assert row.cells == ("wedge, borderline 0/1", "20.5 (16\u201325)", "0.80", "", "", "15.0", "", "18.9")
    assert len(row.cells) == len(LATERAL_COLUMNS)
    assert (row.level, row.grade, row.unreadable, row.remarks) == ("L1", 1, "", ("look again",))


def test_what_a_grade_hangs_on_is_told_at_the_pointer() -> None:
    (row,) = vertebra_rows(scan_with(DOUBTFUL))
    assert row.hint == (
        "hp/ref against: T12 L2; "
        "probability of each grade from 0 up, calibrated on simulated children: 0.45, 0.50, 0.05, 0.00"
    )
    (plain,) = vertebra_rows(scan_with(replace(DOUBTFUL, posterior_reference="", grade_probabilities=())))
    assert plain.hint == ""


def test_an_unreadable_vertebra_has_a_reason_and_no_cell() -> None:
    lost = Finding(Level.T12, Verdict.UNREADABLE, "cut by the edge of the picture", remarks=("rib",))
    (row,) = vertebra_rows(scan_with(lost))
    assert (row.grade, row.cells, row.unreadable, row.remarks) == (None, (), lost.reason, ("rib",))


def test_an_ap_scan_has_columns_of_its_own() -> None:
    body = Finding(Level.L1, Verdict.SCORED, width_mm=30.0, area_cm2=6.254, bmc_g=3.127, abmd_g_cm2=0.5)
    (row,) = vertebra_rows(scan_with(body, view=View.AP))
    assert row.cells == ("30.0", "", "6.25", "3.13", "0.500")
    assert columns_of(View.AP) == AP_COLUMNS and len(AP_COLUMNS) == 5


def test_measured_bone_is_told_with_its_method() -> None:
    measured = replace(drawn.report(), abmd_method="research: two energies", measured_l1_l4_abmd_g_cm2=0.4996)
    assert outcome(measured).endswith(". Bone density (research: two energies): L1-L4 aBMD 0.500 g/cm\u00b2")
    part = replace(measured, measured_l1_l4_abmd_g_cm2=None, abmd_reason="no L1-L4: why")
    assert outcome(part).endswith(". Bone density (research: two energies): no L1-L4: why")


def test_facts_say_what_the_file_tells() -> None:
    report = replace(drawn.report(), maker="Maker", protocol="LVA")
    assert facts(report) == "F \u00b7 6.2 years \u00b7 Maker \u00b7 LVA \u00b7 pixel 1.0000 \u00d7 1.0000 mm from user"
    assert facts(replace(report, spacing_mm=None)).endswith("LVA \u00b7 pixel size unknown, no millimetres")
    assert facts(drawn.failed()) == ""


def test_the_outcome_in_one_sentence() -> None:
    assert outcome(drawn.failed()) == "failed: the file is cut short"
    assert outcome(drawn.report()) == (
        "scored: worst grade 3 on the scale genant, grade sum 5 over 4 graded vertebrae. "
        "Levels named from: sacrum, probability 0.88 (not calibrated)"
    )


def test_a_scan_that_was_graded_whole_has_its_index() -> None:
    levels = [level for level in Level if level.value not in ("T1", "T2", "T3", "T13", "L5", "L6")]
    whole = scan_with(*(replace(DOUBTFUL, level=level) for level in levels))
    assert "(T4 to L4 complete: SDI 13)" in outcome(whole)


def test_what_the_worklist_marks() -> None:
    row = scan_row(scan_with(DOUBTFUL), "S-1", 7, has_picture=False)
    assert (row.borderline, row.not_sure, row.grade, row.fractures, row.picture) == (True, False, 1, 1, "")
    unsure = replace(drawn.report(), numbering_probability=0.79)
    row = scan_row(unsure, "S-1", 7, has_picture=True)
    assert (row.borderline, row.not_sure, row.picture) == (False, True, "overlays/0123456789abcdef.png")
