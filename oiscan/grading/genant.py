"""Scales that turn a loss of vertebral height into a grade. A scale is data, not code."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from oiscan.grading.proportions import PANJABI, Proportions

TOLERANCE_PERCENT = 1e-9
"""A loss this close to an edge lies on it: sums of floats must not decide a grade."""


@dataclass(frozen=True)
class Edge:
    """Where the next grade begins.

    Parameters
    ----------
    percent
        Loss of height, in percent.
    included
        Whether a loss of exactly `percent` already belongs to the higher grade.
    """

    percent: float
    included: bool

    def reached(self, height_loss_percent: float) -> bool:
        """Whether a loss belongs to the grade above this edge."""
        if self.included:
            return height_loss_percent >= self.percent - TOLERANCE_PERCENT
        return height_loss_percent > self.percent + TOLERANCE_PERCENT


@dataclass(frozen=True)
class Scale:
    """A grading scale: the edges of its grades 1, 2, 3 and what a reader should know of it.

    Parameters
    ----------
    name
        Printed with every result.
    edges
        Ascending; as many as the scale has grades above 0.
    source
        Where the scale comes from.
    note
        What a reader should know of it; may be empty.
    proportions
        By which posterior heights of different levels are compared with one another.
    """

    name: str
    edges: tuple[Edge, ...]
    source: str
    note: str = ""
    proportions: Proportions = PANJABI

    def __post_init__(self) -> None:
        bounds = [0.0, *(edge.percent for edge in self.edges), 100.0]
        if not self.edges or not all(lower < upper for lower, upper in pairwise(bounds)):
            raise ValueError(f"the edges of scale {self.name!r} must ascend between 0 and 100 %, got {bounds[1:-1]}")


GENANT_1993 = Scale(
    name="genant",
    edges=(Edge(20, included=True), Edge(25, included=True), Edge(40, included=False)),
    source="Genant et al., J Bone Miner Res 1993;8:1137, thresholds as restated by Wang 2019",
    note="The printed ranges (20-25, 25-40, >40 %) share their bounds; here 20 and 25 % belong to the higher grade.",
)
"""Genant's semi-quantitative grades, made for adults and used unchanged in children."""

CRABTREE = Scale(
    name="paediatric",
    edges=(Edge(10, included=True), Edge(25, included=False), Edge(50, included=False)),
    source="Crabtree et al., vertebral fracture assessment in 80 children, GE iDXA, T3 to L5",
    note=(
        "Printed as <10 normal, 11-25 mild, 26-50 moderate, >50 % severe. Beware: its first edge calls the lowest "
        "normal wedging abnormal (5 % of normal children lose 10.7 % or more of anterior height, Gaca 2010)."
    ),
)
"""A scale printed for children; the gaps between its printed ranges are closed downwards from grade 2 on."""

SCALES: dict[str, Scale] = {scale.name: scale for scale in (GENANT_1993, CRABTREE)}
"""The scales oiscan knows, by name."""


def grade(height_loss_percent: float, scale: Scale = GENANT_1993) -> int:
    """Grade of a loss of height.

    Parameters
    ----------
    height_loss_percent
        In percent; a negative loss is grade 0.
    scale
        Whose edges are used.

    Raises
    ------
    ValueError
        For a loss that is no finite number: what is unknown has no grade.

    Examples
    --------
    >>> [grade(loss) for loss in (19.9, 20, 25, 40, 40.1)]
    [0, 1, 2, 2, 3]
    """
    if not math.isfinite(height_loss_percent):
        raise ValueError(f"a loss of height must be a finite number to be graded, got {height_loss_percent}")
    return sum(edge.reached(height_loss_percent) for edge in scale.edges)
