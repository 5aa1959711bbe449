"""The strokes of the overlay: colours, outlines, labels, legend. Points are (row, column) of the drawn picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise, product

import cv2
import numpy as np
import numpy.typing as npt

from oiscan.scan import FloatArray

ColourArray = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

BACKGROUND: Colour = (12, 12, 14)
TEXT: Colour = (190, 190, 190)
UNREADABLE: Colour = (150, 150, 150)
GRADES: tuple[Colour, ...] = ((168, 200, 214), (250, 225, 60), (255, 140, 0), (255, 45, 120))
"""RGB by grade: pale blue, yellow, orange, magenta. They differ in lightness too and stay apart for the colour-blind;
the grade is also written out and the line grows with it."""

READER: Colour = (120, 235, 120)
"""Green, dotted and thin: what the file's own reader marked, apart from every grade."""

LINE_WIDTHS = (1, 2, 2, 3)

FONT = cv2.FONT_HERSHEY_SIMPLEX
LABEL_SCALE, LEGEND_SCALE = 0.55, 0.45
LABEL_ROWS = 18
LABEL_GAP = 9
LEGEND_ROW = 20
LEGEND_GAP = 14
LEGEND_COLUMNS = 430
DASH_PX = 5
DOT_PX = 4
"""From one dot of a dotted line to the next."""


@dataclass(frozen=True)
class Label:
    """Text beside a vertebra: centred on `row`, beginning at `column` or, where `on_left`, ending there."""

    text: str
    colour: Colour
    row: float
    column: float
    on_left: bool

    @property
    def begin(self) -> int:
        """First column of the text."""
        return round(self.column - LABEL_GAP - self.width if self.on_left else self.column + LABEL_GAP)

    @property
    def width(self) -> int:
        """Columns the text takes."""
        return _text_width(self.text, LABEL_SCALE)


def grade_colour(kind: int | None) -> Colour:
    """Colour of a grade; None stands for unreadable. Grades beyond the last colour share it."""
    return UNREADABLE if kind is None else GRADES[min(kind, len(GRADES) - 1)]


def draw_outline(picture: ColourArray, polygon: FloatArray, kind: int | None) -> None:
    """Draw a closed outline in the colour and width of its grade, or dashed where it is unreadable."""
    if kind is None:
        for dash in _dashes(polygon):
            _stroke(picture, dash, UNREADABLE, 1, closed=False)
    else:
        _stroke(picture, polygon, grade_colour(kind), LINE_WIDTHS[min(kind, len(LINE_WIDTHS) - 1)], closed=True)


def draw_reader(picture: ColourArray, polygon: FloatArray, level: str) -> None:
    """Draw what the file's own reader marked: an outline of single dots, and the level in its middle."""
    closed = np.vstack([polygon, polygon[:1]])
    for begin, end in pairwise(closed):
        steps = max(round(float(np.linalg.norm(end - begin)) / DOT_PX), 1)
        for row, column in begin + np.outer(np.arange(steps) / steps, end - begin):
            cv2.circle(picture, (round(column), round(row)), 0, READER, cv2.FILLED)
    middle = polygon.mean(axis=0)
    _write(picture, level, middle[0] + 4, middle[1] - _text_width(level, LEGEND_SCALE) / 2, LEGEND_SCALE, READER)


def draw_landmarks(picture: ColourArray, landmarks: FloatArray, colour: Colour) -> None:
    """Draw a dot on each landmark."""
    for row, column in landmarks:
        cv2.circle(picture, (round(column), round(row)), 2, colour, cv2.FILLED, cv2.LINE_AA)


def spread(labels: list[Label]) -> list[Label]:
    """The labels, from top to bottom, pushed down until none covers another."""
    apart: list[Label] = []
    for label in sorted(labels, key=lambda label: label.row):
        least = apart[-1].row + LABEL_ROWS if apart else 0.0
        apart.append(replace(label, row=max(label.row, least)))
    return apart


def widened(picture: ColourArray, labels: list[Label]) -> tuple[ColourArray, int]:
    """The picture with room on both sides for labels and legend, and how many columns were added on its left."""
    columns = picture.shape[1]
    left = max((LABEL_GAP - label.begin for label in labels if label.begin < LABEL_GAP), default=0)
    right = max((label.begin + label.width + LABEL_GAP - columns for label in labels), default=0)
    missing = max(LEGEND_COLUMNS - columns - left - max(right, 0), 0)
    left, right = left + missing // 2, max(right, 0) + missing - missing // 2
    padded = cv2.copyMakeBorder(picture, 0, 0, left, right, cv2.BORDER_CONSTANT, value=BACKGROUND)
    return padded.astype(np.uint8), left


def write_label(picture: ColourArray, label: Label, left: int) -> None:
    """Write a label onto a picture that was widened by `left` columns on its left."""
    _write(picture, label.text, label.row + 5, label.begin + left, LABEL_SCALE, label.colour)


def legend_rows(lines: list[str]) -> int:
    """Rows the legend will take."""
    return LEGEND_ROW * (len(_wrapped(lines)) + 2)


def with_legend(picture: ColourArray, lines: list[str], graded: bool) -> ColourArray:
    """The picture with the key of colours (of grades, where there are any) and some lines of text below it."""
    strip = np.full((legend_rows(lines), picture.shape[1], 3), BACKGROUND, dtype=np.uint8)
    measured = {f"grade {grade}": grade for grade in range(len(GRADES))} if graded else {"measured": 0}
    _draw_key(strip, measured | {"unreadable": None})
    for i, line in enumerate(_wrapped(lines), start=2):
        _write(strip, line, i * LEGEND_ROW, 10, LEGEND_SCALE, TEXT)
    return np.vstack([picture, strip])


def _draw_key(strip: ColourArray, kinds: Mapping[str, int | None]) -> None:
    column = 10.0
    for text, kind in kinds.items():
        box = np.array([[6, column], [6, column + 14], [17, column + 14], [17, column]])
        draw_outline(strip, box, kind)
        _write(strip, text, LEGEND_ROW - 4, column + 20, LEGEND_SCALE, TEXT)
        column += 20 + _text_width(text, LEGEND_SCALE) + LEGEND_GAP


def _wrapped(lines: list[str]) -> list[str]:
    """The lines broken between words so that each fits the narrowest legend."""
    broken: list[str] = []
    for line in lines:
        broken.append("")
        for word in line.split(" "):
            longer = f"{broken[-1]} {word}" if broken[-1] else word
            if _text_width(longer, LEGEND_SCALE) <= LEGEND_COLUMNS - 20:
                broken[-1] = longer
            else:
                broken.append(word)
    return broken


def _text_width(text: str, scale: float) -> int:
    return int(cv2.getTextSize(text, FONT, scale, 1)[0][0])


def _write(picture: ColourArray, text: str, row: float, column: float, scale: float, colour: Colour) -> None:
    """Write text on a dark rim, so that it can be read on bone too."""
    origin = (round(column), round(row))
    for down, right in product((-2, 0, 2), repeat=2):  # a thicker font would not lie under the thin one
        cv2.putText(picture, text, (origin[0] + right, origin[1] + down), FONT, scale, BACKGROUND, 1, cv2.LINE_AA)
    cv2.putText(picture, text, origin, FONT, scale, colour, 1, cv2.LINE_AA)


def _stroke(picture: ColourArray, line: FloatArray, colour: Colour, width: int, closed: bool) -> None:
    shift = 4  # sixteenths of a pixel
    fixed = np.rint(line[:, ::-1] * 2**shift).astype(np.int32)
    cv2.polylines(picture, [fixed], closed, colour, width, cv2.LINE_AA, shift)


def _dashes(polygon: FloatArray) -> list[FloatArray]:
    """A closed outline cut into dashes with gaps of the same length between them."""
    closed = np.vstack([polygon, polygon[:1]])
    steps = np.linalg.norm(np.diff(closed, axis=0), axis=1)
    walked = np.concatenate([[0.0], np.cumsum(steps)])
    starts = np.arange(0, walked[-1], 2 * DASH_PX)
    ends = np.minimum(starts + DASH_PX, walked[-1])
    along = np.stack([starts, (starts + ends) / 2, ends], axis=1)
    row, column = (np.interp(along, walked, closed[:, axis]) for axis in (0, 1))
    return list(np.stack([row, column], axis=2))
