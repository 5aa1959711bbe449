"""What a densitometer counts, and bone mass from two such counts.

Two broad spectra pass bone mineral, lean tissue and fat; the detector adds scatter, blur and the chance of counting.
From the logarithms of both, a polynomial fitted on a simulated wedge of known layers gives the bone mineral in each
pixel; what error is left in the soft tissue beside the bone is taken away row by row, as densitometers do.

Materials are areal densities in g/cm2. Scanner settings are assumptions (unverified): kilovolts and filters are one
plausible switched pair, no maker's. Computed with spekpy 2.5.4 (tungsten, target angle 12 degrees, 100 kV behind 4 mm
Al and 140 kV behind 4 mm Al and 1 mm Cu, energy-integrating detector, bins of 4 keV) and xraydb 4.5.8 (mass attenuation
from elements; hydroxyapatite Ca10(PO4)6(OH)2; muscle and adipose tissue of ICRU-44, compositions unverified).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from oiscan.scan import FloatArray

# keV; share of the signal at low and at high energy; cm2/g of hydroxyapatite, muscle and adipose tissue
_BEAM = np.array(
    [
        (22, 0.00613, 0.00000, 4.9990, 0.6640, 0.4755),
        (26, 0.01955, 0.00000, 3.1191, 0.4781, 0.3658),
        (30, 0.03661, 0.00001, 2.0992, 0.3783, 0.3064),
        (34, 0.05202, 0.00011, 1.4992, 0.3195, 0.2709),
        (38, 0.06341, 0.00076, 1.1234, 0.2822, 0.2481),
        (42, 0.07057, 0.00288, 0.8762, 0.2571, 0.2324),
        (46, 0.07417, 0.00725, 0.7068, 0.2394, 0.2210),
        (50, 0.07501, 0.01386, 0.5867, 0.2263, 0.2123),
        (54, 0.07381, 0.02203, 0.4990, 0.2162, 0.2054),
        (58, 0.12653, 0.08335, 0.4334, 0.2082, 0.1998),
        (62, 0.06742, 0.03923, 0.3832, 0.2017, 0.1951),
        (66, 0.07775, 0.06905, 0.3441, 0.1962, 0.1910),
        (70, 0.05831, 0.05363, 0.3131, 0.1916, 0.1875),
        (74, 0.04739, 0.04823, 0.2881, 0.1875, 0.1843),
        (78, 0.04233, 0.05234, 0.2678, 0.1839, 0.1814),
        (82, 0.03654, 0.05518, 0.2509, 0.1807, 0.1787),
        (86, 0.03000, 0.05681, 0.2368, 0.1778, 0.1763),
        (90, 0.02267, 0.05742, 0.2248, 0.1751, 0.1740),
        (94, 0.01446, 0.05693, 0.2146, 0.1727, 0.1718),
        (98, 0.00532, 0.05560, 0.2058, 0.1704, 0.1698),
        (102, 0.00000, 0.05341, 0.1982, 0.1682, 0.1679),
        (106, 0.00000, 0.05048, 0.1915, 0.1662, 0.1661),
        (110, 0.00000, 0.04689, 0.1856, 0.1643, 0.1643),
        (114, 0.00000, 0.04261, 0.1803, 0.1625, 0.1626),
        (118, 0.00000, 0.03774, 0.1756, 0.1608, 0.1610),
        (122, 0.00000, 0.03228, 0.1713, 0.1591, 0.1595),
        (126, 0.00000, 0.02616, 0.1675, 0.1575, 0.1580),
        (130, 0.00000, 0.01938, 0.1639, 0.1560, 0.1565),
        (134, 0.00000, 0.01204, 0.1607, 0.1546, 0.1551),
        (138, 0.00000, 0.00434, 0.1578, 0.1531, 0.1538),
    ]
)
_LOW, _HIGH = _BEAM[:, 1], _BEAM[:, 2]
_ATTENUATION = _BEAM[:, 3:]


@dataclass(frozen=True)
class Materials:
    """What lies in each ray, in g/cm2, arrays of one shape.

    Parameters
    ----------
    bone
        Hydroxyapatite.
    lean, fat
        Muscle-like and adipose tissue.
    """

    bone: FloatArray
    lean: FloatArray
    fat: FloatArray


@dataclass(frozen=True)
class Detector:
    """How well the scanner counts; all ranges to draw from are guesses (unverified).

    Parameters
    ----------
    quanta
        Counted in a pixel of 1 mm2 without a person in the beam.
    scatter
        Share of the signal that is scattered and lands somewhere near.
    blur_mm
        Standard deviation of the blur.
    """

    quanta: float
    scatter: float
    blur_mm: float


def attenuation(materials: Materials) -> tuple[FloatArray, FloatArray]:
    """Exact ln(I0 / I) at low and at high energy."""
    stack = np.stack([materials.bone, materials.lean, materials.fat])
    low, high = (np.zeros(materials.bone.shape) for _ in range(2))
    for share_low, share_high, mu in zip(_LOW, _HIGH, _ATTENUATION, strict=True):
        passed = np.exp(-np.tensordot(mu, stack, 1))
        low += share_low * passed
        high += share_high * passed
    return -np.log(low / _LOW.sum()), -np.log(high / _HIGH.sum())


def dual_energy(
    rng: np.random.Generator, materials: Materials, detector: Detector, pixels_per_mm: float
) -> tuple[FloatArray, FloatArray]:
    """ln(I0 / I) as counted, at low and at high energy."""
    low, high = (_counted(rng, exact, detector, pixels_per_mm) for exact in attenuation(materials))
    return low, high


def _counted(
    rng: np.random.Generator, exact: FloatArray, detector: Detector, pixels_per_mm: float
) -> FloatArray:
    signal = np.exp(-exact)
    small = cv2.resize(signal, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    far = cv2.GaussianBlur(small, (0, 0), 20 * pixels_per_mm / 8)
    signal = signal + detector.scatter * cv2.resize(far, signal.shape[::-1], interpolation=cv2.INTER_LINEAR)
    signal = cv2.GaussianBlur(signal, (0, 0), detector.blur_mm * pixels_per_mm)
    quanta = detector.quanta / pixels_per_mm**2
    return np.asarray(-np.log(np.maximum(rng.poisson(signal * quanta), 1) / quanta))


def bone_mineral(low: FloatArray, high: FloatArray) -> FloatArray:
    """Bone mineral in g/cm2 from ln(I0 / I) at low and at high energy, soft tissue beside it not yet taken to zero."""
    return np.asarray(np.tensordot(_wedge_fit(), _powers(low, high), 1))


def _powers(low: FloatArray, high: FloatArray) -> FloatArray:
    return np.stack([low**i * high**j for i in range(4) for j in range(4 - i)])


@cache
def _wedge_fit() -> FloatArray:
    """Coefficients of the cubic fitted on 0 to 4 g/cm2 of mineral in 1 to 40 g/cm2 of tissue, a fifth of it fat."""
    bone, tissue = (grid.ravel() for grid in np.meshgrid(np.linspace(0, 4, 21), np.linspace(1, 40, 27)))
    terms = _powers(*attenuation(Materials(bone, 0.8 * tissue, 0.2 * tissue)))
    return np.asarray(np.linalg.lstsq(terms.T, bone, rcond=None)[0])


def without_soft_tissue(mineral: FloatArray, beside: FloatArray, pixels_per_mm: float) -> FloatArray:
    """Mineral with the mean of the pixels `beside` the bones (a mask) taken away row by row, smoothed along the body.

    More fat over the spine than the wedge has looks like less bone, and less like more: the pixels beside tell.
    """
    weight = beside.astype(float)
    sums = np.stack([(mineral * weight).sum(1), weight.sum(1)])
    mean = cv2.GaussianBlur(sums, (0, 0), sigmaX=6 * pixels_per_mm, sigmaY=1e-3)
    return np.asarray(mineral - (mean[0] / np.maximum(mean[1], 1e-9))[:, None])
