"""The changes a reader can make to a sheet: what each may look like, and what it does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from oiscan.anatomy import COLUMN, COLUMN_OF_SIX, COLUMN_OF_THIRTEEN, Level
from oiscan.errors import ReadingError
from oiscan.grading import Scale
from oiscan.review.sheet import BY_READER, Mark, Overruling, Points, Sheet, check_points

Pixel = Annotated[float, Field(allow_inf_nan=False)]
Point = tuple[Pixel, Pixel]
Id = Annotated[str, Field(pattern=r"^[mr][0-9]{1,6}$")]
Words = Annotated[str, Field(min_length=1, max_length=2000)]
Asked = TypeVar("Asked", bound=BaseModel)

MOST_CHANGES = 60
"""More in one stroke is no reader at work."""


class Change(BaseModel, ABC):
    """What all changes share: nothing unknown in them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @abstractmethod
    def on(self, sheet: Sheet, new_id: str, scale: Scale) -> Sheet:
        """The sheet after the change; `ReadingError` says why it cannot be made.

        Parameters
        ----------
        sheet
            As it is.
        new_id
            For a vertebra that is added.
        scale
            Whose grades the reader may give.
        """

    @property
    def words(self) -> str:
        """The reader's reason, where the change has one."""
        return ""


class Move(Change):
    """One landmark put elsewhere, or all of them. The model's doubt says nothing of points a reader placed."""

    kind: Literal["move"]
    id: Id
    landmark: int | None = None
    to: Point | None = None
    landmarks_px: list[Point] | None = None

    def on(self, sheet: Sheet, new_id: str, scale: Scale) -> Sheet:
        mark = sheet.mark(self.id)
        points = self._points(mark)
        check_points(points, sheet.frame, mark.landmarks_px)
        if points == mark.landmarks_px:
            return sheet
        return sheet.with_mark(replace(mark, landmarks_px=points, source=BY_READER, landmark_sd_px=()))

    def _points(self, mark: Mark) -> Points:
        if self.landmarks_px is not None and self.landmark is None and self.to is None:
            return tuple(self.landmarks_px)
        if self.to is None or self.landmark is None or self.landmark not in range(len(mark.landmarks_px)):
            raise ReadingError("a move names a landmark of the vertebra and where to, or gives all landmarks")
        points = list(mark.landmarks_px)
        points[self.landmark] = self.to
        return tuple(points)


class Add(Change):
    """A vertebra the model did not find."""

    kind: Literal["add"]
    level: Level
    landmarks_px: list[Point]

    def on(self, sheet: Sheet, new_id: str, scale: Scale) -> Sheet:
        points = tuple(self.landmarks_px)
        check_points(points, sheet.frame)
        return sheet.with_mark(Mark(new_id, self.level, points))


class Remove(Change):
    """What is no vertebra, or one marked twice."""

    kind: Literal["remove"]
    id: Id

    def on(self, sheet: Sheet, new_id: str, scale: Scale) -> Sheet:
        return sheet.without(self.id)


class Relabel(Change):
    """Another level for one vertebra."""

    kind: Literal["relabel"]
    id: Id
    level: Level

    def on(self, sheet: Sheet, new_id: str, scale: Scale) -> Sheet:
        return sheet.with_mark(replace(sheet.mark(self.id), level=self.level))


class Shift(Change):
    """All levels one up (-1: L2 becomes L1) or one down (+1)."""

    kind: Literal["shift"]
    by: Literal[-1, 1]

    def on(self, sheet: Sheet, new_id: str, scale: Scale) -> Sheet:
        column = column_of([mark.level for mark in sheet.marks])
        places = [column.index(mark.level) + self.by for mark in sheet.marks]
        if not all(0 <= place < len(column) for place in places):
            raise ReadingError(f"the levels cannot be moved further: the column ends at {column[0]} and {column[-1]}")
        marks = [replace(mark, level=column[place]) for mark, place in zip(sheet.marks, places, strict=True)]
        return sheet.with_marks(marks)


class Unreadable(Change):
    """A vertebra that cannot be measured, and why."""

    kind: Literal["unreadable"]
    id: Id
    reason: Words

    def on(self, sheet: Sheet, new_id: str, scale: Scale) -> Sheet:
        return sheet.with_mark(replace(sheet.mark(self.id), readable=False, reason=self.reason, overruled=None))

    @property
    def words(self) -> str:
        return self.reason


class Readable(Change):
    """A vertebra that can be measured after all: the reader answers for its points from now on."""

    kind: Literal["readable"]
    id: Id

    def on(self, sheet: Sheet, new_id: str, scale: Scale) -> Sheet:
        mark = sheet.mark(self.id)
        if mark.readable:
            return sheet
        return sheet.with_mark(replace(mark, readable=True, reason="", source=BY_READER, landmark_sd_px=()))


class Overrule(Change):
    """The reader's own grade against the measured one, with a word why; None takes it back."""

    kind: Literal["overrule"]
    id: Id
    grade: Annotated[int, Field(ge=0, strict=True)] | None
    why: Words | None = None

    def on(self, sheet: Sheet, new_id: str, scale: Scale) -> Sheet:
        mark = sheet.mark(self.id)
        if self.grade is None:
            return sheet.with_mark(replace(mark, overruled=None))
        if not mark.readable:
            raise ReadingError("an unreadable vertebra has no grade: mark it readable first")
        if self.grade > len(scale.edges):
            raise ReadingError(f"the scale {scale.name} has the grades 0 to {len(scale.edges)}")
        if self.why is None:
            raise ReadingError("a grade is overruled with a word why")
        return sheet.with_mark(replace(mark, overruled=Overruling(self.grade, self.why)))

    @property
    def words(self) -> str:
        return self.why or ""


class Note(Change):
    """The reader's own words on one vertebra."""

    kind: Literal["note"]
    id: Id
    text: Annotated[str, Field(max_length=2000)]

    def on(self, sheet: Sheet, new_id: str, scale: Scale) -> Sheet:
        return sheet.with_mark(replace(sheet.mark(self.id), note=self.text))


class Accept(Change):
    """The reader is done with the scan. The desk adds what the page shows at that moment."""

    kind: Literal["accept"]

    def on(self, sheet: Sheet, new_id: str, scale: Scale) -> Sheet:
        return replace(sheet, accepted=True)


class Reopen(Change):
    """The reader is not done with the scan after all."""

    kind: Literal["reopen"]

    def on(self, sheet: Sheet, new_id: str, scale: Scale) -> Sheet:
        return replace(sheet, accepted=False, calls=())


AnyChange = Annotated[
    Move | Add | Remove | Relabel | Shift | Unreadable | Readable | Overrule | Note | Accept | Reopen,
    Field(discriminator="kind"),
]


class Stroke(BaseModel):
    """What a reader does at once: all of it counts, or nothing.

    Parameters
    ----------
    version
        Of the sheet the reader looked at.
    stroke
        Its own name, so that sent twice it counts once.
    changes
        In order.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[int, Field(ge=0, strict=True)]
    stroke: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{8,64}$")]
    changes: Annotated[list[AnyChange], Field(min_length=1, max_length=MOST_CHANGES)]


class Undo(BaseModel):
    """The latest stroke that stands is taken back. Fields as in `Stroke`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[int, Field(ge=0, strict=True)]
    stroke: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{8,64}$")]


class Drawn(BaseModel):
    """A vertebra as the page draws it, to be measured and not kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(max_length=20)]
    level: Level
    status: Literal["scored", "unreadable"]
    reason: Annotated[str, Field(max_length=2000)] = ""
    landmarks_px: list[Point]


class Drawing(BaseModel):
    """All vertebrae as the page draws them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    vertebrae: Annotated[list[Drawn], Field(max_length=len(Level))]


def checked(kind: type[Asked], told: Any) -> Asked:
    """What was sent, as what it should be; `ReadingError` says what is wrong with it and repeats none of it."""
    try:
        return TypeAdapter(kind).validate_python(told)
    except ValidationError as error:
        raise ReadingError(f"the request cannot be used: {_told(error)}") from error


def column_of(levels: Sequence[Level]) -> tuple[Level, ...]:
    """The column these levels stand in: with T13 or L6 only where one of them is that."""
    if Level.T13 in levels:
        return COLUMN_OF_THIRTEEN if Level.L6 not in levels else tuple(Level)
    return COLUMN_OF_SIX if Level.L6 in levels else COLUMN


def _told(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place = ".".join(str(part) for part in first["loc"] if len(str(part)) < 20)
    words = "there is no such kind of change" if first["type"] == "union_tag_invalid" else first["msg"]
    return f"{place}: {words}" if place else words
