"""The figures of an agreement as text that a paper could print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

HEAD = (
    "95 % intervals: shares by Wilson, kappas of two by Fleiss, Cohen and Everitt, others by bootstrap over patients.\n"
    "In brackets: by bootstrap over patients, because vertebrae of one patient are alike."
)
WIDTHS = (30, 54, 54)

APART = {
    "graded_by_both": "graded by both",
    "unreadable_to_both": "unreadable to both",
    "unreadable_to_reference_only": "unreadable to {reference} only",
    "unreadable_to_test_only": "unreadable to {test} only",
    "not_listed_by_reference": "not listed by {reference}",
    "not_listed_by_test": "not listed by {test}",
}
MEASURES = ("bias", "lower_limit", "upper_limit", "icc")


def agreement_table(told: Mapping[str, Any]) -> str:
    """All of `oiscan.evaluation.agreement.statistics.agreement` as text."""
    scans = f"{told['scans']} scans of {told['patients']} patients; {told['scans_without_results']} without results"
    comparisons = [*told["against_readers"], *told["between_readers"]]
    return "\n\n".join([HEAD, scans, *map(_comparison, comparisons), _fleiss(told["fleiss_kappa"])]) + "\n"


def _comparison(told: Mapping[str, Any]) -> str:
    title = f"{told['test']} against {told['reference']}"
    counts = [f"  {words.format(**told)}: {told['vertebrae'][name]}" for name, words in APART.items()]
    rows = [("", "per vertebra", "per patient"), *_units(told["per_vertebra"], told["per_patient"])]
    rows += [(f"deformity {name}", _figure(told["deformity"][name]), "") for name in ("agreement", "kappa")]
    calibration = told["calibration"] or {}
    rows += [(name, _figure(one), "") for name, one in calibration.items() if name != "bins"]
    return "\n".join([title, "-" * len(title), *counts, *map(_line, rows), *_measures(told)])


def _units(vertebrae: Mapping[str, Any], patients: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [(name, _figure(one), _figure(patients[name])) for name, one in vertebrae.items() if name != "confusion"]


def _measures(told: Mapping[str, Any]) -> list[str]:
    """A line for each height and ratio that both gave: Bland and Altman's figures and the ICC."""
    given = {name: one for name, one in told["measures"].items() if one is not None}
    if not given:
        return []
    lines = [
        f"{name:<30}n {one['n']}: " + ", ".join(f"{part} {_figure(one[part])}" for part in MEASURES)
        for name, one in given.items()
    ]
    return [f"{told['test']} minus {told['reference']}, limits of 95 % of the differences", *lines]


def _fleiss(told: Mapping[str, Any]) -> str:
    lines = [
        f"{name:<30}{one['raters']} raters, {one['n']} vertebrae all graded: "
        + ", ".join(f"{part} {_figure(one[part])}" for part in ("kappa_fractured", "kappa_grades"))
        for name, one in told.items()
        if one is not None
    ]
    return "\n".join(["Fleiss' kappa", *lines])


def _line(cells: Sequence[str]) -> str:
    return "".join(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS, strict=True)).rstrip()


def _figure(one: Mapping[str, Any]) -> str:
    """Value, interval, the interval over patients, and of how many."""
    if one["value"] is None:
        return "-"
    text = f"{one['value']:.3f}{_ends(one['ci95'], ' ({:.3f} to {:.3f})')}"
    text += _ends(one.get("ci95_bootstrap"), " [{:.3f} to {:.3f}]")
    return text + (f" {one['count']}/{one['of']}" if "of" in one else "")


def _ends(ends: Sequence[float] | None, form: str) -> str:
    return "" if ends is None else form.format(*ends)
