import math

import pandas as pd
import pytest

from oiscan.followup.safety.calcium import AlbuminCorrection, adjusted_calcium
from oiscan.followup.study.cells import BLANK
from oiscan.followup.study.columns import COLUMNS
from tests.followup.safety.rows import lab, table


@pytest.mark.parametrize(
    ("calcium", "unit", "albumin_g_l", "adjusted"),
    [(2.0, "mmol/L", 40, 2.0), (2.0, "mmol/L", 30, 2.2), (2.6, "mmol/L", 50, 2.4), (8.0, "mg/dL", 30, 8.8)],
)
def test_the_correction_by_hand(calcium, unit, albumin_g_l, adjusted):
    assert AlbuminCorrection().adjusted(calcium, unit, albumin_g_l) == pytest.approx(adjusted)


def test_the_correction_knows_two_units():
    with pytest.raises(ValueError, match="must be in mmol/L or mg/dL"):
        AlbuminCorrection().adjusted(2.0, "mEq/L", 40)


@pytest.mark.parametrize(("albumin", "unit"), [(30.0, "g/L"), (3.0, "g/dL")])
def test_a_row_is_made_from_calcium_and_albumin_of_one_sample(albumin, unit):
    found = adjusted_calcium(
        table(lab("CA", 2.0, "mmol/L", 29, ANRLO=2.2, ANRHI=2.6, AVISIT="Month 1"), lab("ALB", albumin, unit, 29))
    )
    (row,) = found.to_dict("records")
    assert tuple(found.columns) == COLUMNS
    assert row["PARAMCD"] == "CAADJ"
    assert row["AVAL"] == pytest.approx(2.2)
    assert (row["AVALU"], row["ANRLO"], row["ANRHI"]) == ("mmol/L", 2.2, 2.6)
    assert (row["ADY"], row["AVISIT"], row["SRC"], row["SRCID"]) == (29, "Month 1", "derived", "t.csv:2 + t.csv:3")


def test_other_factors_are_used_and_told():
    own = AlbuminCorrection(mmol_l_per_g_l=0.025, albumin_g_l=42)
    found = adjusted_calcium(table(lab("CA", 2.0, "mmol/L"), lab("ALB", 32, "g/L")), own)
    assert found.AVAL.item() == pytest.approx(2.25)
    assert "0.025" in str(own)
    assert "unverified" in str(own)


def reason(*rows) -> str:
    (row,) = adjusted_calcium(table(*rows)).to_dict("records")
    assert math.isnan(row["AVAL"])
    return row["REASON"]


def test_raw_calcium_never_takes_the_place_of_the_adjusted_one():
    assert "no albumin in the same sample" in reason(lab("CA", 2.0, "mmol/L", 29))
    assert "no albumin" in reason(lab("CA", 2.0, "mmol/L", 29), lab("ALB", 30, "g/L", 30))
    assert "no albumin" in reason(lab("CA", 2.0, "mmol/L", 29), lab("ALB", 30, "g/L", 29, USUBJID="P2"))
    assert "no albumin" in reason(lab("CA", 2.0, "mmol/L", 29), lab("ALB", None, "g/L", 29))


def test_what_cannot_be_adjusted_says_why():
    assert "2 albumin values" in reason(lab("CA", 2.0, "mmol/L"), lab("ALB", 30, "g/L"), lab("ALB", 31, "g/L"))
    assert "must be in g/L or g/dL" in reason(lab("CA", 2.0, "mmol/L"), lab("ALB", 600, "umol/L"))
    assert "must be in mmol/L or mg/dL" in reason(lab("CA", 4.5, "mEq/L"), lab("ALB", 30, "g/L"))
    assert reason(lab("CA", None, "mmol/L", REASON="tube broken"), lab("ALB", 30, "g/L")) == "tube broken"
    no_day = {"ADY": None, "AVISITN": None}
    assert "neither day nor visit" in reason(lab("CA", 2.0, "mmol/L") | no_day, lab("ALB", 30, "g/L") | no_day)


def test_numbers_that_do_not_count_are_not_used():
    doubt = {"REASON": "another value stands elsewhere"}
    assert reason(lab("CA", 2.0, "mmol/L", **doubt), lab("ALB", 30, "g/L")) == doubt["REASON"]
    assert "no albumin" in reason(lab("CA", 2.0, "mmol/L"), lab("ALB", 30, "g/L", **doubt))


def test_the_same_albumin_twice_is_one():
    found = adjusted_calcium(table(lab("CA", 2.0, "mmol/L"), lab("ALB", 30, "g/L"), lab("ALB", 30, "g/L")))
    assert found.AVAL.item() == pytest.approx(2.2)


def test_a_blank_calcium_gives_no_row():
    assert adjusted_calcium(table(lab("CA", None, "mmol/L", REASON=BLANK), lab("ALB", 30, "g/L"))).empty


def test_without_a_day_the_visit_tells_the_sample():
    month = {"ADY": None, "AVISITN": 12}
    found = adjusted_calcium(table(lab("CA", 2.0, "mmol/L") | month, lab("ALB", 30, "g/L") | month))
    assert found.AVAL.item() == pytest.approx(2.2)


def test_a_value_the_laboratory_adjusted_itself_is_kept():
    rows = table(
        lab("CA", 2.0, "mmol/L"), lab("ALB", 30, "g/L"), lab("CAADJ", 2.21, "mmol/L"), lab("CA", 2.3, "mmol/L", 9)
    )
    assert adjusted_calcium(rows).ADY.tolist() == [9]


def test_no_calcium_no_rows():
    found = adjusted_calcium(table(lab("ALB", 30, "g/L")))
    assert found.empty
    assert tuple(found.columns) == COLUMNS
    assert len(pd.concat([table(lab("ALB", 30, "g/L")), found])) == 1
