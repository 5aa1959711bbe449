"""A simulated scan at two energies, from its file to the tables, with the shipped model."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import oiscan
from oiscan.anatomy import LUMBAR
from oiscan.phantom.dual_energy import DualEnergyExam, DualEnergySettings, draw_dual_energy_exam
from oiscan.phantom.export import write_dual_energy
from tests.cli.test_score import run


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


@pytest.fixture(scope="module")
def exam() -> DualEnergyExam:
    return draw_dual_energy_exam(DualEnergySettings(seed=6001, age_years=7.5))


def test_score_measures_one_file_and_two_halves_alike(exam: DualEnergyExam, tmp_path: Path) -> None:
    (both,) = write_dual_energy(exam, tmp_path, "whole")
    halves = write_dual_energy(exam, tmp_path, "half", apart=True)
    one, other = oiscan.score(both), oiscan.score(oiscan.read_energies(*halves))
    assert one.measured_l1_l4_abmd_g_cm2 == other.measured_l1_l4_abmd_g_cm2
    lumbar = slice(12, 16)
    true = exam.bone.bmc_g[lumbar].sum() / exam.bone.area_cm2[lumbar].sum()
    assert one.measured_l1_l4_abmd_g_cm2 == pytest.approx(true, abs=0.02)
    found = {finding.level: finding for finding in one.findings}
    for level, bmc_g in zip(LUMBAR, exam.bone.bmc_g[lumbar], strict=True):
        assert found[level].bmc_g == pytest.approx(bmc_g, rel=0.12)


def test_the_tables_of_a_results_folder_say_that_it_is_research(exam: DualEnergyExam, tmp_path: Path) -> None:
    scans, out = tmp_path / "scans", tmp_path / "out"
    scans.mkdir()
    write_dual_energy(exam, scans, "whole")
    for file in scans.glob("*.json"):
        file.unlink()
    assert run("score", scans, "--out", out) == 0
    (scan,) = rows(out / "scans.csv")
    assert scan["abmd_method"].startswith("research") and scan["abmd_reason"] == ""
    assert float(scan["measured_l1_l4_abmd_g_cm2"]) == pytest.approx(
        float(scan["measured_l1_l4_bmc_g"]) / float(scan["measured_l1_l4_area_cm2"]), abs=1e-3
    )
    assert scan["l1_l4_abmd_g_cm2"] == ""  # nothing was printed
    vertebrae = {row["level"]: row for row in rows(out / "vertebrae.csv")}
    assert all(float(vertebrae[level]["abmd_g_cm2"]) > 0.2 for level in LUMBAR)
