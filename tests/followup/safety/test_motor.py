import math

import numpy as np
import pytest

from oiscan.followup.safety.gmfm import DIMENSIONS, ITEM_CODES, gmfm88, gmfm_rows
from oiscan.followup.safety.motor import NotAble, motor_ranks, unable_counts, with_not_able
from tests.followup.safety.rows import lab, table

BEST = dict.fromkeys(range(1, 89), 3)


def walk(metres, **more) -> dict:
    visit = {"ADY": 1, "AVISIT": "Baseline", "AVISITN": 0, "ANL01FL": "Y"}
    return {"PARAMCD": "WALK1M", "AVAL": metres, "AVALU": "m", "SRC": "motor"} | visit | more


UNABLE = walk(None, AVALC="NOT ABLE")


def test_not_able_is_0_or_missing_as_the_user_says():
    rows = table(walk(40.0), UNABLE, walk(None, REASON="not done"))
    zero, missing = (with_not_able(rows, how) for how in (NotAble.ZERO, NotAble.MISSING))
    assert zero.AVAL[zero.AVALC.eq("NOT ABLE")].tolist() == [0.0]
    assert missing.AVAL.count() == 1
    assert zero.AVAL.count() == 2  # what was not done stays missing
    assert rows.AVAL.count() == 1  # the table given is left as it was


def test_not_able_ranks_below_all_who_could():
    rows = table(walk(0.0), walk(40.0), UNABLE, UNABLE, walk(40.0), walk(None))
    expected = {"": [3.0, 4.5, 4.5, math.nan], "NOT ABLE": [1.5, 1.5]}
    found = motor_ranks(rows)
    for text, ranks in expected.items():
        np.testing.assert_array_equal(np.sort(found[rows.AVALC.eq(text)]), ranks)


def test_a_laboratory_text_is_no_motor_test():
    rows = table(lab("CTX", None, "ng/L", AVALC="NOT ABLE"))
    assert with_not_able(rows, NotAble.ZERO).AVAL.isna().all()


def test_those_who_could_not_are_counted_whatever_was_chosen():
    others = [{"USUBJID": f"P{number}"} for number in (2, 3, 4)]
    rows = table(
        walk(40.0),
        walk(30.0, ANL01FL=""),  # another of the same visit, which does not count
        UNABLE | others[0],
        walk(None, ANL01FL="", REASON="refused") | others[1],
        walk(20.0, AVISIT="") | others[2],
    )
    for how in NotAble:
        (row,) = unable_counts(with_not_able(rows, how)).to_dict("records")
        assert (row["NABLE"], row["NUNABLE"], row["NMISSING"]) == (1, 1, 1)


def test_gmfm_has_88_items_in_five_dimensions():
    assert [len(numbers) for numbers in DIMENSIONS.values()] == [17, 20, 14, 13, 24]
    assert sorted(ITEM_CODES.values()) == list(range(1, 89))


def test_gmfm_by_hand():
    assert gmfm88(BEST).total == 100
    standing_only_half = BEST | dict.fromkeys(range(52, 65), 1) | dict.fromkeys(range(65, 89), 0)
    found = gmfm88(standing_only_half)
    assert found.percent == pytest.approx({"A": 100, "B": 100, "C": 100, "D": 100 / 3, "E": 0})
    assert found.total == pytest.approx((300 + 100 / 3) / 5)


def test_a_gmfm_item_not_tested_counts_0_and_is_counted():
    found = gmfm88(BEST | {88: "NT", 87: "NOT ABLE"})
    assert found.percent["E"] == pytest.approx(100 * 22 / 24)
    assert found.not_tested == 2


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ({item: 3 for item in BEST if item != 52}, "1 of 13 items are missing"),
        (BEST | {52: math.nan}, "1 of 13 items are missing"),
        (BEST | {52: 4, 60: 1.5}, "no score of 0 to 3 in item 52, 60"),
    ],
)
def test_a_gmfm_dimension_without_all_items_has_no_score_and_there_is_no_total(items, reason):
    found = gmfm88(items)
    assert math.isnan(found.total)
    assert found.reasons == {"D": reason}
    assert found.percent["E"] == 100


def items(**more) -> list[dict]:
    return [{"PARAMCD": code, "AVAL": 3, "ADY": 1, "SRC": "motor"} | more for code in ITEM_CODES]


def test_gmfm_rows_of_a_table():
    rows = items()
    rows[0] |= {"AVAL": None, "AVALC": "NT"}
    found = gmfm_rows(table(*rows)).set_index("PARAMCD")
    assert found.index.tolist() == ["GMFM88", "GMFMA", "GMFMB", "GMFMC", "GMFMD", "GMFME"]
    assert found.AVAL["GMFMA"] == pytest.approx(100 * 16 / 17)
    assert found.AVAL["GMFM88"] == pytest.approx((400 + 100 * 16 / 17) / 5)
    assert found.SRCID["GMFM88"].startswith("88 items from t.csv:")


def test_gmfm_rows_that_have_no_score_say_why():
    found = gmfm_rows(table(*items()[:-1])).set_index("PARAMCD")
    assert found.REASON["GMFM88"] == "dimension E: 1 of 24 items are missing"
    assert found.AVAL.isna()["GMFM88"]
    twice = gmfm_rows(table(*items(), items()[0]))
    assert twice.AVAL.isna().all()
    assert set(twice.REASON) == {"an item stands twice"}


def test_a_gmfm_total_the_clinic_gives_is_kept():
    total = {"PARAMCD": "GMFM88", "AVAL": 90.0, "ADY": 1, "SRC": "motor"}
    assert gmfm_rows(table(total, *items())).empty
    assert len(gmfm_rows(table(total | {"ADY": 365}, *items()))) == 6
