import pytest

from oiscan.followup.safety.windows import (
    HIGH,
    LOW,
    LOW_AFTER_DOSE,
    NOT_ASSESSED,
    REBOUND,
    WITHIN,
    CalciumWindows,
    calcium_windows,
)
from tests.followup.safety.rows import dose, lab, table

LIMITS = {"ANRLO": 2.2, "ANRHI": 2.6}


def finding(value, day, windows=None, **more) -> tuple[str, str]:
    rows = table(dose(1), lab("CAADJ", value, "mmol/L", day, **LIMITS | more))
    (row,) = calcium_windows(rows, windows).to_dict("records")
    return row["FINDING"], row["FINDREAS"]


@pytest.mark.parametrize(
    ("value", "day", "word"),
    [
        (2.1, 2, LOW_AFTER_DOSE),
        (2.1, 29, LOW_AFTER_DOSE),
        (2.1, 30, LOW),
        (2.1, -3, LOW),
        (2.2, 10, WITHIN),
        (2.6, 100, WITHIN),
        (2.61, 42, HIGH),
        (2.61, 43, REBOUND),
        (2.61, 275, REBOUND),
        (2.61, 276, HIGH),
        (2.61, -3, HIGH),
    ],
)
def test_the_windows_by_days_since_the_last_dose(value, day, word):
    assert finding(value, day) == (word, "")


def test_the_windows_are_the_users():
    assert finding(2.61, 30, CalciumWindows(rebound_from_days=20))[0] == REBOUND
    assert "unverified" in str(CalciumWindows())


def test_a_new_dose_starts_the_windows_again():
    rows = table(
        dose(1), dose(113), lab("CAADJ", 2.7, "mmol/L", 120, **LIMITS), lab("CAADJ", 2.7, "mmol/L", 113, **LIMITS)
    )
    found = calcium_windows(rows).set_index("ADY")
    assert found.FINDING.to_dict() == {113.0: REBOUND, 120.0: HIGH}  # day 113: taken before the second dose


def test_not_assessed_without_value_or_limit():
    assert finding(None, 60, REASON="no albumin") == (NOT_ASSESSED, "no albumin")
    assert finding(2.4, 60, ANRHI=None) == (NOT_ASSESSED, "the upper normal limit is not known")
    assert finding(2.4, 60, ANRLO=None) == (NOT_ASSESSED, "the lower normal limit is not known")
    assert finding(2.7, 60, ANRLO=None) == (REBOUND, "")


def test_raw_calcium_is_not_held_against_the_windows():
    assert calcium_windows(table(dose(1), lab("CA", 3.0, "mmol/L", 60, **LIMITS))).empty
