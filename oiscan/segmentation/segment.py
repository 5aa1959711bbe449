"""One scan to its spine: find the column, refine every vertebra, drop false ends, name the levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from oiscan.anatomy import COLUMN, Level, View
from oiscan.errors import UnsupportedScanError
from oiscan.scan import ImageArray, Scan
from oiscan.segmentation.evidence import LOWEST_QUALITY, edge_distance, grey_range, judge
from oiscan.segmentation.finder import Candidate
from oiscan.segmentation.missing import with_missing
from oiscan.segmentation.model import Model
from oiscan.segmentation.numbering import name_levels, with_l5
from oiscan.segmentation.preprocess import Affine, quad_size, stretched_grey, to_stored
from oiscan.segmentation.refiner import Refined, refine
from oiscan.segmentation.search import FEWEST_VERTEBRAE, Found, find_column, negative, picture_at
from oiscan.segmentation.stated import name_as_stated
from oiscan.spine import SURE_NAMES, Evidence, Numbering, Spine, StatedLevel, Vertebra

REFINER_SIZE_PX = 64.0
"""Median depth or width in the picture crops are cut from: a little finer than the crops themselves."""

_SAME_PLACE_HEIGHTS = 0.5
"""Refined centres nearer than this are one vertebra."""

SURE_AT_THE_HEAD = 0.5
"""Score from which the first place is a vertebra though the refiner cannot read it, as under the shoulders: it is then
unreadable, not absent. At the foot it may as well be S1. Set on radiographs: 29 of 30 such places were vertebrae."""

CURVED_DEGREES = 20.0
"""Tilt between the two most different vertebrae of an AP scan that a reader is told of. Set by hand: more than twice
the 10 degrees from which a curve is called scoliosis (Scoliosis Research Society)."""

NAMED_BY_READER = "the levels are those a reader stated"
NO_COLUMN = "no continuous row of vertebrae was found"
READ_AS_NEGATIVE = "bone looks dark in this picture: it was read with bright and dark exchanged"
MOSTLY_UNCLEAR = "more than half of the vertebrae are faint, overlapped or cut by the edge of the picture"


@dataclass(frozen=True, eq=False)
class Place:
    """One place in the column: what the finder proposed, what the refiner made of it, what can be seen."""

    candidate: Candidate
    refined: Refined
    evidence: Evidence


@dataclass(frozen=True, eq=False)
class Seen:
    """The column of a scan before it has names.

    Parameters
    ----------
    found
        Where it was found.
    places
        From head to foot, false ends left out; empty where there is no column.
    between
        How many places were left out between the last one and S1.
    """

    found: Found
    places: tuple[Place, ...]
    between: int


def segment(scan: Scan, model: Model, stated: StatedLevel | None = None) -> Spine:
    """Find, outline and name the vertebrae of a scan.

    Parameters
    ----------
    scan
        Its view must be known.
    model
        See `Model.load`.
    stated
        What a reader says one vertebra is: the names then hang on that alone.

    Returns
    -------
    Spine
        Landmarks as (row, column) of the stored image. Without vertebrae, and with a note, where no column was found.
        A vertebra between two others that nobody could see is left out; its level is not used for another.

    Raises
    ------
    UnsupportedScanError
        The scan's view is not known.
    LevelError
        What the reader stated cannot be.
    ModelError
        The model has no networks for this view.
    """
    view, seen = _view(scan), see(scan, model)
    if not seen.places:
        return Spine(view, (), notes=(NO_COLUMN,))
    to_image = to_stored(scan.stored)
    levels, numbering = _named(seen, stated, to_image)
    return Spine(
        view,
        _vertebrae(seen.places, levels, to_image),
        numbering,
        anterior=_anterior(view, seen.found),
        notes=_notes(view, seen) + _naming_notes(numbering),
    )


def see(scan: Scan, model: Model) -> Seen:
    """Find the column of a scan and judge its vertebrae, before they have names; raises as `segment` does."""
    view, grey = _view(scan), stretched_grey(scan)
    found = find_column(model, scan, view, grey)
    grey = negative(scan, grey) if found.negative else grey
    found = replace(found, column=with_missing(with_l5(found.column, view)))
    places = _places(scan, view, model, grey, found) if found.complete else []
    kept, between = _without_false_ends(places)
    return Seen(found, tuple(kept) if len(kept) >= FEWEST_VERTEBRAE else (), between)


def _view(scan: Scan) -> View:
    if scan.view is None:
        raise UnsupportedScanError("the view is not known", "give --view lateral or --view ap")
    return scan.view


def _named(seen: Seen, stated: StatedLevel | None, to_image: Affine) -> tuple[tuple[Level, ...], Numbering]:
    """By what a reader stated, else by what is seen."""
    if stated is None:
        return name_levels([place.candidate for place in seen.places], seen.found.column.sacrum, seen.between)
    landmarks = [to_image(place.refined.landmarks) for place in seen.places]
    return name_as_stated(stated, landmarks, [place.evidence for place in seen.places])


def _places(scan: Scan, view: View, model: Model, grey: ImageArray, found: Found) -> list[Place]:
    """Every vertebra of the column, refined and judged, each at a place of its own."""
    picture = picture_at(scan, grey, found.scale * REFINER_SIZE_PX / found.size_px, found.mirrored)
    to_picture = found.picture.to_scan.then(picture.to_scan.inverse())
    quads = [to_picture(candidate.corners_xy) for candidate in found.column.vertebrae]
    refined = refine(model, view, picture, quads)
    distance, plain = edge_distance(scan), grey_range(scan, found.negative)
    pairs = zip(found.column.vertebrae, refined, strict=True)
    return _apart([_place(candidate, answer, judge(view, answer, distance, plain)) for candidate, answer in pairs])


def _place(candidate: Candidate, refined: Refined, evidence: Evidence) -> Place:
    """An interpolated vertebra that the refiner does not recognise either was not found."""
    interpolated = candidate.score == 0
    unseen = interpolated and refined.quality < LOWEST_QUALITY
    return Place(candidate, refined, Evidence.NOT_FOUND if unseen else evidence)


def _apart(places: list[Place]) -> list[Place]:
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
            gap = Place(loser.candidate, loser.refined, Evidence.NOT_FOUND)
            apart[-1:] = [gap, winner] if winner is place else [winner, gap]
    return apart


def _same_place(upper: Place, lower: Place) -> bool:
    a, b = upper.refined.corners_xy, lower.refined.corners_xy
    height = (quad_size(a)[1] + quad_size(b)[1]) / 2
    return bool(np.linalg.norm(a.mean(0) - b.mean(0)) < _SAME_PLACE_HEIGHTS * height)


def _without_false_ends(places: list[Place]) -> tuple[list[Place], int]:
    """The places without ends that are no vertebrae, at most 17, and how many were dropped at the foot."""
    kept = list(places)
    while kept and _doubtful_end(kept[0]) and kept[0].candidate.score < SURE_AT_THE_HEAD:
        kept.pop(0)
    while kept and _doubtful_end(kept[-1]):
        kept.pop()
    while len(kept) > len(COLUMN):
        kept.pop(0 if kept[0].candidate.score <= kept[-1].candidate.score else -1)
    last = places.index(kept[-1]) if kept else -1
    return kept, len(places) - 1 - last


def _doubtful_end(place: Place) -> bool:
    return place.evidence is not Evidence.CUT and place.refined.quality < LOWEST_QUALITY


def _vertebrae(places: Sequence[Place], levels: tuple[Level, ...], to_stored: Affine) -> tuple[Vertebra, ...]:
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


def _notes(view: View, seen: Seen) -> tuple[str, ...]:
    places, notes = seen.places, [READ_AS_NEGATIVE] if seen.found.negative else []
    if sum(place.evidence is not Evidence.CLEAR for place in places) > len(places) / 2:
        notes.append(MOSTLY_UNCLEAR)
    clear = [place.refined for place in places if place.evidence is Evidence.CLEAR]
    tilt = _tilt_difference(clear) if view is View.AP else 0.0
    if tilt > CURVED_DEGREES:
        notes.append(f"curved spine: the tilt of its vertebrae differs by {tilt:.0f} degrees")
    return tuple(notes)


def _naming_notes(numbering: Numbering) -> tuple[str, ...]:
    """What a reader should check first: names that are not sure, how they might have to move, and why."""
    if numbering.anchor == "reader":
        return (NAMED_BY_READER,)
    if numbering.probability >= SURE_NAMES:
        return ()
    others = [f"{shift:+d} level ({likely:.0%})" for shift, likely in numbering.alternatives]
    counts = [f"{words} ({likely:.0%})" for words, likely in numbering.variants]
    said = f"check the levels: named by {numbering.anchor}, {numbering.probability:.0%} likely"
    return ("; ".join([said, *(["else " + ", ".join(others)] if others else []), *counts]),)


def _tilt_difference(refined: list[Refined]) -> float:
    """Angle between the two most differently tilted vertebrae, in degrees."""
    across = [one.corners_xy[1] - one.corners_xy[0] + one.corners_xy[2] - one.corners_xy[3] for one in refined]
    tilts = [np.degrees(np.arctan2(y, x)) for x, y in across]
    return float(max(tilts) - min(tilts)) if tilts else 0.0
