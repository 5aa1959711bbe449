"""From landmarks to findings: measures, grade, deformity and their doubt, or the reason why there are none.

Pure functions: numpy in, values out; no network is touched here, and no file but a user's own scale.

::

    morphometry   landmarks and their covariance -> lengths, areas, standard errors
    shape         heights of a spine -> losses of height, and what the posterior height is compared with
    column        a spine as a row of measured bodies
    genant        loss of height -> grade, on a scale that is data
    scales        the scales by name, and a user's own from a file
    doubt         standard errors -> what the true loss may be, and how likely each grade is
    remarks       what a reader should know that changes no number
    quality       a scan's pixels -> burnt-out bodies, notes on the whole scan
    verdict       a spine -> one finding for every level from the first to the last seen
"""

from __future__ import annotations

from oiscan.grading.doubt import Band, Doubt, doubt_in
from oiscan.grading.genant import CRABTREE, GENANT_1993, SCALES, Edge, Scale, grade
from oiscan.grading.morphometry import Heights, lateral_heights
from oiscan.grading.quality import burnt_out_levels, quality_notes
from oiscan.grading.scales import scale_named
from oiscan.grading.verdict import assess

__all__ = [
    "CRABTREE",
    "GENANT_1993",
    "SCALES",
    "Band",
    "Doubt",
    "Edge",
    "Heights",
    "Scale",
    "assess",
    "burnt_out_levels",
    "doubt_in",
    "grade",
    "lateral_heights",
    "quality_notes",
    "scale_named",
]
