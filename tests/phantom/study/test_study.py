"""A simulated trial: who is in it, what its tables say, and that the same seed gives the same."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pydicom
import pytest

from oiscan.loaders import read
from oiscan.loaders.printed import read_printed_file
from oiscan.phantom.exam import Route
from oiscan.phantom.study.child import DENOSUMAB, MONTHS, SCANNERS, ZOLEDRONATE, attended, draw_children
from oiscan.phantom.study.density import abmd_g_cm2, printed_spine, z_score
from oiscan.phantom.study.scans import Pictures
from oiscan.phantom.study.tables import dose_days, write_tables
from oiscan.phantom.study.writing import write_study


def test_the_trial_has_the_shape_of_the_one_it_stands_for() -> None:
    children = draw_children(1, 26)
    arms = [child.arm for child in children]
    assert (arms.count(DENOSUMAB), arms.count(ZOLEDRONATE)) == (13, 13)
    assert all(3.4 <= child.age_years <= 7.6 for child in children)
    assert len({child.code for child in children}) == 26
    changed = [visit for child in children for visit in child.visits if visit.scanner == SCANNERS[1]]
    assert [visit.month for visit in changed] == [24]
    missed = [visit.month for child in children for visit in child.visits if not visit.attended]
    assert {12, 24} <= set(missed)
    assert all(child.visits[0].attended and child.visits[0].study_day < 0 for child in children)


def test_children_gain_and_the_same_seed_gives_the_same_children() -> None:
    one, other = draw_children(7, 3), draw_children(7, 3)
    for child, again in zip(one, other, strict=True):
        assert child.z_score == again.z_score
        assert (child.spine.baseline.centre_mm == again.spine.baseline.centre_mm).all()
        assert (child.spine.share[24] == again.spine.share[24]).all()
    assert np.mean([child.z_score[24] - child.z_score[0] for child in draw_children(7, 26)]) > 1
    assert draw_children(8, 3)[0].z_score != one[0].z_score


def test_density_and_z_score_are_each_others_inverse() -> None:
    assert z_score(6.0, abmd_g_cm2(6.0, -1.7)) == pytest.approx(-1.7)


def test_printed_values_add_up() -> None:
    regions = printed_spine(np.random.default_rng(0), 0.4, 5.0, [4.0, 4.5, 5.0, 5.5])
    *levels, total = regions
    assert total.region == "L1-L4"
    assert sum(one.bmc_g or 0 for one in levels) == pytest.approx(total.bmc_g, abs=0.003)
    assert (total.bmc_g or 0) / 19 == pytest.approx(total.abmd_g_cm2, abs=0.001)
    assert total.abmd_g_cm2 == pytest.approx(0.4, abs=0.03)


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_tables_end_when_the_child_leaves(tmp_path: Path) -> None:
    children = draw_children(3, 6)
    write_tables(tmp_path, 3, children)
    left = next(child for child in children if not child.visits[-1].attended)
    last = left.date_of(left.last_day).isoformat()
    for name in ("doses", "labs", "motor", "growth", "dxa", "fractures", "adverse_events"):
        dates = [row["date"] for row in rows(tmp_path / f"{name}.csv") if row["subject"] == left.code]
        assert all(date <= last for date in dates), name
    assert len(dose_days(left)) < 7
    stays = next(child for child in children if child.visits[-1].attended)
    assert len(dose_days(stays)) == 7


def test_a_child_overshoots_once_and_all_who_cannot_walk_say_so(tmp_path: Path) -> None:
    write_tables(tmp_path, 4, draw_children(4, 26))
    calcium = [float(row["calcium_mmol_l"]) for row in rows(tmp_path / "labs.csv")]
    assert sum(value > 2.9 for value in calcium) == 1
    assert min(calcium) < 2.2
    for row in rows(tmp_path / "motor.csv"):
        assert (row["walk_1_min_m"] == "not able") == (int(row["bamf"]) < 5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    write_study(folder, Pictures(5, Route.FAST), children=1)
    return folder


def test_the_scans_are_of_one_child_who_grows(folder: Path) -> None:
    told = json.loads((folder / "truth.json").read_text())
    assert [visit["month"] for visit in told["visits"]] == list(MONTHS)
    ages = [read(folder / "scans" / visit["lateral"]).subject.age_years for visit in told["visits"]]
    assert ages == sorted(ages)
    assert ages[2] - ages[0] == pytest.approx(2, abs=0.15)
    headers = [pydicom.dcmread(folder / "scans" / visit["ap"]) for visit in told["visits"]]
    assert {str(header.PatientName) for header in headers} == {"SIMULATED^NOBODY"}
    assert len({header.PatientID for header in headers}) == 1
    assert len({header.SOPInstanceUID for header in headers}) == 3
    assert [header.ManufacturerModelName for header in headers] == [SCANNERS[0], SCANNERS[0], SCANNERS[1]]


def test_the_ap_scans_print_the_density(folder: Path) -> None:
    for visit in json.loads((folder / "truth.json").read_text())["visits"]:
        values = read_printed_file(folder / "scans" / visit["ap"]).values
        printed = {(one.region, one.quantity): one.value for one in values}
        assert printed["L1-L4", "bmd_g_cm2"] == pytest.approx(visit["l1_l4_abmd_g_cm2"], abs=0.03)
        assert {"L1", "L2", "L3", "L4"} <= {region for region, _ in printed}
        assert read_printed_file(folder / "scans" / visit["lateral"]).values == ()


def test_the_truth_is_of_every_vertebra_and_visit(folder: Path) -> None:
    for visit in json.loads((folder / "truth.json").read_text())["visits"]:
        levels = [one["level"] for one in visit["vertebrae"]]
        assert {"T4", "L1", "L5"} <= set(levels)
        assert all(0 <= one["height_loss_percent"] < 90 for one in visit["vertebrae"])


def test_the_folder_says_that_it_is_simulated(folder: Path) -> None:
    assert "SIMULATED" in (folder / "study.toml").read_text()
    assert "simulated = true" in (folder / "study.toml").read_text()
    assert "no child" in (folder / "SIMULATED.txt").read_text()


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_study(tmp_path, Pictures(5, Route.FAST), children=1)
    files = sorted(file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    assert files == sorted(file.relative_to(tmp_path) for file in tmp_path.rglob("*") if file.is_file())
    assert all((folder / file).read_bytes() == (tmp_path / file).read_bytes() for file in files)


def test_attended_visits_are_those_with_scans(folder: Path) -> None:
    (child,) = draw_children(5, 1)
    assert len(list((folder / "scans").glob("*_lateral.dcm"))) == len(attended(child))
