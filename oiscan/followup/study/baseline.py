"""From values to changes: which row is the baseline, which one counts for its visit, and what changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oiscan.anatomy import Level
from oiscan.followup.study.columns import KEY, in_order
from oiscan.followup.study.params import Kind
from oiscan.followup.study.study import Study
from oiscan.followup.study.visits import visit_on

if TYPE_CHECKING:
    import pandas as pd

_NOT_MEASURED = ("dose", "event")
"""Sources of what happens: it has neither baseline nor change."""
_SERIES = ["USUBJID", "PARAMCD"]


def derived(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """The long table with AVISIT, AVISITN, ABLFL, ANL01FL, BASE, CHG and PCHG.

    Baseline is the last value that counts on or before the first dose. Of a later visit the day closest to its target
    counts, of equals the earlier. What was measured at one time counts together: of several scans of a day the one with
    most values, so that no vertebra comes from another picture than its neighbours.

    Parameters
    ----------
    table
        A long table. Rows whose REASON is not blank are kept and do not count.
    """
    table = in_order(_with_visits(study, table))
    rows = _work(study, table)
    at_baseline, at_visits = _chosen(rows)
    once = _once(rows)
    table["ABLFL"] = _flags(at_baseline & rows["counts"] & once)
    table["ANL01FL"] = _flags((at_baseline | at_visits) & (rows["counts"] | rows["unreadable"]) & once)
    name = next(visit.name for visit in study.settings.visits if visit.month == 0)
    table.loc[at_baseline, "AVISIT"], table.loc[at_baseline, "AVISITN"] = name, 0.0
    return in_order(_with_changes(study, table, rows))


def _with_visits(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """AVISIT by study day, where that is known; where it is not, as the table named it."""
    table = table.copy()
    by_day = {day: visit_on(int(day), study.settings.visits) for day in table["ADY"].dropna().unique()}
    for day, visit in by_day.items():
        there = table["ADY"] == day
        table.loc[there, "AVISIT"] = "" if visit is None else visit.name
        table.loc[there, "AVISITN"] = float("nan") if visit is None else visit.month
    return table


def _work(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """What choosing needs to know of each row."""
    targets = {visit.name: float(visit.target) for visit in study.settings.visits}
    rows = table[[*KEY, "AVISIT"]].copy()
    target = table["AVISIT"].map(targets)
    rows["day"] = table["ADY"].fillna(target)
    rows["off"] = (rows["day"] - target).abs()
    rows["before"] = rows["day"] <= 1
    rows["measured"] = ~table["SRC"].isin(_NOT_MEASURED)
    rows["counts"] = rows["measured"] & (table["REASON"] == "")
    # That a vertebra of the scan could not be read belongs to its visit; any other missing value does not.
    rows["unreadable"] = table["AVAL"].isna() & table["LEVEL"].isin([level.value for level in Level])
    rows["unit"] = rows["day"].astype(str) + "|" + table["SRCID"].str.replace(":.*", "", regex=True)
    rows["values"] = rows.groupby(["USUBJID", "unit"])["counts"].transform("sum")
    return rows


def _chosen(rows: pd.DataFrame) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """Rows of the unit that is the baseline of its series; and of the units that count for the other visits."""
    units = rows[rows["counts"]].drop_duplicates([*_SERIES, "AVISIT", "unit"])
    last = units[units["before"]].sort_values(["day", "values"], ascending=False, kind="stable")
    closest = units[~units["before"] & (units["AVISIT"] != "")]
    closest = closest.sort_values(["off", "day", "values"], ascending=[True, True, False], kind="stable")
    return (
        _among(rows, last.drop_duplicates(_SERIES), [*_SERIES, "unit"]),
        _among(rows, closest.drop_duplicates([*_SERIES, "AVISIT"]), [*_SERIES, "AVISIT", "unit"]),
    )


def _among(rows: pd.DataFrame, units: pd.DataFrame, by: list[str]) -> pd.Series[bool]:
    """Whether each row belongs to one of the units."""
    import pandas as pd

    wanted = pd.MultiIndex.from_frame(units[by])
    return pd.Series(pd.MultiIndex.from_frame(rows[by]).isin(wanted), index=rows.index) & rows["measured"]


def _once(rows: pd.DataFrame) -> pd.Series[bool]:
    """Whether a row is the first of its series, level and unit, one that counts before one that does not."""
    ordered = rows.sort_values("counts", ascending=False, kind="stable")
    return ~ordered.duplicated([*KEY, "unit"]).reindex(rows.index)


def _flags(chosen: pd.Series[bool]) -> pd.Series[str]:
    return chosen.map({True: "Y", False: ""}).astype(object)


def _with_changes(study: Study, table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """BASE of every row of a series in the unit of its baseline; CHG and PCHG of those after the first dose."""
    by = [*KEY, "AVALU"]
    bases = table.loc[table["ABLFL"] == "Y", [*by, "AVAL"]].rename(columns={"AVAL": "BASE"})
    changing = [code for code, param in study.params.items() if param.kind in (Kind.CONTINUOUS, Kind.ORDINAL)]
    percentable = [code for code, param in study.params.items() if not param.no_percent]
    table["BASE"] = table[by].merge(bases, on=by, how="left")["BASE"].where(rows["measured"]).to_numpy()
    after = ~rows["before"] & rows["counts"] & table["PARAMCD"].isin(changing)
    table["CHG"] = (table["AVAL"] - table["BASE"]).where(after)
    percent = 100 * table["CHG"] / table["BASE"]
    table["PCHG"] = percent.where(table["PARAMCD"].isin(percentable) & (table["BASE"] > 0))
    return table
