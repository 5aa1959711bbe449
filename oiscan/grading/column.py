"""One lateral spine as a row of measured bodies: sizes, ratios, standard errors, and what each is judged against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from oiscan.anatomy import Level
from oiscan.grading.doubt import reference_error
from oiscan.grading.genant import Scale
from oiscan.grading.morphometry import (
    Heights,
    area_error,
    lateral_errors,
    lateral_heights,
    polygon_area,
    ratio_error,
)
from oiscan.grading.shape import Reference, reference_at, sound_vertebrae, trend_at
from oiscan.scan import FloatArray
from oiscan.spine import Vertebra

LENGTHS_MM = {
    "anterior": "anterior_height_mm", "middle": "middle_height_mm", "posterior": "posterior_height_mm",
    "depth": "depth_mm",
}  # fmt: skip
RATIOS = {
    "ratio_anterior_posterior": ("anterior", "posterior"),
    "ratio_middle_posterior": ("middle", "posterior"),
    "ratio_middle_anterior": ("middle", "anterior"),
    "ratio_anterior_depth": ("anterior", "depth"),
    "ratio_middle_depth": ("middle", "depth"),
    "ratio_posterior_depth": ("posterior", "depth"),
}
"""A finding's ratios and what they are made of. hm/hp is the concavity, and heights over depth are the ah/LL, mh/LL and
ph/LL, of the zoledronate study in OI (PubMed 31216496; that its LL is the depth is unverified); hm/ha is the concavity
of PubMed 14676462."""


@dataclass(frozen=True)
class Body:
    """One vertebral body seen from the side; lengths and areas in the unit of the pixel size."""

    heights: Heights
    errors: Heights
    area: float
    area_error: float

    @classmethod
    def of(cls, vertebra: Vertebra, pixel_size: FloatArray) -> Self:
        """Measured from its landmarks; the area is that of the polygon through all six."""
        points, covariance = vertebra.landmarks_px, vertebra.covariance_px
        return cls(
            lateral_heights(points, pixel_size),
            lateral_errors(points, covariance, pixel_size),
            polygon_area(points, pixel_size),
            area_error(points, covariance, pixel_size),
        )

    def measures(self, in_mm: bool) -> dict[str, Any]:
        """By the names a finding has: ratios, and lengths and area where they are millimetres."""
        of = self.heights
        told = {name: getattr(of, one) / getattr(of, other) for name, (one, other) in RATIOS.items()}
        if in_mm:
            told |= {name: getattr(self.heights, length) for length, name in LENGTHS_MM.items()}
            told["area_cm2"] = self.area / 100
        return told

    def standard_errors(self, in_mm: bool) -> dict[str, float]:
        """Of `measures`."""
        told = {name: self._ratio_error(*pair) for name, pair in RATIOS.items()}
        if in_mm:
            told |= {name: getattr(self.errors, length) for length, name in LENGTHS_MM.items()}
            told["area_cm2"] = self.area_error / 100
        return told

    def _ratio_error(self, one: str, other: str) -> float:
        return ratio_error(*(getattr(of, name) for name in (one, other) for of in (self.heights, self.errors)))


@dataclass(frozen=True)
class Column:
    """All bodies of a scan, one entry a level without gaps; None where a vertebra could not be measured.

    `normal` are the normal posterior heights of the levels. `sound` are the undeformed bodies, by position: only they
    are compared with.
    """

    bodies: Sequence[Body | None]
    normal: Sequence[float]
    sound: Mapping[int, Heights]

    @classmethod
    def of(cls, bodies: Sequence[Body | None], levels: Sequence[Level], scale: Scale) -> Self:
        """`scale` tells what counts as deformed, and what is normal at each of the levels."""
        normal = [scale.proportions.at(level) for level in levels]
        heights = [None if body is None else body.heights for body in bodies]
        return cls(bodies, normal, sound_vertebrae(heights, normal, scale))

    def reference(self, position: int) -> Reference | None:
        """What the posterior height of a body is compared with."""
        return reference_at(position, self.sound, self.normal)

    def reference_error(self, position: int) -> float:
        """Standard error of `reference`; 0 where there is none."""
        reference = self.reference(position)
        errors = [None if body is None else body.errors for body in self.bodies]
        return 0.0 if reference is None else reference_error(reference, errors)

    def standard_errors(self, position: int, in_mm: bool) -> dict[str, float]:
        """Of a body's measures, the ratio to its reference included."""
        body, reference = self.bodies[position], self.reference(position)
        if body is None:
            return {}
        told = body.standard_errors(in_mm)
        if reference is not None:
            against = (reference.posterior, self.reference_error(position))
            told["ratio_posterior_reference"] = ratio_error(body.heights.posterior, body.errors.posterior, *against)
        return told

    def trend(self, position: int) -> float | None:
        """Posterior height by the trend of all other sound bodies."""
        return trend_at(position, self.sound, self.normal)
