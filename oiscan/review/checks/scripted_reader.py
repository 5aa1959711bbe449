"""A reader without eyes: corrects scans whose truth is known, with a hand as unsteady as a person's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from oiscan.evaluation.measure import CORNERS
from oiscan.labels import LabelledImage, LabelledVertebra
from oiscan.review.changes import Stroke, checked
from oiscan.review.desk import Desk
from oiscan.scan import FloatArray

READER = "scripted"

READER_SD_MM = 0.5
"""How far a landmark the reader places lies from the truth, along rows and along columns (oiscan's own choice)."""

Vertebra = Mapping[str, Any]
"""A vertebra of a case, as `Desk.case` tells it."""

Change = dict[str, Any]


def correct(desk: Desk, code: str, truth: LabelledImage, rng: np.random.Generator) -> int:
    """Correct a case in one stroke and accept it; returns how many vertebrae the reader placed.

    Raises
    ------
    ReadingError
        The truth cannot be drawn on this case.
    """
    case = desk.case(code)
    changes = corrections(case, truth, rng)
    told = {"version": case["version"], "stroke": f"corrects-{code}", "changes": [*changes, {"kind": "accept"}]}
    desk.stroke(code, checked(Stroke, told))
    return sum(change["kind"] in ("move", "add") for change in changes)


def corrections(case: Mapping[str, Any], truth: LabelledImage, rng: np.random.Generator) -> list[Change]:
    """What turns a case into its truth: vertebrae moved, named, added, called unreadable, and false ones removed."""
    left = [one for one in case["vertebrae"] if one["landmarks_px"]]
    changes: list[Change] = []
    for vertebra in truth.vertebrae:
        mark = _mark_on(vertebra, left, truth)
        if mark is not None:
            left.remove(mark)
        if vertebra.readable:
            changes += _placed(mark, vertebra, _by_hand(vertebra.landmarks_px, case, rng))
        elif mark is not None:
            changes += [*_named(mark, vertebra), {"kind": "unreadable", "id": mark["id"], "reason": vertebra.reason}]
    return changes + [{"kind": "remove", "id": one["id"]} for one in left]


def _placed(mark: Vertebra | None, vertebra: LabelledVertebra, points: list[list[float]]) -> list[Change]:
    if mark is None:
        return [{"kind": "add", "level": vertebra.level, "landmarks_px": points}]
    readable = [] if mark["status"] == "scored" else [{"kind": "readable", "id": mark["id"]}]
    return [*readable, {"kind": "move", "id": mark["id"], "landmarks_px": points}, *_named(mark, vertebra)]


def _named(mark: Vertebra, vertebra: LabelledVertebra) -> list[Change]:
    if mark["level"] == vertebra.level:
        return []
    return [{"kind": "relabel", "id": mark["id"], "level": vertebra.level}]


def _by_hand(points: FloatArray, case: Mapping[str, Any], rng: np.random.Generator) -> list[list[float]]:
    """True points (n, 2) as the reader places them, inside the picture."""
    spread_px = READER_SD_MM / np.array(case["spacing_mm"])
    placed = points + rng.normal(0, spread_px, points.shape)
    within: list[list[float]] = np.clip(placed, 0, [case["rows"] - 1, case["columns"] - 1]).tolist()
    return within


def _mark_on(vertebra: LabelledVertebra, marks: Sequence[Vertebra], truth: LabelledImage) -> Vertebra | None:
    """The mark whose centre lies inside the true corners and is nearest to theirs, if any does."""
    corners = CORNERS[truth.view]
    quad = vertebra.landmarks_px[corners]
    centres = {one["id"]: np.array(one["landmarks_px"])[corners].mean(0) for one in marks}
    inside = [
        one for one in marks
        if cv2.pointPolygonTest(quad.astype(np.float32), centres[one["id"]].tolist(), False) >= 0
    ]
    return min(inside, key=lambda one: float(np.linalg.norm(centres[one["id"]] - quad.mean(0))), default=None)
