"""Fractures and adverse events: listed, and counted per person-year under treatment."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from oiscan.followup.compare.rates import poisson_rate
from oiscan.followup.safety.since_dose import days_since_dose, elapsed_days
from oiscan.followup.safety.usable import usable

FRACTURE, ADVERSE_EVENT = "FX", "AE"
MORPHOMETRIC = ("scan", "derived")
"""SRC of fractures that were found on a scan."""

DAYS_A_YEAR = 365.25
LISTED = ("USUBJID", "ARM", "AGE", "PARAMCD", "AVALC", "LEVEL", "ADY", "SRC", "SRCID")
NO_TERM = "not told"


@dataclass(frozen=True)
class EventDefinition:
    """Which events count.

    Parameters
    ----------
    name
        Printed with the rate.
    morphometric
        Whether those found on a scan count.
    without
        Whole words that leave out the events whose text holds one of them; plurals in s too.
    """

    name: str
    morphometric: bool = True
    without: tuple[str, ...] = ()

    def counted(self, events: pd.DataFrame) -> pd.DataFrame:
        """The events that count."""
        kept = events if self.morphometric else events[~events.SRC.isin(list(MORPHOMETRIC))]
        if not self.without:
            return kept
        words = "|".join(map(re.escape, self.without))
        return kept[~kept.AVALC.str.contains(rf"\b(?:{words})s?\b", case=False)]


ALL_EVENTS = EventDefinition("all events")


@cache
def fracture_definitions() -> tuple[EventDefinition, ...]:
    """From all fractures to the narrowest definition."""
    told = tomllib.loads((files("oiscan.followup.safety") / "data" / "fractures.toml").read_text("utf-8"))
    return tuple(
        EventDefinition(one["name"], one.get("morphometric", True), tuple(one.get("without", ())))
        for one in told["definitions"]
    )


def person_years(table: pd.DataFrame) -> pd.DataFrame:
    """How long each child was watched: from the first dose to the last day anything is known of it.

    Returns
    -------
    DataFrame
        A row a child: USUBJID, ARM, LASTDY, PYEARS (0 for a child without a day after the first dose).
    """
    last = usable(table).groupby(["USUBJID", "ARM"]).ADY.max().rename("LASTDY").reset_index()
    return last.assign(PYEARS=last["LASTDY"].clip(lower=0).fillna(0) / DAYS_A_YEAR)


def event_list(table: pd.DataFrame) -> pd.DataFrame:
    """Every fracture and adverse event, with the days since the last dose and whether it counts.

    Returns
    -------
    DataFrame
        `LISTED`, the columns of `days_since_dose`, and NOTCNTD: why the event is in no rate; "" where it is.
    """
    events = table[table.PARAMCD.isin([FRACTURE, ADVERSE_EVENT]) & ~table.AVAL.eq(0)]
    reasons = [_not_counted(day) for day in events.ADY]
    listed = events[list(LISTED)].join(days_since_dose(events, table)).assign(NOTCNTD=reasons)
    return listed.sort_values(["PARAMCD", "USUBJID", "ADY", "SRCID"], ignore_index=True)


def event_rates(
    table: pd.DataFrame, paramcd: str, definitions: Sequence[EventDefinition] = (ALL_EVENTS,)
) -> pd.DataFrame:
    """Events per person-year by arm, with exact Poisson intervals.

    Parameters
    ----------
    table
        The long table.
    paramcd
        `FRACTURE` or `ADVERSE_EVENT`.
    definitions
        What counts; `fracture_definitions()` for fractures.

    Returns
    -------
    DataFrame
        A row a definition and arm: PARAMCD, DEFINITION, ARM, N (children), NWITH (with at least one event), NEVENTS,
        PYEARS, RATE, RATELO, RATEHI (per person-year, 95 %; NaN where nobody was watched) and NLEFTOUT (events before
        the first dose or without a day).
    """
    listed = event_list(table)
    own = listed[listed.PARAMCD.eq(paramcd)]
    rows = [
        _rate(paramcd, definition, str(arm), children, own[own.ARM.eq(arm)])
        for definition in definitions
        for arm, children in person_years(table).groupby("ARM")
    ]
    return pd.DataFrame(rows)


def event_terms(table: pd.DataFrame) -> pd.DataFrame:
    """Adverse events under treatment by term and arm: TERM, ARM, NWITH (children), NEVENTS."""
    listed = event_list(table)
    counted = listed[listed.PARAMCD.eq(ADVERSE_EVENT) & listed.NOTCNTD.eq("")]
    term = counted.AVALC.str.strip().replace("", NO_TERM).rename("TERM")
    found = counted.groupby([term, "ARM"]).USUBJID.agg(NWITH="nunique", NEVENTS="size").reset_index()
    return found.sort_values(["TERM", "ARM"], ignore_index=True)


def _not_counted(study_day: float) -> str:
    if math.isnan(study_day):
        return "the day of the event is not known"
    return "before the first dose" if elapsed_days(study_day) < 0 else ""


def _rate(
    paramcd: str, definition: EventDefinition, arm: str, children: pd.DataFrame, events: pd.DataFrame
) -> dict[str, Any]:
    fitting = definition.counted(events)
    counted = fitting[fitting.NOTCNTD.eq("")]
    years = float(children.PYEARS.sum())
    rate = poisson_rate(len(counted), years) if years > 0 else None
    return {
        "PARAMCD": paramcd,
        "DEFINITION": definition.name,
        "ARM": arm,
        "N": len(children),
        "NWITH": counted.USUBJID.nunique(),
        "NEVENTS": len(counted),
        "PYEARS": years,
        "RATE": rate.per_year if rate else math.nan,
        "RATELO": rate.low if rate else math.nan,
        "RATEHI": rate.high if rate else math.nan,
        "NLEFTOUT": len(fitting) - len(counted),
    }
