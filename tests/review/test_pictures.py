"""Pictures are read again from the file that was scored, and only from that one."""

import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from oiscan.cli import main
from oiscan.errors import ReadingError
from oiscan.loaders import read
from oiscan.review.cases import Results
from oiscan.review.pictures import MAY_HOLD_TEXT, Pictures
from tests.fakes import FakeModel, picture, write_dicom
from tests.review.study import at, do, first

pytestmark = pytest.mark.usefixtures("fake_model")


def scored(folder: Path, *inputs: Path, options: tuple[str, ...] = ()) -> Path:
    """A results folder of a stand-in for the model."""
    with pytest.raises(SystemExit) as ended:
        main(["score", *map(str, inputs), "--out", str(folder / "out"), *options])
    assert not ended.value.code
    return folder / "out"


def shown(folder: Path, results: Path, **told: bool) -> np.ndarray:
    """The picture of the only scan, as the page gets it."""
    (scan_id,) = Results(results).people
    (folder / "shown.png").write_bytes(Pictures(Results(results), **told).shown(scan_id).png)
    return np.array(read(folder / "shown.png").pixels)


def test_bone_is_bright_whatever_the_file_says(tmp_path: Path) -> None:
    grey = np.tile(np.linspace(0, 4000, 60).astype(np.uint16), (100, 1))
    dark = write_dicom(tmp_path / "dark.dcm", grey, PhotometricInterpretation="MONOCHROME1")
    ours = shown(tmp_path, scored(tmp_path, dark))
    assert ours.shape == (100, 60) and np.all(np.diff(ours.mean(0)) < 0)


def test_a_picture_stored_upside_down_stays_so_and_says_so(tmp_path: Path, fake_model: FakeModel) -> None:
    grey = np.tile(np.linspace(0, 4000, 100).astype(np.uint16)[:, None], (1, 60))
    turned = write_dicom(tmp_path / "turned.dcm", grey, PatientOrientation=["A", "H"])
    results = scored(tmp_path, turned)
    ours = shown(tmp_path, results)
    assert np.all(np.diff(ours.mean(1)) > 0)
    desk = at(results)
    assert desk.case(first(desk))["upside_down"]


def test_a_scan_in_a_zip_archive_is_found_again(tmp_path: Path) -> None:
    one, other = (write_dicom(tmp_path / f"{n}.dcm", picture(seed=n)) for n in range(2))
    with zipfile.ZipFile(tmp_path / "scans!.zip", "w") as archive:
        archive.write(one, "a!b/one.dcm")
        archive.writestr("empty.txt", "")
    results = scored(tmp_path, tmp_path / "scans!.zip")
    one.unlink()
    assert shown(tmp_path, results).shape == (100, 60)
    with zipfile.ZipFile(tmp_path / "scans!.zip", "w") as archive:
        archive.write(other, "a!b/one.dcm")
    with pytest.raises(ReadingError, match="not there any more"):
        shown(tmp_path, results)


def test_a_name_that_looks_like_a_formula_is_the_files_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_dicom(Path("=scan.dcm"), picture())
    results = scored(tmp_path, Path("=scan.dcm"))
    assert shown(tmp_path, results).shape == (100, 60)


def test_a_picture_that_may_hold_text_is_shown_only_if_allowed(tmp_path: Path) -> None:
    results = scored(tmp_path, write_dicom(tmp_path / "scan.dcm", picture(), BurnedInAnnotation="YES"))
    with pytest.raises(ReadingError) as refused:
        shown(tmp_path, results)
    assert str(refused.value) == MAY_HOLD_TEXT
    assert shown(tmp_path, results, allow_burned_in_text=True).shape == (100, 60)
    desk = at(results)
    assert desk.case(first(desk))["no_picture"] == MAY_HOLD_TEXT
    with pytest.raises(ReadingError, match="text may be burnt"):
        do(desk, first(desk), {"kind": "accept"})


def test_what_was_stated_for_scoring_is_stated_again(tmp_path: Path) -> None:
    plain = tmp_path / "plain.png"
    clouds = cv2.resize(np.random.default_rng(0).uniform(40, 200, (5, 4)), (60, 100), interpolation=cv2.INTER_CUBIC)
    plain.write_bytes(cv2.imencode(".png", clouds.astype(np.uint8))[1].tobytes())
    results = scored(tmp_path, plain, options=("--view", "lateral", "--spacing", "0.5,0.25"))
    desk = at(results)
    case = desk.case(first(desk))
    assert (case["view"], case["spacing_mm"], case["pixel_size"]) == ("lateral", (0.5, 0.25), (0.5, 0.25))
    assert case["vertebrae"][0]["measures"]["posterior_height_mm"] == pytest.approx(10)


def test_an_ap_scan_is_corrected_too(tmp_path: Path) -> None:
    results = scored(tmp_path, write_dicom(tmp_path / "ap.dcm", picture(), ViewPosition="AP"))
    desk = at(results)
    before = desk.case(first(desk))
    assert before["view"] == "ap" and len(before["landmark_names"]) == 4
    row, column = before["vertebrae"][0]["landmarks_px"][1]
    after = do(desk, first(desk), {"kind": "move", "id": "m0", "landmark": 1, "to": [row, column + 4]})
    width = [case["vertebrae"][0]["measures"]["width_mm"] for case in (before, after)]
    assert width[1] - width[0] == pytest.approx(0.5, abs=0.02)  # half of 4 pixels of 0.25 mm
    assert after["vertebrae"][0]["grade"] is None
