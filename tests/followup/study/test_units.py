"""Slips of unit, noticed and never converted."""

import pytest

from oiscan.followup.study.params import PARAMS
from oiscan.followup.study.units import bounds, conversion, same_unit, slip, slip_of_column


@pytest.mark.parametrize(
    ("code", "value", "unit", "other"),
    [
        ("CA", 2.4, "mmol/L", ""),
        ("CA", 9.6, "mmol/L", "mg/dL"),
        ("CA", 2.4, "mg/dL", "mmol/L"),
        ("CA", 3.4, "mmol/L", ""),  # severe, and possible
        ("CA", 6.4, "mg/dL", ""),
        ("PHOS", 4.6, "mg/dL", ""),
        ("PHOS", 1.5, "mg/dL", "mmol/L"),
        ("CREAT", 0.4, "umol/L", "mg/dL"),
        ("CREAT", 35, "mg/dL", "umol/L"),
        ("ALB", 4.3, "g/L", "g/dL"),
        ("VITD", 24, "nmol/L", ""),  # low, and usual in ng/mL: cannot be told
        ("CA", -2.4, "mmol/L", ""),
    ],
)
def test_one_value_that_would_be_usual_in_another_unit(code, value, unit, other):
    assert slip(value, unit, PARAMS[code]) == other


def test_a_column_is_judged_by_its_median():
    phosphate = PARAMS["PHOS"]
    assert slip_of_column([3.1, 3.4, 3.9], "mmol/L", phosphate) == "mg/dL"
    assert slip_of_column([1.2, 1.5, 4.0], "mmol/L", phosphate) == ""
    assert slip_of_column([3.1, 3.4], "mmol/L", phosphate) == ""  # two make no column


def test_bounds_are_told_in_the_unit_of_the_column():
    assert bounds(PARAMS["CA"], "mmol/L") == (1, 4.5)
    assert bounds(PARAMS["CA"], "mg/dL") == pytest.approx((4.0078, 18.035), abs=1e-3)


@pytest.mark.parametrize(
    ("code", "told", "unit", "words"),
    [
        ("CA", "mg/dL", "mmol/L", "1 mg/dL is 0.24951 mmol/L"),
        ("UCACR", "mg/mg", "mmol/mmol", "1 mg/mg is 2.8225 mmol/mmol"),
        ("CREAT", "mg/dL", "umol/L", "1 mg/dL is 88.402 umol/L"),
        ("PHOS", "mmol/L", "mg/dL", "1 mmol/L is 3.0974 mg/dL"),
        ("CA", "g", "mmol/L", ""),
    ],
)
def test_the_factor_is_named(code, told, unit, words):
    assert conversion(told, unit, PARAMS[code]) == words


def test_spellings_of_a_unit():
    assert same_unit("\N{GREEK SMALL LETTER MU}mol/l", "umol/L")
    assert not same_unit("mmol/L", "umol/L")
