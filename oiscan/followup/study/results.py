"""A results folder of `oiscan score`, read back: whose scans, of when, under which names, and their bone density."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from oiscan.densitometry.repeat.machine import Machine
from oiscan.errors import ConfigError
from oiscan.followup.study.cells import read_date
from oiscan.followup.study.source import SourceRow, SourceTable, read_source
from oiscan.report import Report
from oiscan.scan import Acquisition
from oiscan.visit import renamed

SCANS, DENSITOMETRY, VISITS, PRIVATE = "scans.csv", "densitometry.csv", "visits.csv", "private/files.csv"
_OF_SCAN = ("scan_id", "subject", "day", "view", "status", "reason", "age_years", "age_precision", "sex")
_OF_BONE = ("subject", "day", "scan_id", "region", "vertebrae", "abmd_g_cm2", "reason", "z_score", "z_reason",
            "height_z_score")  # fmt: skip
_MACHINE = ("maker", "model", "software", "protocol")


@dataclass(frozen=True)
class Scored:
    """One results folder.

    Parameters
    ----------
    scans, densitometry
        Its tables.
    reports
        What each scan says, by scan_id, under the names of its visit; scans without a report are missing.
    dates
        Of the scans, by scan_id; empty where `private/` was left behind.
    """

    scans: SourceTable
    densitometry: SourceTable
    reports: Mapping[str, Report]
    dates: Mapping[str, date]

    @property
    def machines(self) -> dict[str, Machine]:
        """What each scan was made with, by scan_id."""
        return {row.cells["scan_id"]: _machine(row) for row in self.scans.rows}


def read_results(folder: Path, label: str = "") -> Scored:
    """Read a results folder.

    Parameters
    ----------
    folder
        As `oiscan score` left it, with or without its private part.
    label
        What messages put before the names of its tables, where there are several folders.

    Raises
    ------
    ConfigError
        It is none, or was written by a version whose tables lack a column.
    """
    scans = read_source(folder / SCANS, (*_OF_SCAN, *_MACHINE))
    density = read_source(folder / DENSITOMETRY, _OF_BONE)
    reports = {row.cells["scan_id"]: _report(folder, row.cells["scan_id"]) for row in scans.rows}
    known = {scan_id: report for scan_id, report in reports.items() if report is not None}
    reports_named = _under_visit_names(folder, known)
    return Scored(_labelled(scans, label), _labelled(density, label), reports_named, _dates(folder))


def scan_reports(folders: Sequence[Path]) -> dict[str, Report]:
    """The reports of several results folders by scan_id, under the names of their visits."""
    return {scan_id: report for folder in folders for scan_id, report in read_results(folder).reports.items()}


def scan_machines(folders: Sequence[Path]) -> dict[str, Machine]:
    """What the scans of several results folders were made with, by scan_id."""
    return {scan_id: machine for folder in folders for scan_id, machine in read_results(folder).machines.items()}


def _labelled(table: SourceTable, label: str) -> SourceTable:
    problems = tuple(replace(problem, file=label + problem.file) for problem in table.problems)
    return replace(table, file=label + table.file, problems=problems)


def _machine(row: SourceRow) -> Machine:
    maker, model, software, protocol = (row.cells[name] for name in _MACHINE)
    return Machine.of(Acquisition(maker, model, software, protocol))


def _report(folder: Path, scan_id: str) -> Report | None:
    file = folder / "scans" / f"{scan_id}.json"
    if not file.is_file():
        return None
    try:
        return Report.from_dict(json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"scans/{file.name} is no report of this version: score the scans again") from error


def _under_visit_names(folder: Path, reports: dict[str, Report]) -> dict[str, Report]:
    """Lateral scans as `visits.csv` names them, where the AP scan of the day moved their names."""
    if not (folder / VISITS).is_file():
        return reports
    columns = ("lateral_scan_id", "lateral_shift", "numbering_probability")
    moved = {row.cells[columns[0]]: row.cells for row in read_source(folder / VISITS, columns).rows}
    for scan_id, cells in moved.items():
        if scan_id in reports and cells["lateral_shift"] not in ("", "0"):
            shift, sure = int(cells["lateral_shift"]), float(cells["numbering_probability"])
            reports[scan_id] = renamed(reports[scan_id], shift, sure)
    return reports


def _dates(folder: Path) -> dict[str, date]:
    if not (folder / PRIVATE).is_file():
        return {}
    rows = read_source(folder / PRIVATE, ("scan_id", "scan_date")).rows
    found = {row.cells["scan_id"]: read_date(row.cells["scan_date"], "%Y-%m-%d") for row in rows}
    return {scan_id: on for scan_id, on in found.items() if on is not None}
