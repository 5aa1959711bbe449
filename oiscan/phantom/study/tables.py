"""The tables of a simulated trial, as a hospital would keep them: children, doses, growth, laboratory, motor, events.

All numbers are invented round a plausible course (unverified): calcium falls after a dose, more on denosumab, and one
child overshoots ten weeks later; bone turnover falls; children grow and walk further.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from oiscan.phantom.study.child import DENOSUMAB, StudyChild, attended
from oiscan.phantom.study.density import BODY_SHARE, PRECISION_G_CM2, z_score

Rows = Iterable[Sequence[object]]
RowsOfChild = Callable[[np.random.Generator, StudyChild], Iterator[Sequence[object]]]

INTERVAL_DAYS = 112
"""Sixteen weeks between doses."""

DOSES = 7
AFTER_DOSE_DAYS = (0, 14, 70)
"""When blood is drawn, in days from a dose: before it, at the lowest calcium, and at a rebound."""

REBOUND_MMOL_L = 2.97
LOWEST_CTX = 30
"""ng/L: what the laboratory cannot measure is written `<30`."""

SITES = ("femur", "tibia", "humerus", "forearm", "toe", "rib")
TERMS = ("fever after infusion", "bone pain", "upper respiratory infection", "vomiting", "hypercalciuria")


def write_tables(folder: Path, seed: int, children: Sequence[StudyChild]) -> None:
    """Write every table, one file each, into a folder."""
    for name, (header, rows) in _tables(seed, children).items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header.split(","), *rows])


def _tables(seed: int, children: Sequence[StudyChild]) -> dict[str, tuple[str, Rows]]:
    def of_all(rows: RowsOfChild, purpose: int) -> Iterator[Sequence[object]]:
        for place, child in enumerate(children):
            yield from rows(np.random.default_rng([seed, 3, purpose, place]), child)

    rebound = next((child.code for child in children if child.arm == DENOSUMAB), "")
    return {
        "subjects.csv": ("patient_id,subject", [(child.code, child.code) for child in children]),
        "children.csv": (
            "subject,arm,sex,birth_date,first_dose_date,first_scan_day", [_of_child(child) for child in children]
        ),
        "doses.csv": ("subject,date,drug,dose_mg", of_all(_doses, 0)),
        "growth.csv": ("subject,date,weight_kg,height_cm", of_all(_growth, 1)),
        "labs.csv": (LAB_HEADER, of_all(lambda rng, child: _labs(rng, child, child.code == rebound), 2)),
        "motor.csv": ("subject,date,bamf,gmfm88_percent,walk_1_min_m", of_all(_motor, 3)),
        "dxa.csv": ("subject,date,scanner,tblh_bmd_g_cm2,tblh_z", of_all(_body, 4)),
        "fractures.csv": ("subject,date,site", of_all(_fractures, 5)),
        "adverse_events.csv": ("subject,date,term", of_all(_adverse_events, 6)),
    }  # fmt: skip


LAB_HEADER = (
    "subject,date,calcium_mmol_l,albumin_g_l,phosphate_mmol_l,creatinine_umol_l,alp_u_l,vitamin_d_nmol_l,"
    "urine_calcium_creatinine_mg_mg,dpd_creatinine_nmol_mmol,p1np_ug_l,ctx_ng_l"
)


def dose_days(child: StudyChild) -> list[int]:
    """Study days of the doses a child is there for."""
    return [day for day in range(1, 1 + DOSES * INTERVAL_DAYS, INTERVAL_DAYS) if day <= child.last_day]


def weight_kg(child: StudyChild, study_day: int) -> float:
    """Of a small child, growing."""
    return 0.8 * (2 * (child.age_years + study_day / 365.25) + 8) * (0.9 + 0.2 * _own_share(child))


def _of_child(child: StudyChild) -> Sequence[object]:
    first_scan = child.visits[0].study_day
    return child.code, child.arm, child.sex, child.birth, child.first_dose, first_scan


def _doses(rng: np.random.Generator, child: StudyChild) -> Iterator[Sequence[object]]:
    for number, day in enumerate(dose_days(child)):
        given = day + (int(rng.integers(-4, 5)) if number else 0)
        years = child.age_years + given / 365.25
        per_kg = 1.0 if child.arm == DENOSUMAB else 0.025 if years <= 5 else 0.04
        amount = per_kg * weight_kg(child, given)
        yield child.code, child.date_of(given), child.arm, f"{amount:.0f}" if per_kg == 1 else f"{amount:.2f}"


def _growth(rng: np.random.Generator, child: StudyChild) -> Iterator[Sequence[object]]:
    days = {visit.study_day for visit in attended(child)} | {day - 5 if day > 5 else -1 for day in dose_days(child)}
    for day in sorted(days):
        height = (76 + 6.2 * (child.age_years + day / 365.25)) * (0.82 + 0.12 * _own_share(child))
        weight = weight_kg(child, day) + rng.normal(0, 0.15)
        yield child.code, child.date_of(day), f"{weight:.1f}", f"{height + rng.normal(0, 0.3):.1f}"


def _labs(rng: np.random.Generator, child: StudyChild, rebounds: bool) -> Iterator[Sequence[object]]:
    calcium = rng.normal(2.40, 0.05)
    falls = {0: 0.0, 14: 0.20 if child.arm == DENOSUMAB else 0.08, 70: -0.06 if child.arm == DENOSUMAB else 0.0}
    for number, dose in enumerate(dose_days(child)):
        turnover = 1.0 if number == 0 else 0.55
        for after in AFTER_DOSE_DAYS:
            day = dose + after if dose + after > 1 else -1
            if day > child.last_day:
                break
            now = calcium - falls[after] + rng.normal(0, 0.04)
            if rebounds and number == 3 and after == 70:
                now = REBOUND_MMOL_L
            yield child.code, child.date_of(day), f"{now:.2f}", *_other_values(rng, turnover)


def _other_values(rng: np.random.Generator, turnover: float) -> list[str]:
    """Albumin to CTX; bone turnover relative to that before treatment."""
    ctx = 900 * turnover * float(np.exp(rng.normal(0, 0.3)))
    return [
        f"{rng.normal(42, 2):.0f}",
        f"{rng.normal(1.55, 0.12):.2f}",
        f"{rng.normal(30, 4):.0f}",
        f"{250 * (0.5 + 0.5 * turnover) * np.exp(rng.normal(0, 0.15)):.0f}",
        f"{rng.normal(70, 15):.0f}",
        f"{0.14 * np.exp(rng.normal(0, 0.35)):.2f}",
        f"{28 * turnover * np.exp(rng.normal(0, 0.2)):.1f}",
        f"{600 * turnover * np.exp(rng.normal(0, 0.25)):.0f}",
        f"{ctx:.0f}" if rng.random() > 0.03 else f"<{LOWEST_CTX}",
    ]


def _motor(rng: np.random.Generator, child: StudyChild) -> Iterator[Sequence[object]]:
    """Children of low BAMF cannot walk for a minute."""
    bamf, gmfm, walk = int(rng.integers(3, 9)), float(rng.uniform(45, 85)), float(rng.uniform(30, 75))
    for visit in attended(child):
        score = min(10, bamf + visit.month // 12 * int(rng.integers(0, 2)))
        walked = f"{walk + 8 * visit.month / 12 + rng.normal(0, 3):.0f}" if score >= 5 else "not able"
        percent = min(gmfm + 4 * visit.month / 12 + rng.normal(0, 1.5), 100)
        yield child.code, child.date_of(visit.study_day), score, f"{percent:.1f}", walked


def _body(rng: np.random.Generator, child: StudyChild) -> Iterator[Sequence[object]]:
    """Total body less head, as printed."""
    for visit in attended(child):
        age = child.age_years + visit.month / 12
        density = BODY_SHARE * child.abmd_g_cm2[visit.month] + rng.normal(0, PRECISION_G_CM2)
        z = z_score(age, density / BODY_SHARE)
        yield child.code, child.date_of(visit.study_day), visit.scanner, f"{density:.3f}", f"{z:.1f}"


def _fractures(rng: np.random.Generator, child: StudyChild) -> Iterator[Sequence[object]]:
    for day in np.sort(rng.integers(10, child.last_day, rng.poisson(0.5 * child.last_day / 365.25))):
        yield child.code, child.date_of(int(day)), str(rng.choice(SITES))


def _adverse_events(rng: np.random.Generator, child: StudyChild) -> Iterator[Sequence[object]]:
    for day in np.sort(rng.integers(2, child.last_day, rng.poisson(child.last_day / 365.25))):
        yield child.code, child.date_of(int(day)), str(rng.choice(TERMS))


def _own_share(child: StudyChild) -> float:
    """0 to 1, the child's own: how large it is for its age."""
    return float(np.clip(child.spine.baseline.size / 0.75, 0, 1))
