"""Labelled pictures read, segmented and compared with their labels, one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from oiscan.errors import ScanError
from oiscan.evaluation.landmarks import ImageResult, compare
from oiscan.evaluation.processes import each
from oiscan.labels import LabelledImage, LabelSet
from oiscan.loaders import read
from oiscan.scan import Scan
from oiscan.segmentation import Model, segment
from oiscan.spine import Spine


@dataclass(frozen=True, eq=False)
class Case:
    """One labelled picture and what a model made of it.

    Parameters
    ----------
    image
        Its labels.
    result
        The comparison; None where the picture could not be read.
    failure
        Why it could not, without its name.
    sacrum_in_view
        Whether S1 lies in the picture; None where the labels do not tell.
    """

    image: LabelledImage
    result: ImageResult | None
    failure: str = ""
    sacrum_in_view: bool | None = None

    @property
    def subject(self) -> str:
        """Whose picture it is; a picture without a subject stands for itself."""
        return self.image.subject or str(self.image.file)


def evaluate_labels(
    labels: LabelSet, model: Model, workers: int = 1, advance: Callable[[int], None] = lambda done: None
) -> list[Case]:
    """A case for every labelled picture, in the file's order."""
    return each(partial(evaluate_image, model), labels.images, workers, advance)


def evaluate_image(model: Model, image: LabelledImage, sacrum_in_view: bool | None = None) -> Case:
    """Read, segment and compare one picture."""
    try:
        scan, spine = segmented(model, image)
    except ScanError as error:
        return Case(image, None, error.reason)
    return Case(image, compared(image, scan, spine), sacrum_in_view=sacrum_in_view)


def segmented(model: Model, image: LabelledImage) -> tuple[Scan, Spine]:
    """The scan of a labelled picture and the spine found on it; raises `ScanError` where there is none."""
    scan = read(image.file, view=image.view, spacing_mm=image.spacing_mm)
    return scan, segment(scan, model)


def compared(image: LabelledImage, scan: Scan, spine: Spine) -> ImageResult:
    """A spine against the labels of its scan."""
    return compare(image, spine, scan.relative_pixel_size, in_mm=scan.spacing is not None)


def worst(cases: Sequence[Case], n: int) -> list[Case]:
    """The `n` pictures that went worst, worst first: most vertebrae missed or false, then the largest mean error."""
    return sorted((case for case in cases if case.result is not None), key=_badness, reverse=True)[:n]


def outcome(case: Case) -> str:
    """What became of one picture, in a few words."""
    result = case.result
    if result is None:
        return case.failure
    found = sum(match.found for match in result.matches)
    names = "" if not result.lumbar else ", L1-L4 named right" if result.named_right else ", L1-L4 named WRONG"
    counts = f"found {found} of {len(result.matches)}, false {result.false_finds}"
    return f"{counts}{names}, corner {_mean_corner(result):.1%}"


def _badness(case: Case) -> tuple[int, float]:
    assert case.result is not None
    missed = sum(not match.found for match in case.result.matches)
    return missed + case.result.false_finds, _mean_corner(case.result)


def _mean_corner(result: ImageResult) -> float:
    errors = [float(match.errors.corner.mean()) for match in result.matches if match.errors is not None]
    return sum(errors) / len(errors) if errors else 0.0
