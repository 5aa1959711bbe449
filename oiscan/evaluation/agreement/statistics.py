"""Agreement as readers publish it, as plain data: the program against each reader, and the readers among themselves.

Every figure is ``{"value": x, "ci95": [low, high], "ci95_by": method}``; None is a figure that cannot be known. Shares
have Wilson's interval, kappas that of Fleiss, Cohen and Everitt; both treat vertebrae as if each were another
patient's, as published tables do, so beside them stands ``ci95_bootstrap`` over patients. All else has that one alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from oiscan.evaluation.agreement.accuracy import Part, accuracy, area_under_roc, share
from oiscan.evaluation.agreement.comparison import NOT_GRADED, Comparison, Panel, Ratings, Units, compare
from oiscan.evaluation.agreement.estimate import drawn_told, kappa_told, share_told
from oiscan.evaluation.agreement.heights import bland_altman, intraclass_correlation
from oiscan.evaluation.agreement.kappa import IntArray, Kappa, Weights, crosstab, fleiss_kappa, kappa
from oiscan.evaluation.agreement.readings import DEFORMITIES, GRADES, HEIGHTS, PROGRAM, RATIOS
from oiscan.evaluation.agreement.reliability import reliability
from oiscan.evaluation.bootstrap import Rows, intervals
from oiscan.scan import FloatArray


def agreement(panel: Panel) -> dict[str, Any]:
    """Everything of a panel: the program against each reader, each two readers, and all of them together."""
    read = {scan_id for ratings in panel.readers.values() for scan_id, _ in ratings}
    return {
        "scans": len(read),
        "scans_without_results": len(read - {scan_id for scan_id, _ in panel.results.readings}),
        "patients": len({panel.results.subject(scan_id) for scan_id in read}),
        "against_readers": [told(compare(panel, reader)) for reader in panel.readers],
        "between_readers": [told(compare(panel, *pair)) for pair in combinations(panel.readers, 2)],
        "fleiss_kappa": fleiss(panel),
    }


def told(comparison: Comparison) -> dict[str, Any]:
    """Everything two raters say of the same vertebrae."""
    by_program = comparison.test == PROGRAM
    return {
        "reference": comparison.reference,
        "test": comparison.test,
        "vertebrae": dict(comparison.apart),
        "per_vertebra": _units_told(comparison.vertebrae, by_program),
        "per_patient": _units_told(comparison.patients, by_program),
        "auc_score": comparison.score if by_program else None,
        "deformity": _deformity(comparison),
        "measures": {name: _measure(*comparison.measured(name)) for name in (*HEIGHTS, *RATIOS)},
        "calibration": reliability(comparison),
    }


def fleiss(panel: Panel) -> dict[str, Any]:
    """Fleiss' kappa of all readers, and of all with the program, over the vertebrae every one of them graded."""
    readers = list(panel.readers.values())
    return {
        "readers": _fleiss(readers, panel) if len(readers) > 1 else None,
        "readers_and_oiscan": _fleiss([*readers, panel.results.readings], panel),
    }


def fractured_or_not(grades: IntArray) -> IntArray:
    """Counts of grades (4, 4) as counts of grade 0 and of any higher grade, (2, 2)."""
    return np.add.reduceat(np.add.reduceat(grades, [0, 1], axis=0), [0, 1], axis=1)


def _units_told(units: Units, by_program: bool) -> dict[str, Any]:
    """All figures of vertebrae or patients. A reader is no truth for another: there they are agreement and kappas."""
    counts = units.confusion(np.arange(len(units.grades)))
    drawn = intervals(lambda rows: _figures(units, rows), units.subjects)
    shares = {name: part for name, part in _shares(counts).items() if by_program or name == "agreement"}
    figures = {name: share_told(part, drawn[name]) for name, part in shares.items()}
    figures |= {name: kappa_told(one, drawn[name]) for name, one in _kappas(counts).items()}
    figures |= {"auc": drawn_told(drawn["auc"])} if by_program else {}
    return {"confusion": _confusion(counts, (*range(GRADES), "not graded")), **figures}


def _figures(units: Units, rows: Rows) -> dict[str, float]:
    counts, graded = units.confusion(rows), rows[units.graded[rows]]
    shares = {name: share(part) for name, part in _shares(counts).items()}
    kappas = {name: one.value for name, one in _kappas(counts).items()}
    return {**shares, **kappas, "auc": area_under_roc(units.fractured[graded], units.score[graded])}


def _shares(confusion: IntArray) -> dict[str, Part]:
    """Of those both graded; `sensitivity_refusals_missed` calls missed what the test could not grade."""
    shares = accuracy(fractured_or_not(confusion[:GRADES, :GRADES]))
    found, of = shares["sensitivity"]
    refused = int(confusion[1:GRADES, NOT_GRADED].sum())
    return shares | {"sensitivity_refusals_missed": (found, of + refused)}


def _kappas(confusion: IntArray) -> dict[str, Kappa]:
    grades = confusion[:GRADES, :GRADES]
    weighted = {f"kappa_grades_{weights}": kappa(grades, weights) for weights in Weights}
    return {"kappa_fractured": kappa(fractured_or_not(grades)), **weighted}


def _deformity(comparison: Comparison) -> dict[str, Any]:
    """Of the vertebrae that both call fractured and whose deformity both name."""
    named = [
        (DEFORMITIES.index(one.deformity), DEFORMITIES.index(other.deformity), subject)
        for (one, other), subject in zip(comparison.pairs, comparison.vertebrae.subjects, strict=True)
        if other is not None and one.deformity and other.deformity
    ]
    both = np.array([pair for *pair, _ in named], dtype=np.int64).reshape(-1, 2)

    def counted(rows: Rows) -> IntArray:
        return crosstab(both[rows], len(DEFORMITIES))

    def figures(rows: Rows) -> dict[str, float]:
        counts = counted(rows)
        return {"agreement": share((int(np.trace(counts)), len(rows))), "kappa": kappa(counts).value}

    counts, drawn = counted(np.arange(len(both))), intervals(figures, [subject for *_, subject in named])
    return {
        "confusion": _confusion(counts, DEFORMITIES),
        "agreement": share_told((int(np.trace(counts)), len(both)), drawn["agreement"]),
        "kappa": kappa_told(kappa(counts), drawn["kappa"]),
    }


def _measure(both: FloatArray, subjects: Sequence[str]) -> dict[str, Any] | None:
    """Test minus reference, and how well both order the vertebrae; None where both measured none."""
    if not len(both):
        return None

    def figures(rows: Rows) -> dict[str, float]:
        return {**bland_altman(*both[rows].T), "icc": intraclass_correlation(both[rows])}

    return {"n": len(both), **{name: drawn_told(one) for name, one in intervals(figures, subjects).items()}}


def _fleiss(raters: Sequence[Ratings], panel: Panel) -> dict[str, Any]:
    keys = [key for key in raters[0] if all(key in one and one[key].grade is not None for one in raters)]
    grades = np.array([[one[key].grade for one in raters] for key in keys], dtype=np.int64).reshape(-1, len(raters))
    fractured, graded = _tally(np.minimum(grades, 1), 2), _tally(grades, GRADES)

    def figures(rows: Rows) -> dict[str, float]:
        return {"kappa_fractured": fleiss_kappa(fractured[rows]), "kappa_grades": fleiss_kappa(graded[rows])}

    drawn = intervals(figures, [panel.results.subject(scan_id) for scan_id, _ in keys])
    return {"raters": len(raters), "n": len(keys), **{name: drawn_told(one) for name, one in drawn.items()}}


def _tally(grades: IntArray, categories: int) -> IntArray:
    """(n, categories): how many raters gave each of n vertebrae each category."""
    return np.array((grades[:, :, None] == np.arange(categories)).sum(1), dtype=np.int64)


def _confusion(counts: IntArray, categories: Sequence[object]) -> dict[str, Any]:
    return {"categories": [str(category) for category in categories], "counts": counts.tolist()}
