"""Shift tables: where each vertebra or child stood at baseline, and where later."""

from __future__ import annotations

import pandas as pd

NOT_READ = "not readable"
GRADE_COLUMNS = ("ARM", "AVISIT", "AVISITN", "baseline_grade", "grade", "vertebrae", "children")
STATE_COLUMNS = ("ARM", "AVISIT", "AVISITN", "STATE", "vertebrae", "children")
TOXICITY_COLUMNS = ("SCALE", "PARAMCD", "PARAM", "SIDE", "TERM", "ARM", "baseline_grade", "worst_grade", "children")
NOT_GRADED = "not graded"


def grade_shifts(changes: pd.DataFrame) -> pd.DataFrame:
    """How many vertebrae had which Genant grade at baseline and at a visit, by arm.

    Parameters
    ----------
    changes
        A row a child, level and visit (see `oiscan.followup.change.frames`); BGRADE and GRADE are NaN, and here
        `NOT_READ`, where a vertebra could not be read.
    """
    told = changes.assign(baseline_grade=_grades(changes["BGRADE"]), grade=_grades(changes["GRADE"]))
    return _counted(told, GRADE_COLUMNS)


def states(changes: pd.DataFrame) -> pd.DataFrame:
    """How many vertebrae, of how many children, are new, worsening and so on, by arm and visit."""
    return _counted(changes, STATE_COLUMNS)


def toxicity_shifts(worst: pd.DataFrame) -> pd.DataFrame:
    """How many children had which toxicity grade at baseline and at worst after the first dose, by arm.

    Parameters
    ----------
    worst
        As `oiscan.followup.safety.grades.worst_grades` gives it.
    """
    told = worst.assign(
        baseline_grade=worst["BTOXGR"].replace("", NOT_GRADED), worst_grade=worst["WTOXGR"].replace("", NOT_GRADED)
    )
    return told.groupby(list(TOXICITY_COLUMNS[:-1]))["USUBJID"].nunique().rename("children").reset_index()


def _counted(rows: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Vertebrae and children for each combination of the columns before these."""
    keys = list(columns[:-2])
    counts = rows.groupby(keys)["USUBJID"].agg(vertebrae="size", children="nunique").reset_index()
    return counts.sort_values(["AVISITN", *(key for key in keys if key != "AVISITN")], ignore_index=True)


def _grades(grades: pd.Series) -> pd.Series:
    return grades.map(lambda grade: NOT_READ if grade != grade else f"{grade:.0f}")
