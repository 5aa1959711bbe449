"""A study as its study.toml describes it: where its files lie, and what it measures."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from oiscan.errors import ConfigError
from oiscan.followup.study.params import PARAMS, Param
from oiscan.followup.study.settings import Column, OwnParam, StudyFile
from oiscan.followup.study.units import bounds


@dataclass(frozen=True)
class Study:
    """A study whose description is sound; its tables are not read yet.

    Parameters
    ----------
    folder
        Where study.toml lies: all files it names are found from there.
    settings
        What it says.
    """

    folder: Path
    settings: StudyFile

    def path(self, name: str) -> Path:
        """A file or folder study.toml names."""
        return self.folder / name

    @cached_property
    def params(self) -> Mapping[str, Param]:
        """oiscan's parameters and the study's own, by PARAMCD."""
        own = {code: _param(code, given) for code, given in self.settings.params.items()}
        return MappingProxyType({**PARAMS, **own})

    @property
    def data_cut(self) -> date:
        """The day no value can be later than: study.toml's, else today."""
        return self.settings.study.data_cut or date.today()

    @property
    def arms(self) -> tuple[str, ...]:
        """ARM of all arms, in the order of study.toml."""
        return tuple(dict.fromkeys(self.settings.arms.values()))

    @property
    def visit_names(self) -> tuple[str, ...]:
        """AVISIT of all visits, by month."""
        return tuple(visit.name for visit in sorted(self.settings.visits, key=lambda visit: visit.month))


def load_study(path: Path) -> Study:
    """Read a study.toml.

    Parameters
    ----------
    path
        The file, or the folder it lies in.

    Raises
    ------
    ConfigError
        The file is absent or no TOML, has an unknown key or an impossible value, or does not fit together; the message
        names each.
    """
    file = path / "study.toml" if path.is_dir() else path
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file.name} cannot be read as TOML: {_told(error)}") from error
    study = Study(file.parent, _checked(values))
    if faults := _faults(study):
        raise ConfigError("\n  ".join(["the study cannot be used:", *faults]))
    return study


def _told(error: Exception) -> str:
    """What is wrong, without the path an OSError tells."""
    return type(error).__name__ if isinstance(error, OSError) else str(error)


def _checked(values: dict[str, Any]) -> StudyFile:
    try:
        return StudyFile(**values)
    except ValidationError as error:
        said = [f"{'.'.join(map(str, one['loc'])) or 'study.toml'}: {one['msg']}" for one in error.errors()]
        raise ConfigError("\n  ".join(["the study cannot be used:", *said])) from error


def _param(code: str, given: OwnParam) -> Param:
    try:
        return Param(code, given.label, given.unit, given.kind, given.no_percent, given.least, given.most)
    except ValueError as error:
        raise ConfigError(f"params.{code}: {error}") from error


def _faults(study: Study) -> list[str]:
    """What does not fit together, though each value is possible by itself."""
    told = study.settings
    faults = [f"params.{code} is oiscan's own: choose another code" for code in told.params if code in PARAMS]
    if told.arms and not (told.children.arm or told.children.redcap or told.study.blinded):
        faults.append("children.arm is missing: [arms] names arms, and no column tells them")
    return [*faults, *_visit_faults(study), *_column_faults(study), *_analysis_faults(study)]


def _column_faults(study: Study) -> Iterator[str]:
    for place, table in enumerate(study.settings.tables):
        for name, column in table.columns.items():
            where, param = f"tables.{place} ({table.file}) columns.{name}", study.params.get(column.param)
            if param is None:
                yield f"{where}: param {column.param} is not known; describe it in [params.{column.param}]"
            elif column.unit is not None and column.unit not in param.units:
                known = ", ".join(param.units)
                yield f"{where}: unit {column.unit!r} is not known for {param.code}; known are: {known}"
            else:
                yield from _limit_faults(where, param, column)


def _limit_faults(where: str, param: Param, column: Column) -> Iterator[str]:
    unit = param.unit if column.unit is None else column.unit
    least, most = bounds(param, unit)
    for name, limit in (("low", column.low), ("high", column.high)):
        if isinstance(limit, float) and not least <= limit <= most:
            yield f"{where}: {name} cannot be a normal limit in {unit}: possible are {least:g} to {most:g}"


def _visit_faults(study: Study) -> list[str]:
    visits = study.settings.visits
    months = [visit.month for visit in visits]
    faults = []
    if len(set(months)) < len(months) or len(set(study.visit_names)) < len(months):
        faults.append("visits: two have the same name or month")
    if 0 not in months:
        faults.append("visits: none has month 0, the baseline")
    if any(visit.target > 1 for visit in visits if visit.month == 0):
        faults.append("visits: the target of the baseline must not lie after the first dose, day 1")
    return faults


def _analysis_faults(study: Study) -> list[str]:
    analysis = study.settings.analysis
    asked = (analysis.primary, *analysis.secondary)
    faults = [f"analysis: param {code} is not known" for code in asked if code not in study.params]
    if analysis.reference_arm and analysis.reference_arm not in study.arms:
        faults.append(f"analysis.reference_arm: {analysis.reference_arm!r} is no arm of [arms]")
    if analysis.visit and analysis.visit not in study.visit_names:
        faults.append(f"analysis.visit: {analysis.visit!r} is no visit")
    return faults
