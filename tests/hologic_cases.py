"""Synthetic Hologic files in the shape public readers of such files describe; no real one was at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileDataset

from tests.dicom_cases import SC, dicom

HOLOGIC_TAGS: dict[str, Any] = {
    "sop": SC,
    "Modality": "OT",
    "Manufacturer": "HOLOGIC",
    "ManufacturerModelName": "Horizon A (S/N 000000)",
    "SoftwareVersions": "13.6.0.5",
    "PixelSpacing": [0.5, 0.4],
}

# Edges of bodies drawn as filled boxes: first row, first column, rows, columns.
BOXES = {"T12": (20, 30, 24, 50), "L1": (52, 34, 26, 50), "L2": (86, 36, 28, 52)}
ROWS, COLUMNS = 130, 110
PAIRS = ((0, 0), (1, 0), (0, 0.5), (1, 0.5), (0, 1), (1, 1))
"""Down and right shares of a box: the order a public reader takes the points in (two posterior, middle, anterior)."""


def drawn(boxes: Mapping[str, tuple[int, int, int, int]] = BOXES) -> npt.NDArray[np.uint8]:
    """Bright boxes on a dark ground."""
    picture = np.full((ROWS, COLUMNS), 20, np.uint8)
    for top, left, rows, columns in boxes.values():
        picture[top : top + rows, left : left + columns] = 200
    return picture


def corners(box: tuple[int, int, int, int], order: Sequence[tuple[float, float]] = PAIRS) -> npt.NDArray[np.float64]:
    """Six points (6, 2) on the outer edges of a box, as (row, column) counted from the picture's top-left corner."""
    top, left, rows, columns = box
    return np.array([(top + down * rows, left + right * columns) for down, right in order])


def vertebra_xml(level: str, edges: npt.NDArray[np.float64], spacing: Sequence[float], words: str = "") -> str:
    """One vertebra: edges (6, 2) from the top-left corner in pixels, written in mm from the bottom-left corner."""
    x, y = edges[:, 1] * spacing[1], (ROWS - edges[:, 0]) * spacing[0]
    points = "".join(f"<X{n}>{x[n - 1]:.4f}</X{n}><Y{n}>{y[n - 1]:.4f}</Y{n}>" for n in range(1, len(x) + 1))
    return f"<{level}><NUMBER>1</NUMBER>{words}<ANALYSIS_TYPE>QM</ANALYSIS_TYPE><QM>{points}</QM></{level}>"


def iva_xml(
    boxes: Mapping[str, tuple[int, int, int, int]] = BOXES,
    spacing: Sequence[float] = (0.5, 0.4),
    order: Sequence[tuple[float, float]] = PAIRS,
    words: str = "<DEFORMITY>Wedge</DEFORMITY><SEVERITY>Mild</SEVERITY>",
) -> str:
    """The whole analysis; the root's name is made up, as nobody has told it."""
    inner = "".join(vertebra_xml(level, corners(box, order), spacing, words) for level, box in boxes.items())
    return f'<?xml version="1.0" encoding="utf-16"?><Analysis>{inner}</Analysis>'


def iva(xml: str, *, block: int = 0x10, creator: str | None = "HOLOGIC", **tags: Any) -> FileDataset:
    """A lateral scan with its analysis in the given private block."""
    dataset = dicom(drawn(), **{**HOLOGIC_TAGS, **tags})
    add_private(dataset, 0x0021, block, creator, xml)
    return dataset


def add_private(dataset: Dataset, group: int, block: int, creator: str | None, text: str, offset: int = 1) -> None:
    """One private text; without a creator as bytes, as an archive that strips creators leaves it."""
    if creator is not None:
        dataset.add_new((group, block), "LO", creator)
    kind, value = ("UN", text.encode()) if creator is None else ("LT", text)
    dataset.add_new((group, block << 8 | offset), kind, value)


SQUARE_CM = "cm<sup><small>2</small></sup>"
HEADINGS = ("Region", f"Area[{SQUARE_CM}]", "BMC[g]", f"BMD[g/{SQUARE_CM}]", "T - score", "Z - score")
SPINE_ROWS = (
    ("L1", "13.26", "11.58", "0.873", " ", "-0.9"),
    ("L2", "13.71", "12.66", "0.923", " ", "-1.0"),
    ("L3", "14.02", "13.40", "0.956", " ", "-1.0"),
    ("L4", "14.78", "14.21", "0.961", " ", "-1.1"),
    ("L1-L4", "55.77", "51.85", "0.930", " ", "-1.0"),
)


def page_script(rows: Sequence[Sequence[str]] = SPINE_ROWS, headings: Sequence[str] = HEADINGS) -> str:
    """The script of a report page, with the identity that stands beside the results."""
    cells = [
        f'ResultsTable1[ {r}][ {c}] = "{text}";'
        for r, row in enumerate([headings, *rows])
        for c, text in enumerate(row)
    ]
    head = ['PatientName = "SENTINEL^QUINEVERE";', 'Scan = "12March2020 - A0312200X";', 'DOB = "12.03.1960";']
    return "\r\n".join([*head, "ImageXPos = 12;", *cells])


def page(
    script: str, *, group: int = 0x0019, offset: int = 0, creator: str | None = "HOLOGIC", **tags: Any
) -> FileDataset:
    """A report page: grey, without pixel size, its results in a private script."""
    dataset = dicom(drawn(), **{**HOLOGIC_TAGS, "PixelSpacing": None, **tags})
    add_private(dataset, group, 0x10, creator, script, offset)
    return dataset
