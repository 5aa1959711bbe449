"""Bone density between visits: what may be compared, per cent per child, and never of a Z-score."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from oiscan.anatomy import LUMBAR
from oiscan.densitometry.repeat.machine import Machine
from oiscan.errors import ComparisonError
from oiscan.followup.change.density import DensityValue, density_change, percent_change
from oiscan.followup.change.density_frame import COLUMNS, density_changes, mean_changes
from oiscan.followup.study.params import PARAMS
from tests.followup.change.cases import table

LSBMD, LSBMDZ = PARAMS["LSBMD"], PARAMS["LSBMDZ"]
IDXA = Machine("GE Lunar", "Lunar iDXA", "16", "AP Spine")


def lumbar(value: float, machine: Machine = IDXA, levels: tuple = LUMBAR) -> DensityValue:
    return DensityValue(value, levels, machine)


def test_change_and_percent_of_a_density() -> None:
    change = density_change(LSBMD, lumbar(0.4), lumbar(0.5), lsc=0.028)
    assert (change.change, change.percent) == (pytest.approx(0.1), pytest.approx(25.0))
    assert (change.beyond_lsc, change.no_percent, change.flags) == (True, "", ())


@pytest.mark.parametrize(("later", "beyond"), [(0.4279, False), (0.428, True), (0.372, True), (0.3721, False)])
def test_a_change_counts_if_it_equals_the_lsc(later: float, beyond: bool) -> None:
    assert density_change(LSBMD, lumbar(0.4), lumbar(later), lsc=0.028).beyond_lsc is beyond


def test_without_an_lsc_nothing_is_said_of_it() -> None:
    assert density_change(LSBMD, lumbar(0.4), lumbar(0.5)).beyond_lsc is None
    with pytest.raises(ComparisonError, match="LSC must be above 0"):
        density_change(LSBMD, lumbar(0.4), lumbar(0.5), lsc=0.0)


def test_percent_change_of_a_z_score_is_refused_with_the_reason() -> None:
    with pytest.raises(ComparisonError, match="no percent change of a Z-score"):
        percent_change(LSBMDZ, -2.0, -1.0)
    change = density_change(LSBMDZ, lumbar(-2.0), lumbar(-1.0))
    assert (change.change, change.percent) == (1.0, None)
    assert change.no_percent == LSBMDZ.no_percent
    with pytest.raises(ComparisonError, match="the first value must be above 0"):
        percent_change(LSBMD, 0.0, 0.4)


def test_l2_l4_is_not_compared_with_l1_l4() -> None:
    with pytest.raises(ComparisonError, match="L2-L4 cannot be compared with L1-L4"):
        density_change(LSBMD, lumbar(0.4), lumbar(0.4, levels=LUMBAR[1:]))


def test_another_scanner_is_not_compared_but_another_software_is_told() -> None:
    prodigy = Machine("GE Lunar", "Lunar Prodigy", "16", "AP Spine")
    with pytest.raises(ComparisonError, match="another model than at first: Lunar Prodigy, then Lunar iDXA: not comp"):
        density_change(LSBMD, lumbar(0.4), lumbar(0.5, prodigy))
    with pytest.raises(ComparisonError, match="another maker"):
        density_change(LSBMD, lumbar(0.4), lumbar(0.5, Machine("Hologic", "Lunar iDXA", "16", "AP Spine")))
    assert density_change(LSBMD, lumbar(0.4), lumbar(0.5, prodigy), other_scanner=True).flags != ()
    newer = Machine("GE Lunar", "lunar idxa", "18", "AP Spine")
    assert density_change(LSBMD, lumbar(0.4), lumbar(0.5, newer)).flags == (
        "another software than at first: 18, then 16",
    )


def test_what_is_not_known_of_the_scanner_is_said() -> None:
    change = density_change(LSBMD, lumbar(0.4), lumbar(0.5, Machine("GE Lunar", "Lunar iDXA")))
    assert change.flags == ("whether software, mode changed is not known",)


def value(child: str, code: str, month: int, number: float, **more: object) -> dict[str, object]:
    return {"USUBJID": child, "PARAMCD": code, "AVISITN": month, "AVISIT": f"Month {month}", "AVAL": number,
            "ABLFL": "Y" if month == 0 else "", "LEVEL": "L1-L4", "SRCID": f"{child}-{month}", **more}  # fmt: skip


FOUR = [value(child, "LSBMD", 0, first) for child, first in zip("abcd", (0.2, 0.4, 0.5, 0.5), strict=True)]
FOUR += [value(child, "LSBMD", 12, later) for child, later in zip("abcd", (0.3, 0.52, 0.6, 0.6), strict=True)]
MACHINES = {f"{child}-{month}": IDXA for child in "abcd" for month in (0, 12, 24)}


def test_percent_is_taken_per_child_and_then_averaged() -> None:
    means = mean_changes(density_changes(table(FOUR), MACHINES))
    assert list(means["N"]) == [4]
    assert means["PCHG"].iloc[0] == pytest.approx((50 + 30 + 20 + 20) / 4)  # the ratio of means would be 26.25
    assert means["CHG"].iloc[0] == pytest.approx(0.105)
    assert means["PCHGSD"].iloc[0] == pytest.approx(14.142, abs=1e-3)


def test_a_density_stands_beside_the_change_of_its_z_score() -> None:
    rows = [value("a", "LSBMD", 0, 0.4), value("a", "LSBMD", 12, 0.5), value("a", "LSBMDZ", 0, -2.0),
            value("a", "LSBMDZ", 12, -1.2)]  # fmt: skip
    frame = density_changes(table(rows), MACHINES, {"LSBMD": 0.028}).set_index("PARAMCD")
    assert frame.loc["LSBMD", "ZCHG"] == pytest.approx(0.8)
    assert (frame.loc["LSBMD", "BEYOND"], frame.loc["LSBMDZ", "BEYOND"]) == ("Y", "")
    assert math.isnan(frame.loc["LSBMDZ", "PCHG"])
    assert frame.loc["LSBMDZ", "PCHGREAS"] == LSBMDZ.no_percent
    assert (frame.loc["LSBMD", "BSRCID"], frame.loc["LSBMD", "SRCID"]) == ("a-0", "a-12")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"LEVEL": "L2-L4"}, "L2-L4 cannot be compared with L1-L4"),
        ({"SRCID": "other"}, "another model than at first: Lunar Prodigy"),
        ({"REASON": "told apart by the study"}, "told apart by the study"),
    ],
)
def test_what_must_not_be_compared_has_a_reason_and_no_number(more: dict[str, object], reason: str) -> None:
    rows = [value("a", "LSBMD", 0, 0.4), value("a", "LSBMD", 12, 0.5, **more)]
    machines = MACHINES | {"other": Machine("GE Lunar", "Lunar Prodigy", "16", "AP Spine")}
    (row,) = density_changes(table(rows), machines).to_dict("records")
    assert reason in row["REASON"]
    assert math.isnan(row["CHG"])
    assert math.isnan(row["PCHG"])


def test_of_two_regions_at_one_visit_the_one_of_the_baseline_counts() -> None:
    rows = [value("a", "LSBMD", 0, 0.4), value("a", "LSBMD", 12, 0.6, LEVEL="L2-L4"), value("a", "LSBMD", 12, 0.5)]
    (row,) = density_changes(table(rows), MACHINES).to_dict("records")
    assert (row["LEVEL"], row["AVAL"], row["REASON"]) == ("L1-L4", 0.5, "")


def test_without_a_baseline_or_a_value_there_is_no_row() -> None:
    rows = [value("a", "LSBMD", 12, 0.5), value("b", "LSBMD", 0, 0.4), value("b", "LSBMD", 12, math.nan)]
    frame = density_changes(table(rows), MACHINES)
    assert list(frame) == list(COLUMNS)
    assert frame.empty
    assert isinstance(mean_changes(frame), pd.DataFrame)
