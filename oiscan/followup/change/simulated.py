"""Simulated trials from DICOM to the change of every vertebra, held against what was drawn.

Each visit is drawn, written, read and scored as a user's would be: both views, joined under one naming; then each later
visit is compared with the first.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from oiscan.evaluation.agreement.accuracy import Part, wilson
from oiscan.evaluation.grades.cases import ASKED
from oiscan.evaluation.processes import each
from oiscan.followup.change.naming import matched
from oiscan.followup.change.spine import spine_change
from oiscan.followup.change.vertebra import State, VertebraChange
from oiscan.phantom.exam import Route
from oiscan.phantom.study.child import StudyChild, attended, draw_children
from oiscan.phantom.study.scans import Pictures, write_scans
from oiscan.pipeline import Settings, score_file
from oiscan.report import Report, Status
from oiscan.segmentation import Model
from oiscan.visit import join

STUDY_SEED = 940_000
"""Far from the seeds of training and of the other checks."""

TRUE_CHANGE_PERCENT = 10.0
"""True changes of height loss of at least so many points are asked for."""

RECOVERED_PERCENT = 5.0
"""A true one is recovered where the measured change goes the same way by at least half of that."""

LEAST_SENSITIVITY, MOST_FALSE_NEW = 0.9, 0.01


@dataclass(frozen=True)
class Case:
    """One vertebra at a later visit: what is true, and what was said.

    Parameters
    ----------
    before, after
        Truth about it at both visits, as in `truth.json` of a study.
    said
        None where its level was not seen at either visit.
    """

    before: dict[str, Any]
    after: dict[str, Any]
    said: VertebraChange | None

    @property
    def true_change_percent(self) -> float:
        """True change of the height loss, in points."""
        return float(self.after["height_loss_percent"] - self.before["height_loss_percent"])

    @property
    def is_new(self) -> bool:
        """Whether it truly is a new fracture."""
        return bool(self.before["grade"] == 0 < self.after["grade"])

    @property
    def evaluable(self) -> bool:
        """Whether it was called readable at both visits."""
        return self.said is not None and self.said.evaluable

    @property
    def measured_percent(self) -> float:
        """Measured change of the height loss in points, above 0 where it goes the way of the true one; 0: none."""
        measured = None if self.said is None else self.said.loss_change_percent
        return (measured or 0.0) * (1 if self.true_change_percent > 0 else -1)

    @property
    def recovered(self) -> bool:
        """Whether the measured change goes the way of the true one, and far enough."""
        return self.measured_percent >= RECOVERED_PERCENT


def study_cases(
    studies: int,
    children: int,
    model: Model,
    workers: int = 1,
    advance: Callable[[int], None] = lambda done: None,
    route: Route = Route.PHYSICAL,
    seed: int = STUDY_SEED,
) -> list[Case]:
    """T4 to L5 of all later visits of so many studies of so many children, as far as both pictures show them."""
    people = [(seed + number, place) for number in range(studies) for place in range(children)]
    return [case for some in each(_Task(model, children, route), people, workers, advance) for case in some]


def told(cases: Sequence[Case]) -> dict[str, Any]:
    """What was found, shares with Wilson's 95 % interval (which takes vertebrae for independent: too narrow)."""
    judged = [case for case in cases if case.evaluable]
    large = [case for case in judged if abs(case.true_change_percent) >= TRUE_CHANGE_PERCENT]
    false_new = [case for case in judged if _said(case) is State.NEW and not case.is_new]
    new = [case for case in judged if case.is_new]
    return {
        "vertebrae": len(cases),
        "evaluable": _share((len(judged), len(cases))),
        "true_change_recovered": _share((sum(case.recovered for case in large), len(large))),
        "true_change_same_way": _share((sum(case.measured_percent > 0 for case in large), len(large))),
        "false_new": _share((len(false_new), len(judged))),
        "false_new_of_which_worsened": sum(case.true_change_percent >= TRUE_CHANGE_PERCENT for case in false_new),
        "new_called_new": _share((sum(_said(case) is State.NEW for case in new), len(new))),
        "uncertain": _share((sum(_said(case) is State.UNCERTAIN for case in judged), len(judged))),
    }


def promises(found: dict[str, Any]) -> list[dict[str, Any]]:
    """What is promised, and whether it is kept."""
    recovered, false_new = found["true_change_recovered"]["value"], found["false_new"]["value"]
    return [
        {
            "figure": f"true changes of {TRUE_CHANGE_PERCENT:g} points recovered",
            "value": recovered,
            "must": LEAST_SENSITIVITY,
            "kept": recovered is not None and recovered >= LEAST_SENSITIVITY,
        },
        {
            "figure": "false new fractures a vertebra",
            "value": false_new,
            "must": MOST_FALSE_NEW,
            "kept": false_new is not None and false_new <= MOST_FALSE_NEW,
        },
    ]


@dataclass(frozen=True)
class _Task:
    model: Model
    children: int
    route: Route

    def __call__(self, person: tuple[int, int]) -> list[Case]:
        seed, place = person
        child = _children(seed, self.children)[place]
        with tempfile.TemporaryDirectory() as folder:
            visits = [
                write_scans(Path(folder), Pictures(seed, self.route), place, child, visit) for visit in attended(child)
            ]
            scored = [(_lateral(Path(folder), visit, self.model), visit) for visit in visits]
        return list(_cases(scored))


@cache
def _children(seed: int, number: int) -> tuple[StudyChild, ...]:
    return draw_children(seed, number)


def _lateral(folder: Path, visit: dict[str, Any], model: Model) -> Report:
    """The lateral report of a visit, under the names that suit the AP picture too."""
    lateral, ap = (score_file(folder / visit[view], Settings(), model) for view in ("lateral", "ap"))
    if lateral.status is not Status.SCORED or ap.status is not Status.SCORED:
        return lateral
    return join(visit["subject"], visit["month"], lateral, ap).lateral


def _cases(scored: Sequence[tuple[Report, dict[str, Any]]]) -> Iterator[Case]:
    first, true_first = scored[0]
    was = {one["level"]: one for one in true_first["vertebrae"]}
    for report, true_later in scored[1:]:
        before, after, _ = matched(first, report)
        said = {change.level.value: change for change in spine_change(before, after).vertebrae}
        for one in true_later["vertebrae"]:
            if one["level"] in was and one["level"] in ASKED:
                yield Case(was[one["level"]], one, said.get(one["level"]))


def _said(case: Case) -> State | None:
    return None if case.said is None else case.said.state


def _share(part: Part) -> dict[str, Any]:
    interval = wilson(part)
    numbers = (interval.value, interval.low, interval.high)
    value, *ends = (round(one, 4) if part[1] else None for one in numbers)
    return {"value": value, "ci95": ends, "count": part[0], "of": part[1]}
