"""All that is asked of a study's safety, worked out from its long table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from oiscan.followup.safety.age_limits import AgeLimits, age_limits
from oiscan.followup.safety.by_age import held_against_age
from oiscan.followup.safety.calcium import AlbuminCorrection
from oiscan.followup.safety.dosing import check_doses, dose_counts
from oiscan.followup.safety.dosing_table import dosing_table
from oiscan.followup.safety.events import (
    ADVERSE_EVENT,
    FRACTURE,
    event_list,
    event_rates,
    event_terms,
    fracture_definitions,
)
from oiscan.followup.safety.grades import toxicity_grades, worst_grades
from oiscan.followup.safety.markers import geometric_means, marker_changes
from oiscan.followup.safety.motor import unable_counts
from oiscan.followup.safety.toxicity_tables import SHIPPED, toxicity_table
from oiscan.followup.safety.windows import CalciumWindows, calcium_windows
from oiscan.followup.study.study import Study


@dataclass(frozen=True, eq=False)
class SafetyValues:
    """Tables of a study's safety; each is described where it is made, in `oiscan.followup.safety`.

    `methods` names every grading, limit and dosing table that was used, with its source.
    """

    grades: pd.DataFrame
    worst: pd.DataFrame
    windows: pd.DataFrame
    standings: pd.DataFrame
    markers: pd.DataFrame
    doses: pd.DataFrame
    dose_counts: pd.DataFrame
    unable: pd.DataFrame
    events: pd.DataFrame
    rates: pd.DataFrame
    terms: pd.DataFrame
    methods: tuple[str, ...]


def safety_values(study: Study, long: pd.DataFrame) -> SafetyValues:
    """The safety of a study by the tables its study.toml names, or oiscan's own.

    Raises
    ------
    ConfigError
        A table that study.toml names cannot be used.
    """
    told = study.settings.safety
    scales = [toxicity_table(_named(study, name)) for name in told.grades or tuple(SHIPPED)]
    limits = age_limits(study.path(told.limits) if told.limits else None)
    dosing = dosing_table(study.path(study.settings.dosing.table) if study.settings.dosing.table else None)
    grades, doses = toxicity_grades(long, scales), check_doses(long, dosing)
    rates = [event_rates(long, FRACTURE, fracture_definitions()), event_rates(long, ADVERSE_EVENT)]
    methods = [
        *(f"{scale.name}: {scale.source}. {scale.note}" for scale in scales),
        f"Albumin-adjusted calcium: {AlbuminCorrection()}.",
        f"Calcium windows: {CalciumWindows()}.",
        *_limits_in_words(limits),
        f"Planned doses, {dosing.name}: {dosing.source}.",
    ]
    return SafetyValues(
        grades, worst_grades(grades), calcium_windows(long), held_against_age(long, limits),
        geometric_means(marker_changes(long)), doses, dose_counts(doses, long, dosing), unable_counts(long),
        event_list(long), pd.concat(rates, ignore_index=True), event_terms(long), tuple(methods),
    )  # fmt: skip


def _named(study: Study, name: str) -> str:
    """A table that comes with oiscan by its name; any other from the study's folder."""
    return name if name in SHIPPED else str(Path(study.path(name)))


def _limits_in_words(limits: Iterable[AgeLimits]) -> list[str]:
    return [f"Limits by age, {one.name} ({one.statistic}): {one.source}." for one in limits]
