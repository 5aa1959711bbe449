"""The overlay: what is drawn, where, and how large."""

from __future__ import annotations

import sys
from dataclasses import replace
from io import BytesIO

import cv2
import numpy as np
import pytest

from oiscan.anatomy import Level
from oiscan.errors import ConfigError
from oiscan.report import Report, Verdict
from oiscan.reports.draw import DOT_PX, GRADES, READER, UNREADABLE, Colour, ColourArray, Label, spread
from oiscan.reports.picture import encode_png, figure, overlay
from oiscan.scan import PixelSpacing, ReaderVertebra, Scan, StoredFrame
from tests.reports import drawn


def has(picture: ColourArray, colour: Colour) -> bool:
    return bool((picture == colour).all(axis=-1).any())


def above_legend(picture: ColourArray) -> ColourArray:
    return picture[:-90]


def places(picture: ColourArray, colour: Colour) -> tuple[float, float]:
    """Mean (row, column) of the pixels of a colour, as parts of the picture's height and width."""
    found = np.argwhere((picture == colour).all(axis=-1)).mean(axis=0)
    return found[0] / picture.shape[0], found[1] / picture.shape[1]


def with_grades(report: Report, grade: int | None) -> Report:
    findings = tuple(
        replace(f, grade=grade, status=Verdict.UNREADABLE if grade is None else Verdict.SCORED) for f in report.findings
    )
    return replace(report, findings=findings)


@pytest.mark.parametrize("grade", [0, 1, 2, 3, None])
def test_each_grade_has_its_colour(grade: int | None) -> None:
    scan, report = drawn.scan(), with_grades(drawn.report(), grade)
    colours = dict(enumerate(GRADES)) | {None: UNREADABLE}
    picture = above_legend(overlay(scan, report))
    assert {kind for kind, colour in colours.items() if has(picture, colour)} == {grade}


def test_a_picture_is_legible_and_no_larger_than_asked() -> None:
    scan, report = drawn.scan(), drawn.report()
    small = overlay(scan, report)
    assert small.dtype == np.uint8 and small.ndim == 3
    assert 900 <= max(small.shape[:2]) <= 1400
    assert max(overlay(scan, report, max_side=700).shape[:2]) <= 700
    large = Scan(np.tile(scan.pixels, (20, 20)), StoredFrame(3400, 1800), drawn.SHA256)
    assert max(overlay(large, report).shape[:2]) <= 1400


def test_an_outline_lies_on_its_body_whichever_way_the_picture_was_stored() -> None:
    scan, report = drawn.scan(), with_grades(drawn.report(), 3)
    report = replace(report, findings=report.findings[:1])
    upright = above_legend(overlay(scan, report))
    stored = StoredFrame(170, 90, upside_down=True)
    turned = tuple((169 - row, column) for row, column in report.findings[0].landmarks_px)
    finding = replace(report.findings[0], landmarks_px=turned, outline_px=turned)
    upside_down = above_legend(overlay(replace(scan, stored=stored), replace(report, findings=(finding,))))
    assert np.array_equal(upright, upside_down)
    inside = upright[40:150, 180:250]  # of the topmost body, away from its outline
    assert inside.mean() > 200


def test_pixels_are_drawn_in_their_true_aspect() -> None:
    scan, report = drawn.scan(PixelSpacing(0.5, 1.0, "user")), replace(drawn.report(), findings=())
    picture = overlay(scan, report)[:-80]
    bright = np.argwhere(picture[..., 0] > 128)
    height, width = np.ptp(bright, axis=0)
    assert height / width == pytest.approx((170 - 10) * 0.5 / 34, rel=0.05)


def test_labels_stand_in_front_of_the_body() -> None:
    scan = drawn.scan()
    report = with_grades(drawn.report(), 3)
    right = places(above_legend(overlay(scan, report)), GRADES[3])
    left = places(above_legend(overlay(scan, replace(report, anterior="left"))), GRADES[3])
    assert left[1] < right[1]


def test_a_scan_without_findings_still_has_a_picture() -> None:
    scan, report = drawn.scan(), replace(drawn.failed(), reason="no vertebra found " * 20)
    assert max(overlay(scan, report).shape[:2]) <= 1400
    flat = Scan.from_array(np.full((40, 30), 7))
    assert overlay(flat, report)[:800].max() < 30


def test_unscanned_margins_are_black() -> None:
    scan = drawn.scan()
    pixels, scanned = scan.pixels.copy(), np.ones((170, 90), dtype=bool)
    pixels[:, :10], scanned[:, :10] = 1000, False
    picture = above_legend(overlay(replace(scan, pixels=pixels, scanned=scanned), drawn.report()))
    dark = above_legend(overlay(replace(scan, scanned=scanned), drawn.report()))
    assert np.array_equal(picture, dark)


def test_labels_do_not_cover_one_another() -> None:
    labels = [Label(str(row), (0, 0, 0), row, 0, on_left=False) for row in (50.0, 10.0, 12.0, 14.0)]
    assert [(label.text, label.row) for label in spread(labels)] == [
        ("10.0", 10), ("12.0", 28), ("14.0", 46), ("50.0", 64)
    ]  # fmt: skip


def test_a_png_holds_pixels_and_nothing_else() -> None:
    picture = overlay(drawn.scan(), drawn.report())
    png = encode_png(picture)
    assert png == encode_png(picture)
    kinds, start = set(), 8
    while start < len(png):
        kinds.add(png[start + 4 : start + 8])
        start += 12 + int.from_bytes(png[start : start + 4], "big")
    assert kinds == {b"IHDR", b"IDAT", b"IEND"}
    decoded = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert np.array_equal(decoded[..., ::-1], picture)


def test_a_figure_shows_the_overlay() -> None:
    pytest.importorskip("matplotlib")
    report = drawn.report()
    shown = report.plot()
    assert np.array_equal(np.asarray(shown.axes[0].images[0].get_array()), overlay(drawn.scan(), report))
    shown.savefig(BytesIO(), format="png")


def test_a_report_without_its_scan_cannot_be_plotted() -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(ConfigError, match="score the scan again"):
        figure(replace(drawn.report(), scan=None))


def test_without_matplotlib_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ConfigError, match=r'pip install "oiscan\[plot\]"'):
        figure(drawn.report())


def test_what_the_files_reader_marked_is_dotted_in_a_colour_of_its_own() -> None:
    points = ((60.0, 60.0), (60.0, 70.0), (60.0, 80.0), (90.0, 80.0), (90.0, 70.0), (90.0, 60.0))
    marked = ReaderVertebra(Level.T11, points, "Hologic IVA")
    assert not has(overlay(drawn.scan(), drawn.report()), READER)
    shown = overlay(drawn.scan(), replace(drawn.report(), reader_vertebrae=(marked,)))
    rows, columns = np.nonzero((shown == READER).all(axis=2))
    height, width = np.ptp(rows), np.ptp(columns)
    assert height / width == pytest.approx(30 / 20, rel=0.03)
    side = np.sort(rows[columns == columns.min()])
    assert len(side) == pytest.approx(height / DOT_PX, rel=0.1)  # single dots all along
    assert np.diff(side).min() > 1
