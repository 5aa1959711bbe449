"""What a scanner's two X-ray beams are made of, and how bone mineral, lean tissue and fat weaken them.

One plausible switched pair of beams, no maker's (kilovolts and filters unverified): 100 kV behind 4 mm Al and 140 kV
behind 4 mm Al and 1 mm Cu, and the same with tubes 2 kV off. Computed with spekpy 2.5.4 (tungsten, target angle 12
degrees, energy-integrating detector, bins of 4 keV) and xraydb 4.5.8 (mass attenuation from elements; hydroxyapatite
Ca10(PO4)6(OH)2; muscle and adipose tissue of ICRU-44, compositions unverified).

Layers are areal densities in g/cm2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oiscan.scan import FloatArray

LOW_KILOVOLTS, HIGH_KILOVOLTS = 100.0, 140.0
"""What the tube is set to."""

LARGEST_DRIFT_KILOVOLTS = 2.0
"""How far from that the table reaches, either way."""

# keV; share of the signal of the low beam at 98, 100 and 102 kV, of the high beam at 138, 140 and 142 kV; cm2/g of
# hydroxyapatite, muscle and adipose tissue
_TABLE = np.array(
    [
        (22, 0.00647, 0.00613, 0.00584, 0.00000, 0.00000, 0.00000, 4.9990, 0.6640, 0.4755),
        (26, 0.02046, 0.01955, 0.01867, 0.00000, 0.00000, 0.00000, 3.1191, 0.4781, 0.3658),
        (30, 0.03811, 0.03661, 0.03511, 0.00001, 0.00001, 0.00001, 2.0992, 0.3783, 0.3064),
        (34, 0.05395, 0.05202, 0.05008, 0.00011, 0.00011, 0.00010, 1.4992, 0.3195, 0.2709),
        (38, 0.06554, 0.06341, 0.06123, 0.00079, 0.00076, 0.00074, 1.1234, 0.2822, 0.2481),
        (42, 0.07273, 0.07057, 0.06835, 0.00299, 0.00288, 0.00279, 0.8762, 0.2571, 0.2324),
        (46, 0.07622, 0.07417, 0.07204, 0.00750, 0.00725, 0.00702, 0.7068, 0.2394, 0.2210),
        (50, 0.07686, 0.07501, 0.07305, 0.01432, 0.01386, 0.01345, 0.5867, 0.2263, 0.2123),
        (54, 0.07540, 0.07381, 0.07211, 0.02273, 0.02203, 0.02140, 0.4990, 0.2162, 0.2054),
        (58, 0.12564, 0.12653, 0.12878, 0.08445, 0.08335, 0.08159, 0.4334, 0.2082, 0.1998),
        (62, 0.06833, 0.06742, 0.06634, 0.04036, 0.03923, 0.03821, 0.3832, 0.2017, 0.1951),
        (66, 0.07768, 0.07775, 0.07802, 0.07044, 0.06905, 0.06756, 0.3441, 0.1962, 0.1910),
        (70, 0.05841, 0.05831, 0.05814, 0.05504, 0.05363, 0.05231, 0.3131, 0.1916, 0.1875),
        (74, 0.04726, 0.04739, 0.04727, 0.04963, 0.04823, 0.04695, 0.2881, 0.1875, 0.1843),
        (78, 0.04167, 0.04233, 0.04270, 0.05374, 0.05234, 0.05104, 0.2678, 0.1839, 0.1814),
        (82, 0.03526, 0.03654, 0.03745, 0.05653, 0.05518, 0.05393, 0.2509, 0.1807, 0.1787),
        (86, 0.02800, 0.03000, 0.03154, 0.05806, 0.05681, 0.05565, 0.2368, 0.1778, 0.1763),
        (90, 0.01983, 0.02267, 0.02495, 0.05852, 0.05742, 0.05640, 0.2248, 0.1751, 0.1740),
        (94, 0.01067, 0.01446, 0.01757, 0.05784, 0.05693, 0.05608, 0.2146, 0.1727, 0.1718),
        (98, 0.00153, 0.00532, 0.00940, 0.05627, 0.05560, 0.05495, 0.2058, 0.1704, 0.1698),
        (102, 0.00000, 0.00000, 0.00135, 0.05382, 0.05341, 0.05301, 0.1982, 0.1682, 0.1679),
        (106, 0.00000, 0.00000, 0.00000, 0.05057, 0.05048, 0.05035, 0.1915, 0.1662, 0.1661),
        (110, 0.00000, 0.00000, 0.00000, 0.04662, 0.04689, 0.04708, 0.1856, 0.1643, 0.1643),
        (114, 0.00000, 0.00000, 0.00000, 0.04195, 0.04261, 0.04315, 0.1803, 0.1625, 0.1626),
        (118, 0.00000, 0.00000, 0.00000, 0.03663, 0.03774, 0.03868, 0.1756, 0.1608, 0.1610),
        (122, 0.00000, 0.00000, 0.00000, 0.03065, 0.03228, 0.03366, 0.1713, 0.1591, 0.1595),
        (126, 0.00000, 0.00000, 0.00000, 0.02396, 0.02616, 0.02806, 0.1675, 0.1575, 0.1580),
        (130, 0.00000, 0.00000, 0.00000, 0.01657, 0.01938, 0.02183, 0.1639, 0.1560, 0.1565),
        (134, 0.00000, 0.00000, 0.00000, 0.00867, 0.01204, 0.01503, 0.1607, 0.1546, 0.1551),
        (138, 0.00000, 0.00000, 0.00000, 0.00124, 0.00434, 0.00784, 0.1578, 0.1531, 0.1538),
        (142, 0.00000, 0.00000, 0.00000, 0.00000, 0.00000, 0.00112, 0.1550, 0.1518, 0.1525),
    ]
)
ATTENUATION_CM2_G = _TABLE[:, 7:]
"""(31, 3): mass attenuation of hydroxyapatite, muscle and adipose tissue in each bin of energy."""


@dataclass(frozen=True)
class Beams:
    """The two beams of a tube that is off by so many kilovolts.

    Parameters
    ----------
    low_drift, high_drift
        Kilovolts above (below, where negative) what the tube is set to.

    Raises
    ------
    ValueError
        If one is more than `LARGEST_DRIFT_KILOVOLTS`.
    """

    low_drift: float = 0.0
    high_drift: float = 0.0

    def __post_init__(self) -> None:
        for drift in (self.low_drift, self.high_drift):
            if not abs(drift) <= LARGEST_DRIFT_KILOVOLTS:
                raise ValueError(f"beams are known up to {LARGEST_DRIFT_KILOVOLTS} kV off, got {drift}")

    @property
    def shares(self) -> tuple[FloatArray, FloatArray]:
        """Share of the signal in each bin of energy, (31,) of the low and of the high beam."""
        return _drifted(_TABLE[:, 1:4], self.low_drift), _drifted(_TABLE[:, 4:7], self.high_drift)


NOMINAL = Beams()
"""The beams of a tube that does as it is set."""


def _drifted(shares: FloatArray, drift: float) -> FloatArray:
    """Between the columns of a tube too low, as set and too high."""
    part = drift / LARGEST_DRIFT_KILOVOLTS
    beside = shares[:, 2] if part > 0 else shares[:, 0]
    return np.asarray(shares[:, 1] + abs(part) * (beside - shares[:, 1]))


def log_attenuation(
    bone: FloatArray, lean: FloatArray, fat: FloatArray, beams: Beams = NOMINAL
) -> tuple[FloatArray, FloatArray]:
    """Exact ln(I0 / I) behind layers of one shape, in the low and in the high beam."""
    stack = np.stack([bone, lean, fat])
    shares_low, shares_high = beams.shares
    low, high = np.zeros(stack.shape[1:]), np.zeros(stack.shape[1:])
    for share_low, share_high, mu in zip(shares_low, shares_high, ATTENUATION_CM2_G, strict=True):
        passed = np.exp(-np.tensordot(mu, stack, 1))
        low += share_low * passed
        high += share_high * passed
    return -np.log(low / shares_low.sum()), -np.log(high / shares_high.sum())
