"""Hologic files: landmarks of the scanner's reader, found wherever they sit, and nothing else that is private."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import FileDataset
from pydicom.uid import ImplicitVRLittleEndian

from oiscan.anatomy import Level, View
from oiscan.errors import UnsupportedScanError
from oiscan.loaders import hologic, read
from oiscan.loaders.header import Header
from oiscan.loaders.hologic import is_hologic
from oiscan.scan import Scan
from tests.dicom_cases import dicom, spine, to_bytes, write
from tests.hologic_cases import (
    BOXES,
    PAIRS,
    add_private,
    corners,
    drawn,
    iva,
    iva_xml,
    page,
    page_script,
    vertebra_xml,
)

# Shares down and right of a box, in oiscan's own order, for a body that faces right.
RIGHT = ((0, 0), (0, 0.5), (0, 1), (1, 1), (1, 0.5), (1, 0))


def scanned(tmp_path: Path, dataset: FileDataset, **stated: object) -> Scan:
    return read(write(tmp_path, dataset), **stated)


def landmarks(scan: Scan) -> dict[str, np.ndarray]:
    return {vertebra.level.value: np.array(vertebra.landmarks_px) for vertebra in scan.reader_landmarks}


@pytest.mark.parametrize(
    ("maker", "recognised"),
    [("HOLOGIC", True), ("Hologic, Inc.", True), ("hologic", True), ("GE Healthcare", False), ("", False)],
)
def test_who_made_it(maker: str, recognised: bool) -> None:
    assert is_hologic(Header(dicom(spine(), Manufacturer=maker))) is recognised


def test_a_blanked_maker_is_told_by_the_owner_of_the_private_values(tmp_path: Path) -> None:
    scan = scanned(tmp_path, iva(iva_xml(), Manufacturer="", ManufacturerModelName=""))
    assert list(landmarks(scan)) == ["T12", "L1", "L2"]


def test_a_drawn_vertebra_lands_on_its_corners(tmp_path: Path) -> None:
    scan = scanned(tmp_path, iva(iva_xml()))
    for level, points in landmarks(scan).items():
        top, left, rows, columns = BOXES[level]
        # The outermost pixels of the box: their centres are half a pixel inside its edge.
        inside = scan.pixels[top : top + rows, left : left + columns]
        assert (inside == 200).all()
        assert points == pytest.approx(corners(BOXES[level], RIGHT) - 0.5, abs=1e-3)
        assert points.min(axis=0) == pytest.approx([top - 0.5, left - 0.5], abs=1e-3)
        assert points.max(axis=0) == pytest.approx([top + rows - 0.5, left + columns - 0.5], abs=1e-3)


def test_rows_and_columns_have_their_own_pixel_size(tmp_path: Path) -> None:
    scan = scanned(tmp_path, iva(iva_xml(spacing=(0.3, 0.6)), PixelSpacing=[0.3, 0.6]))
    assert landmarks(scan)["L1"] == pytest.approx(corners(BOXES["L1"], RIGHT) - 0.5, abs=1e-3)


def test_the_users_pixel_size_moves_no_landmark(tmp_path: Path) -> None:
    scan = scanned(tmp_path, iva(iva_xml()), spacing_mm=0.7)
    assert scan.spacing is not None and scan.spacing.source == "user"
    assert landmarks(scan)["L1"] == pytest.approx(corners(BOXES["L1"], RIGHT) - 0.5, abs=1e-3)


def test_landmarks_make_the_view_lateral_but_do_not_overrule_the_header(tmp_path: Path) -> None:
    assert scanned(tmp_path, iva(iva_xml())).view is View.LATERAL
    ap = scanned(tmp_path, iva(iva_xml(), SeriesDescription="AP Spine"))
    assert (ap.view, ap.reader_landmarks) == (View.AP, ())


def test_words_of_the_reader(tmp_path: Path) -> None:
    known = scanned(tmp_path, iva(iva_xml())).reader_landmarks[1]
    assert (known.level, known.source, known.deformity, known.severity) == (Level.L1, "Hologic IVA", "wedge", "mild")
    words = "<DEFORMITY>Quinevere was here</DEFORMITY><SEVERITY/>"
    unknown = scanned(tmp_path, iva(iva_xml(words=words))).reader_landmarks[1]
    assert (unknown.deformity, unknown.severity) == ("unknown", "unknown")


@pytest.mark.parametrize("creator", ["HOLOGIC", "Hologic", "HOLOGIC, Inc.", "hologic "])
@pytest.mark.parametrize("block", [0x10, 0x11, 0xFF])
def test_the_block_is_found_by_its_owner(tmp_path: Path, block: int, creator: str) -> None:
    dataset = iva(iva_xml(), block=block, creator=creator)
    if block > 0x10:
        add_private(dataset, 0x0021, 0x10, "SITE PACS", iva_xml({"L4": BOXES["L1"]}))
    scan = scanned(tmp_path, dataset)
    assert list(landmarks(scan)) == ["T12", "L1", "L2"]
    assert scan.notes == ()


def test_mixed_case_in_implicit_vr(tmp_path: Path) -> None:
    tagged = iva(iva_xml(), creator="Hologic", syntax=ImplicitVRLittleEndian)
    assert b"LT" not in to_bytes(tagged)[-20_000:]
    scan = scanned(tmp_path, tagged)
    assert landmarks(scan)["L2"] == pytest.approx(corners(BOXES["L2"], RIGHT) - 0.5, abs=1e-3)


def test_values_whose_owner_was_stripped_are_not_trusted(tmp_path: Path) -> None:
    scan = scanned(tmp_path, iva(iva_xml(), creator=None))
    assert scan.reader_landmarks == ()
    assert scan.notes == (hologic.NO_OWNER,)


def test_another_makers_xml_is_not_read(tmp_path: Path) -> None:
    scan = scanned(tmp_path, iva(iva_xml(), creator="SITE PACS"))
    assert (scan.reader_landmarks, scan.notes) == ((), ())


@pytest.mark.parametrize(
    "xml",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><A>&b;</A>',
        '<!doctype a SYSTEM "file:///etc/hostname"><A/>',
        "<A><L1></A>",
        "",
        "nothing of the kind",
    ],
)
def test_damaged_or_declaring_xml_is_refused_and_the_scan_kept(tmp_path: Path, xml: str) -> None:
    scan = scanned(tmp_path, iva(xml))
    assert scan.reader_landmarks == ()
    assert scan.notes == ((hologic.DAMAGED,) if xml else ())


def test_without_pixel_size_millimetres_have_no_place(tmp_path: Path) -> None:
    dataset = iva(iva_xml(), PixelSpacing=None)
    assert scanned(tmp_path, dataset).notes == (hologic.NO_SPACING,)
    assert len(scanned(tmp_path, dataset, spacing_mm=(0.5, 0.4)).reader_landmarks) == 3


@pytest.mark.parametrize(
    "order",
    [
        PAIRS,
        RIGHT,
        (*RIGHT[:3], *RIGHT[:2:-1]),
        ((1, 0), (0, 0), (1, 0.5), (0, 0.5), (1, 1), (0, 1)),
        ((1, 0), (0, 1), (0, 0.5), (1, 1), (1, 0.5), (0, 0)),
    ],
    ids=["pairs", "round", "rows", "upwards", "shuffled"],
)
def test_points_are_ordered_by_geometry(tmp_path: Path, order: tuple[tuple[float, float], ...]) -> None:
    scan = scanned(tmp_path, iva(iva_xml(order=order)))
    assert landmarks(scan)["L1"] == pytest.approx(corners(BOXES["L1"], RIGHT) - 0.5, abs=1e-3)


def test_the_side_of_the_first_point_is_posterior(tmp_path: Path) -> None:
    scan = scanned(tmp_path, iva(iva_xml(order=tuple((down, 1 - right) for down, right in PAIRS))))
    posterior = landmarks(scan)["L1"][[0, 5], 1]
    assert posterior == pytest.approx([83.5, 83.5])


def test_no_landmarks_where_the_first_point_tells_no_side_or_bodies_disagree(tmp_path: Path) -> None:
    middle_first = ((0, 0.5), *RIGHT[2:], RIGHT[0])
    scan = scanned(tmp_path, iva(iva_xml(order=middle_first)))
    assert scan.reader_landmarks == ()
    assert "T12, L1, L2 form no vertebral body" in scan.notes[0]
    both = iva_xml({"L1": BOXES["L1"]})
    turned = vertebra_xml("L2", corners(BOXES["L2"], [(d, 1 - r) for d, r in PAIRS]), (0.5, 0.4))
    scan = scanned(tmp_path, iva(both.replace("</Analysis>", turned + "</Analysis>")))
    assert (scan.reader_landmarks, scan.notes) == ((), (hologic.UNCLEAR_FACING,))


@pytest.mark.parametrize(
    "edges",
    [
        corners(BOXES["L1"])[:5],
        np.repeat(corners(BOXES["L1"])[:1], 6, axis=0),
        corners((52, 34, 26, 5)),
        corners(BOXES["L1"]) + np.array([200, 0]),
        corners(BOXES["L1"]) * 10,
        np.where(corners(BOXES["L1"]) == 52, np.nan, corners(BOXES["L1"])),
        np.array([(52, 34), (52, 40), (60, 50), (70, 80), (90, 36), (52, 84)], float),
    ],
    ids=["five points", "one point", "too thin", "outside", "other unit", "no number", "no body"],
)
def test_what_is_no_body_is_left_out_and_said(tmp_path: Path, edges: np.ndarray) -> None:
    wrong = vertebra_xml("L1", edges, (0.5, 0.4))
    xml = iva_xml({"L2": BOXES["L2"]}).replace("</Analysis>", wrong + "</Analysis>")
    scan = scanned(tmp_path, iva(xml))
    assert list(landmarks(scan)) == ["L2"]
    assert scan.notes == ("the points the file's reader set at L1 form no vertebral body and were left out",)


@pytest.mark.parametrize("degrees", [-40, -20, 0, 20, 40])
@pytest.mark.parametrize("shape", ["sound", "wedge", "biconcave", "crushed"])
def test_bodies_of_any_shape_and_tilt_keep_their_order(tmp_path: Path, shape: str, degrees: float) -> None:
    anterior, middle = {"sound": (24, 24), "wedge": (8, 16), "biconcave": (24, 8), "crushed": (5, 5)}[shape]
    posterior = 5 if shape == "crushed" else 24
    heights = np.array([posterior, middle, anterior, anterior, middle, posterior]) / 2
    body = np.stack([heights * [-1, -1, -1, 1, 1, 1], [-15.0, 0, 15, 15, 0, -15]], axis=1)
    turn = np.radians(degrees)
    turned = body @ [[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]] + [32, 27]
    edges = turned[[0, 5, 1, 4, 2, 3]] / 0.5
    scan = scanned(tmp_path, iva(f"<A>{vertebra_xml('L3', edges, (0.5, 0.5))}</A>", PixelSpacing=[0.5, 0.5]))
    assert landmarks(scan)["L3"] == pytest.approx(turned / 0.5 - 0.5, abs=1e-3)


def test_an_upside_down_picture_keeps_landmarks_in_the_stored_frame(tmp_path: Path) -> None:
    scan = scanned(tmp_path, iva(iva_xml(), PatientOrientation=["A", "H"]))
    assert scan.stored.upside_down
    assert landmarks(scan)["L1"] == pytest.approx(corners(BOXES["L1"], RIGHT) - 0.5, abs=1e-3)


@pytest.mark.parametrize(("group", "offset"), [(0x0019, 0), (0x0029, 7)])
def test_a_report_page_is_no_scan(tmp_path: Path, group: int, offset: int) -> None:
    with pytest.raises(UnsupportedScanError, match="a report page, not a scan"):
        scanned(tmp_path, page(page_script(), group=group, offset=offset))


def test_a_colour_page_is_told_by_its_results(tmp_path: Path) -> None:
    dataset = dicom(np.full((60, 60, 3), (240, 20, 20), np.uint8), Manufacturer="HOLOGIC")
    add_private(dataset, 0x0019, 0x10, "HOLOGIC", page_script(), 0)
    with pytest.raises(UnsupportedScanError, match="a report page, not a scan"):
        scanned(tmp_path, dataset)


def test_a_scan_that_also_holds_its_results_stays_a_scan(tmp_path: Path) -> None:
    dataset = iva(iva_xml())
    add_private(dataset, 0x0019, 0x10, "HOLOGIC", page_script(), 0)
    assert len(scanned(tmp_path, dataset).reader_landmarks) == 3


def test_embedded_scan_files_are_never_opened(tmp_path: Path) -> None:
    dataset = iva(iva_xml(), PatientName="", PatientID="")
    dataset.add_new((0x0023, 0x0010), "LO", "HOLOGIC")
    dataset.add_new((0x0023, 0x1001), "LO", "PA0501240.P01")
    dataset.add_new((0x0023, 0x1002), "OB", b"SENTINEL^QUINEVERE ResultsTable1[ 0][ 0] = \0" * 20_000)
    dataset.add_new((0x0011, 0x0010), "LO", "HOLOGIC")
    dataset.add_new((0x0011, 0x1000), "LO", "Quinevere's mother fell")
    scan = scanned(tmp_path, dataset)
    told = f"{scan!r} {scan.notes} {scan.acquisition} {scan.subject} {scan.reader_landmarks}"
    assert len(scan.reader_landmarks) == 3
    assert "quinevere" not in told.casefold() and "P01" not in told
    assert np.array_equal(scan.pixels, drawn())
