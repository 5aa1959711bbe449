"""One reader at work: the worklist, a case, what a drawing would mean, and the strokes that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from oiscan.anatomy import Level
from oiscan.errors import ConflictError, ModelError, ReadingError
from oiscan.grading import Doubt, Scale, doubt_in
from oiscan.report import Finding, Report
from oiscan.review.audit import BEGIN, UNDO, WHOLE_SHEET, Row, begun, differences, sheet_of, standing_version
from oiscan.review.cases import Case, Results, by_code
from oiscan.review.changes import Accept, AnyChange, Drawing, Drawn, Reopen, Stroke, Undo
from oiscan.review.grading import ModelDoubt, calls_on, findings_on, worst_grade
from oiscan.review.pictures import Pictures, Shown
from oiscan.review.readings import Readings
from oiscan.review.sheet import BY_READER, Frame, Mark, Sheet, check_points, first_sheet, points_of
from oiscan.review.told import case_told, vertebrae_told, worklist_told
from oiscan.version import __version__


@dataclass(frozen=True)
class Terms:
    """How a reader reads.

    Parameters
    ----------
    reader
        Stands in every row.
    blinded
        Whether nothing is shown of whose scan it is, when it was made, and what the model or another reader said.
    from_model
        Whether a reading starts from the model's landmarks, or from none.
    """

    reader: str
    blinded: bool = False
    from_model: bool = True


@dataclass(frozen=True)
class Opened:
    """A case as it stands."""

    case: Case
    rows: Sequence[Row]
    sheet: Sheet

    @property
    def version(self) -> int:
        """How many strokes were made, undone ones and undoings included."""
        return self.rows[-1].version if self.rows else 0

    @property
    def can_undo(self) -> bool:
        """Whether a stroke stands."""
        return standing_version(self.rows) is not None


class Desk:
    """What one reader may see and do with a results folder.

    Parameters
    ----------
    results, readings, pictures
        Of that folder.
    terms
        How the reader reads.
    cases
        The worklist, under the names the reader may see.
    scale
        The grading scale.
    disagreed
        Scans two readers disagree on.
    """

    def __init__(
        self,
        results: Results,
        readings: Readings,
        pictures: Pictures,
        terms: Terms,
        cases: Sequence[Case],
        scale: Scale,
        disagreed: frozenset[str] = frozenset(),
    ) -> None:
        self.terms, self.cases, self.scale = terms, tuple(cases), scale
        self._results, self._readings, self._pictures = results, readings, pictures
        self._by_code = by_code(cases)
        self._disagreed = disagreed
        self._worst_grade = lru_cache(maxsize=None)(self._worst_grade_at)

    def worklist(self) -> dict[str, Any]:
        """All cases with the reader's progress, as plain data."""
        progress = self._readings.progress(self.terms.reader)
        begun_here = [case for case in self.cases if case.scan_id in progress]
        grades = {case.scan_id: self._worst_grade(case.code, progress[case.scan_id][0]) for case in begun_here}
        return worklist_told(self.terms.reader, self.terms.blinded, self.scale, self.cases, progress, grades,
                             self._disagreed, 0 if self.terms.blinded else self._results.left_out)  # fmt: skip

    def case(self, code: str) -> dict[str, Any]:
        """One case as plain data; raises `ReadingError` where there is no such case."""
        return self._told(self._opened(code))

    def picture(self, code: str) -> bytes:
        """The bytes of a PNG file; `ReadingError` says why there is none."""
        return self._shown(self._case(code)).png

    def measure(self, code: str, drawing: Drawing) -> list[dict[str, Any]]:
        """What vertebrae drawn so would be; nothing is kept."""
        opened = self._opened(code)
        drawn = _drawn_on(opened.sheet, drawing)
        drawn.check()
        return vertebrae_told(drawn, self._findings(replace(opened, sheet=drawn)))

    def stroke(self, code: str, asked: Stroke) -> dict[str, Any]:
        """Keep a stroke, and tell the case as it stands after it.

        Raises
        ------
        ReadingError
            It cannot be made.
        ConflictError
            The reading has another version than the one the stroke was made on.
        """
        opened = self._opened(code)
        if not _known(opened, asked.stroke):
            self._check_version(opened, asked.version)
            self._keep(opened, self._rows_of(opened, asked), asked.version)
        return self.case(code)

    def undo(self, code: str, asked: Undo) -> dict[str, Any]:
        """Take back the latest stroke that stands, by a stroke of its own; raises as `stroke` does."""
        opened = self._opened(code)
        if not _known(opened, asked.stroke):
            self._check_version(opened, asked.version)
            self._keep(opened, _undoing(opened, self._row(opened, asked.stroke, UNDO)), asked.version)
        return self.case(code)

    def _case(self, code: str) -> Case:
        case = self._by_code.get(code)
        if case is None:
            raise ReadingError("there is no such case")
        return case

    def _opened(self, code: str) -> Opened:
        case = self._case(code)
        rows = self._readings.history(self.terms.reader, case.scan_id)
        return Opened(case, rows, sheet_of(rows) if rows else self._first_sheet(case))

    def _first_sheet(self, case: Case) -> Sheet:
        report = self._results.report(case.scan_id)
        frame = self._frame(case, report)
        return first_sheet(report, frame) if self.terms.from_model else Sheet(frame)

    def _frame(self, case: Case, report: Report) -> Frame:
        """From the scan; from the report where the scan is not there to be drawn on."""
        try:
            frame = self._shown(case).frame
        except ReadingError:
            size = report.spacing_mm or (1.0, 1.0)
            frame = Frame(case.view, report.rows or 0, report.columns or 0, size, report.spacing_mm)
        return replace(frame, age_years=report.age_years)

    def _shown(self, case: Case) -> Shown:
        return self._pictures.shown(case.scan_id)

    def _told(self, opened: Opened) -> dict[str, Any]:
        case, report = opened.case, self._results.report(opened.case.scan_id)
        same = [one for one in self.cases if case.subject and one.subject == case.subject and one is not case]
        return case_told(
            opened.case,
            opened.sheet,
            self._findings(opened),
            version=opened.version,
            can_undo=opened.can_undo,
            no_picture=self._no_picture(case),
            others=same,
            notes=() if self.terms.blinded else report.notes,
        )

    def _no_picture(self, case: Case) -> str:
        try:
            self._shown(case)
        except ReadingError as error:
            return str(error)
        return ""

    def _findings(self, opened: Opened) -> tuple[Finding, ...]:
        """As the reader sees them."""
        return findings_on(opened.sheet, self.scale, self._doubt(opened))

    def _doubt(self, opened: Opened) -> ModelDoubt | None:
        """The model's doubt, where it may be shown and the model that placed the points is at hand."""
        report = self._results.report(opened.case.scan_id)
        if self.terms.blinded or self._placed_by(opened) != report.model_sha256:
            return None
        doubt = _doubt_of_model(report.model_name, report.model_sha256)
        return None if doubt is None else ModelDoubt(report.findings, doubt.at(report.age_years))

    def _placed_by(self, opened: Opened) -> str:
        """Hash of the model whose points the reading began with; "" where it began with none."""
        if opened.rows:
            return opened.rows[0].model_sha256
        return self._results.report(opened.case.scan_id).model_sha256 if self.terms.from_model else ""

    def _worst_grade_at(self, code: str, version: int) -> int | None:
        """By the reader; the version is asked for so that an answer is kept until the next."""
        opened = self._opened(code)
        return worst_grade(opened.sheet.calls or calls_on(opened.sheet, self._findings(opened)))

    def _rows_of(self, opened: Opened, asked: Stroke) -> list[Row]:
        self._shown(opened.case)  # without its picture a scan cannot be corrected
        rows, sheet, adds = [], opened.sheet, sum(row.kind == "add" for row in opened.rows)
        for change in asked.changes:
            _check_open(sheet, change)
            after = change.on(sheet, f"r{adds + 1}", self.scale)
            adds += change.kind == "add"
            if isinstance(change, Accept):
                after = replace(after, calls=calls_on(after, self._findings(replace(opened, sheet=after))))
            blank = self._row(opened, asked.stroke, change.kind, change.words)
            rows += [replace(blank, vertebra=at, old=old, new=new) for at, old, new in differences(sheet, after)]
            sheet = after
        sheet.check()
        return rows

    def _row(self, opened: Opened, stroke: str, kind: str, reason: str = "") -> Row:
        """A row of this reading; the store gives it its time and version."""
        return Row(
            time_utc="",
            reader=self.terms.reader,
            scan_id=opened.case.scan_id,
            version=0,
            place=0,
            stroke=stroke,
            kind=kind,
            vertebra=WHOLE_SHEET,
            old=None,
            new=None,
            reason=reason,
            undoes=None,
            blinded=self.terms.blinded,
            program_version=__version__,
            model_sha256=self._placed_by(opened),
        )

    def _keep(self, opened: Opened, rows: list[Row], version: int) -> None:
        if not rows:
            return
        first = replace(rows[0], kind=BEGIN, vertebra=WHOLE_SHEET, old=None, new=begun(opened.sheet), reason="")
        self._readings.append(rows if opened.rows else [first, *rows], version)

    @staticmethod
    def _check_version(opened: Opened, version: int) -> None:
        if version != opened.version:
            raise ConflictError("somebody changed this scan since you looked at it")


@lru_cache(maxsize=8)
def _doubt_of_model(name: str, sha256: str) -> Doubt | None:
    """How sure a model's grades are; None where that very model is not installed, or says nothing of it."""
    from oiscan.segmentation import Model

    try:
        model = Model.load(name)
    except ModelError:
        return None
    return doubt_in(model.card) if model.calibrated and model.sha256 == sha256 else None


def _known(opened: Opened, stroke: str) -> bool:
    return any(row.stroke == stroke for row in opened.rows)


def _check_open(sheet: Sheet, change: AnyChange) -> None:
    if sheet.accepted and not isinstance(change, Reopen):
        raise ReadingError("this scan is accepted: reopen it first")


def _undoing(opened: Opened, blank: Row) -> list[Row]:
    version = standing_version(opened.rows)
    if version is None:
        raise ReadingError("there is nothing to undo")
    done = [row for row in opened.rows if row.version == version and row.kind != BEGIN]
    return [
        replace(blank, vertebra=row.vertebra, old=row.new, new=row.old, undoes=version) for row in reversed(done)
    ]


def _drawn_on(sheet: Sheet, drawing: Drawing) -> Sheet:
    """The sheet as the page draws it: gaps have no landmarks and are no marks."""
    kept = {mark.id: mark for mark in sheet.marks}
    drawn = [one for one in drawing.vertebrae if one.landmarks_px]
    return sheet.with_marks([_drawn(kept.get(one.id), one, sheet.frame) for one in drawn])


def _drawn(kept: Mark | None, drawn: Drawn, frame: Frame) -> Mark:
    points = points_of(drawn.landmarks_px)
    mark = kept or Mark(drawn.id, Level(drawn.level), points)
    if kept is None or points != kept.landmarks_px:
        check_points(points, frame, mark.landmarks_px if kept else ())
        mark = replace(mark, landmarks_px=points, source=BY_READER, landmark_sd_px=())
    readable = mark.readable if drawn.status == "unreadable" else True
    return replace(mark, level=drawn.level, readable=readable)
