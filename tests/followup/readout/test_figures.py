"""Figures: the numbers behind them, and SVG that is the same every time."""

import re

import pytest

from oiscan.followup.readout.course_of_child import course_svg
from oiscan.followup.readout.courses import courses, courses_svg
from oiscan.followup.readout.laboratory import dose_days, laboratory, laboratory_svg
from oiscan.followup.readout.style import LOOKS, looks_of, svg_of, themed
from oiscan.followup.study.columns import long_frame
from tests.followup.readout.cases import ARMS, row, rows_of


def line(figure):
    figure.subplots().plot([0, 1], [0, 1], color=LOOKS[0].colour, marker="o", label="x")


def test_the_same_drawing_gives_the_same_bytes_and_no_date():
    first, second = (svg_of("figure", "title", (2, 2), line) for _ in range(2))
    assert first == second
    assert "date" not in first.lower()


def test_two_figures_of_one_page_share_no_id():
    ids = [set(re.findall(r' id="([^"]+)"', svg_of(name, "t", (2, 2), line))) for name in ("one", "two")]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_every_id_is_used_and_the_title_is_escaped():
    svg = svg_of("figure", '<script>"', (2, 2), line)
    assert all(f"#{name}" in svg for name in re.findall(r' id="([^"]+)"', svg))
    assert 'aria-label="&lt;script&gt;&#34;"' in svg


def test_a_figure_of_the_page_has_the_colours_of_the_page():
    svg = themed(svg_of("figure", "t", (2, 2), line))
    assert svg.startswith("<svg ")
    assert "var(--arm-1)" in svg
    assert LOOKS[0].colour not in svg


def test_the_users_own_settings_change_nothing():
    from matplotlib import rc_context

    plain = svg_of("figure", "t", (2, 2), line)
    with rc_context({"font.size": 30.0, "axes.grid": True, "svg.fonttype": "path"}):
        assert svg_of("figure", "t", (2, 2), line) == plain


def test_arms_differ_by_colour_and_mark():
    first, second = looks_of(ARMS).values()
    assert first.colour != second.colour
    assert first.mark != second.mark


def table_of(*children):
    return long_frame(told for child in children for told in rows_of(child))


def test_a_course_has_a_row_a_visit_with_its_source():
    found = courses(table_of("S-2", "S-8"), "LSBMD", "g/cm2")
    assert found.groupby("USUBJID").size().to_dict() == {"S-2": 3, "S-8": 2}  # S-8 missed the last visit
    assert set(found["SRCID"]) == {f"{2:016x}", f"{8:016x}"}
    assert courses(table_of("S-2"), "LSBMD", "mg/cm2").empty


def test_each_child_is_a_line_and_each_arm_a_panel():
    svg = courses_svg(courses(table_of("S-1", "S-2", "S-4"), "LSBMD", "g/cm2"), "course", "aBMD", ARMS)
    assert "Denosumab (n = 2)" in svg
    assert "Zoledronic acid (n = 1)" in svg


@pytest.mark.parametrize(
    ("value", "low", "high", "told"),
    [(2.0, 2.15, 2.6, "low"), (2.15, 2.15, 2.6, "within"), (2.6, 2.15, 2.6, "within"), (2.7, 2.15, 2.6, "high"),
     (2.3, None, 2.6, "unknown"), (2.3, 2.15, None, "unknown"), (2.7, None, 2.6, "high")],
)  # fmt: skip
def test_laboratory_values_stand_against_their_own_limits(value, low, high, told):
    rows = long_frame([row("S-2", 12, "CAADJ", value, ANRLO=low, ANRHI=high)])
    assert laboratory(rows, "CAADJ", "mmol/L")["limits"].tolist() == [told]


def test_laboratory_values_between_visits_are_shown_and_unusable_ones_are_not():
    between = row("S-2", 12, "CAADJ", 2.4, ANL01FL="", AVISIT="", AVISITN=None)
    rows = [between, row("S-2", 24, "CAADJ", 9.9, REASON="unit")]
    assert laboratory(long_frame(rows), "CAADJ", "mmol/L")["AVAL"].tolist() == [2.4]


def test_values_outside_their_limits_are_circled():
    table = table_of("S-2")
    rows = laboratory(table, "CAADJ", "mmol/L")
    inside = rows.assign(limits="within")
    doses = dose_days(table)
    drawn, plain = (laboratory_svg(one, doses, "name", "calcium", ARMS) for one in (rows, inside))
    assert len(re.findall("<use", drawn)) == len(re.findall("<use", plain)) + (rows["limits"] != "within").sum()


def test_a_dose_that_was_not_given_is_no_mark():
    given = dose_days(long_frame([row("S-2", 0, "DOSE", 15.0), row("S-2", 12, "DOSE", 0.0)]))
    assert given["ADY"].tolist() == [1]


def test_the_course_of_a_child_shows_what_there_is():
    rows = table_of("S-2")
    assert "Loss of height" in course_svg(rows, "child", "S-2")
    only_calcium = course_svg(rows[rows["PARAMCD"] == "CAADJ"], "child", "S-2")
    assert "Loss of height" not in only_calcium
    assert "Calcium, albumin-adjusted, mmol/L" in only_calcium
    assert course_svg(rows[rows["PARAMCD"] == "BAMF"], "child", "S-2") == ""


def test_raw_calcium_is_never_drawn():
    rows = long_frame([row("S-2", 0, "CA", 2.4)])
    assert course_svg(rows, "child", "S-2") == ""
