"""The long table as files: CSV for everybody, Parquet where pyarrow is installed, and a start in R."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from oiscan.followup.study.columns import COLUMNS, NUMBERS
from oiscan.followup.study.problems import Problem, problems_csv
from oiscan.reports.cells import defused
from oiscan.store import write_whole

if TYPE_CHECKING:
    import pandas as pd

LONG_CSV, LONG_PARQUET, PROBLEMS_CSV, R_SNIPPET = "long.csv", "long.parquet", "problems.csv", "mmrm.R"


def write_study_table(folder: Path, table: pd.DataFrame, problems: Iterable[Problem], primary: str) -> tuple[str, ...]:
    """Write the long table, its problems and a start in R; the same input gives the same bytes.

    Parameters
    ----------
    folder
        Made where it does not exist.
    primary
        PARAMCD the R snippet models.

    Returns
    -------
    tuple of str
        Names of the files written: without Parquet where pyarrow is not installed (extra ``study``).
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {LONG_CSV: long_csv(table), PROBLEMS_CSV: problems_csv(problems), R_SNIPPET: r_snippet(primary)}
    for name, text in texts.items():
        write_whole(folder / name, text)
    return (*texts, *_parquet(folder, table))


def long_csv(table: pd.DataFrame) -> str:
    """Text of the long table: missing cells empty, numbers with ten significant digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    columns = ([_cell(name, cell) for cell in table[name]] for name in COLUMNS)
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue()


def r_snippet(primary: str) -> str:
    """Six lines of R that read `long.csv` and fit the MMRM of a parameter with the package mmrm."""
    return f"""library(mmrm)
long <- read.csv("long.csv", colClasses = c(USUBJID = "character"), na.strings = "")
rows <- subset(long, PARAMCD == "{primary}" & ANL01FL == "Y" & AVISITN > 0 & !is.na(CHG))
rows[c("USUBJID", "ARM", "AVISIT")] <- lapply(rows[c("USUBJID", "ARM", "AVISIT")], factor)
fit <- mmrm(CHG ~ BASE * AVISIT + ARM * AVISIT + us(AVISIT | USUBJID), data = rows, method = "Satterthwaite")
summary(fit)
"""


def _cell(name: str, cell: object) -> str:
    if name not in NUMBERS:
        return defused(str(cell))
    number = float(str(cell))
    return "" if math.isnan(number) else f"{number:.10g}"


def _parquet(folder: Path, table: pd.DataFrame) -> tuple[str, ...]:
    """The table as Parquet. Where pyarrow is missing, one of an earlier run does not stay behind."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        (folder / LONG_PARQUET).unlink(missing_ok=True)
        return ()
    partial = folder / f".{LONG_PARQUET}.partial"
    table[list(COLUMNS)].to_parquet(partial, index=False)
    partial.replace(folder / LONG_PARQUET)
    return (LONG_PARQUET,)
