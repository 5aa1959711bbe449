"""Bone density as the scanner printed it: the totals of `densitometry.csv` of a results folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from oiscan.anatomy import View
from oiscan.densitometry.repeat.machine import Machine
from oiscan.followup.study.children import Child
from oiscan.followup.study.problems import Problem
from oiscan.followup.study.results import DENSITOMETRY, Scored
from oiscan.followup.study.source import SourceRow
from oiscan.followup.study.study import Study
from oiscan.followup.study.values import Moment, Place, Value

BODY = "TBLH"


class BoneReader:
    """Reads `densitometry.csv` of one results folder into values, and remembers what is wrong with it.

    Parameters
    ----------
    study, children
        The study and its children by code.
    scored
        The folder.
    moments
        When each scan was made, by scan_id.
    """

    def __init__(
        self, study: Study, children: Mapping[str, Child], scored: Scored, moments: Mapping[str, Moment]
    ) -> None:
        self._study, self._children, self._scored, self._moments = study, children, scored, moments
        self._wanted = study.settings.scans
        self._machines = scored.machines
        self._has_region = {_visit_of(row) for row in scored.densitometry.rows if self._is_wanted(row)}
        self.problems: list[Problem] = [*scored.densitometry.problems]

    def values(self) -> list[Value]:
        """aBMD and Z-score of every total the study asks for, and the height-for-age Z of every visit."""
        values: list[Value] = []
        heights: set[tuple[str, str, str]] = set()
        for row in self._scored.densitometry.rows:
            spine, body = row.cells["vertebrae"] == self._wanted.vertebrae, row.cells["region"] == BODY
            child = self._children.get(row.cells["subject"])
            if child is None or not (spine or body):
                continue
            base = self._base(row, child)
            values += self._body(base, row) if body else self._spine(base, row)
            if row.cells["height_z_score"] and _visit_of(row) not in heights:
                heights.add(_visit_of(row))
                values.append(self._height(base, row))
        return values

    def _is_wanted(self, row: SourceRow) -> bool:
        return row.cells["region"] == self._wanted.region and bool(row.cells["abmd_g_cm2"])

    def _base(self, row: SourceRow, child: Child) -> Value:
        """All but parameter and number."""
        scan_id = self._scan_of(row)
        moment = self._moments.get(scan_id) or self._no_moment(row, child)
        place = Place(self._scored.densitometry.file, row.number, "abmd_g_cm2")
        source_id = row.cells["scan_id"] or f"{DENSITOMETRY}:{row.number}"
        machine = self._machines.get(scan_id, Machine())
        param = self._study.params["LSBMD"]
        return Value(child, param, moment, place, "printed", source_id, level=row.cells["region"], machine=machine)

    def _scan_of(self, row: SourceRow) -> str:
        """The scan the values were printed in, else one of the same child and day, AP before lateral."""
        if row.cells["scan_id"] or not row.cells["day"]:
            return row.cells["scan_id"]
        same = [one.cells for one in self._scored.scans.rows if _visit_of(one) == _visit_of(row)]
        bone = sorted(same, key=lambda cells: (cells["view"] == View.LATERAL, cells["scan_id"]))
        return bone[0]["scan_id"] if bone else ""

    def _no_moment(self, row: SourceRow, child: Child) -> Moment:
        text = "the study day of these values is not known"
        place = Place(self._scored.densitometry.file, row.number, "day")
        self.problems.append(place.problem(text, "give scan_id or scan_date of the printed values", child.code))
        return Moment(reason=text)

    def _body(self, base: Value, row: SourceRow) -> list[Value]:
        return self._densities(base, row, "TBLHBMD", "TBLHZ")

    def _spine(self, base: Value, row: SourceRow) -> list[Value]:
        """Another region than the study's stays as it is and does not count; it is a problem where it stands alone."""
        values = self._densities(base, row, "LSBMD", "LSBMDZ")
        if self._wanted.vertebrae != "all" or row.cells["region"] == self._wanted.region:
            return values
        text = f"region {row.cells['region']}, the study's is {self._wanted.region}: they cannot be compared"
        if _visit_of(row) not in self._has_region and row.cells["abmd_g_cm2"]:
            place = replace(base.place, column="region")
            self.problems.append(place.problem(text, "measure the same vertebrae at every visit", base.child.code))
        return [replace(value, reason=text) for value in values if value.number is not None]

    def _densities(self, base: Value, row: SourceRow, density: str, z_score: str) -> list[Value]:
        cells = row.cells
        return [
            self._with(base, density, cells["abmd_g_cm2"], cells["reason"] or "no aBMD is printed"),
            self._with(base, z_score, cells["z_score"], cells["z_reason"] or "no Z-score is known"),
        ]

    def _height(self, base: Value, row: SourceRow) -> Value:
        return replace(self._with(base, "HAZ", row.cells["height_z_score"], ""), level="", machine=None)

    def _with(self, base: Value, code: str, cell: str, why_not: str) -> Value:
        """A parameter with the number of a cell, unless its time is not known."""
        param = self._study.params[code]
        number = float(cell) if cell and not base.moment.reason else None
        reason = base.moment.reason or ("" if cell else why_not)
        return replace(base, param=param, number=number, unit=param.unit, reason=reason)


def _visit_of(row: SourceRow) -> tuple[str, str, str]:
    """Child and day or, without a day, the scan."""
    return row.cells["subject"], row.cells["day"], "" if row.cells["day"] else row.cells["scan_id"]
