"""What cells of a table say."""

from datetime import date

import pytest

from oiscan.followup.study.cells import (
    A_NUMBER,
    BLANK,
    NOT_ABLE,
    TEXT,
    Reading,
    read_cell,
    read_date,
    read_day,
    read_event,
    read_yes_no,
)


@pytest.mark.parametrize(
    ("cell", "decimal_comma", "reading"),
    [
        ("2.31", False, Reading(2.31)),
        ("-2.3e-1", False, Reading(-0.23)),
        ("2,31", True, Reading(2.31)),
        ("2,31", False, Reading(reason=TEXT)),
        ("1,234,567", True, Reading(reason=TEXT)),
        ("2.31 mmol/L", False, Reading(reason=TEXT)),
        ("inf", False, Reading(reason=TEXT)),
        ("1_000", False, Reading(reason=TEXT)),
        ("\N{ARABIC-INDIC DIGIT FIVE}x", False, Reading(reason=TEXT)),
        ("", False, Reading(reason=BLANK)),
        ("< 5", False, Reading(text="<5")),
        (">=2,5", True, Reading(text=">=2.5")),
        ("Not  able", False, Reading(text=NOT_ABLE)),
        ("unable", False, Reading(text=NOT_ABLE)),
    ],
)
def test_what_a_cell_says(cell, decimal_comma, reading):
    assert read_cell(cell, {}, decimal_comma) == reading


def test_codes_go_before_all_else():
    codes = {"-99": "", "7": NOT_ABLE, "walks": 8.0}
    assert read_cell("-99", codes, False) == Reading(reason=BLANK)
    assert read_cell("7", codes, False) == Reading(text=NOT_ABLE)
    assert read_cell("walks", codes, False) == Reading(8.0)
    assert read_cell("6", codes, False) == Reading(6.0)


@pytest.mark.parametrize(("cell", "number"), [("Checked", 1), ("unchecked", 0), ("1", 1), ("0", 0), ("yes", 1)])
def test_a_checkbox(cell, number):
    assert read_yes_no(cell, {}).number == number


@pytest.mark.parametrize(
    ("cell", "reading"),
    [
        ("femur", Reading(1.0, "femur")),
        ("1", Reading(1.0)),
        ("yes", Reading(1.0)),
        ("0", Reading(reason=BLANK)),
        ("None", Reading(reason=BLANK)),
        ("", Reading(reason=BLANK)),
        ("3", Reading(reason=A_NUMBER)),
        ("<2", Reading(reason=A_NUMBER)),
        ("b", Reading(1.0, "tibia")),
    ],
)
def test_an_event(cell, reading):
    assert read_event(cell, {"b": "tibia"}) == reading


@pytest.mark.parametrize(
    ("cell", "layout", "on"),
    [
        ("2024-02-29", "%Y-%m-%d", date(2024, 2, 29)),
        ("2024-02-29 08:15", "%Y-%m-%d", date(2024, 2, 29)),
        ("29/02/2024", "%d/%m/%Y", date(2024, 2, 29)),
        ("2023-02-29", "%Y-%m-%d", None),
        ("29/02/2024", "%Y-%m-%d", None),
        ("", "%Y-%m-%d", None),
    ],
)
def test_a_date(cell, layout, on):
    assert read_date(cell, layout) == on


@pytest.mark.parametrize(("cell", "day"), [("1", 1), ("-1", -1), ("366", 366), ("0", None), ("1.5", None), ("x", None)])
def test_a_study_day_is_whole_and_never_0(cell, day):
    assert read_day(cell) == day
