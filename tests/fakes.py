"""Stand-ins for the trained model, and small files to score: for tests of what stands around the model."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian

from oiscan.anatomy import LANDMARKS, Level, View
from oiscan.scan import Scan
from oiscan.spine import Numbering, Spine, StatedLevel, Vertebra


@dataclass(frozen=True)
class FakeModel:
    """As much of a model as the pipeline asks for."""

    name: str = "fake"
    sha256: str = "f" * 64
    views: tuple[View, ...] = (View.LATERAL, View.AP)
    calibrated: bool = False
    card: dict[str, object] = field(default_factory=dict)


def fake_segment(scan: Scan, model: FakeModel, stated: StatedLevel | None = None) -> Spine:
    """L1 and L2 as boxes of 20 x 30 pixels, L2 crushed by half in front; nothing at all on a picture under 80 rows."""
    assert scan.view is not None
    if scan.stored.rows < 80:
        return Spine(scan.view, (), notes=("no continuous row of vertebrae was found",))
    vertebrae = (_box(Level.L1, scan.view, 10, 20), _box(Level.L2, scan.view, 40, 10))
    return Spine(scan.view, vertebrae, Numbering("sacrum", 0.9), "right" if scan.view is View.LATERAL else "")


def _box(level: Level, view: View, top: float, anterior: float) -> Vertebra:
    bottom, left, right = top + 20.0, 10.0, 40.0
    corners = [(top, left), (top, right), (top + anterior, right), (bottom, left)]
    if view is View.LATERAL:
        corners[1:1] = [(top, 25.0)]
        corners[4:4] = [((top + anterior + bottom) / 2, 25.0)]
    points = np.array(corners)
    assert len(points) == len(LANDMARKS[view])
    return Vertebra(level, points, np.tile(np.eye(2) * 0.01, (len(points), 1, 1)), points, 0.95)


def each_here(
    task: Callable[[Any], Any], items: Iterable[Any], workers: int, lost: Callable[[Any], Any]
) -> Iterator[tuple[Any, Any]]:
    """As `oiscan.batch.pool.each`, in this process."""
    return ((item, task(item)) for item in items)


def picture(rows: int = 100, columns: int = 60, seed: int = 0) -> np.ndarray:
    """Grey noise (rows, columns) uint16: a picture nobody needs to look at."""
    return np.random.default_rng(seed).integers(1, 4000, (rows, columns), dtype=np.uint16)


def write_dicom(path: Path, pixels: np.ndarray, **attributes: object) -> Path:
    """A CR picture of a lateral spine, 0.25 mm a pixel, with the given attributes added or, where None, left out."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = ComputedRadiographyImageStorage
    dataset.SOPInstanceUID = "1.2.3"
    dataset.Modality = "CR"
    dataset.BodyPartExamined = "TSPINE"
    dataset.ViewPosition = "LL"
    dataset.PixelSpacing = [0.25, 0.25]
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 0
    dataset.PixelData = pixels.astype("<u2").tobytes()
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path, enforce_file_format=True)
    return path


def lines(path: Path) -> Sequence[str]:
    """Lines of a text file."""
    return path.read_text(encoding="utf-8").splitlines()
