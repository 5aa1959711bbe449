"""A small sound study of four children on disk, with ways to spoil it."""

import csv
import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from oiscan.anatomy import Level, View
from oiscan.batch import Scored
from oiscan.followup.study.problems import Problem
from oiscan.followup.study.study import load_study
from oiscan.followup.study.table import long_table
from oiscan.loaders.printed import PrintedFile, PrintedValue
from oiscan.report import Finding, Report, Status, Verdict
from oiscan.scan import Acquisition, Identity, Subject
from oiscan.store import ResultsFolder, RunRecord, TableOptions

FIRST_DOSE = {"K01": date(2023, 1, 10), "K02": date(2023, 2, 1), "K03": date(2023, 3, 15), "K04": date(2023, 4, 20)}
ARM = {"K01": "D", "K02": "Z", "K03": "D", "K04": "Z"}
SEX = {"K01": "F", "K02": "M", "K03": "M", "K04": "F"}

TOML = """
[study]
id = "TINY"
data_cut = 2026-01-01

[arms]
D = "Denosumab"
Z = "Zoledronic acid"

[[visits]]
name = "Baseline"
month = 0
from_day = -60
to_day = 1

[[visits]]
name = "Month 12"
month = 12
from_day = 320
to_day = 420

[[visits]]
name = "Month 24"
month = 24
from_day = 680
to_day = 790

[children]
file = "children.csv"
subject = "code"
arm = "arm"
sex = "sex"
birth_date = "born"
first_dose_date = "first_dose"

[[tables]]
file = "dxa.csv"
source = "printed"
subject = "code"
date = "day"
machine = "scanner"
[tables.columns]
bmd = { param = "LSBMD", level_column = "region" }
z = { param = "LSBMDZ", level_column = "region" }

[[tables]]
file = "labs.csv"
source = "lab"
subject = "code"
date = "day"
unscheduled = true
[tables.columns]
calcium = { param = "CA", unit = "mmol/L", unit_column = "unit", low = 2.1, high = "upper" }
ctx = { param = "CTX" }

[[tables]]
file = "motor.csv"
source = "motor"
subject = "code"
visit = "visit"
[tables.columns]
bamf = { param = "BAMF" }
walk = { param = "WALK1M" }

[[tables]]
file = "doses.csv"
source = "dose"
subject = "code"
date = "day"
[tables.columns]
mg = { param = "DOSE" }

[[tables]]
file = "events.csv"
source = "event"
subject = "code"
date = "day"
[tables.columns]
fracture = { param = "FX" }
"""

Rows = list[dict[str, str]]


def sound_tables() -> dict[str, Rows]:
    """All tables of the study, by file name."""
    return {
        "children.csv": [_child(code) for code in FIRST_DOSE],
        "dxa.csv": [_dxa(code, month) for code in FIRST_DOSE for month in (0, 12, 24)],
        "labs.csv": [_lab(code, month) for code in FIRST_DOSE for month in (0, 4, 12)],
        "motor.csv": [_motor(code, visit) for code in FIRST_DOSE for visit in ("Baseline", "Month 12", "Month 24")],
        "doses.csv": [_dose(code, month) for code in FIRST_DOSE for month in (0, 4)],
        "events.csv": [
            {"code": "K02", "day": "2023-09-09", "fracture": "femur, left"},
            {"code": "K03", "day": "2023-10-10", "fracture": ""},
        ],
    }


def at(code: str, month: int, days: int = 0) -> date:
    """The day so many months of 30.4375 days after a child's first dose."""
    return FIRST_DOSE[code] + timedelta(days=round(month * 30.4375) + days)


def _child(code: str) -> dict[str, str]:
    born = FIRST_DOSE[code] - timedelta(days=5 * 365)
    return {"code": code, "arm": ARM[code], "sex": SEX[code], "born": str(born), "first_dose": str(FIRST_DOSE[code])}


def _dxa(code: str, month: int) -> dict[str, str]:
    bmd, z = 0.3 + int(code[1:]) / 100 + month / 200, -3 + month / 12
    day = at(code, month, -7 if month == 0 else 0)
    told = {"code": code, "day": str(day), "region": "L1-L4", "scanner": "Hologic Horizon A"}
    return told | {"bmd": f"{bmd:.3f}", "z": f"{z:.1f}"}


def _lab(code: str, month: int) -> dict[str, str]:
    told = {"code": code, "day": str(at(code, month)), "unit": "mmol/L", "upper": "2.6"}
    return told | {"calcium": f"{2.3 + month / 100:.2f}", "ctx": "<10" if month else "812"}


def _motor(code: str, visit: str) -> dict[str, str]:
    return {"code": code, "visit": visit, "bamf": "6", "walk": "not able" if code == "K04" else "50"}


def _dose(code: str, month: int) -> dict[str, str]:
    return {"code": code, "day": str(at(code, month)), "mg": "15"}


def write_study(folder: Path, tables: Mapping[str, Rows] | None = None, toml: str = TOML) -> Path:
    """The study as files."""
    for name, rows in (sound_tables() if tables is None else tables).items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, list(rows[0]))
            table.writeheader()
            table.writerows(rows)
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    return folder


def read_study(folder: Path) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """The long table of a study on disk, and its problems."""
    return long_table(load_study(folder))


def row(table: pd.DataFrame, code: str, param: str, visit: str, level: str | None = None) -> pd.Series:
    """The one row that counts for a child's visit."""
    found = table[
        (table["USUBJID"] == code)
        & (table["PARAMCD"] == param)
        & (table["AVISIT"] == visit)
        & (table["ANL01FL"] == "Y")
    ]
    if level is not None:
        found = found[found["LEVEL"] == level]
    return one(found)


def one(rows: pd.DataFrame) -> pd.Series:
    """The only row."""
    assert len(rows) == 1, rows
    return rows.iloc[0]


def scan_id(name: str) -> str:
    """A scan_id as files have one."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def lateral(name: str, grades: Mapping[Level, int | None], **changes: object) -> Report:
    """A lateral report with these grades; None for a vertebra that cannot be read."""
    findings = tuple(_finding(level, grade) for level, grade in grades.items())
    told = {"scale": "genant", "model_sha256": "m" * 64, "numbering_anchor": "sacrum", "numbering_probability": 0.95}
    return Report(scan_id(name), "0" * 64, Status.SCORED, view=View.LATERAL, findings=findings, **{**told, **changes})


def _finding(level: Level, grade: int | None) -> Finding:
    if grade is None:
        return Finding(level, Verdict.UNREADABLE, "too faint or overlapped")
    ratio = 1 - 0.12 * grade
    return Finding(
        level,
        Verdict.SCORED,
        grade=grade,
        ratio_anterior_posterior=ratio,
        ratio_middle_posterior=ratio,
        ratio_posterior_reference=1.0,
        ratio_middle_anterior=1.0,
        height_loss_percent=100 * (1 - ratio),
        area_cm2=2.5,
    )


def printed(name: str, regions: Mapping[str, float], code: str, on: date, model: str = "Horizon A") -> PrintedFile:
    """A printed AP scan: aBMD by region, with a Z-score of -2 each."""
    values = tuple(
        PrintedValue(scan_id(name), region, quantity, number, site="AP Spine", source="user CSV", decimals=3)
        for region, bmd in regions.items()
        for quantity, number in (("bmd_g_cm2", bmd), ("z_score", -2.0))
    )
    acquisition = Acquisition("Hologic", model, "13.6", "AP Lumbar Spine")
    return PrintedFile(values, Identity(code, scan_date=on), Subject(5.0, "day", SEX[code]), acquisition)


def results_folder(folder: Path, scans: list[tuple[Report, str, date, PrintedFile | None]]) -> Path:
    """A results folder of hand-made reports: (report, child, date, what was printed)."""
    results, record = ResultsFolder(folder), RunRecord("study", {}, {})
    finished = results.begin(record, {report.scan_id: [Path(f"{report.scan_id}.dcm")] for report, *_ in scans})
    for report, code, on, told in scans:
        scored = Scored.of(report, told or PrintedFile(identity=Identity(code, scan_date=on)), False)
        finished.add(scored.report, scored.file, scored.picture)
    results.finish(record, TableOptions({code: code for code in FIRST_DOSE}))
    return folder
