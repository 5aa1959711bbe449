"""Whether a child's bone density was measured with one scanner throughout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from oiscan.densitometry.repeat.machine import machine_differences
from oiscan.followup.study.problems import Problem, Severity
from oiscan.followup.study.study import Study
from oiscan.followup.study.values import Value

ANOTHER_SCANNER = ("another maker", "another model")
"""Densities of another scanner are not comparable: fan-beam scanners differed by 0.042 g/cm2 at L1-L4 even after
cross-calibration (Fan 2010, see `oiscan.densitometry.repeat.machine`). Another software or mode is warned of."""


def of_one_machine(study: Study, values: Iterable[Value]) -> tuple[list[Value], list[Problem]]:
    """The values, where densities of another scanner than at the child's baseline do not count, and what differs."""
    told = list(values)
    firsts = _firsts(told)
    checked, problems = [], []
    unknown: Counter[tuple[str, str]] = Counter()
    for value in told:
        first = firsts.get((value.child.code, value.param.code))
        differences = _differences(value, first)
        for text in differences:
            if text.startswith("whether"):
                unknown[value.place.file, text] += 1
            else:
                problems.append(_problem(value, text, study))
        checked.append(replace(value, reason=_reason(value, differences, study)))
    return checked, problems + [_unknown(file, text, count) for (file, text), count in sorted(unknown.items())]


def _firsts(values: Iterable[Value]) -> dict[tuple[str, str], Value]:
    """The baseline of each child and density, else the earliest: what the others are held against."""
    firsts: dict[tuple[str, str], Value] = {}
    for value in sorted(values, key=lambda value: value.moment.order):
        key = value.child.code, value.param.code
        if value.machine is not None and value.is_usable and (key not in firsts or value.moment.before_treatment):
            firsts[key] = value
    return firsts


def _differences(value: Value, first: Value | None) -> tuple[str, ...]:
    if first is None or value is first or value.machine is None or first.machine is None or value.number is None:
        return ()
    return machine_differences(first.machine, value.machine)


def _is_serious(text: str, study: Study) -> bool:
    return text.startswith(ANOTHER_SCANNER) and not study.settings.scans.accept_other_scanner


def _problem(value: Value, text: str, study: Study) -> Problem:
    remedy = "compare with the scanner of the baseline only; if they are calibrated, set accept_other_scanner"
    return value.problem(text, remedy, Severity.ERROR if _is_serious(text, study) else Severity.WARNING)


def _reason(value: Value, differences: Iterable[str], study: Study) -> str:
    serious = [text for text in differences if _is_serious(text, study)]
    return value.reason or "; ".join(serious)


def _unknown(file: str, text: str, count: int) -> Problem:
    told = f"{text} ({count} values)"
    return Problem(
        file, None, "", told, "compare the scanner's records, or name the column of `machine`", Severity.WARNING
    )
