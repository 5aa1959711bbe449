"""Why a vertebra does not count: grades, the scanner's marks, the user's own file."""

from pathlib import Path

import pytest

from oiscan.anatomy import LUMBAR, Level, View
from oiscan.densitometry.printed.exclusion import Exclusion, fractured, gathered, invalid_on_scanner, ungraded
from oiscan.densitometry.printed.exclusion_file import ExclusionLine, read_exclusions
from oiscan.densitometry.regions import BoneRegion
from oiscan.errors import ConfigError
from oiscan.report import Finding, Report, Status, Verdict

SCAN = "0123456789abcdef"


def lateral(*grades: int | None, **changes: object) -> Report:
    """T12 to L3 with these grades."""
    levels = (Level.T12, Level.L1, Level.L2, Level.L3)
    findings = [Finding(level, Verdict.SCORED, grade=grade) for level, grade in zip(levels, grades, strict=True)]
    made = {"status": Status.SCORED, "view": View.LATERAL, "findings": tuple(findings)} | changes
    return Report(SCAN, "0" * 64, **made)


def test_fractured_lumbar_vertebrae_do_not_count() -> None:
    assert [str(one) for one in fractured(lateral(3, 0, 1, None))] == ["L2: fracture grade 1 on the lateral scan"]
    assert fractured(lateral(3, 0, None, 0)) == ()
    assert fractured(None) == ()
    assert fractured(lateral(0, 2, 2, 2, view=View.AP)) == ()
    assert fractured(lateral(0, 2, 2, 2, status=Status.UNREADABLE)) == ()


def test_what_was_not_graded_is_not_taken_for_whole() -> None:
    assert ungraded(lateral(3, 0, 1, None)) == (Level.L3, Level.L4)
    assert ungraded(None) == ungraded(lateral(0, 0, 0, 0, view=View.AP)) == LUMBAR


def test_doubt_about_a_fracture_is_told() -> None:
    unsure = lateral(0, 2, 0, 0, numbering_probability=0.614)
    (one,) = fractured(unsure)
    assert one.reason == "fracture grade 2 on the lateral scan (its level names are right with probability 0.61)"
    assert "probability" not in fractured(lateral(0, 2, 0, 0, numbering_probability=0.8))[0].reason
    finding = Finding(Level.L3, Verdict.SCORED, grade=1, borderline=(0, 1))
    assert fractured(lateral(0, 0, 0, 0, findings=(finding,)))[0].reason.endswith("scan, borderline 0/1")


def test_marks_of_the_scanner() -> None:
    marked = [BoneRegion("L1"), BoneRegion("L3", invalid="movement"), BoneRegion("Head", invalid="movement")]
    regions = {one.region: one for one in marked}
    assert invalid_on_scanner(regions) == (Exclusion(Level.L3, "marked on the scanner: movement"),)


def test_one_a_vertebra_with_all_reasons_head_to_foot() -> None:
    found = gathered(
        [Exclusion(Level.L3, "b"), Exclusion(Level.L1, "a")], [Exclusion(Level.L3, "c"), Exclusion(Level.L3, "b")]
    )
    assert [str(one) for one in found] == ["L1: a", "L3: b, c"]


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "exclusions.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_users_file(tmp_path: Path) -> None:
    text = f"\ufeffsubject, scan_id,level,reason\nA,,l2,Hardware\n\n,{SCAN},L4,artefact\n"
    assert read_exclusions(table(tmp_path, text)) == (
        ExclusionLine(2, "A", "", Exclusion(Level.L2, "hardware (stated by the user)")),
        ExclusionLine(4, "", SCAN, Exclusion(Level.L4, "artefact (stated by the user)")),
    )


@pytest.mark.parametrize(("text", "says"), [
    ("", "needs the columns"),
    ("subject,level\nSECRET,L1\n", "needs the columns"),
    ("level,reason\nL1,other\n", "needs the columns"),
    ("subject,level,reason,SECRET\nA,L1,other,x\n", "no others"),
    ("subject,subject,level,reason\n", "names a column twice"),
    ("subject,level,reason\nSECRET,L1\n", "line 2 .* more or fewer cells"),
    ("subject,level,reason\n,L1,other\n", "line 2 .* needs a subject or a scan_id"),
    ("scan_id,level,reason\nSECRET,L1,other\n", "line 2 .* needs a subject or a scan_id"),
    ("subject,scan_id,level,reason\nA,0123456789abcdef,L1,other\n", "line 2 .* not both"),
    ("subject,level,reason\nA,SECRET,other\n", "line 2 .* no level from L1 to L4"),
    ("subject,level,reason\nA,L1,SECRET fell\n", "line 2 .* no reason oiscan knows: write fracture, hardware"),
])  # fmt: skip
def test_what_cannot_be_used_is_refused_without_a_word_of_it(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as refused:
        read_exclusions(table(tmp_path, text))
    assert "SECRET" not in str(refused.value)


def test_an_absent_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_exclusions(tmp_path / "absent.csv")
