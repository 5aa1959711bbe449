"""Doses given, against the plan."""

from __future__ import annotations

from oiscan.followup.readout.answers import Answers
from oiscan.followup.readout.describe import ALL_ARMS, each
from oiscan.followup.readout.parts import Section, Table
from oiscan.followup.readout.words import NONE, day, number


def doses_section(answers: Answers) -> Section:
    """How many doses each arm had, and which were off the plan."""
    counts, doses = answers.safety.dose_counts, answers.safety.doses
    if doses.empty:
        return Section("doses", "Doses", ("The study's tables hold no doses.",))
    head = ("", "children", "planned", "given", "amount flagged", "interval flagged")
    rows = tuple(
        (str(arm) or ALL_ARMS, str(len(group)), *(str(group[name].sum()) for name in _COUNTED))
        for arm, group in counts.groupby("ARM")
    )
    by_arm = Table("dose_counts", "Doses planned and given, up to the last day anything is known", head, rows, counts)
    return Section("doses", "Doses", (), (by_arm, _flagged(answers)))


_COUNTED = ("NPLANNED", "NGIVEN", "NAMOUNT", "NINTERVAL")


def _flagged(answers: Answers) -> Table:
    doses = answers.safety.doses
    flagged = doses[doses["FLAGS"].fillna("").ne("") | doses["REASON"].fillna("").ne("")]
    rows = tuple(
        (one.USUBJID, day(one.ADY), f"{number(one.GIVENMG)} mg", _planned(one.PLANLOMG, one.PLANHIMG),
         " ".join(word for word in (one.FLAGS, one.REASON) if isinstance(word, str) and word), one.SRCID)
        for one in each(flagged)
    )  # fmt: skip
    head = ("", "when", "given", "planned", "what", "from")
    return Table("doses", "Doses that are off the plan, or could not be checked", head, rows, doses)


def _planned(low: float, high: float) -> str:
    if low != low:
        return NONE
    return f"{number(low)} mg" if low == high else f"{number(low)} to {number(high)} mg"
