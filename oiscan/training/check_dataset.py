"""What is wrong with a labelled set, told before an hour is spent on it. Needs no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from oiscan.anatomy import LANDMARKS, Level, View
from oiscan.errors import ScanError
from oiscan.labels import LabelledImage, LabelledVertebra, read_labels
from oiscan.loaders import read
from oiscan.scan import FloatArray, Scan
from oiscan.segmentation.preprocess import quad_size
from oiscan.segmentation.refiner import CORNERS
from oiscan.training.dataset import label_file, learnable, on_both_sides, subject_of

OUTSIDE_PX = 1.0
"""How far beyond the outermost pixel's edge a landmark may lie: labels are rounded, and tools count from corners."""

SIZE_FACTOR = 1.6
"""How many times the breadth of its neighbours a vertebra may have, or they its; breadth, because fractures hardly
change it. Set by hand above what was seen: 1.15 on 19 lateral radiographs, 1.43 on 60 AP ones with scoliosis."""

SAME_PLACE = 0.3
"""Two bodies whose centres are nearer than this share of their breadth lie in one place. Set by hand: even a body
crushed to a third of its height is further from its neighbours."""

MIDDLE_RANGE = (0.15, 0.85)
"""Where along its endplate a middle landmark may lie. Set by hand."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Parameters
    ----------
    picture
        Place in the label file, from 1; None where it is of the whole set.
    level
        The vertebra, or None.
    cause, remedy
        What is wrong, and what to do.
    serious
        False for what only costs accuracy.
    """

    picture: int | None
    level: Level | None
    cause: str
    remedy: str
    serious: bool = True


@dataclass(frozen=True)
class Checked:
    """A labelled set: its pictures, and its problems in their order."""

    images: tuple[LabelledImage, ...]
    problems: tuple[Problem, ...]

    @property
    def usable(self) -> bool:
        """Whether nothing serious was found."""
        return not any(problem.serious for problem in self.problems)


def check_dataset(data: Path) -> Checked:
    """Look at every picture and every label of a set.

    Parameters
    ----------
    data
        Label file, or the folder it lies in.

    Raises
    ------
    LabelError
        There is no label file, or it cannot be read at all.
    """
    images = tuple(read_labels(label_file(data)).images)
    problems = list(_of_the_set(images))
    seen: dict[str, int] = {}
    for number, image in enumerate(images, 1):
        problems += _of_a_picture(number, image, seen)
    return Checked(images, tuple(problems))


def _of_the_set(images: Sequence[LabelledImage]) -> Iterator[Problem]:
    if not images:
        yield Problem(None, None, "the label file names no picture", "label some")
    split = set(on_both_sides(images))
    first = {subject_of(images, n): n + 1 for n in reversed(range(len(images)))}
    for subject in sorted(split, key=lambda one: first[one]):
        yield Problem(first[subject], None, "its subject stands in more than one part of the split",
                      "put all pictures of a subject in one part")


def _of_a_picture(number: int, image: LabelledImage, seen: dict[str, int]) -> Iterator[Problem]:
    try:
        scan = read(image.file, view=image.view, spacing_mm=image.spacing_mm)
    except ScanError as error:
        yield Problem(number, None, error.cause, error.remedy or "mend it, or take it out of the label file")
        return
    if scan.sha256 in seen:
        yield Problem(number, None, f"the same picture as number {seen[scan.sha256]}", "keep one of the two")
    seen.setdefault(scan.sha256, number)
    stored = (scan.stored.rows, scan.stored.columns)
    if image.size_px not in (None, stored):
        told = " x ".join(map(str, image.size_px or ()))
        yield Problem(number, None, f"{stored[0]} x {stored[1]} pixels, but labelled as {told}",
                      "label the picture in its stored size")
    if scan.spacing is None:
        yield Problem(number, None, "no pixel size", "state spacing_mm (row, column), or errors come without mm", False)
    if not any(map(learnable, image.vertebrae)):
        yield Problem(number, None, "no vertebra from T1 to L5 with four corners", "label some, or take it out", False)
    for level, cause, remedy, serious in _of_labels(image, scan):
        yield Problem(number, level, cause, remedy, serious)


Found = tuple[Level | None, str, str, bool]


def _of_labels(image: LabelledImage, scan: Scan) -> Iterator[Found]:
    levels = [vertebra.level for vertebra in image.vertebrae]
    for level in sorted({one for one in levels if levels.count(one) > 1}, key=list(Level).index):
        yield level, "labelled twice", "keep one, and name the other", True
    for vertebra in image.vertebrae:
        if _outside(vertebra.landmarks_px, scan):
            yield vertebra.level, "landmarks outside the picture", "set their visibility to 0, or move them", True
    size = scan.relative_pixel_size
    whole = [one for one in image.vertebrae if _has_corners(one, image.view)]
    bodies = {one.level: scan.stored.from_stored(one.landmarks_px) * size for one in whole}
    ordered = [(level, bodies[level]) for level in Level if level in bodies]
    yield from _shapes(ordered, image.view)
    yield from _row(ordered, image.view)


def _outside(landmarks: FloatArray, scan: Scan) -> bool:
    low, high = -0.5 - OUTSIDE_PX, np.array([scan.stored.rows, scan.stored.columns]) - 0.5 + OUTSIDE_PX
    return bool(((landmarks < low) | (landmarks > high)).any())  # NaN is neither


def _has_corners(vertebra: LabelledVertebra, view: View) -> bool:
    return bool(np.isfinite(vertebra.landmarks_px[list(CORNERS[view])]).all())


def _shapes(bodies: Sequence[tuple[Level, FloatArray]], view: View) -> Iterator[Found]:
    """Each vertebra by itself, landmarks (k, 2) as (row, column), cranial up; all of a picture face one way."""
    corners = {level: points[list(CORNERS[view])] for level, points in bodies}
    turns = {level: _turn(quad) for level, quad in corners.items()}
    facing = 1 if view is View.AP else np.sign(sum(turns.values())) or 1
    for level, points in bodies:
        quad = corners[level]
        if turns[level] == 0:
            yield level, "its corners are crossed or fall together", "label them in the order of the format", True
        elif quad[:2, 0].mean() >= quad[2:, 0].mean():
            yield level, "its upper endplate lies below its lower one", "exchange the two", True
        elif turns[level] != facing:
            yield level, f"its {_sides(view)} are exchanged", "label them in the order of the format", True
        elif view is View.LATERAL and not _middles_between(points):
            yield level, "a middle landmark lies beside its endplate", "move it between the corners", True


def _turn(quad: FloatArray) -> int:
    """1 for corners (4, 2) that go round clockwise as seen, -1 for the other way, 0 where they do neither."""
    ahead = np.roll(quad, -1, 0) - quad
    after = np.roll(ahead, -1, 0)
    cross = ahead[:, 1] * after[:, 0] - ahead[:, 0] * after[:, 1]
    return 1 if (cross > 0).all() else -1 if (cross < 0).all() else 0


def _sides(view: View) -> str:
    return "left and right" if view is View.AP else "anterior and posterior"


def _middles_between(points: FloatArray) -> bool:
    names = LANDMARKS[View.LATERAL]
    for plate in ("superior", "inferior"):
        back, middle, front = (points[names.index(f"{plate}_{at}")] for at in ("posterior", "middle", "anterior"))
        along = float((middle - back) @ (front - back) / ((front - back) @ (front - back)))
        if not (np.isnan(along) or MIDDLE_RANGE[0] <= along <= MIDDLE_RANGE[1]):
            return False
    return True


def _row(bodies: Sequence[tuple[Level, FloatArray]], view: View) -> Iterator[Found]:
    """Every vertebra beside its neighbours."""
    quads = [(level, points[list(CORNERS[view])]) for level, points in bodies]
    for (upper, above), (lower, below) in pairwise(quads):
        apart, breadth = below.mean(0) - above.mean(0), min(quad_size(above)[0], quad_size(below)[0])
        if np.linalg.norm(apart) < SAME_PLACE * breadth:
            yield lower, f"it lies in the place of {upper}", "delete one of the two", True
        elif apart[0] < 0:
            yield lower, f"it lies above {upper}", "name the levels from head to foot", True
    for number, (level, quad) in enumerate(quads):
        beside = [quad_size(other)[0] for _, other in quads[max(0, number - 1) : number + 2] if other is not quad]
        ratio = quad_size(quad)[0] / max(float(np.median(beside)), 1e-9) if beside else 1.0
        if not 1 / SIZE_FACTOR <= ratio <= SIZE_FACTOR:
            yield level, f"it is {ratio:.1f} times as broad as its neighbours", "check its corners", False


def told(problem: Problem, name: Callable[[int], str]) -> str:
    """A problem in one line; `name` says what to call a picture."""
    where = [] if problem.picture is None else [name(problem.picture)]
    where += [] if problem.level is None else [problem.level.value]
    grave = "error" if problem.serious else "warning"
    return f"{grave}: {', '.join([*where, problem.cause])}; {problem.remedy}"
