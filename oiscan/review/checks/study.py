"""A made-up trial as a results folder: children, visits, two arms; drawn spines whose grades are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import cv2
import numpy as np

from oiscan.anatomy import COLUMN, Level, View
from oiscan.batch import Scored
from oiscan.errors import ConfigError
from oiscan.grading import assess
from oiscan.loaders import read
from oiscan.loaders.printed import PrintedFile
from oiscan.report import Report, Status
from oiscan.scan import FloatArray, Identity, PixelSpacing, Scan, Subject
from oiscan.spine import Spine, Vertebra
from oiscan.store import ResultsFolder, RunRecord, TableOptions
from oiscan.version import __version__

LEVELS = COLUMN[COLUMN.index(Level.T8) : COLUMN.index(Level.L4) + 1]
GRADE_SHARES = (0.7, 0.12, 0.1, 0.08)
"""Of vertebrae of grade 0 to 3 in the made-up children: many fractures, so that few children tell much."""

LOSS_PERCENT = (4.0, 22.5, 32.0, 50.0)
"""Anterior height lost by a vertebra of each grade: far from the scale's edges."""

ARMS = ("ZOLEDRONATE", "PLACEBO")
FIRST_DAY = date(2021, 3, 8)
MM = 0.5
STEP_ROWS, MARGIN, HALF_DEPTH, HEIGHT = 26, 20, 14.0, 20.0


@dataclass(frozen=True)
class Study:
    """The results folder, and the words that no blinded reader may meet."""

    folder: Path
    secrets: tuple[str, ...]


def write_study(folder: Path, children: int, visits: int, seed: int = 0) -> Study:
    """Write `folder/scans` and `folder/results`; every scan has its own truth, drawn by the seed.

    Raises
    ------
    ConfigError
        There are results already: readings of an earlier study would be mixed with those of this one.
    """
    if (folder / "results").exists():
        raise ConfigError("the folder holds a study already: give a new one")
    rng = np.random.default_rng(seed)
    (folder / "scans").mkdir(parents=True, exist_ok=True)
    codes = {f"PATIENT-{n}": f"{ARMS[n % 2]}-{n:02}" for n in range(children)}
    scans = list(_scans(folder / "scans", rng, children, visits))
    settings = {"view": "lateral", "spacing_mm": MM, "inverted": None, "scale": "genant"}
    record = RunRecord("study", {"settings": settings | {"allow_burned_in_text": False}}, {})
    results = ResultsFolder(folder / "results")
    finished = results.begin(record, {scan.scan_id: [path] for scan, path in scans})
    secrets: set[str] = {*ARMS, "Sentinel", "PATIENT-"}
    for scan, path in scans:
        scored = Scored.of(_report(scan, rng), PrintedFile(), False)
        finished.add(scored.report, scored.file, scored.picture)
        secrets |= {scan.scan_id, scan.sha256, path.name, *_dates(scan.identity)}
    results.finish(record, TableOptions(codes))
    return Study(folder / "results", tuple(sorted(secrets)))


def body(loss_percent: float, middle_row: float, column: float) -> FloatArray:
    """Six landmarks (row, column) of an upright body facing right that lost some of its anterior height."""
    anterior = HEIGHT * (1 - loss_percent / 100)
    middle = (HEIGHT + anterior) / 2
    columns = np.array([-HALF_DEPTH, 0, HALF_DEPTH, HALF_DEPTH, 0, -HALF_DEPTH]) + column
    rows = np.array([-HEIGHT, -middle, -anterior, anterior, middle, HEIGHT]) / 2 + middle_row
    return np.stack([rows, columns], axis=1)


def _scans(folder: Path, rng: np.random.Generator, children: int, visits: int) -> Iterator[tuple[Scan, Path]]:
    for child in range(children):
        for visit in range(visits):
            day = FIRST_DAY + timedelta(days=int(rng.integers(0, 200)) + 365 * visit)
            path = folder / f"{ARMS[child % 2]}_Sentinel{child}_{day:%Y%m%d}.png"
            path.write_bytes(_picture(rng))
            born = FIRST_DAY - timedelta(days=1500 + 40 * child)
            identity = Identity(f"PATIENT-{child}", f"Sentinel^{child}", born, day, study_uid=f"1.2.{child}.{visit}")
            scan = read(path, view=View.LATERAL, spacing_mm=MM)
            yield replace(scan, identity=identity, subject=Subject((day - born).days / 365.25, "day")), path


def _picture(rng: np.random.Generator) -> bytes:
    """Soft grey clouds: nobody looks at them, and every scan is another file."""
    rows, columns = 2 * MARGIN + STEP_ROWS * len(LEVELS), 90
    clouds = cv2.resize(rng.uniform(40, 200, (6, 3)), (columns, rows), interpolation=cv2.INTER_CUBIC)
    return cv2.imencode(".png", clouds.clip(0, 255).astype(np.uint8))[1].tobytes()


def _report(scan: Scan, rng: np.random.Generator) -> Report:
    grades = rng.choice(len(GRADE_SHARES), len(LEVELS), p=GRADE_SHARES)
    rows = [MARGIN + STEP_ROWS * (place + 0.5) for place in range(len(LEVELS))]
    drawn = zip(LEVELS, rows, grades, strict=True)
    vertebrae = tuple(_vertebra(level, row, LOSS_PERCENT[grade]) for level, row, grade in drawn)
    spacing = PixelSpacing(MM, MM, "user")
    return Report(
        scan_id=scan.scan_id,
        input_sha256=scan.sha256,
        status=Status.SCORED,
        view=View.LATERAL,
        rows=scan.stored.rows,
        columns=scan.stored.columns,
        spacing_mm=(MM, MM),
        spacing_source="user",
        age_years=scan.subject.age_years,
        age_precision="day",
        findings=assess(Spine(View.LATERAL, vertebrae), spacing.row_column_mm, spacing),
        scale="genant",
        anterior="right",
        model_name="made up",
        model_sha256="5" * 64,
        program_version=__version__,
        scan=scan,
    )


def _vertebra(level: Level, row: float, loss_percent: float) -> Vertebra:
    points = body(loss_percent, row, 45.0)
    return Vertebra(level, points, np.tile(np.eye(2) / 4, (len(points), 1, 1)), points, 0.9)


def _dates(identity: Identity) -> Iterator[str]:
    """The days of birth and scan, in the ways programs write them."""
    for day in (identity.birth_date, identity.scan_date):
        assert day is not None
        yield from (day.isoformat(), f"{day:%Y%m%d}", f"{day:%d.%m.%Y}", f"{day:%d/%m/%Y}", f"{day:%m/%d/%Y}")
