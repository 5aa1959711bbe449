"""Found, falsely found, rightly named, and how far off: a model against labelled vertebrae.

A labelled vertebra is found when the centre of one predicted vertebra lies inside its four labelled corners; one
without all four corners labelled counts for nothing. Errors are relative to the labelled depth (lateral) or width (AP),
so that children and adults, known and unknown spacing can stand in one table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from oiscan.anatomy import LUMBAR, Level, View
from oiscan.labels import LabelledImage, LabelledVertebra
from oiscan.scan import FloatArray
from oiscan.spine import Spine, Vertebra

CORNERS = {View.LATERAL: [0, 2, 3, 5], View.AP: [0, 1, 2, 3]}


@dataclass(frozen=True)
class Match:
    """One labelled vertebra and what was made of it; the errors are None where it was not found.

    Parameters
    ----------
    corner_error
        (4,) distances as a share of the labelled depth or width.
    ratio_error
        Predicted minus labelled ha/hp (AP: height of the right side over the left).
    named
        The level the model gave it.
    """

    level: Level
    found: bool
    corner_error: FloatArray | None = None
    ratio_error: float | None = None
    named: Level | None = None


@dataclass(frozen=True)
class ImageResult:
    """One picture: its labelled vertebrae, and how many predicted ones between the first and the last matched none."""

    matches: tuple[Match, ...]
    false_finds: int


def compare(image: LabelledImage, spine: Spine, relative_pixel_size: FloatArray) -> ImageResult:
    """Match a spine with a picture's labels; both in the stored frame, (row, column).

    Parameters
    ----------
    relative_pixel_size
        See `oiscan.scan.Scan.relative_pixel_size`: distances are measured with it.
    """
    corners = CORNERS[image.view]
    left = list(spine.vertebrae)
    matches = []
    labelled = [one for one in image.vertebrae if np.isfinite(one.landmarks_px[corners]).all()]
    for vertebra in labelled:
        hit = _inside(vertebra.landmarks_px[corners], left, corners)
        if hit is not None:
            left.remove(hit)
        matches.append(_match(vertebra, hit, corners, relative_pixel_size))
    rows = [_row(one, corners) for one in labelled]
    false = [one for one in left if rows and min(rows) < _row(one, corners) < max(rows)]
    return ImageResult(tuple(matches), len(false))


def _row(vertebra: LabelledVertebra | Vertebra, corners: list[int]) -> float:
    return float(vertebra.landmarks_px[corners, 0].mean())


def _inside(quad: FloatArray, candidates: list[Vertebra], corners: list[int]) -> Vertebra | None:
    inside = [
        one for one in candidates
        if cv2.pointPolygonTest(quad.astype(np.float32), one.landmarks_px[corners].mean(0).tolist(), False) >= 0
    ]
    return min(inside, key=lambda one: float(np.abs(one.landmarks_px[corners] - quad).mean()), default=None)


def _match(vertebra: LabelledVertebra, hit: Vertebra | None, corners: list[int], size: FloatArray) -> Match:
    if hit is None:
        return Match(vertebra.level, False)
    truth, found = vertebra.landmarks_px[corners] * size, hit.landmarks_px[corners] * size
    across = 0.5 * (np.linalg.norm(truth[1] - truth[0]) + np.linalg.norm(truth[2] - truth[3]))
    error = np.linalg.norm(found - truth, axis=1) / across
    return Match(vertebra.level, True, error, _ratio(found) - _ratio(truth), hit.level)


def _ratio(corners: FloatArray) -> float:
    return float(np.linalg.norm(corners[1] - corners[2]) / max(1e-9, float(np.linalg.norm(corners[0] - corners[3]))))


def summary(results: list[ImageResult], first: Level, last: Level) -> dict[str, float]:
    """Figures over the labelled vertebrae from `first` to `last`; NaN where there is nothing to take a mean of.

    `false_finds_per_scan` and `scans_named_right` look at whole scans, whatever the levels asked for; the latter at
    those with L1 to L4 labelled in part at least, and asks for all of these.
    """
    matches = _between(results, first, last)
    named = [_named_right(result) for result in results if _lumbar(result)]
    return {
        "vertebrae": float(len(matches)),
        "found": _mean([match.found for match in matches]),
        **_figures(matches),
        "false_finds_per_scan": _mean([result.false_finds for result in results]),
        "scans_named_right": _mean(named),
    }


def corner_percentiles(
    results: list[ImageResult], first: Level, last: Level, percentiles: Sequence[int] = (25, 75, 95, 99)
) -> dict[str, float]:
    """Percentiles of the corner errors of the vertebrae from `first` to `last`, as shares of the depth or width."""
    errors = _corner_errors(_between(results, first, last))
    return {f"p{percent}": float(np.percentile(errors, percent)) for percent in percentiles}


def _between(results: list[ImageResult], first: Level, last: Level) -> list[Match]:
    order = list(Level)
    wanted = order[order.index(first) : order.index(last) + 1]
    return [match for result in results for match in result.matches if match.level in wanted]


def _figures(matches: list[Match]) -> dict[str, float]:
    corner = _corner_errors(matches)
    return {
        "corner_error_median": float(np.median(corner)),
        "corner_error_p90": float(np.percentile(corner, 90)),
        "ratio_error_mean": _mean([abs(match.ratio_error) for match in matches if match.ratio_error is not None]),
    }


def _corner_errors(matches: list[Match]) -> FloatArray:
    errors = [match.corner_error for match in matches if match.corner_error is not None]
    return np.concatenate(errors) if errors else np.array([np.nan])


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _lumbar(result: ImageResult) -> list[Match]:
    return [match for match in result.matches if match.level in LUMBAR]


def _named_right(result: ImageResult) -> bool:
    return all(match.named == match.level for match in _lumbar(result))
