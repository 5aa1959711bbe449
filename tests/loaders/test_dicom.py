"""Generic DICOM: what is read, what is refused, and why."""

from __future__ import annotations

import hashlib
import logging
import random
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import dcmwrite
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    EncapsulatedPDFStorage,
    EnhancedSRStorage,
    ExplicitVRBigEndian,
    GrayscaleSoftcopyPresentationStateStorage,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    MediaStorageDirectoryStorage,
    RLELossless,
)

from oiscan.anatomy import View
from oiscan.errors import NoImageError, ScanError, UnreadableFileError, UnsupportedScanError
from oiscan.loaders import decoding, read
from oiscan.scan import Scan
from tests.dicom_cases import SC, dicom, spine, to_bytes, write


def test_a_plain_object_is_read_as_stored(tmp_path: Path) -> None:
    path = write(tmp_path, dicom(spine(), PixelSpacing=[0.5, 0.5], SeriesDescription="Spine lateral"))
    scan = read(path)
    assert np.array_equal(scan.pixels, spine())
    assert scan.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (scan.stored.rows, scan.stored.columns) == (110, 50)
    assert not scan.stored.inverted and not scan.stored.upside_down
    assert (scan.view, scan.notes, scan.scanned) == (View.LATERAL, (), None)


@pytest.mark.parametrize("sop", [SC, dicom(None).SOPClassUID])
@pytest.mark.parametrize("modality", ["CR", "OT", "DX", "BMD", ""])
def test_modality_and_class_do_not_matter(tmp_path: Path, sop: str, modality: str) -> None:
    assert np.array_equal(read(write(tmp_path, dicom(spine(), sop=sop, Modality=modality))).pixels, spine())


# --- bone bright exactly once

TURNED = 220 - spine()  # over the same range, 20 to 200


@pytest.mark.parametrize(
    "tags",
    [
        {"PhotometricInterpretation": "MONOCHROME1"},
        {"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "INVERSE"},
        {"RescaleSlope": -10, "RescaleIntercept": 255},
        {"PresentationLUTShape": "INVERSE"},
    ],
)
def test_a_dark_bone_file_is_turned_once(tmp_path: Path, tags: dict[str, object]) -> None:
    scan = read(write(tmp_path, dicom(TURNED, **tags)))
    assert np.array_equal(scan.pixels, spine())
    assert scan.stored.inverted


def test_two_turns_undo_each_other(tmp_path: Path) -> None:
    both = dicom(spine(), PhotometricInterpretation="MONOCHROME1", RescaleSlope=-1, RescaleIntercept=255)
    scan = read(write(tmp_path, both))
    assert np.array_equal(scan.pixels, spine())
    assert not scan.stored.inverted


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("slope", [1, -1])
def test_the_user_decides_polarity_whatever_the_header_says(tmp_path: Path, photometric: str, slope: int) -> None:
    tags = {"PhotometricInterpretation": photometric, "RescaleSlope": slope, "RescaleIntercept": 0}
    path = write(tmp_path, dicom(spine(), **tags))
    kept, turned = read(path, inverted=False), read(path, inverted=True)
    assert np.array_equal(kept.pixels, spine()) and not kept.stored.inverted
    assert np.array_equal(turned.pixels, TURNED) and turned.stored.inverted


def test_a_contradicting_lut_shape_is_remarked(tmp_path: Path) -> None:
    tags = {"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "IDENTITY"}
    assert any("contradicts" in note for note in read(write(tmp_path, dicom(TURNED, **tags))).notes)


def test_a_picture_that_looks_inverted_is_remarked_and_left(tmp_path: Path) -> None:
    scan = read(write(tmp_path, dicom(TURNED)))
    assert np.array_equal(scan.pixels, TURNED)
    assert any("--inverted" in note for note in scan.notes)


def test_a_falling_modality_table_is_followed_and_counted(tmp_path: Path) -> None:
    table = Dataset()
    table.add_new("LUTDescriptor", "US", [256, 0, 16])
    table.add_new("LUTData", "US", [1000 - 2 * value for value in range(256)])
    table.ModalityLUTType = "US"
    scan = read(write(tmp_path, dicom(TURNED, ModalityLUTSequence=[table])))
    assert scan.stored.inverted
    assert np.array_equal(scan.pixels, 1000 - 2 * TURNED.astype(float))


# --- how samples are stored


def test_twelve_bits_in_sixteen_ignore_what_stands_in_the_other_four(tmp_path: Path) -> None:
    values = spine().astype(np.uint16) << 4
    path = write(tmp_path, dicom(values | 0xF000, BitsStored=12, HighBit=11))
    assert np.array_equal(read(path).pixels, values)


def test_signed_samples(tmp_path: Path) -> None:
    values = spine().astype(np.int16) - 1000
    assert np.array_equal(read(write(tmp_path, dicom(values))).pixels, values)


def test_an_odd_pixel_count(tmp_path: Path) -> None:
    odd = spine(109, 49)
    assert np.array_equal(read(write(tmp_path, dicom(odd))).pixels, odd)


@pytest.mark.parametrize("width", [0, 100])
def test_no_window_and_no_overlay_touches_the_pixels(tmp_path: Path, width: int) -> None:
    dataset = dicom(spine(), WindowCenter=[30, 90], WindowWidth=[width, 5])
    dataset.add_new(0x60000010, "US", 110)
    dataset.add_new(0x60000011, "US", 50)
    dataset.add_new(0x60000100, "US", 1)
    dataset.add_new(0x60003000, "OW", b"\xff" * 688)
    assert np.array_equal(read(write(tmp_path, dataset)).pixels, spine())


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_uncompressed_syntaxes(tmp_path: Path, syntax: str) -> None:
    assert np.array_equal(read(write(tmp_path, dicom(spine(), syntax=syntax))).pixels, spine())


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless, JPEGLSLossless])
def test_lossless_compression_changes_nothing(tmp_path: Path, syntax: str) -> None:
    dataset = dicom(spine().astype(np.uint16) << 4, BitsStored=12, HighBit=11)
    dataset.compress(syntax)
    assert np.array_equal(read(write(tmp_path, dataset)).pixels, spine().astype(np.uint16) << 4)


def test_without_a_decoder_the_reason_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = dicom(spine())
    dataset.compress(JPEG2000Lossless)
    monkeypatch.setattr(get_decoder(JPEG2000Lossless), "_available", {})
    with pytest.raises(UnreadableFileError, match=r"JPEG 2000.*pip install") as caught:
        read(write(tmp_path, dataset))
    assert caught.value.path is not None and str(tmp_path) not in caught.value.reason


def test_a_decoder_that_may_end_the_process_is_the_last_choice() -> None:
    assert {decoding._library(syntax) for syntax in (RLELossless, JPEG2000Lossless, JPEGLSLossless)} == {
        "pydicom",
        "pylibjpeg",
        "pyjpegls",
    }


def test_lossy_jpeg_by_the_usual_decoder(tmp_path: Path) -> None:
    jpeg = cv2.imencode(".jpg", spine(), [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
    dataset = dicom(spine())
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    dataset.PixelData = encapsulate([jpeg])
    assert np.abs(read(write(tmp_path, dataset)).pixels - spine()).mean() < 3


def test_a_colour_page_stays_one_when_compressed(tmp_path: Path) -> None:
    path = get_testdata_file("SC_rgb_jpeg_dcmtk.dcm", download=False)  # comes with pydicom
    assert path is not None
    with pytest.raises(UnsupportedScanError, match="colour report page"):
        read(path)


def test_twelve_bit_jpeg_that_no_decoder_here_reads_says_what_to_do(tmp_path: Path) -> None:
    path = get_testdata_file("JPGExtended.dcm", download=False)  # comes with pydicom
    assert path is not None
    dataset = dcmread(path)
    for keyword in ("Modality", "BodyPartExamined", "SeriesDescription", "StudyDescription", "ProtocolName"):
        setattr(dataset, keyword, "")  # a bone scan of the whole body, by these
    with pytest.raises(UnreadableFileError, match=r"JPEG Extended.*export it uncompressed"):
        read(write(tmp_path, dataset))


def test_an_unknown_compression_says_so(tmp_path: Path) -> None:
    dataset = dicom(spine())
    dataset.compress(RLELossless)
    path = write(tmp_path, dataset)
    path.write_bytes(path.read_bytes().replace(RLELossless.encode(), b"1.2.840.10008.1.2.9"))
    with pytest.raises(UnreadableFileError, match="in a way oiscan does not know"):
        read(path)


# --- containers


def test_neither_name_nor_preamble_is_needed(tmp_path: Path) -> None:
    for syntax in (ImplicitVRLittleEndian, "1.2.840.10008.1.2.1"):
        dataset = dicom(spine(), syntax=syntax)
        path = tmp_path / f"IMG00000{len(syntax)}"
        whole = to_bytes(dataset)
        path.write_bytes(whole[whole.index(b"\x08\x00\x05\x00") :])  # from (0008,0005): no preamble, no file meta
        assert np.array_equal(read(path).pixels, spine())


def test_big_endian_files(tmp_path: Path) -> None:
    values = (spine().astype(np.uint16) << 4).astype(">u2")
    path = tmp_path / "big"
    dataset = dicom(values, syntax=ExplicitVRBigEndian)
    dcmwrite(path, dataset, implicit_vr=False, little_endian=False, force_encoding=True)
    assert np.array_equal(read(path).pixels, spine().astype(int) << 4)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"%PDF-1.4 not a scan" * 40, "no DICOM"),
        (b"plain text, long enough to hold something " * 9, "no DICOM"),
        (bytes(4000), "no DICOM"),
        (bytes(128) + b"DICM", "without a picture"),
        (to_bytes(dicom(spine()))[:-2000], "cut short"),
        (to_bytes(dicom(spine()))[:-5520], "cut short"),
        (to_bytes(dicom(spine()))[:-5600], "cut short"),
    ],
)
def test_files_that_are_no_scan_say_so(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "broken.dcm"
    path.write_bytes(data)
    with pytest.raises((UnreadableFileError, NoImageError), match=reason):
        read(path)


def test_a_missing_file_and_a_folder_are_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path / "none.dcm", tmp_path):
        with pytest.raises(UnreadableFileError, match="cannot be opened"):
            read(path)


@pytest.mark.parametrize(
    ("sop", "name"),
    [
        (EnhancedSRStorage, "Enhanced SR"),
        (EncapsulatedPDFStorage, "Encapsulated PDF"),
        (GrayscaleSoftcopyPresentationStateStorage, "Presentation State"),
        ("1.2.840.113619.4.999", "unknown kind"),
    ],
)
def test_objects_without_a_picture_are_named(tmp_path: Path, sop: str, name: str) -> None:
    with pytest.raises(NoImageError, match=name) as caught:
        read(write(tmp_path, dicom(None, sop=sop)))
    assert "113619" not in caught.value.reason


def test_a_dicomdir_is_named(tmp_path: Path) -> None:
    directory = dicom(None, sop=MediaStorageDirectoryStorage)
    del directory.SOPClassUID
    path = tmp_path / "DICOMDIR"
    dcmwrite(path, directory, enforce_file_format=False)
    with pytest.raises(NoImageError, match="Media Storage Directory"):
        read(path)


def test_slices_are_refused_but_not_a_scout_view(tmp_path: Path) -> None:
    for modality, kind in (("CT", "a CT slice"), ("MR", "an MR slice"), ("US", "an ultrasound picture")):
        with pytest.raises(UnsupportedScanError, match=kind):
            read(write(tmp_path, dicom(spine(), Modality=modality)), view=View.LATERAL)
    scout = dicom(spine(), Modality="CT", ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    assert np.array_equal(read(write(tmp_path, scout)).pixels, spine())


def test_pixels_that_are_missing_from_a_picture_are_not_called_a_report(tmp_path: Path) -> None:
    dataset = dicom(spine())
    del dataset.PixelData
    with pytest.raises(UnreadableFileError, match="cut short"):
        read(write(tmp_path, dataset))


# --- pictures refused


def test_grey_saved_as_colour_is_grey(tmp_path: Path) -> None:
    colours = np.repeat(spine()[..., None], 3, axis=2)
    colours[..., 0] += 6  # a small cast, as lossy compression leaves it
    scan = read(write(tmp_path, dicom(colours, sop=SC)))
    assert np.allclose(scan.pixels, spine().astype(float) + 2)


def test_coloured_marks_are_refused_and_not_averaged(tmp_path: Path) -> None:
    colours = np.repeat(spine()[..., None], 3, axis=2)
    colours[60, 10:14] = (255, 0, 0)
    with pytest.raises(UnsupportedScanError, match="colour report page"):
        read(write(tmp_path, dicom(colours, sop=SC)))


def test_a_palette_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedScanError, match="neither grey values nor colours"):
        read(write(tmp_path, dicom(spine(), PhotometricInterpretation="PALETTE COLOR")))


def test_several_frames_are_refused_by_number(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedScanError, match="2 frames"):
        read(write(tmp_path, dicom(np.stack([spine(), spine()]))))


def test_a_constant_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedScanError, match="same value"):
        read(write(tmp_path, dicom(np.full((50, 40), 7, np.uint8))))


def test_sizes_are_refused_before_decoding(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedScanError, match="too few"):
        read(write(tmp_path, dicom(spine(110, 31))))
    with pytest.raises(UnsupportedScanError, match="more than oiscan decodes"):
        read(write(tmp_path, dicom(spine(), Rows=60000, Columns=60000)))


# --- orientation


def test_upside_down_is_undone_and_points_go_back(tmp_path: Path) -> None:
    scan = read(write(tmp_path, dicom(spine()[::-1], PatientOrientation=["L", "H"])))
    assert scan.stored.upside_down
    assert np.array_equal(scan.pixels, spine())
    assert scan.stored.to_stored([[6.0, 20.0]]).tolist() == [[103.0, 20.0]]
    assert spine()[::-1][103, 20] == spine()[6, 20]


@pytest.mark.parametrize("orientation", [["R", "F"], ["P", "F"], "", "H", ["nonsense", "?"], ["H", "F"]])
def test_other_orientations_turn_nothing(tmp_path: Path, orientation: object) -> None:
    scan = read(write(tmp_path, dicom(spine(), PatientOrientation=orientation)))
    assert np.array_equal(scan.pixels, spine())
    assert not scan.stored.upside_down


# --- what is carried


@pytest.mark.parametrize(("tag", "known"), [("YES", True), ("NO", False), (None, None), ("", None)])
def test_burned_in_text_is_unknown_unless_stated(tmp_path: Path, tag: str | None, known: bool | None) -> None:
    assert read(write(tmp_path, dicom(spine(), BurnedInAnnotation=tag))).burned_in_text is known


def test_notes_and_repr_hold_nothing_that_identifies(tmp_path: Path) -> None:
    dataset = dicom(
        TURNED,
        PhotometricInterpretation="MONOCHROME2",
        PixelSpacing=[0.0, 0.0],
        PresentationLUTShape="INVERSE",
        PatientSize=177,
        PatientBirthDate="20300101",
        PatientOrientation=["L", "H"],
        ProtocolName="spine QUINEVERE ap",
    )
    scan = read(write(tmp_path, dataset, "ID-SENTINEL-77.dcm"))
    told = repr(scan) + repr(scan.acquisition) + repr(scan.subject) + " ".join(scan.notes)
    assert len(scan.notes) >= 4
    assert not any(word in told.upper() for word in ("SENTINEL", "QUINEVERE", "2030", dataset.SOPInstanceUID))


def test_odd_headers_make_no_warning_no_log_line_and_no_loss(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tags = {"PatientBirthDate": "not a date", "StudyInstanceUID": "1.02.x", "PatientAge": "five", "KVP": "7777"}
    path = write(tmp_path, dicom(spine(), **tags))
    path.write_bytes(path.read_bytes().replace(b"7777", b"high"))
    caplog.clear()
    caplog.set_level(logging.DEBUG)
    scan = read(path)  # warnings are errors here
    assert np.array_equal(scan.pixels, spine())
    assert scan.acquisition.kilovolts is None
    assert caplog.text == ""  # pydicom's log lines quote the values


def test_excess_pixel_data_is_remarked(tmp_path: Path) -> None:
    dataset = dicom(spine())
    dataset.PixelData += bytes(400)
    scan = read(write(tmp_path, dataset))
    assert np.array_equal(scan.pixels, spine())
    assert any("do not fit" in note for note in scan.notes)


def test_damaged_bytes_end_in_a_scan_or_a_scan_error(tmp_path: Path) -> None:
    whole = to_bytes(dicom(spine(40, 36), PixelSpacing=[0.5, 0.5], ProtocolName="AP spine", PatientAge="041M"))
    compressed = dicom(spine(40, 36))
    compressed.compress(RLELossless)
    sources, chance = [whole, to_bytes(compressed), whole[132:]], random.Random(7)
    path = tmp_path / "damaged.dcm"
    for number in range(240):
        path.write_bytes(_damaged(sources[number % 3], chance))
        try:
            assert isinstance(read(path), Scan)
        except ScanError as error:
            assert error.reason and error.path == path


def _damaged(data: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.2:
        return data[: chance.randrange(len(data))]
    changed = bytearray(data)
    for _ in range(chance.choice([1, 3, 20])):
        changed[chance.randrange(min(len(changed), 1200))] = chance.randrange(256)
    return bytes(changed)
