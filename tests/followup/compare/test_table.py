"""From the long table to a trial."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from oiscan.errors import AnalysisError
from oiscan.followup.compare.ancova import ancova
from oiscan.followup.compare.table import trial_of
from oiscan.followup.study.columns import long_frame

ARMS = ("zol", "dmab")
VISITS = ("Baseline", "Month 12", "Month 24")


def rows_of(
    child: str, arm: str, values: list[float | None], param: str = "LSBMDZ", **more: object
) -> list[dict[str, Any]]:
    """One child's values at 0, 12 and 24 months, with their changes."""
    rows = []
    for months, visit, value in zip((0, 12, 24), VISITS, values, strict=True):
        first = {"ABLFL": "Y"} if not months else {}
        known = value is not None and values[0] is not None
        change = {"BASE": values[0], "CHG": value - values[0]} if months and known else {}  # type: ignore[operator]
        who = {"USUBJID": child, "ARM": arm, "AGE": 4.0 + months / 12, "SEX": "F", "PARAMCD": param}
        what = {"AVISIT": visit, "AVISITN": months, "AVAL": value, "ANL01FL": "Y"}
        rows.append(who | what | first | change | more)
    return rows


def study(*more: dict[str, Any]) -> pd.DataFrame:
    return long_frame([
        *rows_of("C1", "zol", [-3.0, -2.0, -1.5]),
        *rows_of("C2", "zol", [-2.0, -1.5, None]),
        *rows_of("C3", "zol", [-1.0, -0.8, 0.1]),
        *rows_of("D1", "dmab", [-3.0, -1.0, 0.0]),
        *rows_of("D2", "dmab", [-2.5, -1.0, -0.5]),
        *rows_of("D3", "dmab", [None, -1.2, -0.4]),
        *more,
    ])  # fmt: skip


def test_a_row_a_child_with_its_changes_and_its_baseline() -> None:
    trial = trial_of(study(), "LSBMDZ", "CHG", ARMS)
    assert (trial.endpoint, trial.arms, trial.visits) == ("LSBMDZ CHG", ARMS, ("Month 12", "Month 24"))
    assert trial.in_second_arm.tolist() == [False, False, False, True, True]
    np.testing.assert_allclose(trial.values, [[1, 1.5], [0.5, np.nan], [0.2, 1.1], [2, 3], [1.5, 2]])
    np.testing.assert_allclose(trial.covariates[:, 0], [-3, -2, -1, -3, -2.5])


def test_who_is_left_out_is_told_with_every_result() -> None:
    trial = trial_of(study(), "LSBMDZ", "AVAL", ARMS)
    assert trial.note == "left out of 6 children: 1 without BASE"
    assert trial.note in ancova(trial, "Month 12").note
    assert ancova(trial, "Month 12").n == (3, 2)


def test_without_covariates_nobody_is_left_out() -> None:
    assert len(trial_of(study(), "LSBMDZ", "AVAL", ARMS, covariates=()).values) == 6


def test_age_and_sex_and_another_parameter_at_baseline() -> None:
    height = [*rows_of("C1", "zol", [-4.0, -3, -3], "HAZ"), *rows_of("D1", "dmab", [-4.0, -3, -3], "HAZ")]
    table = study(*height)
    table.loc[table["USUBJID"] == "D1", "SEX"] = "M"
    trial = trial_of(table, "LSBMDZ", "CHG", ARMS, covariates=("BASE", "AGE", "SEX", "HAZ"))
    np.testing.assert_allclose(trial.covariates, [[-3, 4, 0, -4], [-3, 4, 1, -4]])
    assert "4 without HAZ" in trial.note


def test_the_baseline_of_a_derived_parameter_comes_with_its_later_rows() -> None:
    rows = [
        {**row, "ABLFL": "", "PARAMCD": "VFSUM"}
        for child, arm, values in (("C1", "zol", [4.0, 5, 6]), ("D1", "dmab", [3.0, 2, 1]))
        for row in rows_of(child, arm, values)[1:]  # type: ignore[arg-type]
    ]
    trial = trial_of(long_frame(rows), "VFSUM", "CHG", ARMS)
    np.testing.assert_allclose(trial.covariates[:, 0], [4, 3])


def test_values_that_do_not_count_stay_out() -> None:
    other = rows_of("C1", "zol", [-3.0, -9.0, -9.0], ANL01FL="", ABLFL="")
    np.testing.assert_allclose(trial_of(study(*other), "LSBMDZ", "CHG", ARMS).values[0], [1, 1.5])


def test_visits_are_those_asked_for() -> None:
    trial = trial_of(study(), "LSBMDZ", "CHG", ARMS, visits=("Month 24",))
    assert trial.visits == ("Month 24",)
    np.testing.assert_allclose(trial.values[:2, 0], [1.5, np.nan])


def test_strata_by_child() -> None:
    strata = {child: "young" if child in ("C1", "D1") else "old" for child in ("C1", "C2", "C3", "D1", "D2", "D3")}
    trial = trial_of(study(), "LSBMDZ", "CHG", ARMS, strata=strata)
    assert trial.strata[0] == trial.strata[3] != trial.strata[1]
    with pytest.raises(AnalysisError, match="no stratum for C1"):
        trial_of(study(), "LSBMDZ", "CHG", ARMS, strata={})


def test_the_order_of_the_rows_does_not_matter() -> None:
    table = study()
    one, other = (trial_of(rows, "LSBMDZ", "CHG", ARMS) for rows in (table, table.sample(frac=1, random_state=0)))
    np.testing.assert_array_equal(one.values, other.values)


def test_two_values_of_a_child_at_a_visit_are_refused_by_name() -> None:
    with pytest.raises(AnalysisError, match="more than one value of LSBMDZ counts for C1 at Month 12"):
        trial_of(study(*rows_of("C1", "zol", [-3.0, -2.1, -1.4], ABLFL="")), "LSBMDZ", "CHG", ARMS)


def test_vertebrae_are_not_children() -> None:
    levels = [
        row for child, arm in (("C1", "zol"), ("D1", "dmab")) for level in ("L1", "L2")
        for row in rows_of(child, arm, [0.0, 1, 1], "VFGRADE", LEVEL=level)
    ]  # fmt: skip
    with pytest.raises(AnalysisError, match=r"several levels \(L1, L2\)"):
        trial_of(study(*levels), "VFGRADE", "AVAL", ARMS, covariates=())


def test_regions_are_not_mixed_though_no_child_has_two() -> None:
    table = study(*rows_of("C4", "zol", [-3.0, -2, -1], LEVEL="L2-L4"))
    table.loc[(table["LEVEL"] == "") & (table["PARAMCD"] == "LSBMDZ"), "LEVEL"] = "L1-L4"
    with pytest.raises(AnalysisError, match=r"several levels \(L1-L4, L2-L4\)"):
        trial_of(table, "LSBMDZ", "CHG", ARMS)


def test_rows_of_another_region_without_a_value_do_no_harm() -> None:
    table = study(*rows_of("C1", "zol", [None, None, None], LEVEL="L2-L4"))
    table.loc[(table["LEVEL"] == ""), "LEVEL"] = "L1-L4"
    np.testing.assert_allclose(trial_of(table, "LSBMDZ", "CHG", ARMS).values[0], [1, 1.5])


def test_units_are_not_mixed() -> None:
    table = study()
    table["AVALU"] = np.where(table["USUBJID"] == "C1", "mmol/L", "mg/dL")
    with pytest.raises(AnalysisError, match="LSBMDZ is in mg/dL and in mmol/L: values in several units"):
        trial_of(table, "LSBMDZ", "CHG", ARMS)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("LSBMDZ", "PCHG", ARMS), "LSBMDZ has no PCHG at any visit after baseline"),
        (("CAADJ", "CHG", ARMS), "CAADJ has no CHG"),
        (("LSBMDZ", "CHG", ("zol", "placebo")), "no child in the arm 'placebo'; a blinded table has no arms"),
        (("LSBMDZ", "BASE", ARMS), "compare one of AVAL, CHG, PCHG"),
    ],
)
def test_what_cannot_be_compared(arguments: tuple[str, str, tuple[str, str]], reason: str) -> None:
    with pytest.raises(AnalysisError, match=reason):
        trial_of(study(), *arguments)


def test_a_child_in_both_arms() -> None:
    with pytest.raises(AnalysisError, match="in both arms: C1"):
        trial_of(study(*rows_of("C1", "dmab", [-3.0, -2, -1])), "LSBMDZ", "CHG", ARMS)


def test_two_baselines() -> None:
    more = {"USUBJID": "C1", "ARM": "zol", "PARAMCD": "LSBMDZ", "AVISIT": "Baseline", "AVISITN": 0, "ABLFL": "Y"}
    with pytest.raises(AnalysisError, match="more than one baseline AVAL for C1"):
        trial_of(study(more | {"AVAL": -2.9, "ANL01FL": ""}), "LSBMDZ", "CHG", ARMS)
