"""A folder as exports really are: every file gets one row, with the right status and reason."""

from __future__ import annotations

import csv
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import cv2
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import FileDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    EncapsulatedPDFStorage,
    EnhancedSRStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    MediaStorageDirectoryStorage,
    RLELossless,
)

from oiscan.cli import main
from tests.dicom_cases import SC, dicom, lunar, spine, to_bytes

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "real" / "dxa"
LATERAL = dcmread(ROOT / "sample_data" / "child_4y_fractures_0000_lateral.dcm").pixel_array
AP = dcmread(ROOT / "sample_data" / "child_6y_0000_ap.dcm").pixel_array
GREY_PAGE = np.repeat(LATERAL[..., None], 3, axis=2)


@dataclass(frozen=True)
class Row:
    """A file, and what has to be said of it."""

    name: str
    data: bytes
    status: str
    reason: str = ""


def lateral(pixels: np.ndarray = LATERAL, **tags: object) -> FileDataset:
    return dicom(pixels, **({"SeriesDescription": "Spine lateral", "PixelSpacing": [0.3, 0.3]} | tags))


def compressed(syntax: str, **tags: object) -> bytes:
    dataset = lateral(**tags)
    plugin = "pydicom" if syntax == RLELossless else ""  # GDCM's RLE encoder ends the process on some pictures
    dataset.compress(syntax, encoding_plugin=plugin)
    return to_bytes(dataset)


def without_preamble() -> bytes:
    whole = to_bytes(lateral(syntax=ImplicitVRLittleEndian))
    return whole[whole.index(b"\x08\x00\x05\x00") :]


def page() -> np.ndarray:
    """A report page: white, with a coloured bar."""
    colours = np.full((200, 150, 3), 255, np.uint8)
    colours[40:60, 20:120] = (200, 30, 30)
    return colours


def marked() -> np.ndarray:
    colours = GREY_PAGE.copy()
    colours[100, 50:90] = (255, 0, 0)
    return colours


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def damaged_pixels() -> bytes:
    whole = bytearray(compressed(JPEG2000Lossless))
    start = whole.index(b"\xff\x4f\xff\x51") + 4
    whole[start : start + 400] = bytes(400)
    return bytes(whole)


def zipped() -> bytes:
    inner, outer = BytesIO(), BytesIO()
    with ZipFile(inner, "w") as archive:
        archive.writestr("scan.dcm", to_bytes(lateral()))
    with ZipFile(outer, "w") as archive:
        archive.writestr("../../IMG0001", to_bytes(lateral(PatientID="ZIPPED")))
        archive.writestr("notes.txt", "passed over")
        archive.writestr("more.zip", inner.getvalue())
    return outer.getvalue()


def other_part(words: str) -> bytes:
    return to_bytes(lunar(LATERAL, ProtocolName=words, PerformedProcedureStepDescription=words))


def no_picture(sop: str) -> bytes:
    return to_bytes(dicom(None, sop=sop))


def rows() -> list[Row]:
    """The folder, the zip archive's members in place of the archive."""
    frames = np.stack([spine(), spine() // 2])
    return [
        Row("ge/IMG00001", to_bytes(lunar(LATERAL)), "scored"),
        Row("ge/IMG00002", to_bytes(lunar(AP, ProtocolName="AP Spine")), "scored"),
        Row("namesakes/a.dcm", to_bytes(lateral(PatientName="Doe^Jane", PatientID="ID-A")), "scored"),
        Row("namesakes/b.dcm", to_bytes(lateral(PatientName="Doe^Jane", PatientID="ID-B")), "scored"),
        Row("j2k.dcm", compressed(JPEG2000Lossless), "scored"),
        Row("jpegls.dcm", compressed(JPEGLSLossless), "scored"),
        Row("rle.dcm", compressed(RLELossless), "scored"),
        Row("deflated.dcm", to_bytes(lateral(syntax=DeflatedExplicitVRLittleEndian)), "scored"),
        Row("mono1.dcm", to_bytes(lateral(255 - LATERAL, PhotometricInterpretation="MONOCHROME1")), "scored"),
        Row("no_preamble", without_preamble(), "scored"),
        Row("zero_spacing.dcm", to_bytes(lateral(PixelSpacing=[0, 0])), "scored"),
        Row("grey_as_colour.dcm", to_bytes(lateral(GREY_PAGE, sop=SC)), "scored"),
        Row("burned_in.dcm", to_bytes(lateral(BurnedInAnnotation="YES")), "scored"),
        Row("export.zip!../../IMG0001", b"", "scored"),
        Row("export.zip!more.zip", b"", "failed", "a zip archive inside a zip archive"),
        Row("nothing.dcm", to_bytes(lateral(np.arange(200 * 90, dtype=np.uint16).reshape(200, 90))), "unreadable"),
        Row("hip.dcm", other_part("Left Femur"), "unsupported", "a scan of the hip"),
        Row("knee.dcm", other_part("Right Ortho Knee"), "unsupported", "a scan of the knee"),
        Row("body.dcm", other_part("Total Body"), "unsupported", "a scan of the whole body"),
        Row("forearm.dcm", other_part("Left Forearm"), "unsupported", "a scan of the forearm"),
        Row("chest.dcm", to_bytes(dicom(spine(), BodyPartExamined="CHEST")), "unsupported", "a scan of the chest"),
        Row("ct.dcm", to_bytes(lateral(Modality="CT")), "unsupported", "a CT slice"),
        Row("page.dcm", to_bytes(dicom(page(), sop=SC, Modality="OT")), "unsupported", "colour report page"),
        Row("marked.dcm", to_bytes(lateral(marked(), sop=SC)), "unsupported", "coloured marks"),
        Row("palette.dcm", to_bytes(lateral(PhotometricInterpretation="PALETTE COLOR")), "unsupported", "neither grey"),
        Row(
            "energies.dcm", to_bytes(dicom(frames, ProtocolName="AP dual energy")), "unsupported", "two X-ray energies"
        ),
        Row("frames.dcm", to_bytes(dicom(np.stack([spine()] * 3))), "unsupported", "3 frames"),
        Row("constant.dcm", to_bytes(lateral(np.full((200, 90), 7, np.uint8))), "unsupported", "the same value"),
        Row("tiny.dcm", to_bytes(lateral(spine(110, 20))), "unsupported", "too few"),
        Row("unknown_view.dcm", to_bytes(dicom(spine())), "unsupported", "view unknown"),
        Row("picture.png", cv2.imencode(".png", LATERAL)[1].tobytes(), "unsupported", "view unknown"),
        Row("STR00000", no_picture(EnhancedSRStorage), "unsupported", "without a picture (Enhanced SR"),
        Row("state.dcm", no_picture(GrayscaleSoftcopyPresentationStateStorage), "unsupported", "Presentation State"),
        Row("pdf.dcm", no_picture(EncapsulatedPDFStorage), "unsupported", "Encapsulated PDF"),
        Row("report.dcm", b"%PDF-1.4 a report" * 40, "failed", "no DICOM file"),
        Row("letter", b"Dear colleague, thank you for referring this patient. " * 20, "failed", "no DICOM file"),
        Row("empty.dcm", b"", "failed", "empty"),
        Row("cut.dcm", cut(to_bytes(lateral(PatientID="CUT"))), "failed", "cut short"),
        Row("damaged.dcm", damaged_pixels(), "failed", "cannot be decoded"),
        Row("noise.dcm", np.random.default_rng(0).bytes(5000), "failed", "no DICOM"),
    ]


@dataclass(frozen=True)
class Run:
    """What the run was given and what it left."""

    folder: Path
    out: Path
    rows: tuple[Row, ...]
    status: int

    def table(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader((self.out / name).read_text("utf-8").splitlines()))

    @property
    def scans(self) -> dict[str, dict[str, str]]:
        """Rows of scans.csv by the file they came from."""
        by_id = {row["scan_id"]: row for row in self.table("scans.csv")}
        files = self.table("private/files.csv")
        return {str(row["source"]).removeprefix(f"{self.folder}/"): by_id[row["scan_id"]] for row in files}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder, out = tmp_path_factory.mktemp("mixed"), tmp_path_factory.mktemp("out")
    wanted = rows()
    for row in wanted:
        if "!" not in row.name:
            (folder / row.name).parent.mkdir(exist_ok=True)
            (folder / row.name).write_bytes(row.data)
    (folder / "export.zip").write_bytes(zipped())
    if REAL.is_dir():
        for name in ("ge_idxa_lva.dcm", "ge_idxa_ap_spine.dcm"):
            wanted.append(Row(name, (REAL / name).read_bytes(), "scored"))
            (folder / name).write_bytes(wanted[-1].data)
    for passed_over in ("read me.txt", ".hidden", "values.csv"):
        (folder / passed_over).write_bytes(b"passed over")
    index = dicom(None, sop=MediaStorageDirectoryStorage)
    del index.SOPClassUID
    dcmwrite(folder / "DICOMDIR", index, enforce_file_format=False)
    with pytest.raises(SystemExit) as ended:
        main(["score", str(folder), "--out", str(out)])
    yield Run(folder, out, tuple(wanted), int(ended.value.code or 0))


def test_forty_files_are_in_the_folder(run: Run) -> None:
    assert len(run.rows) >= 40
    assert len(run.table("scans.csv")) == len(run.table("private/files.csv")) == len(run.rows)


def test_every_file_has_one_row_with_its_status_and_reason(run: Run) -> None:
    scans = run.scans
    assert scans.keys() == {row.name for row in run.rows}
    wrong = {
        row.name: (scans[row.name]["status"], scans[row.name]["reason"])
        for row in run.rows
        if scans[row.name]["status"] != row.status or row.reason not in scans[row.name]["reason"]
    }
    assert wrong == {}
    assert all(bool(row["reason"]) != (row["status"] == "scored") for row in scans.values())


def test_the_exit_status_tells_that_some_failed(run: Run) -> None:
    assert run.status == 1


def test_the_same_picture_is_scored_the_same_however_it_is_stored(run: Run) -> None:
    stored = ("j2k.dcm", "jpegls.dcm", "rle.dcm", "deflated.dcm", "no_preamble", "mono1.dcm", "grey_as_colour.dcm")
    plain = run.scans["namesakes/a.dcm"]
    assert {(run.scans[name]["worst_grade"], run.scans[name]["grade_sum"]) for name in stored} == {
        (plain["worst_grade"], plain["grade_sum"])
    }


def test_two_people_of_one_name_are_two_subjects(run: Run) -> None:
    assert run.scans["namesakes/a.dcm"]["subject"] != run.scans["namesakes/b.dcm"]["subject"]


def test_pictures_that_may_hold_text_are_not_shown_unless_asked_for(run: Run, tmp_path: Path) -> None:
    shown = {path.stem for path in (run.out / "overlays").iterdir()}
    held_back = {name: run.scans[name]["scan_id"] for name in ("burned_in.dcm", "grey_as_colour.dcm")}
    assert shown.isdisjoint(held_back.values())
    assert shown >= {run.scans[name]["scan_id"] for name in ("ge/IMG00001", "ge/IMG00002", "rle.dcm")}
    for scan_id in held_back.values():
        assert "--allow-burned-in-text" in (run.out / "scans" / f"{scan_id}.json").read_text("utf-8")
    with pytest.raises(SystemExit):
        main(["score", str(run.folder / "burned_in.dcm"), "--out", str(tmp_path), "--allow-burned-in-text"])
    assert [path.stem for path in (tmp_path / "overlays").iterdir()] == [held_back["burned_in.dcm"]]


def test_nothing_is_written_beside_the_inputs_or_named_by_a_member(run: Run) -> None:
    assert not list(run.folder.parent.glob("IMG0001")) + list(run.out.rglob("*IMG0001*"))
    assert stat.S_IMODE((run.out / "private").stat().st_mode) == 0o700
