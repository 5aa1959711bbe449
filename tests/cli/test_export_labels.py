"""`oiscan export-labels`: readers' landmarks as labels that training can read, with nothing that identifies."""

from pathlib import Path

import numpy as np
import pytest

from oiscan.anatomy import View
from oiscan.cli import main
from oiscan.labels import read_labels
from oiscan.loaders import read
from tests.dicom_cases import CR, dicom, spine, write
from tests.hologic_cases import BOXES, corners, drawn, iva, iva_xml
from tests.loaders.test_hologic import RIGHT


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["export-labels", *map(str, arguments)])
    return int(ended.value.code or 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two scans of one person and one of another, one of them upside down; a scan without landmarks, and no scan."""
    made = tmp_path / "in"
    made.mkdir()
    write(made, iva(iva_xml(), sop=CR), "Sentinel_1.dcm")
    write(made, iva(iva_xml(), sop=CR, PatientOrientation=["A", "H"]), "Sentinel_2.dcm")
    write(made, iva(iva_xml(), sop=CR, PatientID="ID-OTHER"), "Sentinel_3.dcm")
    write(made, iva(iva_xml()), "captured.dcm")
    write(made, dicom(spine()), "unmarked.dcm")
    (made / "broken.dcm").write_bytes(bytes(300))
    return made


def test_labels_and_pictures_for_training(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--out", tmp_path / "out") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "3 pictures with 9 vertebrae in labels.json"
    assert len(said) == 4 and all(line.endswith(": 1 passed over") for line in said[1:])
    labels = read_labels(tmp_path / "out" / "labels.json")
    assert len({image.subject for image in labels.images}) == 2
    for image in labels.images:
        copied = read(image.file, view=image.view)
        original = drawn()[::-1] if image.vertebrae[0].landmarks_px[0, 0] > 60 else drawn()
        assert (image.view, image.spacing_mm, copied.pixels.shape) == (View.LATERAL, (0.5, 0.4), original.shape)
        assert np.array_equal(copied.pixels > copied.pixels.mean(), original > 100)
        assert [vertebra.level.value for vertebra in image.vertebrae] == list(BOXES)
    first = labels.images[0].vertebrae[1].landmarks_px
    assert first == pytest.approx(corners(BOXES["L1"], RIGHT) - 0.5, abs=1e-3)


def test_an_upside_down_scan_is_labelled_as_its_copy_shows_it(folder: Path, tmp_path: Path) -> None:
    assert run(folder / "Sentinel_2.dcm", "--out", tmp_path / "out") == 0
    (image,) = read_labels(tmp_path / "out" / "labels.json").images
    edges = corners(BOXES["L1"], RIGHT) - 0.5
    assert image.vertebrae[1].landmarks_px == pytest.approx(np.stack([129 - edges[:, 0], edges[:, 1]], 1), abs=1e-3)


def test_nothing_identifies_outside_the_private_folder(folder: Path, tmp_path: Path) -> None:
    assert run(folder, "--out", tmp_path / "out") == 0
    private = tmp_path / "out" / "private"
    assert private.stat().st_mode & 0o777 == 0o700
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file() and private not in path.parents:
            assert "sentinel" not in path.name.casefold()
            assert b"sentinel" not in path.read_bytes().lower()


def test_pictures_that_may_hold_text_only_on_request(folder: Path, tmp_path: Path) -> None:
    assert run(folder / "captured.dcm", "--out", tmp_path / "out") == 2
    assert not (tmp_path / "out").exists()
    assert run(folder / "captured.dcm", "--out", tmp_path / "out", "--allow-burned-in-text") == 0
    assert len(list((tmp_path / "out" / "images").iterdir())) == 1
