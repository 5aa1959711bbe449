"""Scans at two energies as files: oiscan's own layout read back, and nothing else taken for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import ImplicitVRLittleEndian

import oiscan
from oiscan.anatomy import View
from oiscan.errors import UnreadableFileError, UnsupportedScanError
from oiscan.loaders.energies import CREATOR, GROUP, KILOVOLTS, ONE_OF_TWO
from oiscan.phantom.dual_energy import DualEnergyExam, DualEnergySettings, draw_dual_energy_exam
from oiscan.phantom.export import write_dual_energy


@pytest.fixture(scope="module")
def exam() -> DualEnergyExam:
    return draw_dual_energy_exam(DualEnergySettings(seed=4, age_years=4.0, pixel_mm=1.5))


def changed(path: Path, change: object) -> Path:
    dataset = dcmread(path)
    change(dataset)  # type: ignore[operator]
    dataset.save_as(path, enforce_file_format=True)
    return path


def test_two_frames_are_read_as_two_energies_and_a_picture(exam: DualEnergyExam, tmp_path: Path) -> None:
    (path,) = write_dual_energy(exam, tmp_path, "one")
    scan = oiscan.read(path)
    assert scan.view is View.AP
    assert scan.spacing is not None and scan.spacing.row_mm == 1.5
    assert scan.energies is not None and scan.energies.kilovolts == (100, 140)
    for read, counted in ((scan.energies.low, exam.low), (scan.energies.high, exam.high)):
        assert np.abs(read - counted).max() <= 1.001e-4  # half a step of what is stored
    assert np.array_equal(scan.pixels, scan.energies.picture.astype(np.float32))
    assert not scan.may_hold_text and scan.notes == ()


@pytest.mark.parametrize("order", [1, -1])
def test_two_files_of_one_energy_each_make_the_same_scan(exam: DualEnergyExam, tmp_path: Path, order: int) -> None:
    (both,) = write_dual_energy(exam, tmp_path, "one")
    halves = write_dual_energy(exam, tmp_path, "one", apart=True)
    scan = oiscan.read_energies(*halves[::order])
    whole = oiscan.read(both)
    assert scan.energies is not None and whole.energies is not None
    assert np.array_equal(scan.energies.low, whole.energies.low)
    assert np.array_equal(scan.energies.high, whole.energies.high)
    assert np.array_equal(scan.pixels, whole.pixels)
    assert scan.scan_id != whole.scan_id and scan.notes == ()


def test_one_energy_alone_is_a_picture_that_says_it_is_half_a_scan(exam: DualEnergyExam, tmp_path: Path) -> None:
    low, _ = write_dual_energy(exam, tmp_path, "one", apart=True)
    scan = oiscan.read(low)
    assert scan.energies is None and ONE_OF_TWO in scan.notes


def test_two_halves_have_to_be_of_two_energies_and_of_one_scan(exam: DualEnergyExam, tmp_path: Path) -> None:
    low, high = write_dual_energy(exam, tmp_path, "one", apart=True)
    (both,) = write_dual_energy(exam, tmp_path, "one")
    with pytest.raises(UnsupportedScanError, match="both pictures were taken at 100 kV"):
        oiscan.read_energies(low, low)
    with pytest.raises(UnsupportedScanError, match="not two files of one X-ray energy"):
        oiscan.read_energies(both, high)

    def cut(dataset: Dataset) -> None:
        dataset.Rows -= 10
        dataset.PixelData = dataset.PixelData[: 2 * dataset.Rows * dataset.Columns]

    with pytest.raises(UnsupportedScanError, match="differ in size"):
        oiscan.read_energies(low, changed(high, cut))


def test_an_archive_that_forgets_what_private_values_are_loses_nothing(exam: DualEnergyExam, tmp_path: Path) -> None:
    (path,) = write_dual_energy(exam, tmp_path, "one")
    dataset = dcmread(path)
    dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    dataset.save_as(tmp_path / "implicit.dcm", implicit_vr=True, little_endian=True)
    scan = oiscan.read(tmp_path / "implicit.dcm")
    assert scan.energies is not None and scan.energies.kilovolts == (100, 140)


def test_a_picture_stored_upside_down_is_turned_with_its_energies(exam: DualEnergyExam, tmp_path: Path) -> None:
    (path,) = write_dual_energy(exam, tmp_path, "one")
    upright = oiscan.read(path)
    turned = oiscan.read(changed(path, lambda dataset: setattr(dataset, "PatientOrientation", ["L", "H"])))
    assert turned.stored.upside_down
    assert upright.energies is not None and turned.energies is not None
    assert np.array_equal(turned.energies.high, upright.energies.high[::-1])
    assert np.array_equal(turned.pixels, upright.pixels[::-1])


def _without_mark(dataset: Dataset) -> None:
    dataset.remove_private_tags()


def test_without_oiscans_mark_two_energies_stay_unread(exam: DualEnergyExam, tmp_path: Path) -> None:
    (path,) = write_dual_energy(exam, tmp_path, "one")
    with pytest.raises(UnsupportedScanError, match="two X-ray energies and no single picture"):
        oiscan.read(changed(path, _without_mark))


def _one_voltage(dataset: Dataset) -> None:
    dataset.private_block(GROUP, CREATOR)[KILOVOLTS].value = ["100"]


def _no_voltage(dataset: Dataset) -> None:
    dataset.private_block(GROUP, CREATOR)[KILOVOLTS].value = []


def _cut_short(dataset: Dataset) -> None:
    dataset.PixelData = dataset.PixelData[:-200]


def _no_slope(dataset: Dataset) -> None:
    del dataset.RescaleSlope


@pytest.mark.parametrize("damage", [_one_voltage, _no_voltage, _cut_short, _no_slope])
def test_a_file_that_does_not_keep_the_layout_is_refused(
    exam: DualEnergyExam, tmp_path: Path, damage: object
) -> None:
    (path,) = write_dual_energy(exam, tmp_path, "one")
    with pytest.raises(UnreadableFileError):
        oiscan.read(changed(path, damage))
