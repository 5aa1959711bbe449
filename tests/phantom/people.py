"""People whose measures are known by hand."""

from __future__ import annotations

import numpy as np

from oiscan.phantom.anatomy import N_BODIES, Anatomy


def straight_person() -> Anatomy:
    """Bodies 40 wide, 30 deep, 25 high, one every 35 mm, upright, flat endplates; the centre of T9 at the origin."""
    one, zero = np.ones(N_BODIES), np.zeros(N_BODIES)
    centre = np.stack([zero, zero, 35.0 * (np.arange(N_BODIES) - 8)], 1)
    return Anatomy(
        age_years=30.0,
        size=1.0,
        depth_mm=30 * one,
        width_mm=40 * one,
        posterior_mm=25 * one,
        anterior_mm=25 * one,
        reference_mm=25 * one,
        dip_superior_mm=zero,
        dip_inferior_mm=zero,
        tilt_superior=0.5 * one,
        taper=np.zeros(N_BODIES),
        coronal_wedge=np.zeros(N_BODIES),
        deformity=zero,
        centre_mm=centre,
        sagittal_tilt=zero,
        coronal_tilt=zero,
        rotation=zero,
        density=1.0,
        corner_rounding=0.0,
    )
