"""Bone density of a study since baseline, as a table: a row a child, parameter and later visit, and means of arms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from oiscan.densitometry.regions import levels_of
from oiscan.densitometry.repeat.machine import Machine
from oiscan.errors import ComparisonError
from oiscan.followup.change.density import DensityValue, density_change
from oiscan.followup.study.params import PARAMS

if TYPE_CHECKING:
    import pandas as pd

DENSITIES: Mapping[str, str] = {"LSBMD": "LSBMDZ", "LSBMDM": "", "TBLHBMD": "TBLHZ"}
"""Codes of densities, each with that of its Z-score."""

Z_SCORES = ("LSBMDZ", "LSHAZ", "TBLHZ")

COLUMNS: dict[str, str] = {
    "USUBJID": "code of the child",
    "ARM": "arm",
    "PARAMCD": "code of what was measured",
    "AVISIT": "later visit",
    "AVISITN": "that visit in months",
    "LEVEL": "region",
    "BASE": "value at baseline",
    "AVAL": "value at the later visit",
    "CHG": "change",
    "PCHG": "change in per cent of the child's baseline",
    "PCHGREAS": "why there is no percent change",
    "ZCHG": "change of the Z-score that belongs to it",
    "LSC": "least significant change",
    "BEYOND": "Y: the change reaches it; N: it does not; blank: no LSC is given",
    "FLAGS": "what is not as at baseline, or not known",
    "REASON": "why the two are not compared",
    "BSRCID": "where the baseline comes from",
    "SRCID": "where the later value comes from",
}
"""Columns of `density_changes` and what they mean."""

_NUMBERS = ("AVISITN", "BASE", "AVAL", "CHG", "PCHG", "ZCHG", "LSC")


def density_changes(
    table: pd.DataFrame,
    machines: Mapping[str, Machine],
    lsc: Mapping[str, float] | None = None,
    other_scanner: bool = False,
) -> pd.DataFrame:
    """Every child's density and Z-scores at later visits against baseline; see `COLUMNS`.

    Parameters
    ----------
    table
        The long table with baseline and visits derived; a value with a REASON does not count.
    machines
        What measured a value, by SRCID; where it is not known the row says so.
    lsc
        Least significant change by code, in the unit of the parameter, from the centre's own precision study.
    other_scanner
        Whether values of another scanner's maker or model may be compared.
    """
    import pandas as pd

    rows: list[dict[str, Any]] = []
    known = table[table["PARAMCD"].isin([*DENSITIES, *Z_SCORES]) & table["AVAL"].notna() & table["AVISITN"].notna()]
    for _, series in known.groupby(["USUBJID", "PARAMCD"], sort=True):
        rows += _of_series(series, machines, lsc or {}, other_scanner)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame = frame.astype({name: "float64" if name in _NUMBERS else object for name in COLUMNS})
    return _with_z_changes(frame)


def mean_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """Mean and standard deviation of the children's own changes, by arm, parameter and visit.

    Returns
    -------
    DataFrame
        ARM, PARAMCD, AVISIT, AVISITN, N, CHG, CHGSD, PCHG, PCHGSD: means of changes per child. The percent change is
        the mean of the children's percent changes, not the percent change of their mean.
    """
    compared = changes[changes["CHG"].notna()]
    of = compared.groupby(["ARM", "PARAMCD", "AVISIT", "AVISITN"], sort=True, dropna=False)
    means = of.agg(N=("CHG", "size"), CHG=("CHG", "mean"), CHGSD=("CHG", "std"),
                   PCHG=("PCHG", "mean"), PCHGSD=("PCHG", "std"))  # fmt: skip
    return means.reset_index().sort_values(["PARAMCD", "AVISITN", "ARM"], kind="stable", ignore_index=True)


def _of_series(
    series: pd.DataFrame, machines: Mapping[str, Machine], lsc: Mapping[str, float], other_scanner: bool
) -> Iterator[dict[str, Any]]:
    baseline = series[series["ABLFL"] == "Y"]
    if baseline.empty:
        return
    first = baseline.iloc[0]
    later = series.assign(other=series["LEVEL"] != first["LEVEL"])[series["AVISITN"] > first["AVISITN"]]
    best = later.sort_values(["AVISITN", "ANL01FL", "other"], ascending=[True, False, True], kind="stable")
    for _, row in best.drop_duplicates("AVISITN").iterrows():
        yield _row(first, row, machines, lsc.get(row["PARAMCD"]), other_scanner)


def _row(first: Any, later: Any, machines: Mapping[str, Machine], lsc: float | None, other: bool) -> dict[str, Any]:
    told = {name: later[name] for name in ("USUBJID", "ARM", "PARAMCD", "AVISIT", "AVISITN", "LEVEL", "AVAL", "SRCID")}
    told |= {"BASE": first["AVAL"], "BSRCID": first["SRCID"], "PCHGREAS": "", "BEYOND": "", "FLAGS": "", "REASON": ""}
    if later["REASON"]:  # a number that does not count
        return {**told, "REASON": later["REASON"]}
    try:
        change = density_change(
            PARAMS[later["PARAMCD"]], _value(first, machines), _value(later, machines), lsc, other
        )
    except ComparisonError as error:
        return {**told, "REASON": str(error)}
    return {
        **told,
        "CHG": change.change,
        "PCHG": change.percent,
        "PCHGREAS": change.no_percent,
        "LSC": change.lsc,
        "BEYOND": "" if change.beyond_lsc is None else "NY"[change.beyond_lsc],
        "FLAGS": "; ".join(change.flags),
    }


def _value(row: Any, machines: Mapping[str, Machine]) -> DensityValue:
    return DensityValue(float(row["AVAL"]), levels_of(row["LEVEL"]), machines.get(row["SRCID"], Machine()))


def _with_z_changes(frame: pd.DataFrame) -> pd.DataFrame:
    """ZCHG of densities: the change of their own Z-score at the same visit."""
    by_visit = frame.set_index(["USUBJID", "PARAMCD", "AVISITN"])["CHG"].to_dict()
    keys = zip(frame["USUBJID"], frame["PARAMCD"].map(DENSITIES), frame["AVISITN"], strict=True)
    return frame.assign(ZCHG=[by_visit.get(key, float("nan")) for key in keys])
