"""What a densitometer counts, and bone mass from two such counts.

Two broad spectra pass bone mineral, lean tissue and fat; the detector adds scatter, blur and the chance of counting.
From the logarithms of both, a polynomial fitted on a simulated wedge of known layers gives the bone mineral in each
pixel; what error is left in the soft tissue beside the bone is taken away row by row, as densitometers do.

Materials are areal densities in g/cm2; beams and their attenuation are those of
`oiscan.densitometry.dual_energy.beam`. This is how training pictures come about, and no measurement: what a picture
measures is `oiscan.densitometry`'s affair.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from oiscan.densitometry.dual_energy.beam import NOMINAL, Beams, log_attenuation
from oiscan.scan import FloatArray


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


def attenuation(materials: Materials, beams: Beams = NOMINAL) -> tuple[FloatArray, FloatArray]:
    """Exact ln(I0 / I) at low and at high energy."""
    return log_attenuation(materials.bone, materials.lean, materials.fat, beams)


def dual_energy(
    rng: np.random.Generator,
    materials: Materials,
    detector: Detector,
    pixels_per_mm: float,
    beams: Beams = NOMINAL,
) -> tuple[FloatArray, FloatArray]:
    """ln(I0 / I) as counted, at low and at high energy."""
    low, high = (_counted(rng, exact, detector, pixels_per_mm) for exact in attenuation(materials, beams))
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
