"""Laboratory values of all children over time, against their normal limits, with the days of the doses below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from oiscan.followup.readout.describe import ALL_ARMS, given_doses
from oiscan.followup.readout.style import FAINT, LIMIT, LINE, looks_of, svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = ("USUBJID", "ARM", "PARAMCD", "ADY", "AVISIT", "AVAL", "AVALU", "ANRLO", "ANRHI", "limits", "SRC", "SRCID")


def laboratory(long: pd.DataFrame, paramcd: str, unit: str) -> pd.DataFrame:
    """All values of one laboratory parameter in one unit, those between visits too.

    `limits` says "low", "high" or "within"; "unknown" where a limit on the side it might cross is missing.
    """
    known = long["AVAL"].notna() & long["ADY"].notna() & (long["REASON"] == "")
    rows = long[(long["PARAMCD"] == paramcd) & (long["AVALU"] == unit) & known]
    told = [_against(*row) for row in rows[["AVAL", "ANRLO", "ANRHI"]].itertuples(index=False)]
    table = rows.assign(limits=told)[list(COLUMNS)]
    return table.sort_values(["ARM", "USUBJID", "ADY", "SRCID"], kind="stable", ignore_index=True)


def dose_days(long: pd.DataFrame) -> pd.DataFrame:
    """Days of the doses that were given: ARM, ADY."""
    days = given_doses(long)[["ARM", "ADY"]].dropna()
    return days.drop_duplicates().sort_values(["ARM", "ADY"], ignore_index=True)


def laboratory_svg(rows: pd.DataFrame, doses: pd.DataFrame, name: str, label: str, arms: Sequence[str]) -> str:
    """Figure of `laboratory`, a panel an arm, as SVG text; `doses` as `dose_days` gives them."""

    def draw(figure: Figure) -> None:
        panels = figure.subplots(1, len(arms), sharey=True, sharex=True, squeeze=False)[0]
        for panel, (arm, look) in zip(panels, looks_of(arms).items(), strict=True):
            group = rows[rows["ARM"] == arm]
            for _, child in group.groupby("USUBJID"):
                panel.plot(child["ADY"], child["AVAL"], color=look.colour, marker=look.mark, ms=2.5, lw=0.6, alpha=0.5)
            outside = group[group["limits"].isin(["low", "high"])]
            panel.plot(outside["ADY"], outside["AVAL"], ls="", marker="o", ms=7, mfc="none", mec=LIMIT)
            _limit_lines(panel, rows)
            given = doses.loc[doses["ARM"] == arm, "ADY"]
            panel.plot(given, [0.02] * len(given), "|", color=FAINT, ms=6, transform=panel.get_xaxis_transform())
            panel.set_title(f"{arm or ALL_ARMS} (n = {group['USUBJID'].nunique()})")
            panel.set_xlabel("study day; | a dose")
            panel.grid(axis="y", color=LINE, linewidth=0.6)

    return svg_of(name, f"{label} of each child by study day against normal limits", (2.7 * len(arms), 2.6), draw)


def _limit_lines(panel: Axes, rows: pd.DataFrame) -> None:
    """A line at every limit that was used: laboratories have several, by age."""
    for limit in sorted({*rows["ANRLO"].dropna(), *rows["ANRHI"].dropna()}):
        panel.axhline(limit, color=LIMIT, lw=0.9, ls=(0, (4, 3)))


def _against(value: float, low: float, high: float) -> str:
    if value < low:
        return "low"
    if value > high:
        return "high"
    return "within" if low <= value <= high else "unknown"
