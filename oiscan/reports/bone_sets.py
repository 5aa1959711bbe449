"""Printed values as bone: regions of one visit, who was measured with what, and which vertebrae do not count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from oiscan.anatomy import LUMBAR, Level
from oiscan.densitometry.printed.exclusion import Exclusion, fractured, gathered, invalid_on_scanner, ungraded
from oiscan.densitometry.printed.exclusion_file import ExclusionLine
from oiscan.densitometry.regions import BoneRegion, levels_of, region_of
from oiscan.loaders.printed import INVALIDITY, PrintedValue
from oiscan.report import Report
from oiscan.reports.printed import PrintedSet
from oiscan.reports.printed_people import KnownScan
from oiscan.scan import Acquisition, Subject

NOT_SUMMED = ("Lateral Spine", "Left Forearm", "Right Forearm", "Left Femur", "Right Femur", "DualFemur")
"""Sites that are no AP spine and no whole body; their values stand in `printed.csv` only."""

Laterals = Mapping[tuple[str, int], Report]
"""Lateral scan of each subject's day, under the names of the visit."""


@dataclass(frozen=True)
class BoneSet:
    """Bone of one visit, as one source printed it.

    Parameters
    ----------
    scan_id, subject, day
        As in `PrintedSet`.
    source, site
        As printed.
    regions
        By name; a "Total" of lumbar vertebrae bears their name.
    person, acquisition
        From the file itself, else from another scan of the same day.
    exclusions
        Vertebrae that do not count, head to foot.
    ungraded
        Those of L1 to L4 of which nobody knows whether they are fractured.
    remarks
        What a reader should know of all of it.
    """

    scan_id: str
    subject: str
    day: int | None
    source: str
    site: str
    regions: Mapping[str, BoneRegion]
    person: Subject = field(default_factory=Subject)
    acquisition: Acquisition = field(default_factory=Acquisition)
    exclusions: tuple[Exclusion, ...] = ()
    ungraded: tuple[Level, ...] = LUMBAR
    remarks: tuple[str, ...] = ()

    @property
    def vertebrae(self) -> dict[Level, BoneRegion]:
        """L1 to L4, as far as they are printed one by one."""
        return {level: self.regions[level] for level in LUMBAR if level in self.regions}


def bone_sets(
    sets: Iterable[PrintedSet],
    known: Sequence[KnownScan],
    laterals: Laterals,
    lines: Sequence[ExclusionLine] = (),
) -> tuple[BoneSet, ...]:
    """Printed sets of AP spine and whole body as bone, by subject, day and scan.

    Parameters
    ----------
    known
        All scans of the run.
    laterals
        Whose grades exclude vertebrae.
    lines
        The user's own exclusions.
    """
    made = [_with_exclusions(_placed(one, known), known, laterals, lines) for one in _parted(sets)]
    return tuple(sorted(made, key=lambda one: (one.subject, one.day is None, one.day or 0, one.scan_id, one.source)))


def unused_lines(lines: Iterable[ExclusionLine], sets: Iterable[BoneSet], known: Iterable[KnownScan]) -> list[int]:
    """Numbers of the user's lines that belong to no printed values of the run."""
    places, scans = list(sets), list(known)
    return [line.line for line in lines if not any(_applies(line, one, scans) for one in places)]


def _parted(sets: Iterable[PrintedSet]) -> list[BoneSet]:
    """One a source and site."""
    made = []
    for printed in sets:
        parts: dict[tuple[str, str], list[PrintedValue]] = {}
        for value in printed.values:
            parts.setdefault((value.source, value.site), []).append(value)
        made += [
            BoneSet(printed.scan_id, printed.subject, printed.day, *place, _regions(values), remarks=printed.remarks)
            for place, values in parts.items()
            if place[1] not in NOT_SUMMED
        ]
    return made


def _regions(values: Iterable[PrintedValue]) -> dict[str, BoneRegion]:
    """By name; of a value printed twice the first counts, and `printed.csv` tells."""
    rows: dict[str, dict[str, PrintedValue]] = {}
    for value in values:
        rows.setdefault(value.region, {}).setdefault(value.quantity, value)
    lumbar = [level for level in LUMBAR if level in rows]
    if lumbar and all(name == "Total" or levels_of(name) for name in rows) and "Total" in rows:
        rows.setdefault(region_of(lumbar), rows.pop("Total"))
    return {region: _region(region, row) for region, row in rows.items()}


def _region(region: str, row: Mapping[str, PrintedValue]) -> BoneRegion:
    def number(quantity: str) -> float | None:
        return row[quantity].value if quantity in row else None

    def error(quantity: str) -> float:
        return row[quantity].half_unit if quantity in row else 0.0

    code = next((value.invalid_code for value in row.values() if value.invalid_code not in ("", "0")), "")
    return BoneRegion(
        region,
        number("bmc_g"),
        number("area_cm2"),
        number("bmd_g_cm2"),
        number("z_score"),
        error("bmc_g"),
        error("area_cm2"),
        error("bmd_g_cm2"),
        INVALIDITY.get(code, f"code {code}") if code else "",
    )


def _placed(one: BoneSet, known: Sequence[KnownScan]) -> BoneSet:
    """With person and scanner: of the file itself, else of a scan of the same day that measures bone."""
    own = [scan for scan in known if one.scan_id and scan.scan_id == one.scan_id]
    same_day = [scan for scan in known if one.day is not None and (scan.subject, scan.day) == (one.subject, one.day)]
    around = [*own, *sorted(same_day, key=lambda scan: scan.scan_id)]
    people = (scan.person for scan in around if scan.person.age_years is not None)
    scanners = (scan.acquisition for scan in around if scan.is_bone and scan.acquisition.maker)
    return replace(one, person=next(people, one.person), acquisition=next(scanners, one.acquisition))


def _with_exclusions(
    one: BoneSet, known: Sequence[KnownScan], laterals: Laterals, lines: Iterable[ExclusionLine]
) -> BoneSet:
    lateral = None if one.day is None else laterals.get((one.subject, one.day))
    by_user = [line.exclusion for line in lines if _applies(line, one, known)]
    exclusions = gathered(fractured(lateral), invalid_on_scanner(one.regions), by_user)
    return replace(one, exclusions=exclusions, ungraded=ungraded(lateral))


def _applies(line: ExclusionLine, one: BoneSet, known: Iterable[KnownScan]) -> bool:
    """Whether a line means these values: by person at every visit, by scan at the visit of that scan."""
    if line.subject:
        return line.subject == one.subject
    if line.scan_id == one.scan_id:
        return True
    named = next((scan for scan in known if scan.scan_id == line.scan_id), None)
    return named is not None and one.day is not None and (named.subject, named.day) == (one.subject, one.day)

