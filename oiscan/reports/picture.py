"""The overlay: the scan as a reader looks at it, with what oiscan found drawn on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from oiscan.anatomy import View
from oiscan.errors import ConfigError
from oiscan.report import Finding, Report, Verdict
from oiscan.reports import draw
from oiscan.reports.draw import ColourArray
from oiscan.reports.summary import grades_between
from oiscan.scan import BoolArray, FloatArray, Scan

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEGIBLE_SIDE = 900
"""Smaller pictures are enlarged until their longer side has this many pixels."""

LABEL_ROOM = 150
"""Columns kept free for labels that stand beside the picture."""

READER_LEGEND = "dotted green: landmarks stored in the file, not oiscan's"
DISCLAIMER = "Research software, not a medical device"


@dataclass(frozen=True)
class Layout:
    """Where points of the stored image lie on the drawn picture.

    `factor` (2,) is drawn pixels per pixel of the scan along rows and columns; `offset` (2,) is what was added above
    and to the left of the picture.
    """

    scan: Scan
    factor: FloatArray
    offset: FloatArray

    def place(self, points_px: npt.ArrayLike) -> FloatArray:
        """Points (n, 2) of the stored image on the drawn picture, (row, column)."""
        placed: FloatArray = (self.scan.stored.from_stored(points_px) + 0.5) * self.factor - 0.5 + self.offset
        return placed


def overlay(scan: Scan, report: Report, max_side: int = 1400) -> ColourArray:
    """The scan with outline, landmarks, level and grade of every vertebra, and a legend below it.

    Parameters
    ----------
    scan, report
        The scan and what was found on it.
    max_side
        Longest side of the result, in pixels; at least 500, or the legend would not fit.

    Returns
    -------
    (rows, columns, 3) uint8, RGB: cranial up, bone bright, pixels in their true aspect. Text burned into the scan stays
    in the picture.
    """
    legend = _legend_lines(report)
    room = np.array([max_side - draw.legend_rows(legend), max_side - LABEL_ROOM])
    factor = _factor(scan, room)
    picture = _resized(_windowed(scan, report), factor)
    layout = Layout(scan, factor, np.zeros(2))
    labels = _labels(report, layout)
    picture, left = draw.widened(picture, labels)
    layout = Layout(scan, factor, np.array([0.0, left]))
    for finding in report.findings:
        _draw_vertebra(picture, finding, layout)
    for vertebra in report.reader_vertebrae:
        draw.draw_reader(picture, layout.place(vertebra.landmarks_px), vertebra.level)
    for label in labels:
        draw.write_label(picture, label, left)
    return draw.with_legend(picture, legend, graded=report.view is not View.AP)


def figure(report: Report) -> Figure:
    """The overlay as a matplotlib figure.

    Raises
    ------
    ConfigError
        matplotlib is not installed, or the report was read back from disk and holds no picture.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ConfigError('plots need matplotlib: pip install "oiscan[plot]"') from error
    if report.scan is None:
        raise ConfigError("this report holds no picture: score the scan again to plot it")
    picture = overlay(report.scan, report)
    rows, columns = picture.shape[:2]
    shown = plt.figure(figsize=(columns / 100, rows / 100), dpi=100)
    plt.close(shown)  # the caller holds it: a notebook shows it once, and pyplot keeps no list of scans
    axes = shown.add_axes((0, 0, 1, 1))
    axes.imshow(picture)
    axes.set_axis_off()
    return shown


def encode_png(picture: ColourArray) -> bytes:
    """An RGB picture as the bytes of a PNG file that holds pixels and nothing else."""
    return cv2.imencode(".png", picture[..., ::-1])[1].tobytes()


def plain_png(scan: Scan) -> bytes:
    """The pixels, bone bright and cranial up, stretched over 16 bits: a file that holds pixels and nothing else."""
    low, high = float(scan.pixels.min()), float(scan.pixels.max())
    grey = np.rint((scan.pixels.astype(float) - low) * (65535 / (high - low))).astype(np.uint16)
    return cv2.imencode(".png", grey)[1].tobytes()


def _legend_lines(report: Report) -> list[str]:
    scale = f"scale {report.scale}" if report.worst_grade is not None else ""
    named = "   ".join(text for text in (report.scan_id, report.view or "", scale) if text)
    verdict = f"{report.status}: {report.reason}" if report.reason else ""
    reader = READER_LEGEND if report.reader_vertebrae else ""
    return [line for line in (named, verdict, reader, DISCLAIMER) if line]


def _factor(scan: Scan, room: npt.NDArray[np.int64]) -> FloatArray:
    """Drawn pixels per pixel along rows and columns: true aspect, no detail lost where there is room for it."""
    aspect = scan.relative_pixel_size / scan.relative_pixel_size.min()
    natural = aspect * scan.pixels.shape
    enlarged = max(1.0, LEGIBLE_SIDE / natural.max())
    fitting = float((room / natural).min())
    factor: FloatArray = aspect * min(enlarged, fitting)
    return factor


def _windowed(scan: Scan, report: Report) -> npt.NDArray[np.uint8]:
    """The pixels as grey values, stretched over what lies round the spine, as a reader would set the window."""
    shown = np.ones(scan.pixels.shape, dtype=bool) if scan.scanned is None else scan.scanned
    window = _spine_box(scan, report) & shown
    chosen = scan.pixels[window if window.any() else shown]
    low, high = np.percentile(chosen, [0.5, 99.8]) if chosen.size else (0.0, 1.0)
    grey = np.clip((scan.pixels - low) / max(high - low, np.finfo(np.float32).eps), 0, 1)
    return np.where(shown, np.rint(grey * 255), 0).astype(np.uint8)


def _spine_box(scan: Scan, report: Report) -> BoolArray:
    """The upright box round all landmarks, widened sideways by half its width."""
    box = np.zeros(scan.pixels.shape, dtype=bool)
    points = _landmarks(scan, report)
    if len(points):
        (top, left), (bottom, right) = points.min(axis=0), points.max(axis=0)
        aside = (right - left) / 2
        box[max(int(top), 0) : int(bottom) + 2, max(int(left - aside), 0) : int(right + aside) + 2] = True
    return box


def _landmarks(scan: Scan, report: Report) -> FloatArray:
    """All landmarks (n, 2) in the scan's own pixels."""
    points = [point for finding in report.findings for point in finding.landmarks_px]
    return scan.stored.from_stored(np.array(points, dtype=float).reshape(-1, 2))


def _resized(grey: npt.NDArray[np.uint8], factor: FloatArray) -> ColourArray:
    rows, columns = (max(round(side * f), 1) for side, f in zip(grey.shape, factor, strict=True))
    method = cv2.INTER_AREA if factor.min() < 1 else cv2.INTER_LINEAR
    resized = cv2.resize(grey, (columns, rows), interpolation=method)
    return np.repeat(resized[..., np.newaxis], 3, axis=2).astype(np.uint8)


def _labels(report: Report, layout: Layout) -> list[draw.Label]:
    """A label in front of every body, on an AP scan to its right; levels not found stand between their neighbours."""
    seen = [i for i, finding in enumerate(report.findings) if finding.landmarks_px]
    if not seen:
        return []
    on_left = report.anterior == "left"
    quads = [layout.place(report.findings[i].landmarks_px) for i in seen]
    places = np.arange(len(report.findings))
    rows = np.interp(places, seen, [quad[:, 0].mean() for quad in quads])
    columns = np.interp(places, seen, [quad[:, 1].min() if on_left else quad[:, 1].max() for quad in quads])
    texts = [(_label_text(finding), draw.grade_colour(_kind(finding))) for finding in report.findings]
    return draw.spread(
        [draw.Label(*text, row, column, on_left) for text, row, column in zip(texts, rows, columns, strict=True)]
    )


def _label_text(finding: Finding) -> str:
    if finding.status is Verdict.UNREADABLE:
        return f"{finding.level}: ?"
    if finding.grade is None:
        return finding.level.value
    between = f"({grades_between(finding)})" if finding.borderline else ""
    return " ".join(text for text in (f"{finding.level}: {finding.grade}", finding.deformity, between) if text)


def _kind(finding: Finding) -> int | None:
    """The grade to colour a vertebra by; None for an unreadable one."""
    return None if finding.status is Verdict.UNREADABLE else finding.grade or 0


def _draw_vertebra(picture: ColourArray, finding: Finding, layout: Layout) -> None:
    if not finding.landmarks_px:
        return
    outline = finding.outline_px or finding.landmarks_px
    draw.draw_outline(picture, layout.place(outline), _kind(finding))
    draw.draw_landmarks(picture, layout.place(finding.landmarks_px), draw.grade_colour(_kind(finding)))
