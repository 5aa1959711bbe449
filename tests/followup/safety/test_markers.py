import math

import pytest

from oiscan.followup.safety.markers import geometric_means, marker_changes
from tests.followup.safety.rows import lab, table


def marker(value, day=365, **more) -> dict:
    return lab("CTX", value, "ng/L", day, BASE=800.0, AVISIT="Month 12", AVISITN=12, ANL01FL="Y") | more


def changes(*rows, **how):
    return marker_changes(table(*rows), ("CTX",), **how)


def test_percent_and_logarithm_of_the_own_baseline():
    (row,) = changes(marker(800.0, 1, ABLFL="Y"), marker(200.0)).to_dict("records")
    assert row["PCTBASE"] == 25
    assert row["LOGRATIO"] == pytest.approx(-2 * math.log(2))
    assert row["MKREAS"] == ""


def test_below_quantification_stays_what_it_is():
    (row,) = changes(marker(None, AVALC="<100")).to_dict("records")
    assert math.isnan(row["PCTBASE"])
    assert (row["AVALC"], row["HALVED"], row["MKREAS"]) == ("<100", "", "only '<100' is known")


def test_half_of_the_limit_only_where_asked_and_then_marked():
    (row,) = changes(marker(None, AVALC="<100"), half_of_limit=True).to_dict("records")
    assert (row["PCTBASE"], row["HALVED"], row["MKREAS"]) == (6.25, "Y", "")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (marker(200.0, REASON="another value stands elsewhere"), "another value stands elsewhere"),
        (marker(None), "there is no value"),
        (marker(200.0, BASE=None), "there is no baseline"),
        (marker(0.0), "a ratio needs values above 0"),
        (marker(200.0, BASE=0.0), "a ratio needs values above 0"),
    ],
)
def test_no_ratio_without_both_values(row, reason):
    (found,) = changes(row).to_dict("records")
    assert found["MKREAS"] == reason
    assert math.isnan(found["LOGRATIO"])


def test_the_geometric_mean_of_each_arm():
    rows = [marker(value, USUBJID=child) for child, value in (("P1", 200.0), ("P2", 800.0), ("P3", None))]
    (row,) = geometric_means(changes(*rows, marker(1.0, ANL01FL=""))).to_dict("records")
    assert row["GMPCT"] == pytest.approx(50)  # of 25 % and 100 %; their plain mean would be 62.5
    assert row["GSD"] == pytest.approx(math.exp(math.log(4) / math.sqrt(2)))
    assert (row["N"], row["NMISSING"], row["ARM"]) == (2, 1, "Denosumab")


def test_an_arm_without_a_ratio_has_no_mean():
    (row,) = geometric_means(changes(marker(None))).to_dict("records")
    assert (row["N"], math.isnan(row["GMPCT"])) == (0, True)
