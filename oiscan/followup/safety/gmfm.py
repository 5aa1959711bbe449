"""The Gross Motor Function Measure with 88 items: percent of each dimension, and their mean.

Items are 0 to 3. An item that was not tested counts 0 (CanChild's page on scoring); an item nobody wrote down does not,
and its dimension has no score. The GMFM-66 is another scale with its own software and is not computed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from oiscan.followup.study.columns import long_frame
from oiscan.followup.study.params import PARAMS

DIMENSIONS: Mapping[str, range] = MappingProxyType(
    {"A": range(1, 18), "B": range(18, 38), "C": range(38, 52), "D": range(52, 65), "E": range(65, 89)}
)
"""Items of each: lying and rolling, sitting, crawling and kneeling, standing, walking running and jumping."""

ITEM_CODES = {f"GMI{item:02d}": item for items in DIMENSIONS.values() for item in items}
"""PARAMCD of each item."""

NOT_TESTED = frozenset({"NT", "NOT TESTED", "NOT ABLE"})
BEST = 3
TOTAL = "GMFM88"


@dataclass(frozen=True)
class Gmfm:
    """Scores of one test.

    Parameters
    ----------
    percent
        By dimension, those without an answer left out.
    total
        Mean of the five; NaN where one is missing.
    not_tested
        Items that counted 0 because they were not tested.
    reasons
        Why a dimension has no score, by dimension.
    """

    percent: Mapping[str, float]
    total: float
    not_tested: int
    reasons: Mapping[str, str]


def gmfm88(items: Mapping[int, float | str]) -> Gmfm:
    """Scores from the items of one test.

    Parameters
    ----------
    items
        0, 1, 2, 3, or a word of `NOT_TESTED`, by number from 1 to 88.
    """
    points = {item: 0.0 if score in NOT_TESTED else score for item, score in items.items()}
    reasons = {name: reason for name, numbers in DIMENSIONS.items() if (reason := _unusable(points, numbers))}
    percent = {name: _percent(points, numbers) for name, numbers in DIMENSIONS.items() if name not in reasons}
    total = sum(percent.values()) / len(DIMENSIONS) if not reasons else math.nan
    return Gmfm(percent, total, sum(score in NOT_TESTED for score in items.values()), reasons)


def gmfm_rows(table: pd.DataFrame) -> pd.DataFrame:
    """GMFMA to GMFME and GMFM88 rows from the item rows of a long table, to be appended before baselines are derived.

    A test is all items of one child, day and visit. Where the table already has a GMFM88 there, none is added.
    """
    told = {_test(row) for row in table[table.PARAMCD.eq(TOTAL)].to_dict("records")}
    tests: dict[tuple[object, ...], list[Mapping[str, object]]] = {}
    for row in table[table.PARAMCD.isin(list(ITEM_CODES))].to_dict("records"):
        tests.setdefault(_test(row), []).append({str(name): cell for name, cell in row.items()})
    return long_frame(row for test, rows in tests.items() if test not in told for row in _rows(rows))


def _unusable(points: Mapping[int, float | str], numbers: range) -> str:
    missing = [item for item in numbers if points.get(item) is None or points[item] != points[item]]
    if missing:
        return f"{len(missing)} of {len(numbers)} items are missing"
    wrong = [str(item) for item in numbers if points[item] not in range(BEST + 1)]
    return f"no score of 0 to 3 in item {', '.join(wrong)}" if wrong else ""


def _percent(points: Mapping[int, float | str], numbers: range) -> float:
    return 100 * sum(float(points[item]) for item in numbers) / (BEST * len(numbers))


def _test(row: Mapping[object, object]) -> tuple[object, ...]:
    return tuple(None if row[name] != row[name] else row[name] for name in ("USUBJID", "ADY", "AVISITN"))


def _rows(items: list[Mapping[str, object]]) -> Iterator[dict[str, object]]:
    kept = ("STUDYID", "USUBJID", "ARM", "AGE", "SEX", "AVISIT", "AVISITN", "ADT", "ADY", "ANL01FL")
    first, numbers = items[0], [ITEM_CODES[str(row["PARAMCD"])] for row in items]
    common = {name: first[name] for name in kept} | {"AVALU": "%", "SRC": "derived"}
    common["SRCID"] = f"{len(items)} items from {first['SRCID']}"
    twice = len(set(numbers)) < len(numbers)
    found = gmfm88({} if twice else {item: _score(row) for item, row in zip(numbers, items, strict=True)})
    reason = "an item stands twice" if twice else ""
    for name in DIMENSIONS:
        told = {"AVAL": found.percent.get(name), "REASON": reason or found.reasons.get(name, "")}
        yield common | told | {"PARAMCD": f"GMFM{name}", "PARAM": f"GMFM-88 dimension {name}"}
    reasons = "; ".join(f"dimension {name}: {why}" for name, why in found.reasons.items())
    total = {"PARAMCD": TOTAL, "PARAM": PARAMS[TOTAL].label, "AVAL": found.total}
    yield common | total | {"REASON": reason or reasons}


def _score(row: Mapping[str, object]) -> float | str:
    text = str(row["AVALC"]).strip().upper()
    return text if text in NOT_TESTED else float(str(row["AVAL"]))
