"""From landmarks to findings: heights, grade, deformity, or the reason why a vertebra cannot be graded.

Pure functions: numpy in, values out; no file and no network is touched here.

::

    morphometry   landmarks -> heights, sizes, areas
    shape         heights of a spine -> losses of height, and what the posterior height is compared with
    genant        loss of height -> grade, on a scale that is data
    verdict       a spine -> one finding for every level from the first to the last seen
"""

from __future__ import annotations

from oiscan.grading.genant import CRABTREE, GENANT_1993, SCALES, Edge, Scale, grade
from oiscan.grading.morphometry import Heights, lateral_heights
from oiscan.grading.verdict import assess

__all__ = ["CRABTREE", "GENANT_1993", "SCALES", "Edge", "Heights", "Scale", "assess", "grade", "lateral_heights"]
