"""A tiny study made by formula, for the tests of the read-out: eight children, two arms, three visits, no scan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from oiscan.followup.change.density_frame import density_changes
from oiscan.followup.change.frames import vertebral_changes
from oiscan.followup.change.rows import change_rows
from oiscan.followup.readout.answers import Answers
from oiscan.followup.readout.comparisons import compared
from oiscan.followup.readout.safety_values import safety_values
from oiscan.followup.study.columns import in_order, long_frame
from oiscan.followup.study.params import PARAMS
from oiscan.followup.study.problems import Problem
from oiscan.followup.study.settings import StudyFile
from oiscan.followup.study.study import Study

ARMS = ("Denosumab", "Zoledronic acid")
VISITS = {0: "Baseline", 12: "Month 12", 24: "Month 24"}
DAYS = {0: 1, 12: 366, 24: 731}
CHILDREN = {f"S-{k}": ARMS[k % 2] for k in range(1, 9)}
MODEL = "ab" * 32
MISSED = ("S-8", 24)
"""One child did not come to the last visit."""

NOISE = (0.012, -0.021, 0.004, 0.017, -0.009, -0.014, 0.023, -0.002)

SETTINGS = {
    "study": {"id": "TINY-<b>1</b>", "simulated": True},
    "arms": {"D": ARMS[0], "Z": ARMS[1]},
    "children": {"file": "children.csv", "subject": "child"},
    "visits": [{"name": name, "month": month, "from_day": -90 if not month else DAYS[month] - 90,
                "to_day": DAYS[month] + 90} for month, name in VISITS.items()],
    "analysis": {"primary": "LSBMD", "secondary": ["LSBMDZ", "BAMF", "VFNEW", "FX"]},
}  # fmt: skip


def study(folder: Path = Path("nowhere"), **changed: dict[str, Any]) -> Study:
    """The study, with some of its settings changed; its files would lie in `folder`."""
    return Study(folder, StudyFile(**{**SETTINGS, **changed}))


def row(child: str, month: int, code: str, value: float | None, **more: Any) -> dict[str, Any]:
    """A row of the long table that counts at its visit."""
    label, unit = PARAMS[code].label, PARAMS[code].unit
    return {
        "STUDYID": "TINY", "USUBJID": child, "ARM": CHILDREN[child], "AGE": 4 + month / 12,
        "SEX": "FM"[int(child[2]) % 2], "PARAMCD": code, "PARAM": label, "AVALU": unit,
        "AVISIT": VISITS[month], "AVISITN": month, "ADY": DAYS[month],
        "AVAL": value, "ABLFL": "" if month else "Y", "ANL01FL": "Y", "SRC": "lab", "SRCID": f"{code}.csv:{month}",
    } | more  # fmt: skip


def series(child: str, code: str, values: tuple[float, ...], **more: Any) -> list[dict[str, Any]]:
    """Values at the three visits, with their changes."""
    rows = []
    for month, value in zip(VISITS, values, strict=True):
        if (child, month) != MISSED:
            change = {"BASE": values[0], "CHG": value - values[0], "PCHG": 100 * (value / values[0] - 1)}
            if PARAMS[code].no_percent:
                change.pop("PCHG")
            rows.append(row(child, month, code, value, **(change if month else {}), **more))
    return rows


def rows_of(child: str) -> list[dict[str, Any]]:
    """All of a child: bone density, motor score, vertebrae, calcium, doses, a fracture."""
    k = int(child[2])
    treated = CHILDREN[child] == ARMS[0]
    gain = 0.08 if treated else 0.05
    first = 0.4 + 0.01 * k
    densities = first, first + gain + NOISE[k - 1], first + 2 * gain + 2 * NOISE[-k]
    printed = {"SRC": "printed", "LEVEL": "L1-L4", "SRCID": f"{k:016x}"}
    scan = {"SRC": "scan", "SRCID": f"{k + 16:016x}", "MODEL": MODEL}
    told = series(child, "LSBMD", densities, **printed)
    z_scores = -2.5 + 0.1 * k, -2.0 + 0.12 * (k * k % 7), -1.0 + 0.1 * k + (k % 3) / 5
    told += series(child, "LSBMDZ", z_scores, **printed)
    told += series(child, "BAMF", (k, k + 1, k + 1 + k % 2), SRC="motor")
    told += series(child, "CAADJ", (2.4, 2.05 if treated else 2.35, 2.75 if k == 2 else 2.4), ANRLO=2.15, ANRHI=2.6)
    for level, grades in {"T12": (0, 0, int(k == 3)), "L1": (2, 1, 0), "L2": (1, 1, 1)}.items():
        told += [row(child, month, "VFGRADE", grade, LEVEL=level, **scan)
                 for month, grade in zip(VISITS, grades, strict=True) if (child, month) != MISSED]  # fmt: skip
        told += series(child, "VFHL", tuple(5.0 + 12 * grade for grade in grades), LEVEL=level, **scan)
    told += [row(child, 0, "DOSE", 15.0, ADY=1 + 112 * n, AVISIT="", AVISITN=None, SRC="dose", ABLFL="", ANL01FL="")
             for n in range(6)]  # fmt: skip
    if k == 1:
        told.append(row(child, 0, "WALK1M", None, AVALC="NOT ABLE", REASON="not able", SRC="motor", ABLFL=""))
    if k == 5:
        told.append(row(child, 12, "FX", 1, AVALC="<i>femur</i>", ADY=400, AVISIT="", AVISITN=None, SRC="event"))
    return told


def long() -> pd.DataFrame:
    """The long table, with what follows from the vertebrae."""
    table = long_frame(told for child in CHILDREN for told in rows_of(child))
    return in_order(pd.concat([table, change_rows(table, {})], ignore_index=True))


def answers(folder: Path, **changed: dict[str, Any]) -> Answers:
    """Everything the report of the study says."""
    described, table = study(folder, **changed), long()
    problem = Problem("labs.csv", 7, "calcium", "no number in <script>", "write a number", usubjid="S-3")
    return Answers(
        described, CHILDREN, table, (problem,), vertebral_changes(table, {}),
        density_changes(table, {}, {"LSBMD": 0.1}), safety_values(described, table), compared(described, table),
    )  # fmt: skip
