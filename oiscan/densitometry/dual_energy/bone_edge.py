"""Which pixels of a region count as bone.

Densitometers find the bone inside a region themselves: pixels whose mineral reaches a threshold. Makers don't publish
theirs; a constant one of 0.2 g/cm2 is known to drop transverse processes (abstract only), and would drop whole
vertebrae of children with osteogenesis imperfecta. So by default it is a share of what lies in the region, and a number
of g/cm2 for those who want a constant one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oiscan.scan import BoolArray, FloatArray


@dataclass(frozen=True)
class BoneEdge:
    """Where bone begins.

    Parameters
    ----------
    share
        Of the region's median mineral, that a pixel must reach; oiscan's own, set on simulated people.
    threshold_g_cm2
        A constant threshold in place of it; None for none.
    blur_mm
        Standard deviation of the blur before pixels are judged, against noise. The mineral summed up is not blurred.

    Raises
    ------
    ValueError
        If the share is not between 0 and 1, or the threshold or the blur is not above 0.
    """

    share: float = 0.25
    threshold_g_cm2: float | None = None
    blur_mm: float = 0.6

    def __post_init__(self) -> None:
        if not 0 <= self.share < 1:
            raise ValueError(f"the share must lie between 0 and 1, got {self.share}")
        if self.blur_mm <= 0 or (self.threshold_g_cm2 is not None and self.threshold_g_cm2 <= 0):
            raise ValueError("threshold and blur must be above 0")

    def judged(self, mineral: FloatArray, spacing_mm: FloatArray) -> FloatArray:
        """The map (rows, columns) that pixels are judged on: blurred."""
        import cv2

        row_sd, column_sd = (self.blur_mm / spacing_mm).tolist()
        return np.asarray(cv2.GaussianBlur(np.asarray(mineral, float), (0, 0), sigmaX=column_sd, sigmaY=row_sd))

    def bone_in(self, mineral: FloatArray, region: FloatArray) -> BoolArray:
        """Pixels (rows, columns) of bone in a region.

        Parameters
        ----------
        mineral
            (rows, columns) g/cm2, as `judged` gives it, soft tissue at 0.
        region
            (rows, columns) share of each pixel that lies in the region.
        """
        inside = region > 0.5
        if not inside.any():
            return np.zeros(mineral.shape, bool)
        threshold = self.threshold_g_cm2 or self.share * float(np.median(mineral[inside]))
        return np.asarray((mineral >= threshold) & (region > 0))
