"""Totals: sums over vertebrae, and the whole body less its head.

Density is always BMC over area, never a mean of densities.
TBLH is arithmetic: on a whole-body page worked by hand Sub Tot + Head = Total exactly, and Sub Tot is the TBLH.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import NamedTuple

from oiscan.anatomy import Level
from oiscan.densitometry.printed.exclusion import Exclusion
from oiscan.densitometry.regions import BoneRegion, are_neighbours, region_of

FEWEST_VERTEBRAE = 2
"""A single vertebra is not reported (ISCD 2023, of adults; the same is kept for children)."""

NOT_NEIGHBOURS = "the vertebrae are not neighbours: allowed by the rule for adults (ISCD 2023), unverified in children"
STRICT = "strict: all of its vertebrae must count"
NOT_PRINTED = "BMC and area are not printed"
SLACK = 1e-9
"""Of binary arithmetic; the tolerance itself is what rounding in print can make."""

_COMPARED = (
    ("BMC", "g", "bmc_g", "bmc_error_g"),
    ("area", "cm2", "area_cm2", "area_error_cm2"),
    ("aBMD", "g/cm2", "abmd_g_cm2", "abmd_error_g_cm2"),
)


class Content(NamedTuple):
    """BMC and area of a region, and how far rounding in print may have moved them."""

    bmc_g: float
    area_cm2: float
    bmc_error_g: float = 0.0
    area_error_cm2: float = 0.0

    def plus(self, other: Content, sign: int = 1) -> Content:
        """With another region added, or with sign -1 taken off; errors always add."""
        return Content(
            self.bmc_g + sign * other.bmc_g,
            self.area_cm2 + sign * other.area_cm2,
            self.bmc_error_g + other.bmc_error_g,
            self.area_error_cm2 + other.area_error_cm2,
        )

    def as_region(self, name: str) -> BoneRegion:
        """With the density it makes, and how far rounding may have moved that."""
        abmd = self.bmc_g / self.area_cm2
        error = (self.bmc_g + self.bmc_error_g) / (self.area_cm2 - self.area_error_cm2) - abmd
        return BoneRegion(
            name,
            self.bmc_g,
            self.area_cm2,
            abmd,
            bmc_error_g=self.bmc_error_g,
            area_error_cm2=self.area_error_cm2,
            abmd_error_g_cm2=error,
        )


@dataclass(frozen=True)
class Total:
    """A sum over regions, or the reason why there is none.

    Parameters
    ----------
    region
        What was asked for: "L1-L4", "TBLH" ...
    levels
        The vertebrae counted, head to foot; empty for a total of the body.
    excluded
        Those asked for and not counted.
    bone
        The sum, its region named by what was counted; None where there is none.
    reason
        Why there is none.
    flags
        What a reader should know of it.
    """

    region: str
    levels: tuple[Level, ...] = ()
    excluded: tuple[Exclusion, ...] = ()
    bone: BoneRegion | None = None
    reason: str = ""
    flags: tuple[str, ...] = ()


def spine_total(
    vertebrae: Mapping[Level, BoneRegion],
    levels: Sequence[Level],
    exclusions: Iterable[Exclusion] = (),
    strict_all_four: bool = False,
) -> Total:
    """BMC and area of vertebrae summed, and the density that makes.

    Parameters
    ----------
    vertebrae
        By level; one that is absent, or of which BMC and area are not known, is not counted, and said.
    levels
        Asked for, head to foot.
    exclusions
        Vertebrae not to count.
    strict_all_four
        Whether one that does not count leaves no total at all, as in NHANES (table DXXSPN_E).
    """
    contents = {level: content_of(vertebrae[level]) for level in levels if level in vertebrae}
    known = {level: content for level, content in contents.items() if content is not None}
    given = {one.level: one for one in exclusions}
    absent = {level: Exclusion(level, NOT_PRINTED) for level in levels if level not in known}
    excluded = tuple((absent | given)[level] for level in levels if level in given or level in absent)
    counted = tuple(level for level in levels if level in known and level not in given)
    total = Total(region_of(levels), counted, excluded)
    if strict_all_four and excluded:
        return replace(total, reason=STRICT)
    if len(counted) < FEWEST_VERTEBRAE:
        return replace(total, reason=f"{len(counted)} of its vertebrae count: at least {FEWEST_VERTEBRAE} must")
    flags = () if are_neighbours(counted) else (NOT_NEIGHBOURS,)
    content = reduce(Content.plus, (known[level] for level in counted))
    return replace(total, bone=content.as_region(region_of(counted)), flags=flags)


def body_less_head(body: BoneRegion, head: BoneRegion) -> Total:
    """Total body less head (TBLH): BMC and area of the head taken off those of the whole body."""
    whole, skull = content_of(body), content_of(head)
    if whole is None or skull is None:
        return Total("TBLH", reason="BMC and area of the whole body and of the head are not all printed")
    rest = whole.plus(skull, sign=-1)
    if rest.bmc_g <= 0 or rest.area_cm2 <= rest.area_error_cm2:
        return Total("TBLH", reason="the head is printed as large as the whole body")
    return Total("TBLH", bone=rest.as_region("TBLH"))


def content_of(region: BoneRegion) -> Content | None:
    """BMC and area of a region; BMC is area x density where it is not printed. None where either is not known."""
    area_cm2, bmc_g, error = region.area_cm2, region.bmc_g, region.bmc_error_g
    if bmc_g is None and area_cm2 is not None and region.abmd_g_cm2 is not None:
        bmc_g = area_cm2 * region.abmd_g_cm2
        error = area_cm2 * region.abmd_error_g_cm2 + region.abmd_g_cm2 * region.area_error_cm2
    if area_cm2 is None or bmc_g is None or bmc_g <= 0 or area_cm2 <= region.area_error_cm2:
        return None
    return Content(bmc_g, area_cm2, error, region.area_error_cm2)


def disagreements(computed: BoneRegion, printed: BoneRegion) -> tuple[str, ...]:
    """What a printed total says otherwise than the computed one, beyond what rounding in print can make."""
    said = []
    for name, unit, quantity, error in _COMPARED:
        ours, theirs = getattr(computed, quantity), getattr(printed, quantity)
        tolerance = getattr(computed, error) + getattr(printed, error) + SLACK
        if ours is not None and theirs is not None and abs(ours - theirs) > tolerance:
            said.append(f"{name} disagrees with the {theirs:g} {unit} printed for {printed.region}")
    return tuple(said)
