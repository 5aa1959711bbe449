"""Dental growth of 27 children (Potthoff and Roy, Biometrika 1964;51:313): a small real study to fit models to.

Distances in mm at 8, 10, 12 and 14 years of 11 girls, then 16 boys. Nine later values are taken out here, so that the
model has missing visits to deal with.
"""

from __future__ import annotations

import numpy as np

from oiscan.followup.compare.trial import Trial

NAN = float("nan")

GIRLS = [
    [21, 20, 21.5, 23], [21, 21.5, 24, NAN], [20.5, 24, 24.5, 26], [23.5, 24.5, 25, 26.5], [21.5, 23, 22.5, 23.5],
    [20, 21, 21, 22.5], [21.5, 22.5, NAN, NAN], [23, 23, 23.5, 24], [20, 21, 22, 21.5], [16.5, NAN, 19, 19.5],
    [24.5, 25, 28, 28],
]  # fmt: skip
BOYS = [
    [26, 25, 29, 31], [21.5, 22.5, 23, 26.5], [23, 22.5, 24, NAN], [25.5, 27.5, 26.5, 27], [20, 23.5, NAN, 26],
    [24.5, 25.5, 27, 28.5], [22, 22, 24.5, 26.5], [24, 21.5, 24.5, 25.5], [23, 20.5, 31, NAN], [27.5, 28, 31, 31.5],
    [23, 23, 23.5, 25], [21.5, 23.5, 24, 28], [17, 24.5, 26, 29.5], [22.5, NAN, 25.5, NAN], [23, 24.5, 26, 30],
    [22, 21.5, 23.5, 25],
]  # fmt: skip


def dental_trial() -> Trial:
    """Boys against girls at 10, 12 and 14 years, with the distance at 8 years as baseline."""
    distances = np.array(GIRLS + BOYS)
    boy = np.arange(len(distances)) >= len(GIRLS)
    return Trial.of(boy, distances[:, 1:], distances[:, 0])
