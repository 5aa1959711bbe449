"""The values of scored scans: grades and shape of vertebrae, and bone density as measured from the picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from oiscan.anatomy import View
from oiscan.followup.study.children import Child
from oiscan.followup.study.problems import Problem, Severity
from oiscan.followup.study.results import Scored
from oiscan.followup.study.source import SourceRow
from oiscan.followup.study.study import Study
from oiscan.followup.study.values import Moment, Place, Value
from oiscan.followup.study.visits import visit_on
from oiscan.report import Finding, Report, Status

VERTEBRA_MEASURES: dict[str, tuple[str, float]] = {
    "VFGRADE": ("grade", 1),
    "VFRAP": ("ratio_anterior_posterior", 1),
    "VFRMP": ("ratio_middle_posterior", 1),
    "VFRPR": ("ratio_posterior_reference", 1),
    "VFHL": ("height_loss_percent", 1),
    "VFPA": ("area_cm2", 100),
    "VFCI": ("ratio_middle_anterior", 1),
    "VFRAL": ("ratio_anterior_depth", 1),
    "VFRML": ("ratio_middle_depth", 1),
    "VFRPL": ("ratio_posterior_depth", 1),
}
"""Field of a `Finding` behind each parameter, and the factor to the parameter's unit."""

NOT_KNOWN = "not known for this vertebra"
SURE_OF_NAMES = 0.8
"""Below this probability the names of the levels are warned of, as in the results folder."""
YEARS_APART = 0.25
YEARS_APART_IN_WHOLE_YEARS = 1.25
"""By how much the age in a scan and that by the study's table may differ."""


class ScanReader:
    """Reads the scans of one results folder into values, and remembers what is wrong with it.

    Parameters
    ----------
    study, children
        The study and its children by code.
    scored
        The folder.
    alone
        Whether it is the study's only one: then days count from each child's first scan of the study.

    Attributes
    ----------
    moments, problems
        When each scan was made, by scan_id, and what is wrong, once `values` was called.
    """

    def __init__(self, study: Study, children: Mapping[str, Child], scored: Scored, alone: bool) -> None:
        self._study, self._children, self._scored, self._alone = study, children, scored, alone
        self._machines = scored.machines
        self.moments: dict[str, Moment] = {}
        self.problems: list[Problem] = [*scored.scans.problems]

    def values(self) -> list[Value]:
        """The values of all scans."""
        printed = {row.cells["scan_id"] for row in self._scored.densitometry.rows}
        return [value for row in self._scored.scans.rows for value in self._of_scan(row, printed)]

    def _of_scan(self, row: SourceRow, printed: set[str]) -> Iterator[Value]:
        scan_id, code = row.cells["scan_id"], row.cells["subject"]
        child, report = self._children.get(code), self._scored.reports.get(scan_id)
        if child is None:
            remedy = "score with --subjects, so that results bear the study's codes, or add the child"
            self._wrong(row, "subject", "no such child in the table of children: the scan is not used", remedy, code)
            return
        moment = self.moments[scan_id] = self._moment(row, child)
        self._check_person(row, child, moment)
        if report is None or (report.status is not Status.SCORED and scan_id not in printed):
            reason = "its report is missing" if report is None else row.cells["reason"] or report.status.value
            self._wrong(row, "status", f"the scan gives no value: {reason}", "see the results folder", code)
            return
        base = Value(child, self._study.params["VFGRADE"], moment, self._place(row, "scan_id"), "scan", scan_id)
        base = replace(base, model=report.model_sha256, reason=moment.reason)
        if report.view is View.LATERAL and report.status is Status.SCORED:
            self._check_names(row, child, report)
            yield from self._vertebrae(base, report)
        if report.measured_l1_l4_abmd_g_cm2 is not None:
            measured = self._with(base, "LSBMDM", report.measured_l1_l4_abmd_g_cm2)
            yield replace(measured, level="L1-L4", machine=self._machines[scan_id])

    def _moment(self, row: SourceRow, child: Child) -> Moment:
        """When a scan was made: by its date, else by the days since the child's first scan."""
        on, offset = self._scored.dates.get(row.cells["scan_id"]), row.cells["day"]
        day = None if on is None else child.study_day(on)
        if day is None and offset and self._alone and child.first_scan_day is not None:
            day = _later(child.first_scan_day, int(offset))
        if on is not None and (fault := self._impossible(child, on > self._study.data_cut, day)):
            self._wrong(row, "day", fault, "correct the date of the scan", child.code)
            return Moment(reason=fault)
        if day is None:
            text = "the study day of the scan is not known"
            remedy = "keep private/files.csv in the results folder and give first_dose_date, or give first_scan_day"
            self._wrong(row, "day", text, remedy, child.code)
            return Moment(reason=text)
        visit = visit_on(day, self._study.settings.visits)
        if visit is None:
            text = f"study day {day} lies in no visit window: the scan belongs to no visit"
            self._wrong(row, "day", text, "widen [[visits]]", child.code, Severity.WARNING)
        return Moment(on, day, visit)

    def _impossible(self, child: Child, future: bool, day: int | None) -> str:
        if future:
            return "a date after the data cut"
        age = child.age_on(day)
        return "a date before the child was born" if age is not None and age < 0 else ""

    def _check_person(self, row: SourceRow, child: Child, moment: Moment) -> None:
        sex, age, told = row.cells["sex"], child.age_on(moment.day), row.cells["age_years"]
        if child.sex and sex in ("F", "M") and sex != child.sex:
            text = "the scan says another sex than the table of children"
            self._wrong(row, "sex", text, "find out whose scan it is", child.code, Severity.WARNING)
        apart = abs(float(told) - age) if told and age is not None else 0.0
        if apart > (YEARS_APART if row.cells["age_precision"] == "day" else YEARS_APART_IN_WHOLE_YEARS):
            text = f"the age in the scan is {apart:.1f} years from that by the table of children"
            self._wrong(row, "age_years", text, "find out whose scan it is", child.code, Severity.WARNING)

    def _check_names(self, row: SourceRow, child: Child, report: Report) -> None:
        sure = report.numbering_probability
        if sure is not None and sure < SURE_OF_NAMES:
            text = f"the names of the levels are not sure (probability {sure:.2f}): other vertebrae may be compared"
            remedy = "look at the picture; state the level with --lowest-level or --level-at"
            self._wrong(row, "numbering_probability", text, remedy, child.code, Severity.WARNING)

    def _vertebrae(self, base: Value, report: Report) -> Iterator[Value]:
        for finding in report.findings:
            yield from (self._measure(base, finding, code) for code in VERTEBRA_MEASURES)
        graded = [finding.grade for finding in report.findings if finding.grade is not None]
        any_fracture = float(any(graded)) if graded else None
        yield self._with(base, "VFANYN", any_fracture, "no vertebra was graded", f"of {len(graded)} vertebrae")
        sdi = None if report.sdi is None else float(report.sdi)
        yield self._with(base, "SDI", sdi, "not all of T4 to L4 were graded")

    def _measure(self, base: Value, finding: Finding, code: str) -> Value:
        name, factor = VERTEBRA_MEASURES[code]
        measured = getattr(finding, name)
        number = None if measured is None else float(measured) * factor
        value = self._with(base, code, number, finding.reason or NOT_KNOWN)
        return replace(value, level=finding.level.value)

    def _with(self, base: Value, code: str, number: float | None, why_not: str = "", text: str = "") -> Value:
        """Another parameter of the same scan."""
        param = self._study.params[code]
        number = None if base.reason else number
        reason = base.reason or ("" if number is not None else why_not)
        told = "" if number is None else text
        return replace(base, param=param, number=number, text=told, unit=param.unit, reason=reason)

    def _place(self, row: SourceRow, column: str) -> Place:
        return Place(self._scored.scans.file, row.number, column)

    def _wrong(
        self, row: SourceRow, column: str, text: str, remedy: str, code: str, severity: Severity = Severity.ERROR
    ) -> None:
        self.problems.append(self._place(row, column).problem(text, remedy, code, severity))


def _later(day: int, days: int) -> int:
    """A study day so many days later: there is no day 0."""
    count = (day - 1 if day > 0 else day) + days
    return count + 1 if count >= 0 else count
