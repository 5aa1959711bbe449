"""Which totals a visit's printed values give: with every vertebra, without those that do not count, and in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from oiscan.anatomy import LUMBAR, Level
from oiscan.densitometry.printed.exclusion import Exclusion
from oiscan.densitometry.printed.neighbours import neighbour_remarks
from oiscan.densitometry.printed.totals import Total, body_less_head, content_of, disagreements, spine_total
from oiscan.densitometry.regions import BoneRegion, levels_of, region_of
from oiscan.densitometry.repeat.machine import Machine, common_levels, machine_differences
from oiscan.reports.bone_sets import BoneSet

ALL, WITHOUT, COMMON = "all", "without excluded", "common to visits"
SUM, PRINTED, LESS_HEAD = "sum of vertebrae", "printed total", "body less head"
SPINE_REGIONS = ("L1-L4", "L2-L4")
WITHOUT_HEAD = ("TBLH", "Subtotal")
"""What a printed total body less head is called."""


@dataclass(frozen=True)
class BoneRow:
    """One total of one visit.

    Parameters
    ----------
    of
        The visit's printed values.
    vertebrae
        `ALL`, `WITHOUT` or `COMMON`; "" for the body.
    basis
        `SUM`, `PRINTED` or `LESS_HEAD`.
    total
        The number, or why there is none.
    printed_z
        Z the scanner printed for the very same region; None where it did not.
    """

    of: BoneSet
    vertebrae: str
    basis: str
    total: Total
    printed_z: float | None = None

    @property
    def is_lumbar(self) -> bool:
        """Whether it is what the scanner calls L1-L4."""
        return self.total.region == "L1-L4" and self.vertebrae == ALL


def bone_rows(sets: Sequence[BoneSet], strict_all_four: bool = False) -> tuple[BoneRow, ...]:
    """Rows of `densitometry.csv`, sets in the order given.

    Parameters
    ----------
    sets
        All of a run: what is common to visits and the first scanner are found among them.
    strict_all_four
        Whether a total needs every vertebra of its region.
    """
    people: dict[tuple[str, int], list[BoneSet]] = {}
    for place, one in enumerate(sets):
        people.setdefault((one.subject, 0 if one.subject else place), []).append(one)  # who is unknown stands alone
    return tuple(row for visits in people.values() for row in _of_person(visits, strict_all_four))


def _of_person(visits: Sequence[BoneSet], strict: bool) -> Iterator[BoneRow]:
    common = None if strict else _common_to_visits(visits)
    for one in visits:
        spine = [_flagged(row, (*_not_graded(row), *_since_first(row, visits))) for row in _spine(one, strict, common)]
        remarks = neighbour_remarks(one.vertebrae, one.person.age_years)
        yield from (_flagged(row, () if place else remarks) for place, row in enumerate(spine))
        yield from (_flagged(row, _since_first(row, visits)) for row in _body(one))


def _spine(one: BoneSet, strict: bool, common: tuple[Level, ...] | None) -> Iterator[BoneRow]:
    spans = [name for name in one.regions if len(levels_of(name)) > 1 and name not in SPINE_REGIONS]
    for region in (*SPINE_REGIONS, *spans):
        levels = levels_of(region)
        whole, counted = spine_total(one.vertebrae, levels), _counted(one, levels)
        if not whole.excluded:
            yield _checked(one, ALL, replace(whole, flags=(*whole.flags, *counted)))
        elif region in one.regions:
            yield _printed(one, ALL, Total(region, levels, flags=counted), one.regions[region])
        left_out = spine_total(one.vertebrae, levels, one.exclusions, strict)
        if left_out.excluded and (whole.levels or (counted and region in one.regions)):
            yield _checked(one, WITHOUT, left_out)
    if common is not None and one.day is not None and one.vertebrae:
        yield _checked(one, COMMON, spine_total(one.vertebrae, common))


def _body(one: BoneSet) -> Iterator[BoneRow]:
    """TBLH: from body and head where both are printed, else as printed."""
    printed = next((one.regions[name] for name in WITHOUT_HEAD if name in one.regions), None)
    body, head = one.regions.get("Total"), one.regions.get("Head")
    if head is None and printed is None:
        return
    total = body_less_head(body or BoneRegion("Total"), head or BoneRegion("Head"))
    if total.bone is None and printed is not None:
        yield _printed(one, "", Total("TBLH"), printed)
        return
    invalid = next((part.invalid for part in (body, head) if part is not None and part.invalid), "")
    row = BoneRow(one, "", LESS_HEAD, _refused(total, invalid) if invalid else total)
    if printed is not None and row.total.bone is not None:
        flags = (*row.total.flags, *disagreements(row.total.bone, printed))
        row = replace(row, total=replace(row.total, flags=flags), printed_z=printed.z_score)
    yield row


def _checked(one: BoneSet, vertebrae: str, total: Total) -> BoneRow:
    """A sum held against the total printed for the same vertebrae."""
    printed = None if total.bone is None else one.regions.get(total.bone.region)
    if total.bone is None or printed is None:
        return BoneRow(one, vertebrae, SUM, total)
    invalid = (f"the scanner marks {printed.region} as not valid: {printed.invalid}",) if printed.invalid else ()
    flags = (*total.flags, *disagreements(total.bone, printed), *invalid)
    return BoneRow(one, vertebrae, SUM, replace(total, flags=flags), printed.z_score)


def _printed(one: BoneSet, vertebrae: str, total: Total, bone: BoneRegion) -> BoneRow:
    """A total as printed: its parts are not there to be summed."""
    if bone.invalid:
        return BoneRow(one, vertebrae, PRINTED, _refused(total, bone.invalid))
    content = content_of(bone)
    if bone.abmd_g_cm2 is None and content is not None:
        bone = replace(content.as_region(bone.region), z_score=bone.z_score)
    if bone.abmd_g_cm2 is None or bone.abmd_g_cm2 <= 0:
        return BoneRow(one, vertebrae, PRINTED, replace(total, reason="no aBMD above 0 is printed"))
    return BoneRow(one, vertebrae, PRINTED, replace(total, bone=replace(bone, region=total.region)), bone.z_score)


def _refused(total: Total, invalid: str) -> Total:
    return replace(total, bone=None, reason=f"marked on the scanner: {invalid}")


def _counted(one: BoneSet, levels: Iterable[Level]) -> tuple[str, ...]:
    """What is counted although it should not be."""
    return tuple(f"counts {_words(exclusion)}" for exclusion in one.exclusions if exclusion.level in levels)


def _not_graded(row: BoneRow) -> tuple[str, ...]:
    unknown = [level for level in row.total.levels if level in row.of.ungraded]
    return (f"no grade from a lateral scan of this day: {' '.join(unknown)}",) if unknown else ()


def _words(exclusion: Exclusion) -> str:
    return f"{exclusion.level} ({exclusion.reason})"


def _usable(one: BoneSet) -> tuple[Level, ...]:
    return spine_total(one.vertebrae, LUMBAR, one.exclusions).levels


def _common_to_visits(visits: Iterable[BoneSet]) -> tuple[Level, ...] | None:
    """Vertebrae that count at every visit of a person; None where there is one visit only."""
    dated = [one for one in visits if one.day is not None and one.vertebrae]
    if len({one.day for one in dated}) < 2:
        return None
    return common_levels(_usable(one) for one in dated)


def _since_first(row: BoneRow, visits: Iterable[BoneSet]) -> tuple[str, ...]:
    """What is not as it was at the first visit at which the same was measured, and what holds for the whole visit."""
    same = [one for one in visits if one.day is not None and (_has_spine(one) if row.vertebrae else _has_body(one))]
    first = min(same, key=lambda one: (one.day or 0, one.scan_id), default=row.of)
    if row.of.day is None or first.day == row.of.day:
        return row.of.remarks
    differences = machine_differences(Machine.of(first.acquisition), Machine.of(row.of.acquisition))
    return (*differences, *_other_vertebrae(row, first), *row.of.remarks)


def _has_spine(one: BoneSet) -> bool:
    return any(map(levels_of, one.regions))


def _has_body(one: BoneSet) -> bool:
    return any(name in one.regions for name in ("Head", *WITHOUT_HEAD))


def _other_vertebrae(row: BoneRow, first: BoneSet) -> tuple[str, ...]:
    """Whether other vertebrae count than at the first visit; those common to visits are the same by making."""
    before, now = _usable(first), _usable(row.of)
    if row.vertebrae in ("", COMMON) or before == now:
        return ()
    return (f"{region_of(now)} count, at first {region_of(before)}: compare those common to visits",)


def _flagged(row: BoneRow, flags: Sequence[str]) -> BoneRow:
    return replace(row, total=replace(row.total, flags=(*row.total.flags, *flags)))
