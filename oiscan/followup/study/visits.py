"""Which visit a value belongs to: by its study day, else by what its table calls the visit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from oiscan.followup.study.redcap import event_and_arm
from oiscan.followup.study.settings import Visit


def visit_on(day: int, visits: Iterable[Visit]) -> Visit | None:
    """The visit in whose window a study day lies; of several the one with the closest target, of equals the earlier.

    None outside all windows.
    """
    around = [visit for visit in visits if visit.from_day <= day <= visit.to_day]
    return min(around, key=lambda visit: (abs(day - visit.target), visit.target), default=None)


def visit_called(name: str, visits: Iterable[Visit]) -> Visit | None:
    """The visit of a name, its own or one under `also`, in any case, _ as good as a space; None where there is none."""
    wanted = _plain(name)
    return next((one for one in visits if wanted in map(_plain, (one.name, *one.also))), None)


def without_arm(name: str, arms: Sequence[str]) -> tuple[str, str]:
    """What a table calls a visit, freed of the arm; and what it told of the arm: REDCap's number or an arm's name.

    Examples
    --------
    >>> without_arm("Month 12 Denosumab", ["Denosumab"])
    ('Month 12', 'Denosumab')
    """
    event, number = event_and_arm(name)
    if number:
        return event, number
    for arm in arms:
        freed = re.sub(rf"[\s_(-]*\b{re.escape(arm)}\b\)?", "", name.replace("_", " "), flags=re.IGNORECASE)
        if freed != name.replace("_", " "):
            return freed.strip(), arm
    return name, ""


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").casefold().split())
