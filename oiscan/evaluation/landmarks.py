"""Found, falsely found, rightly named, and how far off: a model against labelled vertebrae.

A labelled vertebra is found when the centre of one predicted vertebra lies inside its four labelled corners; one
without all four corners labelled, or labelled as unreadable, counts for nothing. Errors are relative to the labelled
depth (lateral) or width (AP), so that children and adults, known and unknown spacing can stand in one table; beside
them stand millimetres, where the spacing is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from oiscan.anatomy import COLUMN, LUMBAR, Level
from oiscan.evaluation.measure import CORNERS, Errors, measure
from oiscan.labels import LabelledImage, LabelledVertebra
from oiscan.scan import FloatArray
from oiscan.spine import Evidence, Numbering, Spine, Vertebra


@dataclass(frozen=True, eq=False)
class Match:
    """One labelled vertebra and what was made of it: the level the model gave it and the errors, None if not found."""

    level: Level
    found: bool
    named: Level | None = None
    errors: Errors | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, eq=False)
class ImageResult:
    """One picture against its labels.

    Parameters
    ----------
    matches
        Its readable labelled vertebrae.
    false_finds
        How many predicted vertebrae between the first and the last labelled one matched none.
    numbering
        How the model named them; None where it found nothing.
    in_mm
        Whether lengths are millimetres.
    """

    matches: tuple[Match, ...]
    false_finds: int
    numbering: Numbering | None = None
    in_mm: bool = False

    @property
    def lumbar(self) -> tuple[Match, ...]:
        """Those of L1 to L4 that are labelled."""
        return tuple(match for match in self.matches if match.level in LUMBAR)

    @property
    def named_right(self) -> bool:
        """Whether all labelled ones of L1 to L4 were found and bear their names."""
        return all(match.named == match.level for match in self.lumbar)

    @property
    def answer_stated(self) -> bool:
        """Whether the names are right, or would be after a shift the numbering states as an alternative."""
        found = [match for match in self.lumbar if match.named is not None]
        needed = {COLUMN.index(match.level) - COLUMN.index(match.named) for match in found if match.named in COLUMN}
        stated = {0, *(shift for shift, *_ in self.numbering.alternatives)} if self.numbering else set()
        return len(needed) == 1 and needed <= stated


def compare(
    image: LabelledImage, spine: Spine, relative_pixel_size: FloatArray, in_mm: bool = False
) -> ImageResult:
    """Match a spine with a picture's labels; both in the stored frame, (row, column).

    Parameters
    ----------
    relative_pixel_size
        See `oiscan.scan.Scan.relative_pixel_size`: distances are measured with it.
    in_mm
        Whether it is in millimetres.
    """
    corners = CORNERS[image.view]
    left = list(spine.vertebrae)
    matches = []
    labelled = [one for one in image.vertebrae if np.isfinite(one.landmarks_px[corners]).all()]
    for vertebra in labelled:
        hit = _inside(vertebra.landmarks_px[corners], left, corners)
        if hit is not None:
            left.remove(hit)
        if vertebra.readable:
            matches.append(_match(vertebra, hit, image, relative_pixel_size))
    rows = [_row(one, corners) for one in labelled]
    false = [one for one in left if rows and min(rows) < _row(one, corners) < max(rows)]
    return ImageResult(tuple(matches), len(false), spine.numbering, in_mm)


def _row(vertebra: LabelledVertebra | Vertebra, corners: list[int]) -> float:
    return float(vertebra.landmarks_px[corners, 0].mean())


def _inside(quad: FloatArray, candidates: list[Vertebra], corners: list[int]) -> Vertebra | None:
    inside = [
        one for one in candidates
        if cv2.pointPolygonTest(quad.astype(np.float32), one.landmarks_px[corners].mean(0).tolist(), False) >= 0
    ]
    return min(inside, key=lambda one: float(np.abs(one.landmarks_px[corners] - quad).mean()), default=None)


def _match(truth: LabelledVertebra, hit: Vertebra | None, image: LabelledImage, size: FloatArray) -> Match:
    if hit is None:
        return Match(truth.level, False)
    return Match(truth.level, True, hit.level, measure(truth, hit, image.view, size), hit.evidence)
