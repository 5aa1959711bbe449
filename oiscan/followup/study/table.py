"""A study's tables and scans as one long table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from oiscan.followup.study.baseline import derived
from oiscan.followup.study.bone_values import BoneReader
from oiscan.followup.study.children import Child, read_children, with_first_doses
from oiscan.followup.study.columns import long_frame
from oiscan.followup.study.duplicates import without_contradictions
from oiscan.followup.study.problems import Problem, in_order
from oiscan.followup.study.results import read_results
from oiscan.followup.study.same_machine import of_one_machine
from oiscan.followup.study.scan_values import ScanReader
from oiscan.followup.study.study import Study
from oiscan.followup.study.table_values import read_table, table_values
from oiscan.followup.study.treatment import first_doses, treatment_problems
from oiscan.followup.study.values import Value

if TYPE_CHECKING:
    import pandas as pd


def long_table(study: Study, results: Sequence[Path] | None = None) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """The study's long table with baseline and changes, and everything that is wrong with its tables.

    Parameters
    ----------
    study
        As `oiscan.followup.study.study.load_study` gives it.
    results
        Results folders in place of those study.toml names.

    Raises
    ------
    ConfigError
        A file cannot be read, or lacks a column study.toml names.
    """
    table, problems = gathered(study, results)
    return derived(study, table), problems


def gathered(study: Study, results: Sequence[Path] | None = None) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """The same without baseline and changes: what may still be added to, before `derived` takes it.

    A value that cannot be used stays, without its number and with the reason.
    """
    values, problems = _values(study, results)
    values, twice = without_contradictions(study, values)
    values, machines = of_one_machine(study, values)
    problems = [*problems, *_not_scored(study, results), *twice, *machines, *treatment_problems(study, values)]
    about = study.settings.study
    # How much is given of which drug tells the arm.
    shown = [value for value in values if not (about.blinded and value.source == "dose")]
    rows = (value.as_row(about.id, about.blinded, about.dates) for value in shown)
    return long_frame(rows), in_order(problems)


def results_folders(study: Study, results: Sequence[Path] | None = None) -> list[Path]:
    """The results folders of a study: those given, else those study.toml names."""
    return [study.path(name) for name in study.settings.scans.results] if results is None else list(results)


def _not_scored(study: Study, results: Sequence[Path] | None) -> list[Problem]:
    """What to say where the study has scans and nobody has scored them."""
    if not study.settings.scans.folder or results_folders(study, results):
        return []
    text, remedy = "the scans are not scored: nothing of them is here", "run `oiscan followup`, or `oiscan score` first"
    return [Problem("study.toml", None, "scans.folder", text, remedy)]


def _values(study: Study, results: Sequence[Path] | None) -> tuple[list[Value], list[Problem]]:
    children, problems = read_children(study)
    tables = [(told, read_table(study, told)) for told in study.settings.tables]
    children, undated = with_first_doses(study, children, first_doses(study, tables))
    values: list[Value] = []
    for told, table in tables:
        found, wrong = table_values(study, told, table, children)
        values += found
        problems += wrong
    scanned, wrong = _scanned(study, children, results_folders(study, results))
    return values + scanned, [*problems, *undated, *wrong]


def _scanned(study: Study, children: Mapping[str, Child], folders: Sequence[Path]) -> tuple[list[Value], list[Problem]]:
    """The values of all results folders."""
    values: list[Value] = []
    problems: list[Problem] = []
    alone = len(folders) == 1
    for folder in folders:
        scored = read_results(folder, "" if alone else f"{folder.name}/")
        scans = ScanReader(study, children, scored, alone)
        values += scans.values()
        bone = BoneReader(study, children, scored, scans.moments)
        values += bone.values()
        problems += [*scans.problems, *bone.problems]
    return values, problems
