"""Where the numbers come from: what was wrong with the tables, which scans and models were used, and by what rules."""

from __future__ import annotations

import io

import pandas as pd

from oiscan.followup.readout.answers import Answers
from oiscan.followup.readout.describe import each
from oiscan.followup.readout.parts import Section, Table
from oiscan.followup.study.problems import Severity, problems_csv


def problems_section(answers: Answers) -> Section:
    """Everything that was wrong with the study's tables, by row and column."""
    problems = answers.problems
    errors = sum(one.severity is Severity.ERROR for one in problems)
    words = f"{errors} errors, whose values do not count, and {len(problems) - errors} warnings, whose values do."
    numbers = pd.read_csv(io.StringIO(problems_csv(problems)), dtype=str, keep_default_na=False)
    shown = ["file", "row", "column", "usubjid", "severity", "problem", "remedy"]
    rows = tuple(map(tuple, numbers[shown].to_numpy()))
    head = ("table", "row", "column", "child", "", "what", "what to do")
    return Section("problems", "Problems in the tables", (words,), (Table("problems", "", head, rows, numbers),))


def sources_section(answers: Answers) -> Section:
    """The scans, and how everything was worked out."""
    told = answers.study.settings.analysis
    words = (
        "Baseline is the last value on or before the first dose. A value that lies in no visit's window, a second one "
        "of a visit and one of another scanner stay in the long table and are not counted.",
        f"Least change of a ratio that counts as one of grade: {told.min_ratio_change:g}. "
        f"Covariates: {', '.join(told.covariates) or 'none'}. Seed: {answers.study.settings.study.seed}.",
        *answers.safety.methods,
    )
    return Section("sources", "Sources", words, (_scans(answers),))


def _scans(answers: Answers) -> Table:
    """Every scan a value that counts was measured on."""
    long = answers.long
    measured = long[long["SRC"].isin(["scan", "printed"]) & (long["ANL01FL"] == "Y") & long["AVAL"].notna()]
    keys = ["USUBJID", "AVISIT", "AVISITN", "SRC", "SRCID", "MODEL"]
    numbers = measured.groupby(keys, as_index=False, dropna=False).size().rename(columns={"size": "values"})
    numbers = numbers.sort_values(["USUBJID", "AVISITN", "SRC", "SRCID"], ignore_index=True)
    rows = tuple(
        (one.USUBJID, one.AVISIT, one.SRC, one.SRCID, str(one.values_), one.MODEL[:16])
        for one in each(numbers.rename(columns={"values": "values_"}))
    )
    head = ("", "visit", "", "scan or row", "values", "model")
    return Table("scans", "Scans and printed values that were counted", head, rows, numbers)
