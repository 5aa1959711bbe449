"""From the long table to a `Trial`: one parameter, two arms, the visits after baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from oiscan.errors import AnalysisError
from oiscan.followup.compare.trial import Trial

if TYPE_CHECKING:
    import pandas as pd

QUANTITIES = ("AVAL", "CHG", "PCHG")
SEX_CODES = {"F": 0.0, "M": 1.0}


def trial_of(
    table: pd.DataFrame,
    paramcd: str,
    quantity: str,
    arms: tuple[str, str],
    visits: Sequence[str] = (),
    covariates: Sequence[str] = ("BASE",),
    strata: Mapping[str, str] | None = None,
) -> Trial:
    """The children of two arms with what counts at each visit (ANL01FL).

    Parameters
    ----------
    table
        Long table (`oiscan.followup.study.columns`), or its columns USUBJID, ARM, AGE, SEX, PARAMCD, AVISIT, AVISITN,
        AVAL, AVALU, BASE, CHG, PCHG, ABLFL, ANL01FL, LEVEL.
    paramcd, quantity
        What is compared: a parameter with one value a child and visit, and its AVAL, CHG or PCHG.
    arms
        Reference first.
    visits
        AVISITs, in order; all after baseline where none is given.
    covariates
        "BASE" (the parameter's baseline value), "AGE" (years, at baseline), "SEX" (M against F), or the PARAMCD of
        another parameter, of which the baseline value counts.
    strata
        USUBJID to the stratum it was randomised in.

    Returns
    -------
    Children without one of the covariates are left out, and the note says how many.

    Raises
    ------
    AnalysisError
        Where a child has two values at a visit, the parameter has values of several levels, in several units or none at
        all, an arm has no child, a covariate differs within a child, or a stratum is missing.
    """
    if quantity not in QUANTITIES:
        raise AnalysisError(f"compare one of {', '.join(QUANTITIES)}, not {quantity!r}")
    children = _children(table, arms)
    rows = _rows(table[table["USUBJID"].isin(children.index)], paramcd, quantity, visits)
    names = tuple(visits) or tuple(rows.sort_values("AVISITN")["AVISIT"].unique())
    values = rows.pivot(index="USUBJID", columns="AVISIT", values=quantity).reindex(index=children.index, columns=names)
    known = _covariates(table[table["LEVEL"].isin(["", *rows["LEVEL"]])], paramcd, children, covariates)
    complete = known.notna().all(axis=1).to_numpy(dtype=bool)
    return Trial(
        f"{paramcd} {quantity}", arms, names, (children == arms[1]).to_numpy(dtype=bool)[complete],
        values.to_numpy(dtype=float)[complete], known.to_numpy(dtype=float)[complete], tuple(covariates),
        _strata(children, strata)[complete], _left_out(known, len(children)),
    )  # fmt: skip


def _children(table: pd.DataFrame, arms: tuple[str, str]) -> pd.Series:
    """Arm by USUBJID, sorted."""
    pairs = table.loc[table["ARM"].isin(arms), ["USUBJID", "ARM"]].drop_duplicates()
    if missing := [arm for arm in arms if arm not in set(pairs["ARM"])]:
        raise AnalysisError(f"no child in the arm {' or '.join(map(repr, missing))}; a blinded table has no arms")
    if doubled := sorted(pairs.loc[pairs["USUBJID"].duplicated(), "USUBJID"]):
        raise AnalysisError(f"in both arms: {', '.join(doubled)}")
    return pairs.set_index("USUBJID")["ARM"].sort_index()


def _rows(table: pd.DataFrame, paramcd: str, quantity: str, visits: Sequence[str]) -> pd.DataFrame:
    """What counts after baseline, one row a child and visit."""
    counts = (table["PARAMCD"] == paramcd) & (table["ANL01FL"] == "Y")
    after = table["AVISIT"].isin(visits) if visits else (table["AVISITN"] > 0) & (table["AVISIT"] != "")
    rows = table[counts & after & table[quantity].notna()]
    if rows.empty:
        raise AnalysisError(f"{paramcd} has no {quantity} at {', '.join(visits) or 'any visit after baseline'}")
    _check_alike(rows, paramcd, quantity)
    return rows


def _check_alike(rows: pd.DataFrame, paramcd: str, quantity: str) -> None:
    """Of one level, in one unit, one a child and visit."""
    levels, units = (sorted(set(rows[name])) for name in ("LEVEL", "AVALU"))
    if len(levels) > 1:
        told = ", ".join(level or "the whole child" for level in levels)
        raise AnalysisError(f"{paramcd} has values of several levels ({told}): choose one or sum up")
    if len(units) > 1 and quantity != "PCHG":
        told = " and in ".join(unit or "no unit" for unit in units)
        raise AnalysisError(f"{paramcd} is in {told}: values in several units are not compared")
    doubled = rows[rows.duplicated(["USUBJID", "AVISIT"])]
    if len(doubled):
        named = ", ".join(f"{child} at {visit}" for child, visit in doubled[["USUBJID", "AVISIT"]].to_numpy()[:5])
        raise AnalysisError(f"more than one value of {paramcd} counts for {named}: only one may have ANL01FL = Y")


def _covariates(table: pd.DataFrame, paramcd: str, children: pd.Series, names: Sequence[str]) -> pd.DataFrame:
    """(child, covariate), NaN where not known."""
    import pandas as pd

    columns = {name: _covariate(table, paramcd, name).reindex(children.index) for name in names}
    return pd.DataFrame(columns, index=children.index, dtype=float)


def _covariate(table: pd.DataFrame, paramcd: str, name: str) -> pd.Series:
    """By USUBJID."""
    first = table[table["ABLFL"] == "Y"]
    if name == "AGE":
        return first.groupby("USUBJID")["AGE"].max()
    if name == "SEX":
        return _one_each(table.assign(SEX=table["SEX"].map(SEX_CODES)), "SEX")
    own = _one_each(first[first["PARAMCD"] == (paramcd if name == "BASE" else name)], "AVAL")
    if name != "BASE":
        return own
    # Derived parameters, such as a grade sum, bring their baseline along without a row of its own.
    later = table[(table["PARAMCD"] == paramcd) & table["BASE"].notna()].sort_values("AVISITN")
    return own.combine_first(later.groupby("USUBJID")["BASE"].first())


def _one_each(rows: pd.DataFrame, column: str) -> pd.Series:
    known = rows[rows[column].notna()]
    if differing := sorted(known.groupby("USUBJID")[column].nunique().loc[lambda each: each > 1].index):
        raise AnalysisError(f"more than one baseline {column} for {', '.join(map(str, differing[:5]))}")
    return known.groupby("USUBJID")[column].first()


def _left_out(known: pd.DataFrame, children: int) -> str:
    without = {name: int(known[name].isna().sum()) for name in known.columns}
    told = ", ".join(f"{n} without {name}" for name, n in without.items() if n)
    return f"left out of {children} children: {told}" if told else ""


def _strata(children: pd.Series, strata: Mapping[str, str] | None) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    if strata is None:
        return np.zeros(len(children), dtype=np.int64)
    if missing := [str(child) for child in children.index if child not in strata]:
        raise AnalysisError(f"no stratum for {', '.join(missing[:5])}")
    return np.unique([strata[str(child)] for child in children.index], return_inverse=True)[1].astype(np.int64)
