"""All figures of a panel: by hand on a few vertebrae, and as published on a published table."""

import json
from pathlib import Path

import numpy as np
import pytest

from oiscan.evaluation.agreement.comparison import Panel
from oiscan.evaluation.agreement.readers import read_readers
from oiscan.evaluation.agreement.results import read_results
from oiscan.evaluation.agreement.statistics import agreement, fractured_or_not
from oiscan.evaluation.agreement.table import agreement_table
from tests.evaluation.agreement.reader_cases import readers_file, results_folder

PATIENTS = [(1, 1)] * 35 + [(1, 0)] * 6 + [(0, 1)] + [(0, 0)] * 16
"""Fractured by the reference, by the program: a published table of 58 patients, [[35, 1], [6, 16]] transposed."""


def panel(folder: Path, readers: list[str], program: list[str]) -> Panel:
    readings = read_readers(readers_file(folder, *readers))
    return Panel.of(readings, read_results(results_folder(folder, *program)))


def row(scan: str, level: str, grade: int | None, loss: float = 0.0, subject: str = "") -> str:
    if grade is None:
        return f"{scan},{subject},,lateral,{level},unreadable,,,,,"
    return f"{scan},{subject},,lateral,{level},scored,,,{loss},{grade},{'wedge' if grade else ''}"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict:
    readers = [f"s{i},L1,A,scored,{one}," for i, (one, _) in enumerate(PATIENTS)]
    program = [row(f"s{i}", "L1", other, loss=30.0 * other) for i, (_, other) in enumerate(PATIENTS)]
    return agreement(panel(tmp_path_factory.mktemp("panel"), readers, program))


def test_a_published_table(published: dict) -> None:
    (told,) = published["against_readers"]
    assert told["vertebrae"]["graded_by_both"] == 58
    for unit in ("per_vertebra", "per_patient"):
        figures = told[unit]
        assert figures["agreement"]["value"] == pytest.approx(0.8793, abs=5e-5)
        kappa = figures["kappa_fractured"]
        assert kappa["value"] == pytest.approx(0.7318, abs=5e-5)
        assert kappa["ci95"] == [pytest.approx(0.549, abs=5e-4), pytest.approx(0.914, abs=5e-4)]
        assert (figures["sensitivity"]["count"], figures["sensitivity"]["of"]) == (35, 41)
        assert figures["specificity"]["value"] == pytest.approx(16 / 17)
        assert figures["auc"]["value"] == pytest.approx((35 / 41 + 16 / 17) / 2)


def test_independent_vertebrae_have_the_bootstrap_of_the_formula(published: dict) -> None:
    """One vertebra a patient: both ways to an interval must nearly agree."""
    (told,) = published["against_readers"]
    for name in ("kappa_fractured", "sensitivity", "agreement"):
        figure = told["per_vertebra"][name]
        assert figure["ci95_bootstrap"] == pytest.approx(figure["ci95"], abs=0.06)


def test_alike_vertebrae_of_a_patient_widen_the_bootstrap_alone(tmp_path: Path, published: dict) -> None:
    """The same patients with three like vertebrae each: a formula that knows no patients gets too sure."""
    levels = ("L1", "L2", "L3")
    readers = [f"s{i},{level},A,scored,{one}," for i, (one, _) in enumerate(PATIENTS) for level in levels]
    program = [row(f"s{i}", level, other) for i, (_, other) in enumerate(PATIENTS) for level in levels]
    (told,) = agreement(panel(tmp_path, readers, program))["against_readers"]
    kappa, single = (one["per_vertebra"]["kappa_fractured"] for one in (told, published["against_readers"][0]))
    assert kappa["value"] == pytest.approx(single["value"])
    assert np.ptp(kappa["ci95"]) == pytest.approx(np.ptp(single["ci95"]) / np.sqrt(3))
    assert kappa["ci95_bootstrap"] == pytest.approx(single["ci95_bootstrap"])


def test_refused_fractures_are_missed_in_one_figure_and_left_out_of_the_other(tmp_path: Path) -> None:
    readers = ["a,L1,A,scored,2,wedge", "b,L1,A,scored,1,wedge", "c,L1,A,scored,3,crush", "d,L1,A,scored,0,"]
    program = [row("a", "L1", 2, 30), row("b", "L1", None), row("d", "L1", 0, 4)]
    (told,) = agreement(panel(tmp_path, readers, program))["against_readers"]
    assert told["per_vertebra"]["sensitivity"]["value"] == 1
    missed = told["per_vertebra"]["sensitivity_refusals_missed"]
    assert (missed["count"], missed["of"]) == (1, 3), "b is unreadable to the program, c is not in its table"
    assert told["per_vertebra"]["confusion"]["counts"][1:4] == [[0, 0, 0, 0, 1], [0, 0, 1, 0, 0], [0, 0, 0, 0, 1]]


def test_deformity_of_what_both_call_fractured(tmp_path: Path) -> None:
    readers = ["a,L1,A,scored,2,wedge", "b,L1,A,scored,2,crush", "c,L1,A,scored,2,", "d,L1,A,scored,1,wedge"]
    program = [row(scan, "L1", grade, 30) for scan, grade in zip("abcd", (2, 2, 2, 0), strict=True)]
    (told,) = agreement(panel(tmp_path, readers, program))["against_readers"]
    assert told["deformity"]["agreement"]["value"] == 0.5
    kappa = told["deformity"]["kappa"]
    assert (kappa["value"], kappa["ci95"], kappa["ci95_bootstrap"]) == (0, None, None), "oiscan says wedge only"
    assert told["deformity"]["confusion"] == {
        "categories": ["wedge", "biconcave", "crush"], "counts": [[1, 0, 0], [0, 0, 0], [1, 0, 0]],
    }  # fmt: skip


def many(folder: Path) -> dict:
    """Three readers of ten patients; C reads half of them."""
    readers = [f"s{i},L1,{name},scored,{int(i < cut)}," for name, cut in (("A", 5), ("B", 6)) for i in range(10)]
    readers += [f"s{i},L1,C,scored,{int(i < 4)}," for i in range(0, 10, 2)]
    return agreement(panel(folder, readers, [row(f"s{i}", "L1", int(i < 7), 30.0 - i) for i in range(9)]))


def test_many_readers(tmp_path: Path) -> None:
    told = many(tmp_path)
    assert [one["reference"] for one in told["against_readers"]] == ["A", "B", "C"]
    pairs = [(one["reference"], one["test"]) for one in told["between_readers"]]
    assert pairs == [("A", "B"), ("A", "C"), ("B", "C")]
    first = told["between_readers"][0]["per_vertebra"]
    assert first["agreement"]["value"] == 0.9
    assert first["kappa_fractured"]["value"] == pytest.approx((0.9 - 0.5) / (1 - 0.5))
    assert "sensitivity" not in first
    assert "auc" not in first
    assert (told["scans"], told["scans_without_results"], told["patients"]) == (10, 1, 10)


def test_fleiss_kappa_by_hand(tmp_path: Path) -> None:
    """s0 s2 s4 s6 s8 by A, B, C: 3 3 2 0 0 times fractured. P = 13/15, Pe = (8/15)^2 + (7/15)^2."""
    told = many(tmp_path)["fleiss_kappa"]
    expected = (8**2 + 7**2) / 15**2
    readers = told["readers"]
    assert (readers["raters"], readers["n"]) == (3, 5)
    assert readers["kappa_fractured"]["value"] == pytest.approx((13 / 15 - expected) / (1 - expected))
    assert readers["kappa_grades"]["value"] == pytest.approx(readers["kappa_fractured"]["value"])
    assert (told["readers_and_oiscan"]["raters"], told["readers_and_oiscan"]["n"]) == (4, 5)


def test_one_reader_has_nobody_to_agree_with(published: dict) -> None:
    assert published["between_readers"] == []
    assert published["fleiss_kappa"]["readers"] is None
    assert published["fleiss_kappa"]["readers_and_oiscan"]["raters"] == 2


def test_stated_probabilities_are_ranked_and_held_to_what_readers_call(tmp_path: Path) -> None:
    """The losses of height rank the four vertebrae the wrong way round, the probabilities rightly."""
    stated = {"a": (1, 0.95, 0), "b": (1, 0.65, 5), "c": (0, 0.35, 21), "d": (0, 0.05, 30)}
    readers = readers_file(tmp_path, *(f"{scan},L1,A,scored,{grade}," for scan, (grade, *_) in stated.items()))
    lines = [f"{scan},L1,scored,{loss},{grade},{p}" for scan, (grade, p, loss) in stated.items()]
    head = "scan_id,level,status,height_loss_percent,grade,fracture_probability"
    folder = results_folder(tmp_path, *lines, head=head)
    (told,) = agreement(Panel.of(read_readers(readers), read_results(folder)))["against_readers"]
    assert (told["auc_score"], told["per_vertebra"]["auc"]["value"]) == ("fracture_probability", 1)
    calibration = told["calibration"]
    assert [one["fractured"] for one in calibration["bins"]] == [0, 0, 1, 1]
    assert calibration["expected_calibration_error"]["value"] == pytest.approx((0.05 + 0.35 + 0.35 + 0.05) / 4)
    assert calibration["brier_score"]["value"] == pytest.approx(2 * (0.35**2 + 0.05**2) / 4)


def test_grades_become_yes_or_no() -> None:
    assert fractured_or_not(np.arange(16).reshape(4, 4)).tolist() == [[0, 6], [24, 90]]


def test_nothing_to_compare_gives_no_number(tmp_path: Path) -> None:
    told = agreement(panel(tmp_path, ["a,L1,A,unreadable,,"], [row("a", "L1", None)]))
    json.dumps(told, allow_nan=False)
    figures = told["against_readers"][0]["per_vertebra"]
    assert {figures[name]["value"] for name in figures if name != "confusion"} == {None}
    assert "kappa_fractured               -" in agreement_table(told)


def test_one_patient_alone_has_no_interval_over_patients(tmp_path: Path) -> None:
    readers = [f"a,L{i},A,scored,{i % 2}," for i in range(1, 5)]
    told = agreement(panel(tmp_path, readers, [row("a", f"L{i}", i % 2, 9.0 * i) for i in range(1, 5)]))
    assert told["against_readers"][0]["per_vertebra"]["agreement"]["ci95_bootstrap"] is None


def test_the_text_holds_what_a_paper_prints(published: dict) -> None:
    text = agreement_table(published)
    assert "58 scans of 58 patients; 0 without results" in text
    assert "oiscan against A" in text
    assert "0.732 (0.549 to 0.914)" in text
    assert "35/41" in text
    assert "graded by both: 58" in text
    assert max(map(len, text.splitlines())) <= 140
