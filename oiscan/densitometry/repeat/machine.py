"""Whether two measurements may be compared: the same scanner, software and mode, and the same vertebrae."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from oiscan.anatomy import Level
from oiscan.densitometry.regions import region_of
from oiscan.densitometry.repeat.maker import maker_name
from oiscan.errors import ComparisonError
from oiscan.scan import Acquisition


@dataclass(frozen=True)
class Machine:
    """What a density depends on besides the bone; "" where the file does not say.

    Makers are not interchangeable, and a change of model, software or mode needs a new precision study or a
    cross-calibration: even after one, fan-beam scanners differed by 0.042 g/cm2 at L1-L4 (Fan 2010, 87 women).
    """

    maker: str = ""
    model: str = ""
    software: str = ""
    mode: str = ""

    @classmethod
    def of(cls, acquisition: Acquisition) -> Machine:
        """The machine of a scan; its protocol is the mode, and a maker's name has one spelling."""
        return cls(maker_name(acquisition.maker), acquisition.model, acquisition.software, acquisition.protocol)


def machine_differences(first: Machine, later: Machine) -> tuple[str, ...]:
    """In words what is not the same, or cannot be told; empty where all of it is known and the same."""
    pairs = {field.name: (getattr(first, field.name), getattr(later, field.name)) for field in fields(Machine)}
    said = [
        f"another {name} than at first: {now}, then {before}"
        for name, (before, now) in pairs.items()
        if before and now and before.casefold() != now.casefold()
    ]
    if unknown := [name for name, (before, now) in pairs.items() if not (before and now)]:
        said.append(f"whether {', '.join(unknown)} changed is not known")
    return tuple(said)


def common_levels(visits: Iterable[Iterable[Level]]) -> tuple[Level, ...]:
    """The vertebrae that count at every visit: what may be compared, so that a baseline of L1-L3 stays L1-L3.

    Parameters
    ----------
    visits
        The vertebrae that count at each visit.
    """
    sets = [set(levels) for levels in visits]
    shared = set.intersection(*sets) if sets else set()
    return tuple(level for level in Level if level in shared)


def check_same_region(first: Sequence[Level], later: Sequence[Level]) -> None:
    """Refuse to compare totals over different vertebrae.

    Raises
    ------
    ComparisonError
        Where the vertebrae are not the same, such as L1-L4 against L2-L4.
    """
    if set(first) != set(later):
        raise ComparisonError(
            f"{region_of(later)} cannot be compared with {region_of(first)}: "
            "use the vertebrae that count at every visit (oiscan.densitometry.common_levels)"
        )
