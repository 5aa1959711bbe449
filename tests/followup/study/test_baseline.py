"""Baseline, the row that counts for a visit, and changes: long tables written by hand."""

import pandas as pd
import pytest

from oiscan.followup.study.baseline import derived
from oiscan.followup.study.columns import COLUMNS, long_frame
from oiscan.followup.study.study import load_study
from tests.followup.study.studies import one, write_study


@pytest.fixture
def study(tmp_path):
    return load_study(write_study(tmp_path))


def value(day: float | None, number: float | None, source: str = "labs.csv:2", **changes: object) -> dict[str, object]:
    """A value of calcium; Month 12 counts from day 320 to 420, its target is 366."""
    told = {"USUBJID": "K01", "PARAMCD": "CA", "AVALU": "mmol/L", "SRC": "lab", "ADY": day, "AVAL": number}
    return told | {"SRCID": source, "REASON": "" if number is not None else "blank"} | changes


def at_source(table: pd.DataFrame, source: str) -> pd.Series:
    return one(table[table["SRCID"] == source])


def test_baseline_is_the_last_value_on_or_before_the_first_dose(study):
    days = {"a:2": -200, "a:3": -5, "a:4": 1, "a:5": 2}
    rows = [value(day, 2 + place / 10, source) for place, (source, day) in enumerate(days.items())]
    table = derived(study, long_frame(rows))
    base = at_source(table, "a:4")
    assert list(table["ABLFL"]) == ["", "", "Y", ""]
    assert set(table["BASE"]) == {base["AVAL"]}
    assert (base["AVISIT"], base["AVISITN"], base["ANL01FL"]) == ("Baseline", 0, "Y")
    # The one day after is in no window; it has changed all the same.
    after = at_source(table, "a:5")
    assert (after["AVISIT"], after["CHG"], after["ANL01FL"]) == ("", pytest.approx(0.1), "")
    assert after["PCHG"] == pytest.approx(100 * 0.1 / 2.2)
    assert table["CHG"].notna().sum() == 1


def test_a_missing_value_is_no_baseline(study):
    table = derived(study, long_frame([value(-5, 2.2, "a:2"), value(1, None, "a:3"), value(366, 2.4, "a:4")]))
    assert list(table["ABLFL"]) == ["Y", "", ""]
    assert at_source(table, "a:4")["BASE"] == 2.2


def test_an_old_baseline_belongs_to_the_baseline_visit(study):
    table = derived(study, long_frame([value(-200, 2.2, "a:2"), value(366, 2.4, "a:3")]))
    assert list(table["AVISIT"]) == ["Baseline", "Month 12"]


@pytest.mark.parametrize(
    ("days", "counts"),
    [
        ([340, 380], "a:3"),  # 26 and 14 days off
        ([360, 372], "a:2"),  # 6 days off both: the earlier
        ([330, 330], "a:2"),  # the same day: the first row
        ([319, 421], ""),
    ],
)
def test_the_value_closest_to_the_target_counts(study, days, counts):
    rows = [value(day, 2.3, source) for day, source in zip(days, ("a:2", "a:3"), strict=True)]
    table = derived(study, long_frame(rows))
    assert "".join(table.loc[table["ANL01FL"] == "Y", "SRCID"]) == counts
    assert len(table) == 2


def test_a_missing_value_does_not_count_though_it_is_closer(study):
    table = derived(study, long_frame([value(366, None, "a:2"), value(330, 2.3, "a:3")]))
    assert at_source(table, "a:3")["ANL01FL"] == "Y"
    assert at_source(table, "a:2")["ANL01FL"] == ""


def test_not_able_and_below_the_limit_count_without_a_number(study):
    not_able = {"AVALC": "NOT ABLE", "REASON": "", "PARAMCD": "WALK1M", "AVALU": "m"}
    table = derived(
        study, long_frame([value(1, 50, "a:2", **not_able | {"AVALC": ""}), value(366, None, "a:3", **not_able)])
    )
    later = at_source(table, "a:3")
    assert (later["ANL01FL"], later["BASE"]) == ("Y", 50)
    assert pd.isna(later["CHG"])


def test_a_value_that_does_not_count_stays_without_change(study):
    table = derived(study, long_frame([value(1, 2.2, "a:2"), value(366, 2.4, "a:3", REASON="another model")]))
    later = at_source(table, "a:3")
    assert (later["AVAL"], later["ANL01FL"], later["AVISIT"]) == (2.4, "", "Month 12")
    assert pd.isna(later["CHG"])


def test_no_change_between_two_units(study):
    table = derived(study, long_frame([value(1, 2.2, "a:2"), value(366, 9.4, "a:3", AVALU="mg/dL")]))
    assert pd.isna(at_source(table, "a:3")["CHG"])


@pytest.mark.parametrize(
    ("code", "base", "change", "percent"),
    [
        ("LSBMD", 0.4, 0.1, 25),
        ("LSBMDZ", -2, 1, None),
        ("BAMF", 4, 2, None),
        ("WALK1M", 0, 10, None),  # nothing is any percent of 0
        ("LSBMD", -0.4, 0.1, None),  # nor of what is below
        ("FX", 1, None, None),
        ("VFANYN", 0, None, None),
        ("XNEW", 1, None, None),  # nobody knows what its change means
    ],
)
def test_what_changes_and_in_percent_of_what(study, code, base, change, percent):
    """A percent change of a Z-score from -2 to -1 would be one of -50 %."""
    later = base + (change or 1)
    table = derived(study, long_frame([value(1, base, "a:2", PARAMCD=code), value(366, later, "a:3", PARAMCD=code)]))
    row = at_source(table, "a:3")
    for name, expected in (("CHG", change), ("PCHG", percent)):
        assert pd.isna(row[name]) if expected is None else row[name] == pytest.approx(expected)


def test_doses_and_events_have_no_baseline(study):
    rows = [value(1, 15, "a:2", PARAMCD="DOSE", SRC="dose"), value(366, 15, "a:3", PARAMCD="DOSE", SRC="dose")]
    table = derived(study, long_frame(rows))
    assert set(table["ABLFL"]) == set(table["ANL01FL"]) == {""}
    assert table["BASE"].isna().all()


def test_levels_have_baselines_of_their_own(study):
    rows = [
        value(day, level + day / 1e4, "s", PARAMCD="VFRAP", LEVEL=f"L{level}") for level in (1, 2) for day in (-3, 366)
    ]
    table = derived(study, long_frame(rows))
    assert table["BASE"].round(2).tolist() == [1, 1, 2, 2]


def test_rows_added_before_get_their_baseline_too(study):
    """As the albumin-adjusted calcium is."""
    table = long_frame([value(1, 2.2, "a:2"), value(366, 2.4, "a:3")])
    added = table.assign(PARAMCD="CAADJ", SRC="derived", AVAL=table["AVAL"] + 0.1)
    both = derived(study, pd.concat([table, added], ignore_index=True))
    assert tuple(both.columns) == COLUMNS
    assert both.loc[both["PARAMCD"] == "CAADJ", "BASE"].tolist() == pytest.approx([2.3, 2.3])


def test_the_given_table_is_left_alone(study):
    table = long_frame([value(-5, 2.2), value(366, 2.4)])
    before = table.copy()
    derived(study, table)
    pd.testing.assert_frame_equal(table, before)
