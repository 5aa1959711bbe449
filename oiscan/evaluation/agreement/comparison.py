"""Two raters beside each other: what each called every vertebra, and every patient's visit, that both were to read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from oiscan.errors import LabelError
from oiscan.evaluation.agreement.kappa import IntArray, crosstab
from oiscan.evaluation.agreement.readings import GRADES, PROGRAM, Key, Reading
from oiscan.evaluation.agreement.results import Results
from oiscan.evaluation.bootstrap import Rows
from oiscan.scan import BoolArray, FloatArray

Ratings = Mapping[Key, Reading]
"""Everything one rater said."""

Pair = tuple[Reading, Reading | None]
"""What the reference and the test say of one vertebra; None where the program does not list it."""

NOT_GRADED = GRADES
"""Stands after the grades: the rater gave none."""


@dataclass(frozen=True, eq=False)
class Panel:
    """Readers by name, in the order they first appear, and the program's results."""

    readers: Mapping[str, Ratings]
    results: Results

    @classmethod
    def of(cls, readings: Iterable[Reading], results: Results) -> Panel:
        """All readers of a readers file beside a results folder.

        Raises
        ------
        LabelError
            They have no scan in common.
        """
        readers: dict[str, dict[Key, Reading]] = {}
        for reading in readings:
            readers.setdefault(reading.rater, {})[reading.key] = reading
        if not _scans(results.readings) & {key[0] for ratings in readers.values() for key in ratings}:
            raise LabelError("no scan_id of the readers stands in vertebrae.csv: is it the right results folder?")
        return cls(readers, results)

    def ratings(self, rater: str) -> Ratings:
        """What a reader or the program said."""
        return self.results.readings if rater == PROGRAM else self.readers[rater]


@dataclass(frozen=True, eq=False)
class Units:
    """Vertebrae, or patients' visits, as a reference and a test called them.

    Parameters
    ----------
    grades
        (n, 2) by the reference and by the test; `NOT_GRADED` where a rater gave none.
    score
        (n,) by the test (`Results.score`): the more, the likelier a fracture; NaN where a reader is the test.
    subjects
        (n) whose they are.
    """

    grades: IntArray
    score: FloatArray
    subjects: tuple[str, ...]

    @property
    def graded(self) -> BoolArray:
        """(n,) whether both graded it."""
        return np.array((self.grades < NOT_GRADED).all(1))

    @property
    def fractured(self) -> BoolArray:
        """(n,) whether the reference calls it grade 1 or above."""
        return np.array((self.grades[:, 0] > 0) & (self.grades[:, 0] < NOT_GRADED))

    def confusion(self, rows: Rows) -> IntArray:
        """(5, 5) counts of some, reference down and test across: grades 0 to 3, then not graded."""
        return crosstab(self.grades[rows], GRADES + 1)


@dataclass(frozen=True, eq=False)
class Comparison:
    """All that two raters say of the same vertebrae.

    Parameters
    ----------
    reference, test
        Who they are; `test` may be the program.
    pairs
        The two readings of each vertebra.
    vertebrae, patients
        The same as units. A visit's grade is the worst that a rater gave a vertebra of it.
    apart
        How many vertebrae both graded, and why the others were not (see `_apart`).
    score
        What `Units.score` holds (see `Results.score`).
    """

    reference: str
    test: str
    pairs: tuple[Pair, ...]
    vertebrae: Units
    patients: Units
    apart: Mapping[str, int]
    score: str

    def measured(self, name: str) -> tuple[FloatArray, tuple[str, ...]]:
        """One of `HEIGHTS` or `RATIOS` by both raters, (n, 2), and the subjects, where both give it."""
        both = [
            (one.measures[name], other.measures[name], subject)
            for (one, other), subject in zip(self.pairs, self.vertebrae.subjects, strict=True)
            if other is not None and name in one.measures and name in other.measures
        ]
        return np.array([numbers for *numbers, _ in both]).reshape(-1, 2), tuple(subject for *_, subject in both)


def compare(panel: Panel, reference: str, test: str = PROGRAM) -> Comparison:
    """The vertebrae that a reader (`reference`) read, beside what another reader or the program made of them.

    Another reader counts only where both read. The program has to answer for all: a vertebra that it does not list is
    one it did not see.
    """
    ours, theirs = panel.ratings(reference), panel.ratings(test)
    pairs = tuple((ours[key], theirs.get(key)) for key in ours if key in theirs or test == PROGRAM)
    vertebrae = _units([[pair] for pair in pairs], panel.results)
    patients = _units(_visits(pairs, panel.results), panel.results)
    return Comparison(reference, test, pairs, vertebrae, patients, _apart(ours, theirs, test), panel.results.score)


def _visits(pairs: Iterable[Pair], results: Results) -> list[list[Pair]]:
    visits: dict[str, list[Pair]] = {}
    for pair in pairs:
        visits.setdefault(results.visit(pair[0].scan_id), []).append(pair)
    return list(visits.values())


def _units(groups: Sequence[Sequence[Pair]], results: Results) -> Units:
    """A unit for each group of vertebrae: the worst grade either rater gave, and the highest score."""
    grades = [[_worst(one for one, _ in pairs), _worst(other for _, other in pairs)] for pairs in groups]
    score = [max((_score(other, results) for _, other in pairs), default=np.nan) for pairs in groups]
    subjects = tuple(results.subject(pairs[0][0].scan_id) for pairs in groups)
    return Units(np.array(grades, dtype=np.int64).reshape(-1, 2), np.array(score, dtype=float), subjects)


def _worst(readings: Iterable[Reading | None]) -> int:
    grades = (one.grade for one in readings if one is not None)
    return max((grade for grade in grades if grade is not None), default=NOT_GRADED)


def _score(reading: Reading | None, results: Results) -> float:
    """NaN where there is none to be had; of a vertebra not graded the lowest there is, so that it never counts."""
    if reading is None or reading.grade is None:
        return -np.inf
    stated = getattr(reading, results.score, None)
    return np.nan if stated is None else float(stated)


def _apart(reference: Ratings, test: Ratings, tester: str) -> dict[str, int]:
    """Every vertebra counted once: graded by both, unreadable to one or both, or not listed by one.

    Of scans both raters read; the program is to answer for every scan that the reader read.
    """
    scans = _scans(reference) if tester == PROGRAM else _scans(reference) & _scans(test)
    counts = dict.fromkeys(
        (
            "graded_by_both", "unreadable_to_both", "unreadable_to_reference_only", "unreadable_to_test_only",
            "not_listed_by_reference", "not_listed_by_test",
        ), 0,
    )  # fmt: skip
    for key in {*reference, *test}:
        if key[0] in scans:
            counts[_reason(reference.get(key), test.get(key))] += 1
    return counts


def _reason(reference: Reading | None, test: Reading | None) -> str:
    if reference is None:
        return "not_listed_by_reference"
    if test is None:
        return "not_listed_by_test"
    if reference.grade is None:
        return "unreadable_to_both" if test.grade is None else "unreadable_to_reference_only"
    return "unreadable_to_test_only" if test.grade is None else "graded_by_both"


def _scans(ratings: Iterable[Key]) -> set[str]:
    return {scan_id for scan_id, _ in ratings}
