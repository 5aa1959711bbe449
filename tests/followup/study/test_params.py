"""Parameters: names, units, and arithmetic that makes sense."""

import numpy as np
import pytest

from oiscan.followup.study.columns import COLUMNS, NUMBERS, long_frame
from oiscan.followup.study.params import PARAMS, Kind, Param


def test_codes_are_those_of_their_keys_and_fit_sas():
    assert all(code == param.code and len(code) <= 8 for code, param in PARAMS.items())


@pytest.mark.parametrize("code", ["LSBMDZ", "LSHAZ", "TBLHZ", "HAZ"])
def test_no_percent_change_of_a_z_score(code):
    assert "its zero is the mean" in PARAMS[code].no_percent


def test_no_percent_change_of_grades_yes_or_no_and_counts():
    assert all(param.no_percent for param in PARAMS.values() if param.kind is not Kind.CONTINUOUS)
    assert not PARAMS["LSBMD"].no_percent


@pytest.mark.parametrize("code", ["", "lsbmd", "1BMD", "TOOLONGCODE", "A-B"])
def test_a_code_that_cannot_be(code):
    with pytest.raises(ValueError, match="PARAMCD"):
        Param(code, "x")


def test_bounds_follow_each_other():
    with pytest.raises(ValueError, match="least must not be above most"):
        Param("X", "x", least=2, most=1)


def test_the_long_table_has_all_columns_in_order_whatever_the_rows():
    for rows in ([], [{"USUBJID": "b", "AVAL": 1}, {"USUBJID": "a", "ADY": 3}]):
        table = long_frame(rows)
        assert tuple(table.columns) == COLUMNS
        assert {name for name in COLUMNS if table[name].dtype == np.float64} == NUMBERS
    assert list(table["USUBJID"]) == ["a", "b"]
    assert list(table["REASON"]) == ["", ""]


def test_rows_of_a_table_are_sorted_as_numbers():
    assert list(long_frame([{"SRCID": f"x.csv:{row}"} for row in (14, 3, 100)])["SRCID"]) == [
        "x.csv:3",
        "x.csv:14",
        "x.csv:100",
    ]


def test_a_column_the_long_table_does_not_have():
    with pytest.raises(KeyError, match="DTYPE"):
        long_frame([{"DTYPE": "x"}])
