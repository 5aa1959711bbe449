"""The children of a simulated trial: who they are, when they come, and what becomes of their spine and their bone.

Ages, arms and visits are shaped like the 26-child trial of denosumab and zoledronic acid that oiscan's follow-up was
made for. The gains are round figures near published ones (Z +1.0 in a year on denosumab, Hoyer-Kuhn 2016; +1.9 on
zoledronic acid, Simm 2011). Nothing here is a result of any trial, and no child stands behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from oiscan.phantom.anatomy import Anatomy, draw_anatomy
from oiscan.phantom.study.density import abmd_g_cm2
from oiscan.phantom.study.spine import Course, draw_course

MONTHS = (0, 12, 24)
DAYS_A_MONTH = 365.25 / 12
AGES_YEARS = (3.4, 7.6)

DENOSUMAB, ZOLEDRONATE = "denosumab", "zoledronic acid"
Z_AT_FIRST = (-2.2, 1.2)
Z_GAINED: dict[str, tuple[float, float]] = {DENOSUMAB: (1.0, 0.4), ZOLEDRONATE: (1.4, 0.5)}
"""Of the lumbar spine's Z-score in the first year: mean and standard deviation; a third of it in the second."""

SECOND_YEAR = 1 / 3

FRACTURED = (0.2, 0.4)
"""Share of fractured vertebrae at the first visit: from, to."""

SCOLIOSIS = 0.3
"""Of the curves a person is drawn with: so about nine in ten vertebrae can be read, as in 58 patients with OI (685 of
754 on DXA pictures, Diacinti 2015)."""

MISSED = 0.03
"""Chance of missing a later visit."""

SCANNERS = ("Lunar iDXA", "Lunar Prodigy")
"""The scanner of the study, and the one that one child is scanned with at the last visit."""


@dataclass(frozen=True)
class PlannedVisit:
    """A visit of a child: month and study day (1 is the day of the first dose; there is no day 0)."""

    month: int
    study_day: int
    attended: bool
    scanner: str


@dataclass(frozen=True)
class StudyChild:
    """One child of the trial.

    Parameters
    ----------
    code
        As in all tables.
    arm
        `DENOSUMAB` or `ZOLEDRONATE`.
    first_dose
        Date of study day 1.
    spine
        What becomes of the vertebrae.
    abmd_g_cm2, z_score
        Of the lumbar spine, true, by month.
    """

    code: str
    arm: str
    sex: str
    age_years: float
    first_dose: date
    visits: tuple[PlannedVisit, ...]
    spine: Course
    abmd_g_cm2: dict[int, float]
    z_score: dict[int, float]

    @property
    def birth(self) -> date:
        """Date of birth."""
        return self.first_dose - timedelta(days=round(self.age_years * 365.25))

    @property
    def last_day(self) -> int:
        """Study day after which nothing is known: two weeks after the last visit attended, or the end of the study."""
        return max(visit.study_day for visit in self.visits if visit.attended) + 14

    def date_of(self, study_day: int) -> date:
        """The date of a study day."""
        return self.first_dose + timedelta(days=study_day - 1 if study_day > 0 else study_day)


def draw_children(seed: int, number: int) -> tuple[StudyChild, ...]:
    """Draw the children of a study: two arms as equal as can be, one child with another scanner at the last visit, one
    that leaves after the first year and one that misses it (with fewer than four children: as many as there are)."""
    rng = np.random.default_rng([seed, 0])
    arms = rng.permutation([DENOSUMAB if i % 2 else ZOLEDRONATE for i in range(number)])
    special = rng.permutation(number)
    children = [_child(seed, place, str(arm)) for place, arm in enumerate(arms)]
    for place, change in zip(special, (_changes_scanner, _leaves, _misses), strict=False):
        children[place] = change(children[place])
    return tuple(children)


def _child(seed: int, place: int, arm: str) -> StudyChild:
    rng = np.random.default_rng([seed, 1, place])
    age = float(rng.uniform(*AGES_YEARS))
    baseline = _straighter(draw_anatomy(rng, age, float(rng.uniform(*FRACTURED))))
    gain = float(rng.normal(*Z_GAINED[arm]))
    z_first = float(rng.normal(*Z_AT_FIRST))
    z = {month: z_first + gain * (min(month, 12) + SECOND_YEAR * max(month - 12, 0)) / 12 for month in MONTHS}
    return StudyChild(
        code=f"SIM-{place + 1:02d}",
        arm=arm,
        sex=str(rng.choice(["F", "M"])),
        age_years=age,
        first_dose=date(2020, 3, 2) + timedelta(days=int(rng.integers(0, 300))),
        visits=_visits(rng),
        spine=draw_course(rng, baseline, MONTHS),
        abmd_g_cm2={month: abmd_g_cm2(age + month / 12, score) for month, score in z.items()},
        z_score=z,
    )


def _visits(rng: np.random.Generator) -> tuple[PlannedVisit, ...]:
    planned = []
    for month in MONTHS:
        day = -int(rng.integers(1, 15)) if month == 0 else round(month * DAYS_A_MONTH) + int(rng.integers(-20, 21))
        planned.append(PlannedVisit(month, day, month == 0 or rng.random() >= MISSED, SCANNERS[0]))
    return tuple(planned)


def _straighter(anatomy: Anatomy) -> Anatomy:
    return replace(
        anatomy,
        coronal_tilt=anatomy.coronal_tilt * SCOLIOSIS,
        coronal_wedge=anatomy.coronal_wedge * SCOLIOSIS,
        rotation=anatomy.rotation * SCOLIOSIS,
        centre_mm=anatomy.centre_mm * [1, SCOLIOSIS, 1],
    )


def _changes_scanner(child: StudyChild) -> StudyChild:
    return _with_visit(child, -1, replace(child.visits[-1], scanner=SCANNERS[1], attended=True))


def _leaves(child: StudyChild) -> StudyChild:
    return _with_visit(child, -1, replace(child.visits[-1], attended=False))


def _misses(child: StudyChild) -> StudyChild:
    return _with_visit(child, 1, replace(child.visits[1], attended=False))


def _with_visit(child: StudyChild, place: int, visit: PlannedVisit) -> StudyChild:
    visits: list[PlannedVisit] = list(child.visits)
    visits[place] = visit
    return replace(child, visits=tuple(visits))


def attended(child: StudyChild) -> Sequence[PlannedVisit]:
    """The visits a child comes to."""
    return [visit for visit in child.visits if visit.attended]
