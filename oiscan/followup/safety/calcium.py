"""Total calcium adjusted for albumin: only with an albumin of the same sample, never raw under its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from oiscan.followup.safety.usable import usable, why_missing
from oiscan.followup.study.columns import long_frame
from oiscan.followup.study.params import PARAMS

CALCIUM, ALBUMIN, ADJUSTED = "CA", "ALB", "CAADJ"
ALBUMIN_G_L: Mapping[str, float] = {"g/L": 1.0, "g/dL": 10.0}
"""g/L from each unit."""

SAMPLE = ["USUBJID", "ADY", "AVISITN"]
"""Values equal in these are of one sample: the same child, the same day; without a day, the same visit."""

TAKEN_OVER = (
    *("STUDYID", "USUBJID", "ARM", "AGE", "SEX", "AVISIT", "AVISITN"),
    *("ADT", "ADY", "AVALU", "ANL01FL", "ANRLO", "ANRHI"),
)
"""What an adjusted value has from its total calcium: the normal limits of the total are held against it."""


@dataclass(frozen=True)
class AlbuminCorrection:
    """How calcium is adjusted for albumin, in the unit the laboratory reports.

    The factors are Payne's of 1973 (BMJ 4:643; read in secondary pages), made on adults and unverified in children.

    Parameters
    ----------
    mmol_l_per_g_l
        mmol/L of calcium for each g/L of albumin below normal.
    mg_dl_per_g_dl
        mg/dL of calcium for each g/dL of albumin below normal.
    albumin_g_l
        The normal albumin.
    """

    mmol_l_per_g_l: float = 0.02
    mg_dl_per_g_dl: float = 0.8
    albumin_g_l: float = 40.0

    def __str__(self) -> str:
        return (
            f"calcium + {self.mmol_l_per_g_l:g} x ({self.albumin_g_l:g} - albumin in g/L) mmol/L, or + "
            f"{self.mg_dl_per_g_dl:g} x ({self.albumin_g_l / 10:g} - albumin in g/dL) mg/dL; unverified in children"
        )

    def adjusted(self, calcium: float, unit: str, albumin_g_l: float) -> float:
        """Adjusted calcium, in the unit of the total calcium.

        Raises
        ------
        ValueError
            If the unit is neither mmol/L nor mg/dL.
        """
        short_g_l = self.albumin_g_l - albumin_g_l
        if unit == "mmol/L":
            return calcium + self.mmol_l_per_g_l * short_g_l
        if unit == "mg/dL":
            return calcium + self.mg_dl_per_g_dl * short_g_l / 10
        raise ValueError(f"calcium in '{unit}' cannot be adjusted: it must be in mmol/L or mg/dL")


def adjusted_calcium(table: pd.DataFrame, correction: AlbuminCorrection | None = None) -> pd.DataFrame:
    """A CAADJ row for every CA row whose sample has none from the laboratory, to be appended to the long table.

    Parameters
    ----------
    table
        The long table, before its baselines are derived.
    correction
        `AlbuminCorrection` where not given.

    Returns
    -------
    DataFrame
        Long rows with SRC "derived" and SRCID of both values; AVAL is missing, with REASON, where albumin is.
    """
    used = correction or AlbuminCorrection()
    told = usable(table)
    albumins = told[told.PARAMCD.eq(ALBUMIN) & told.AVAL.notna()].groupby(SAMPLE, dropna=False)
    by_sample = {_plain(sample): rows for sample, rows in albumins}
    adjusted = {_plain(sample) for sample, _ in told[told.PARAMCD.eq(ADJUSTED)].groupby(SAMPLE, dropna=False)}
    return long_frame(_rows(told[told.PARAMCD.eq(CALCIUM)], by_sample, adjusted, used))


def _rows(
    calcium: pd.DataFrame, albumins: Mapping[Any, pd.DataFrame], adjusted: set[Any], correction: AlbuminCorrection
) -> Iterator[dict[str, object]]:
    for row in calcium.to_dict("records"):
        sample = _plain([row[name] for name in SAMPLE])
        if sample in adjusted:
            continue
        albumin, reason = _albumin(albumins.get(sample), sample)
        value, reason = (None, reason) if albumin is None else _adjusted(row, albumin, correction)
        source = row["SRCID"] if albumin is None else f"{row['SRCID']} + {albumin['SRCID']}"
        common = {name: row[name] for name in TAKEN_OVER}
        param = {"PARAMCD": ADJUSTED, "PARAM": PARAMS[ADJUSTED].label}
        yield common | param | {"AVAL": value, "SRC": "derived", "SRCID": source, "REASON": reason}


def _albumin(found: pd.DataFrame | None, sample: tuple[Any, ...]) -> tuple[dict[Any, Any] | None, str]:
    """The one albumin of a sample, or why there is not just one."""
    if sample[1:] == (None, None):
        return None, "neither day nor visit of the calcium is known: no albumin can be matched"
    if found is None:
        return None, "no albumin in the same sample: raw calcium is not used in its place"
    if len(found.drop_duplicates(["AVAL", "AVALU"])) > 1:
        return None, f"{len(found)} albumin values for one sample: keep one"
    return found.to_dict("records")[0], ""


def _adjusted(row: Mapping[Any, Any], albumin: Mapping[Any, Any], correction: AlbuminCorrection) -> tuple[Any, str]:
    if pd.isna(row["AVAL"]):
        return None, why_missing(row)
    if albumin["AVALU"] not in ALBUMIN_G_L:
        return None, f"albumin in '{albumin['AVALU']}': it must be in g/L or g/dL"
    if row["AVALU"] not in ("mmol/L", "mg/dL"):
        return None, f"calcium in '{row['AVALU']}': it must be in mmol/L or mg/dL"
    return correction.adjusted(row["AVAL"], row["AVALU"], albumin["AVAL"] * ALBUMIN_G_L[albumin["AVALU"]]), ""


def _plain(sample: Any) -> tuple[Any, ...]:
    """A sample's key, with None for what is not known: NaN does not equal itself."""
    return tuple(None if pd.isna(one) else one for one in sample)
