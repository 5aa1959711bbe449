"""Bone mineral from the attenuation at two energies: two-material decomposition, calibrated on a step wedge.

Two materials, bone mineral and soft tissue, weaken two beams differently, so two measurements tell how much of each
lies in a ray (Alvarez and Macovski 1976). Beams are no single energy and harden on their way: no formula is exact, and
a polynomial in both attenuations, fitted on layers that are known, takes its place. A scanner is calibrated with a
wedge of real steps; here the wedge is simulated, from the beams the scanner is set to.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from oiscan.densitometry.dual_energy.beam import log_attenuation
from oiscan.scan import FloatArray

DEGREE = 4
"""Of the polynomial. On the wedge it errs by 0.0002 g/cm2 (root mean square), a cubic by 0.0014."""

WEDGE_BONE_G_CM2 = (0.0, 2.5)
WEDGE_TISSUE_G_CM2 = (4.0, 34.0)
WEDGE_FAT_SHARE = 0.2
"""Steps of the wedge: hydroxyapatite, soft tissue, and how much of that is fat. People differ in fat, which looks like
more or less bone: the soft tissue beside the spine puts that right (see `oiscan.densitometry.dual_energy.baseline`)."""

_EXPONENTS = tuple((i, j) for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i))


@dataclass(frozen=True)
class Decomposition:
    """A calibration: what turns two attenuations into bone mineral.

    Parameters
    ----------
    coefficients
        (15,) of ``low**i * high**j`` for i from 0 to 4 and j from 0 to 4 - i, j running fastest.
    source
        What wedge they were fitted on, in words.

    Raises
    ------
    ValueError
        If there are not 15 finite coefficients.
    """

    coefficients: tuple[float, ...]
    source: str

    def __post_init__(self) -> None:
        if len(self.coefficients) != len(_EXPONENTS) or not np.isfinite(self.coefficients).all():
            raise ValueError(f"a decomposition has {len(_EXPONENTS)} finite coefficients")

    @classmethod
    def fitted(cls, low: FloatArray, high: FloatArray, bone_g_cm2: FloatArray, source: str) -> Decomposition:
        """Fitted by least squares on the steps of a wedge, measured or simulated.

        Parameters
        ----------
        low, high
            (n,) ln(I0 / I) behind each step.
        bone_g_cm2
            (n,) mineral in each step.
        """
        coefficients, *_ = np.linalg.lstsq(_powers(low, high).T, bone_g_cm2, rcond=None)
        return cls(tuple(coefficients.tolist()), source)

    def mineral_g_cm2(self, low: FloatArray, high: FloatArray) -> FloatArray:
        """Bone mineral in each ray, g/cm2, soft tissue not yet taken to zero; arrays of one shape."""
        return np.asarray(np.tensordot(np.array(self.coefficients), _powers(low, high), 1))


def _powers(low: FloatArray, high: FloatArray) -> FloatArray:
    return np.stack([low**i * high**j for i, j in _EXPONENTS])


@cache
def nominal_decomposition() -> Decomposition:
    """Calibrated on a simulated wedge, with a tube that does as it is set."""
    steps = np.meshgrid(np.linspace(*WEDGE_BONE_G_CM2, 21), np.linspace(*WEDGE_TISSUE_G_CM2, 27))
    bone, tissue = (step.ravel() for step in steps)
    lean, fat = (1 - WEDGE_FAT_SHARE) * tissue, WEDGE_FAT_SHARE * tissue
    return Decomposition.fitted(*log_attenuation(bone, lean, fat), bone, "simulated wedge, 100 and 140 kV")
