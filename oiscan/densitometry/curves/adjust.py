"""A Z-score freed of short stature, by coefficients the user brings; oiscan ships none.

The published coefficients (Zemel 2010) are not available to this project. The form is that of a residual: what height
predicts is taken off, and the rest divided by its standard deviation::

    adjusted Z = (Z - (intercept + slope * HAZ)) / sd

Columns of the file: ``site, quantity, sex, age_min, age_max, intercept, slope, sd``, ages in years, one line for each
band of ages. Coefficients hold for Z by the reference they were made with, and HAZ by theirs (unverified: CDC 2000).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from oiscan.densitometry.curves.age import Age
from oiscan.densitometry.curves.reference import Measured
from oiscan.densitometry.curves.zscore import ZScore, extreme
from oiscan.densitometry.user_table import Row, UserTable, grouped, read_user_table, refuse_problems
from oiscan.densitometry.words import spelt, word_faults
from oiscan.scan import Subject

NUMBERS = ("age_min", "age_max", "intercept", "slope", "sd")
COLUMNS = ("site", "quantity", "sex", *NUMBERS)
ADJUSTED = "adjusted for height"


@dataclass(frozen=True)
class HeightAdjustment:
    """What height predicts of one Z-score, for one sex and one band of ages.

    Parameters
    ----------
    site, quantity, sex
        As in a reference curve.
    age_min, age_max
        Years; both belong to the band. An age on the border of two bands belongs to the older.
    intercept, slope, sd
        Of the Z predicted from height-for-age Z, and the standard deviation of what is left.
    """

    site: str
    quantity: str
    sex: str
    age_min: float
    age_max: float
    intercept: float
    slope: float
    sd: float

    def adjusted(self, z: float, haz: float) -> float:
        """Z with what height predicts taken off."""
        return (z - (self.intercept + self.slope * haz)) / self.sd


def read_height_adjustments(path: Path) -> tuple[HeightAdjustment, ...]:
    """The coefficients in a user's file.

    Raises
    ------
    ConfigError
        The file cannot be opened, or anything in it cannot be used: the message lists all of it.
    """
    table = read_user_table(path, COLUMNS, NUMBERS)
    refuse_problems("table of height adjustments", (*table.problems, *grouped(_faults(table))))
    bands = tuple(_adjustment(row, table) for row in table.rows)
    refuse_problems("table of height adjustments", grouped(_overlaps(table, bands)))
    return bands


def height_adjusted(
    score: ZScore, haz: ZScore, measured: Measured, subject: Subject, bands: Iterable[HeightAdjustment]
) -> ZScore:
    """A Z-score adjusted for height, or the reason why it cannot be.

    Parameters
    ----------
    score
        By a reference table, or printed.
    haz
        Height-for-age Z of the same child on the same day (see `oiscan.densitometry.height_for_age`).
    measured, subject
        What was scored, and whose it is.
    bands
        The user's coefficients.
    """
    if score.z is None or haz.z is None:
        name, why = ("Z-score", score.reason) if score.z is None else ("height-for-age Z", haz.reason)
        return ZScore(reason=f"there is no {name} to adjust with: {why}")
    band = _band(measured, subject, bands)
    if band is None:
        return ZScore(reason=f"no height adjustment covers {measured.site} {measured.quantity} at this sex and age")
    ends = zip(score.z_ends or (score.z, score.z), haz.z_ends or (haz.z, haz.z), strict=True)
    z, z_ends = band.adjusted(score.z, haz.z), tuple(band.adjusted(*end) for end in ends)
    flags = dict.fromkeys((ADJUSTED, *score.flags, *haz.flags, *extreme(z, *z_ends)))
    return replace(score, z=z, z_ends=z_ends if haz.z_ends else (), flags=tuple(flags))


def _band(measured: Measured, subject: Subject, bands: Iterable[HeightAdjustment]) -> HeightAdjustment | None:
    """The band that holds every age the child may have."""
    age = Age.of(subject)
    if age is None:
        return None
    wanted = (measured.site, measured.quantity, subject.sex)
    holding = (
        band
        for band in bands
        if (band.site, band.quantity, band.sex) == wanted
        and band.age_min <= age.youngest_years
        and age.oldest_years <= band.age_max
    )
    return max(holding, key=lambda band: band.age_min, default=None)


def _faults(table: UserTable) -> Iterator[tuple[int, str]]:
    """What is wrong in single lines."""
    for row in table.rows:
        yield from ((row.line, text) for text in (*word_faults(row), *_number_faults(row, table)))


def _number_faults(row: Row, table: UserTable) -> Iterator[str]:
    values = {name: table.number(row.cells.get(name, "")) for name in NUMBERS}
    if any(value is not None and not math.isfinite(value) for value in values.values()):
        yield "a number is too large"
    first, last, sd = values["age_min"], values["age_max"], values["sd"]
    if first is not None and last is not None and not first < last:
        yield "age_min is not below age_max"
    if sd is not None and sd <= 0:
        yield "sd is not above 0"


def _overlaps(table: UserTable, bands: Sequence[HeightAdjustment]) -> Iterator[tuple[int, str]]:
    """Bands for the same child that share more than a border."""
    lines = [row.line for row in table.rows]
    for (_, one), (line, other) in combinations(zip(lines, bands, strict=True), 2):
        same = (one.site, one.quantity, one.sex) == (other.site, other.quantity, other.sex)
        if same and max(one.age_min, other.age_min) < min(one.age_max, other.age_max):
            yield line, "the ages of two lines overlap"


def _adjustment(row: Row, table: UserTable) -> HeightAdjustment:
    site, quantity, sex = (spelt(row, name) for name in ("site", "quantity", "sex"))
    return HeightAdjustment(site, quantity, sex, *table.numbers(row, NUMBERS))
