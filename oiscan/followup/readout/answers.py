"""From a study to everything its report says: the chain, once through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from oiscan.followup.change.density_frame import density_changes
from oiscan.followup.change.frames import vertebral_changes
from oiscan.followup.change.rows import change_rows
from oiscan.followup.change.shape import shape_rows
from oiscan.followup.readout.comparisons import Compared, compared
from oiscan.followup.readout.morphometric import morphometric_fractures
from oiscan.followup.readout.safety_values import SafetyValues, safety_values
from oiscan.followup.safety.calcium import adjusted_calcium
from oiscan.followup.safety.gmfm import gmfm_rows
from oiscan.followup.safety.motor import NotAble, with_not_able
from oiscan.followup.study.baseline import derived
from oiscan.followup.study.children import read_children
from oiscan.followup.study.columns import in_order
from oiscan.followup.study.problems import Problem
from oiscan.followup.study.results import scan_machines, scan_reports
from oiscan.followup.study.study import Study
from oiscan.followup.study.table import gathered, results_folders


@dataclass(frozen=True, eq=False)
class Answers:
    """What a study says.

    Parameters
    ----------
    study
        Which one.
    children
        Arm of every child in the study's table of children, whether any value of it is known or not.
    long
        The long table, with all that was derived.
    problems
        What was wrong with the study's tables.
    changes
        Every vertebra at every later visit (see `oiscan.followup.change.frames`).
    density
        Bone density of every child at every later visit (see `oiscan.followup.change.density_frame`).
    safety, compared
        Safety values, and the comparisons of the arms.
    """

    study: Study
    children: Mapping[str, str]
    long: pd.DataFrame
    problems: tuple[Problem, ...]
    changes: pd.DataFrame
    density: pd.DataFrame
    safety: SafetyValues
    compared: Compared

    @property
    def arms(self) -> tuple[str, ...]:
        """Arms in the order of study.toml; one blank arm where ARM is blank."""
        seen = set(self.long["ARM"])
        return tuple(arm for arm in self.study.arms if arm in seen) or tuple(sorted(seen))

    @property
    def models(self) -> tuple[str, ...]:
        """SHA-256 of every model that measured something."""
        return tuple(sorted(set(self.long["MODEL"]) - {""}))


def answers(study: Study, results: Sequence[Path] | None = None) -> Answers:
    """Read a study's tables and scans, derive what follows from them, and compare its arms.

    Parameters
    ----------
    study
        As `load_study` reads it.
    results
        Results folders of scans scored just now, in place of those study.toml names.

    Raises
    ------
    OiscanError
        A table that is needed cannot be used. Single values that cannot be used are `problems`.
    """
    raw, problems = gathered(study, results)
    table = derived(study, _with_safety(study, raw))
    folders = results_folders(study, results)
    reports = scan_reports(folders)
    least = study.settings.analysis.min_ratio_change
    changes = vertebral_changes(table, reports, least)
    more = change_rows(table, reports, least), shape_rows(table, reports), morphometric_fractures(table, changes)
    long = in_order(pd.concat([table, *more], ignore_index=True))
    return Answers(
        study, _children(study), long, problems, changes, _density(study, long, folders), safety_values(study, long),
        compared(study, long),
    )  # fmt: skip


def _with_safety(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """With the rows that follow from others of the same day and need a baseline of their own."""
    table = with_not_able(table, NotAble(study.settings.safety.not_able))
    table = pd.concat([table, gmfm_rows(table)], ignore_index=True)
    return pd.concat([table, adjusted_calcium(table)], ignore_index=True)


def _density(study: Study, long: pd.DataFrame, folders: Sequence[Path]) -> pd.DataFrame:
    lsc = study.settings.analysis.lsc_g_cm2
    known = {} if lsc is None else {"LSBMD": lsc}
    return density_changes(long, scan_machines(folders), known, study.settings.scans.accept_other_scanner)


def _children(study: Study) -> dict[str, str]:
    blinded = study.settings.study.blinded
    return {code: "" if blinded else child.arm for code, child in sorted(read_children(study)[0].items())}
