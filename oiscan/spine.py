"""What segmentation finds on a scan: vertebrae with landmarks, and how they were numbered."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from oiscan.anatomy import LANDMARKS, Level, View
from oiscan.errors import ConfigError
from oiscan.scan import FloatArray


class Evidence(StrEnum):
    """Whether a vertebra can be seen well enough to be measured: what the picture shows, not yet a verdict."""

    CLEAR = "clear"
    CUT = "cut by the edge of the picture"
    FAINT = "too faint or overlapped"
    DOUBLED = "overlapped: it leans so far to one side that each endplate is seen twice"
    NOT_FOUND = "not found between its neighbours"


@dataclass(frozen=True)
class Vertebra:
    """One vertebra on one scan.

    Parameters
    ----------
    level
        Its name, as numbered.
    landmarks_px
        (n, 2) read-only, (row, column) in the stored image, in the order of `oiscan.anatomy.LANDMARKS` of the view:
        n = 6 on a lateral scan, 4 on an AP scan.
    covariance_px
        (n, 2, 2) read-only: covariance of each landmark, in squared pixels of the stored image.
    outline_px
        (m, 2) read-only: closed outline in the stored image, as (row, column); m = 0 where there is none.
    confidence
        0 to 1: how sure the model is that this is a vertebra and that its landmarks lie on it.
    evidence
        Whether it can be seen well enough to be measured.
    """

    level: Level
    landmarks_px: FloatArray
    covariance_px: FloatArray
    outline_px: FloatArray
    confidence: float
    evidence: Evidence = Evidence.CLEAR

    def __post_init__(self) -> None:
        landmarks = _frozen(self.landmarks_px)
        if landmarks.ndim != 2 or landmarks.shape[1] != 2 or not np.isfinite(landmarks).all():
            raise ValueError(f"landmarks must be finite and (n, 2), got shape {landmarks.shape}")
        covariance = _frozen(self.covariance_px)
        if covariance.shape != (len(landmarks), 2, 2):
            raise ValueError(f"covariance must be ({len(landmarks)}, 2, 2), got {covariance.shape}")
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"confidence must lie between 0 and 1, got {self.confidence}")
        object.__setattr__(self, "landmarks_px", landmarks)
        object.__setattr__(self, "covariance_px", covariance)
        object.__setattr__(self, "outline_px", _frozen(self.outline_px).reshape(-1, 2))


@dataclass(frozen=True)
class Numbering:
    """How the levels were named, and how sure that is.

    Parameters
    ----------
    anchor
        What the names hang on: "sacrum", "reader" (a person said so), "visit" (the other view of the same day), or
        "appearance" where only the look of the vertebrae told.
    probability
        Of the stated names being right, 0 to 1.
    alternatives
        Other answers, as (levels to shift all names by, probability), likeliest first; +1 moves L1 to L2.
    variants
        Other numbers of vertebrae that would explain some of `alternatives`, as (words, probability), likeliest first.
        The stated names are always those of twelve thoracic and five lumbar vertebrae, unless a reader chose others.
    """

    anchor: str
    probability: float
    alternatives: tuple[tuple[int, float], ...] = ()
    variants: tuple[tuple[str, float], ...] = ()


SURE_NAMES = 0.8
"""Below this probability the names of the levels are not sure: a scan carries a note, and nothing is summed over named
vertebrae. Set by hand."""


@dataclass(frozen=True)
class StatedLevel:
    """What a reader says one vertebra of a scan is.

    Parameters
    ----------
    level
        Its name.
    at_px
        (row, column) in the stored image, inside the vertebra; None means the lowest whole vertebra of the picture.
    """

    level: Level
    at_px: tuple[float, float] | None = None

    @classmethod
    def of(
        cls, lowest_level: Level | str | None = None, level_at: tuple[float, float, Level | str] | None = None
    ) -> StatedLevel | None:
        """The statement in what a user gives: the lowest level, or (row, column, level); None where nothing is given.

        Raises
        ------
        ConfigError
            Both are given, there is no such level, or the place is none.
        """
        if lowest_level is not None and level_at is not None:
            raise ConfigError("give the lowest level or the level at a place, not both")
        if lowest_level is not None:
            return cls(_level(lowest_level))
        if level_at is None:
            return None
        row, column, level = level_at
        if not (np.isfinite([row, column]).all() and min(row, column) >= 0):
            raise ConfigError("a place in a picture is a row and a column, 0 or more")
        return cls(_level(level), (float(row), float(column)))


@dataclass(frozen=True)
class Spine:
    """All vertebrae found on one scan, from head to foot, each level at most once.

    Parameters
    ----------
    view
        The view the vertebrae were found in.
    vertebrae
        From head to foot; empty when nothing was found.
    numbering
        How they were named; None when nothing was found.
    anterior
        "left" or "right": the side of the stored picture the front of the body is on; "" on AP scans.
    notes
        What a reader should know of the picture's quality.
    """

    view: View
    vertebrae: tuple[Vertebra, ...]
    numbering: Numbering | None = None
    anterior: str = ""
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        levels = [vertebra.level for vertebra in self.vertebrae]
        if len(set(levels)) != len(levels):
            raise ValueError(f"a level stands twice: {levels}")
        for vertebra in self.vertebrae:
            if len(vertebra.landmarks_px) != len(LANDMARKS[self.view]):
                raise ValueError(f"{vertebra.level} has {len(vertebra.landmarks_px)} landmarks on a {self.view} scan")


def _level(name: Level | str) -> Level:
    try:
        return Level(name)
    except ValueError as error:
        raise ConfigError(f"no level is called '{name}': choose one of {', '.join(Level)}") from error


def _frozen(array: FloatArray) -> FloatArray:
    copy = np.array(array, dtype=float)
    copy.setflags(write=False)
    return copy
