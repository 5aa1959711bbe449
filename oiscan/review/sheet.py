"""What one reader has marked on one scan so far: plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Self

import numpy as np

from oiscan.anatomy import LANDMARKS, Level, View
from oiscan.errors import ReadingError
from oiscan.report import Finding, Report, Verdict

Points = tuple[tuple[float, float], ...]

BY_MODEL, BY_READER = "model", "reader"


@dataclass(frozen=True)
class Frame:
    """The stored image a sheet lies on, with all that measuring on it needs.

    Parameters
    ----------
    view, rows, columns
        Of the stored image.
    pixel_size
        (row, column): size of a pixel, in mm where `spacing_mm` is known, else in any unit.
    spacing_mm
        (row, column), or None where unknown.
    upside_down
        Whether the head is at the foot of the stored image.
    age_years
        None where unknown.
    """

    view: View
    rows: int
    columns: int
    pixel_size: tuple[float, float]
    spacing_mm: tuple[float, float] | None = None
    upside_down: bool = False
    age_years: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Self:
        """What `to_dict` wrote, also when read back from JSON."""
        pairs = {name: told[name] and tuple(told[name]) for name in ("pixel_size", "spacing_mm")}
        return cls(**{**told, **pairs, "view": View(told["view"])})


@dataclass(frozen=True)
class Overruling:
    """A grade the reader gives against the measured one, and why."""

    grade: int
    why: str


@dataclass(frozen=True)
class Mark:
    """One vertebra on a sheet.

    Parameters
    ----------
    id
        Stays the same whatever happens to the vertebra: "m3" was the model's fourth, "r7" was added by change 7.
    level
        Its name.
    landmarks_px
        (row, column) in the stored image, in the order of `oiscan.anatomy.LANDMARKS`.
    source
        Who placed the landmarks: the model, or the reader as soon as one of them was moved.
    landmark_sd_px
        The model's own doubt of each landmark; empty once the reader moved one.
    confidence
        The model's own; None for a vertebra the reader added.
    readable, reason
        Whether it can be measured, and why not.
    overruled, note
        The reader's own grade and words.
    """

    id: str
    level: Level
    landmarks_px: Points
    source: str = BY_READER
    landmark_sd_px: tuple[float, ...] = ()
    confidence: float | None = None
    readable: bool = True
    reason: str = ""
    overruled: Overruling | None = None
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Self:
        """What `to_dict` wrote, also when read back from JSON."""
        overruled = told["overruled"] and Overruling(**told["overruled"])
        points, spread = points_of(told["landmarks_px"]), tuple(told["landmark_sd_px"])
        level = Level(told["level"])
        return cls(
            **{**told, "level": level, "landmarks_px": points, "landmark_sd_px": spread, "overruled": overruled}
        )


@dataclass(frozen=True)
class Call:
    """What a reader finally calls one level: what the page showed when the scan was accepted.

    Parameters
    ----------
    level
        Its name.
    grade
        The reader's own where one was given, else the measured one; None where the vertebra cannot be measured, and on
        AP scans.
    deformity
        As measured; empty for grade 0.
    measures
        Heights in mm and ratios, by their names in a finding, as far as known.
    """

    level: Level
    grade: int | None
    deformity: str = ""
    measures: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {"level": self.level, "grade": self.grade, "deformity": self.deformity, "measures": dict(self.measures)}

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Self:
        """What `to_dict` wrote, also when read back from JSON."""
        return cls(**{**told, "level": Level(told["level"])})


@dataclass(frozen=True)
class Sheet:
    """All marks on one scan, from head to foot, and whether the reader is done with it.

    `calls` stand from acceptance on: another program or model must not change what a reader has signed off.
    """

    frame: Frame
    marks: tuple[Mark, ...] = field(default=())
    accepted: bool = False
    calls: tuple[Call, ...] = field(default=())

    def mark(self, mark_id: str) -> Mark:
        """The mark of an id; raises `ReadingError` where there is none."""
        for mark in self.marks:
            if mark.id == mark_id:
                return mark
        raise ReadingError("there is no such vertebra on this scan any more")

    def with_mark(self, mark: Mark) -> Sheet:
        """The sheet with a mark added, or put in the place of the one with its id."""
        others = [one for one in self.marks if one.id != mark.id]
        return self.with_marks([*others, mark])

    def without(self, mark_id: str) -> Sheet:
        """The sheet without one of its marks."""
        gone = self.mark(mark_id)
        return self.with_marks([one for one in self.marks if one is not gone])

    def with_marks(self, marks: list[Mark]) -> Sheet:
        """The sheet with these marks, by level."""
        order = list(Level)
        return replace(self, marks=tuple(sorted(marks, key=lambda mark: order.index(mark.level))))

    def check(self) -> None:
        """Raise `ReadingError` unless each level stands once and they follow each other from head to foot."""
        levels = [mark.level for mark in self.marks]
        twice = next((level for level in levels if levels.count(level) > 1), None)
        if twice is not None:
            raise ReadingError(f"{twice} stands twice: relabel or remove one of them")
        down = -1 if self.frame.upside_down else 1
        for above, below in zip(self.marks, self.marks[1:], strict=False):
            if down * (centre_row(below) - centre_row(above)) <= 0:
                raise ReadingError(f"{below.level} lies above {above.level}: relabel one of them")


def first_sheet(report: Report, frame: Frame) -> Sheet:
    """The sheet a reader starts from: what the model found, as the report tells it.

    Levels the model did not find are no marks; they show as gaps between those that are.
    """
    marks = [
        _mark(number, finding) for number, finding in enumerate(report.findings) if finding.landmarks_px
    ]
    return Sheet(frame).with_marks(marks)


def points_of(points: Any) -> Points:
    """Points (n, 2) as a tuple of pairs."""
    return tuple((float(row), float(column)) for row, column in points)


def check_points(points: Points, frame: Frame, before: Points = ()) -> None:
    """Raise `ReadingError` unless there are as many points as the view has landmarks, all inside the picture.

    Of a vertebra that is cut by the edge, the model may place some outside: those in `before` stay where they are.
    """
    wanted = len(LANDMARKS[frame.view])
    if len(points) != wanted:
        raise ReadingError(f"a vertebra has {wanted} landmarks on a {frame.view} scan, not {len(points)}")
    for row, column in set(points) - set(before):
        if not (-0.5 <= row <= frame.rows - 0.5 and -0.5 <= column <= frame.columns - 0.5):
            raise ReadingError("a landmark must lie inside the picture")


def centre_row(mark: Mark) -> float:
    """Mean row of a mark's landmarks."""
    return float(np.mean([row for row, _ in mark.landmarks_px]))


def _mark(number: int, finding: Finding) -> Mark:
    return Mark(
        id=f"m{number}",
        level=finding.level,
        landmarks_px=finding.landmarks_px,
        source=BY_MODEL,
        landmark_sd_px=finding.landmark_sd_px,
        confidence=finding.confidence,
        readable=finding.status is Verdict.SCORED,
        reason=finding.reason,
    )
