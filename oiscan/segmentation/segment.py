"""One scan to its spine: find the column, refine every vertebra, drop false ends, name the levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oiscan.anatomy import COLUMN, Level, View
from oiscan.errors import UnsupportedScanError
from oiscan.scan import ImageArray, Scan
from oiscan.segmentation.evidence import LOWEST_QUALITY, edge_distance, judge
from oiscan.segmentation.finder import Candidate
from oiscan.segmentation.model import Model
from oiscan.segmentation.numbering import name_levels
from oiscan.segmentation.preprocess import Affine, quad_size, stretched_grey, to_stored
from oiscan.segmentation.refiner import Refined, refine
from oiscan.segmentation.search import FEWEST_VERTEBRAE, Found, find_column, picture_at
from oiscan.spine import Evidence, Numbering, Spine, Vertebra

REFINER_SIZE_PX = 64.0
"""Median depth or width in the picture crops are cut from: a little finer than the crops themselves."""

_SAME_PLACE_HEIGHTS = 0.5
"""Refined centres nearer than this are one vertebra."""

CURVED_DEGREES = 20.0
"""Tilt between the two most different vertebrae of an AP scan that a reader is told of. Set by hand: more than twice
the 10 degrees from which a curve is called scoliosis (Scoliosis Research Society)."""

SURE_NAMES = 0.9
"""Below this probability of its level names a scan carries a note. Set by hand: the probability is not calibrated."""

NO_COLUMN = "no continuous row of vertebrae was found"
MOSTLY_UNCLEAR = "more than half of the vertebrae are faint, overlapped or cut by the edge of the picture"


@dataclass(frozen=True, eq=False)
class _Place:
    """One place in the column: what the finder proposed, what the refiner made of it, what can be seen."""

    candidate: Candidate
    refined: Refined
    evidence: Evidence


def segment(scan: Scan, model: Model) -> Spine:
    """Find, outline and name the vertebrae of a scan.

    Parameters
    ----------
    scan
        Its view must be known.
    model
        See `Model.load`.

    Returns
    -------
    Spine
        Landmarks as (row, column) of the stored image. Without vertebrae, and with a note, where no column was found.
        A vertebra between two others that nobody could see is left out; its level is not used for another.

    Raises
    ------
    UnsupportedScanError
        The scan's view is not known.
    ModelError
        The model has no networks for this view.
    """
    if scan.view is None:
        raise UnsupportedScanError("the view is not known", "give --view lateral or --view ap")
    grey = stretched_grey(scan)
    found = find_column(model, scan, scan.view, grey)
    places = _places(scan, scan.view, model, grey, found) if found.complete else []
    kept, cut_off = _without_false_ends(places)
    if len(kept) < FEWEST_VERTEBRAE:
        return Spine(scan.view, (), notes=(NO_COLUMN,))
    levels, numbering = name_levels([place.candidate for place in kept], found.column.sacrum, between=cut_off)
    return Spine(
        scan.view,
        _vertebrae(kept, levels, to_stored(scan.stored)),
        numbering,
        anterior=_anterior(scan.view, found),
        notes=_notes(scan.view, kept) + _naming_notes(numbering),
    )


def _places(scan: Scan, view: View, model: Model, grey: ImageArray, found: Found) -> list[_Place]:
    """Every vertebra of the column, refined and judged, each at a place of its own."""
    picture = picture_at(scan, grey, found.scale * REFINER_SIZE_PX / found.size_px, found.mirrored)
    to_picture = found.picture.to_scan.then(picture.to_scan.inverse())
    quads = [to_picture(candidate.corners_xy) for candidate in found.column.vertebrae]
    refined = refine(model, view, picture, quads)
    distance = edge_distance(scan)
    pairs = zip(found.column.vertebrae, refined, strict=True)
    return _apart([_place(candidate, answer, judge(answer, distance)) for candidate, answer in pairs])


def _place(candidate: Candidate, refined: Refined, evidence: Evidence) -> _Place:
    """An interpolated vertebra that the refiner does not recognise either was not found."""
    interpolated = candidate.score == 0
    unseen = interpolated and refined.quality < LOWEST_QUALITY
    return _Place(candidate, refined, Evidence.NOT_FOUND if unseen else evidence)


def _apart(places: list[_Place]) -> list[_Place]:
    """Settle which of two places the refiner moved onto one vertebra has it: the surer, a detected one first."""
    apart = places[:1]
    for place in places[1:]:
        if not _same_place(apart[-1], place):
            apart.append(place)
            continue
        loser, winner = sorted((apart[-1], place), key=lambda one: (one.candidate.score > 0, one.refined.quality))
        if loser.candidate.score > 0:  # seen twice: one place less
            apart[-1] = winner
        else:  # a gap stays a gap
            gap = _Place(loser.candidate, loser.refined, Evidence.NOT_FOUND)
            apart[-1:] = [gap, winner] if winner is place else [winner, gap]
    return apart


def _same_place(upper: _Place, lower: _Place) -> bool:
    a, b = upper.refined.corners_xy, lower.refined.corners_xy
    height = (quad_size(a)[1] + quad_size(b)[1]) / 2
    return bool(np.linalg.norm(a.mean(0) - b.mean(0)) < _SAME_PLACE_HEIGHTS * height)


def _without_false_ends(places: list[_Place]) -> tuple[list[_Place], int]:
    """The places without ends that are no vertebrae, at most 17, and how many were dropped at the foot."""
    kept = list(places)
    while kept and _false_end(kept[0]):
        kept.pop(0)
    while kept and _false_end(kept[-1]):
        kept.pop()
    while len(kept) > len(COLUMN):
        kept.pop(0 if kept[0].candidate.score <= kept[-1].candidate.score else -1)
    last = places.index(kept[-1]) if kept else -1
    return kept, len(places) - 1 - last


def _false_end(place: _Place) -> bool:
    return place.evidence is not Evidence.CUT and place.refined.quality < LOWEST_QUALITY


def _vertebrae(places: list[_Place], levels: tuple[Level, ...], to_stored: Affine) -> tuple[Vertebra, ...]:
    seen = [pair for pair in zip(places, levels, strict=True) if pair[0].evidence is not Evidence.NOT_FOUND]
    return tuple(_vertebra(place.refined, place.evidence, level, to_stored) for place, level in seen)


def _vertebra(refined: Refined, evidence: Evidence, level: Level, to_stored: Affine) -> Vertebra:
    return Vertebra(
        level=level,
        landmarks_px=to_stored(refined.landmarks),
        covariance_px=to_stored.covariance(refined.covariance),
        outline_px=to_stored(refined.outline),
        confidence=refined.quality,
        evidence=evidence,
    )


def _anterior(view: View, found: Found) -> str:
    """The finder sees patients facing right: mirrored means that the stored picture faces left."""
    if view is View.AP:
        return ""
    return "left" if found.mirrored else "right"


def _notes(view: View, places: list[_Place]) -> tuple[str, ...]:
    notes = []
    if sum(place.evidence is not Evidence.CLEAR for place in places) > len(places) / 2:
        notes.append(MOSTLY_UNCLEAR)
    clear = [place.refined for place in places if place.evidence is Evidence.CLEAR]
    tilt = _tilt_difference(clear) if view is View.AP else 0.0
    if tilt > CURVED_DEGREES:
        notes.append(f"curved spine: the tilt of its vertebrae differs by {tilt:.0f} degrees")
    return tuple(notes)


def _naming_notes(numbering: Numbering) -> tuple[str, ...]:
    """What a reader should check first: names that are not sure, and how they might have to move."""
    if numbering.probability >= SURE_NAMES:
        return ()
    others = ", ".join(f"{shift:+d} level ({likely:.0%})" for shift, likely in numbering.alternatives)
    return (f"check the levels: named by {numbering.anchor}, {numbering.probability:.0%} likely; else {others}",)


def _tilt_difference(refined: list[Refined]) -> float:
    """Angle between the two most differently tilted vertebrae, in degrees."""
    across = [one.corners_xy[1] - one.corners_xy[0] + one.corners_xy[2] - one.corners_xy[3] for one in refined]
    tilts = [np.degrees(np.arctan2(y, x)) for x, y in across]
    return float(max(tilts) - min(tilts)) if tilts else 0.0
