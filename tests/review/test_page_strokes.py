"""What a reader does to a scan on the page, in a real browser: measured by the library, saved, exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from oiscan.anatomy import Level
from oiscan.review.desk import Terms
from tests.reports.browser import Browser
from tests.review.page_cases import AP, LATERAL, Reader, measured, serving

HOSTILE = "<img src=x onerror='window.hit=1'><script>window.hit=2</script>"


def test_a_dragged_landmark_is_measured_by_the_library_saved_and_exported(reader: Reader) -> None:
    reader.opens_scan(LATERAL)
    before = reader.case()
    reader.chooses("L1")
    reader.screen.press("z")
    reader.settles()
    start = reader.handles()[2]
    end = start[0], start[1] + 5 * reader.zoom()
    shown = reader.row("L1")
    reader.screen.hold(start, end)
    reader.screen.wait_for(f"document.querySelector('tr[data-level=L1]').cells[6].innerText !== {shown[6]!r}")
    reader.screen.wait_for("!document.querySelector('.stale')")
    reader.draws()
    dragged = reader.row("L1")
    assert reader.case() == before  # nothing is written while the point is held
    reader.screen.let_go(end)
    reader.settles()

    after = reader.case()
    old, new = (next(one for one in case["vertebrae"] if one["level"] == "L1") for case in (before, after))
    moved = np.subtract(new["landmarks_px"], old["landmarks_px"])
    assert moved[2] == pytest.approx([5, 0], abs=0.1)
    assert not np.delete(moved, 2, axis=0).any()
    library = measured(after)[Level.L1]
    assert library.grade != old["grade"] and new["grade"] == library.grade
    told = (library.height_loss_percent, library.ratio_anterior_posterior, library.anterior_height_mm)
    for row in (dragged, reader.row("L1")):
        assert [row[2], row[3], row[6]] == "{:.1f} {:.2f} {:.1f}".format(*told).split()
        assert row[1].split()[0] == str(library.grade)

    reader.reloads()
    assert reader.row("L1")[1:] == dragged[1:]
    assert any(row["kind"] == "move" and row["reader"] == "A" for row in reader.asks("/api/export")["readings"])


def test_nudges_by_key_are_one_stroke_and_undone_in_one(reader: Reader) -> None:
    reader.opens_scan(LATERAL)
    reader.chooses("T10")
    before = reader.vertebra("T10")["landmarks_px"]
    for key, shift in (("2", False), ("ArrowDown", False), ("ArrowRight", False), ("ArrowUp", True)):
        reader.screen.press(key, shift=shift)
    reader.settles()
    saved = reader.case()
    assert reader.vertebra("T10")["landmarks_px"][1] == pytest.approx([before[1][0] - 4, before[1][1] + 1], abs=0.01)
    assert saved["version"] == 1
    reader.screen.press("z", control=True)
    reader.settles()
    assert reader.vertebra("T10")["landmarks_px"] == before and not reader.case()["can_undo"]
    reader.screen.press("0")
    reader.screen.press("z")  # closer, an arrow moves by a quarter of a pixel
    reader.draws()
    reader.screen.press("+")
    reader.screen.press("+")
    reader.screen.press("ArrowLeft")
    reader.settles()
    moved = reader.vertebra("T10")["landmarks_px"]
    assert reader.zoom() > 6
    assert np.subtract(moved, before) == pytest.approx(np.tile([0, -0.25], (6, 1)), abs=0.011)


def test_all_levels_shifted_and_back(reader: Reader) -> None:
    reader.opens_scan(LATERAL)
    before = {one["level"]: one["landmarks_px"] for one in reader.case()["vertebrae"]}
    assert "T4" in before and "T3" not in before
    reader.screen.press("<")
    reader.settles()
    after = {one["level"]: one["landmarks_px"] for one in reader.case()["vertebrae"]}
    assert after["T3"] == before["T4"] and after["L4"] == before["L5"] and "L5" not in after
    assert reader.row("T3")[2] != "" and reader.sees_nothing_of("tr[data-level=L5]")
    reader.screen.press("z", control=True)
    reader.settles()
    assert {one["level"]: one["landmarks_px"] for one in reader.case()["vertebrae"]} == before
    reader.screen.press(">")
    reader.waits_for("the column ends there", "#said")  # no L6 is made up
    assert reader.case()["version"] == 2


def test_unreadable_with_a_reason_and_readable_again(reader: Reader) -> None:
    reader.opens_scan(LATERAL)
    reader.chooses("L2")
    reader.screen.press("u")
    reader.screen.press("ArrowDown")
    reader.screen.press("Enter")
    reader.settles()
    assert reader.row("L2") == ["L2", "unreadable: too faint or overlapped"]
    assert reader.vertebra("L2")["grade"] is None
    reader.reloads()
    assert reader.row("L2") == ["L2", "unreadable: too faint or overlapped"]
    reader.chooses("L2")
    reader.screen.press("u")
    reader.settles()
    assert reader.row("L2")[1] == "0" and reader.vertebra("L2")["status"] == "scored"
    reader.screen.press("u")
    reader.types("metal across it")
    reader.settles()
    assert reader.row("L2")[1:] == ["unreadable: metal across it"]


def test_removed_added_relabelled(reader: Reader) -> None:
    reader.opens_scan(LATERAL)
    reader.chooses("T12")
    old = reader.vertebra("T12")["landmarks_px"]
    above, below = (reader.vertebra(level)["landmarks_px"] for level in ("T11", "L1"))
    reader.screen.press("x")
    reader.settles()
    assert reader.row("T12")[1] == "not marked" and reader.vertebra("T12")["landmarks_px"] == []
    reader.screen.press("a")
    assert reader.screen.ask("document.querySelector('dialog[open] select').value") == "T12"
    reader.screen.press("Enter")
    reader.waits_for("T12", "#chosen h3")
    reader.screen.press("3")
    reader.screen.press("ArrowUp")  # on what the server has perhaps not named yet
    reader.settles()
    added = reader.vertebra("T12")
    between = np.mean([above, below], axis=0)
    between[2, 0] -= 1
    assert np.array(added["landmarks_px"]) == pytest.approx(between, abs=0.011)
    assert added["source"] == "reader" and added["landmarks_px"] != old
    reader.chooses("L5")
    reader.screen.press("l")
    reader.screen.ask("document.querySelector('dialog[open] select').value = 'L6'")
    reader.screen.press("Enter")
    reader.settles()
    assert reader.row("L6")[0].startswith("L6") and reader.row("L5")[1] == "not marked"


def test_a_grade_overruled_with_a_word_why_and_taken_back(reader: Reader) -> None:
    reader.opens_scan(LATERAL)
    reader.chooses("T12")
    measured_grade = reader.vertebra("T12")["grade"]
    reader.screen.press("g")
    reader.screen.ask("document.querySelector('dialog[open] select').value = '1'")
    reader.screen.press("Enter")
    reader.waits_for("a word why", "dialog[open]")
    reader.types("seen on the film", "why")
    reader.settles()
    assert reader.row("T12")[1] == "1 overruled"
    assert "Overruled to 1: seen on the film" in reader.sees("#chosen")
    saved = reader.vertebra("T12")
    assert (saved["grade"], saved["overruled"]) == (measured_grade, {"grade": 1, "why": "seen on the film"})
    reader.screen.press("g")
    reader.screen.ask("document.querySelector('dialog[open] select').value = 'as measured'")
    reader.screen.press("Enter")
    reader.settles()
    assert reader.vertebra("T12")["overruled"] is None and reader.row("T12")[1].startswith(str(measured_grade))


def test_hostile_words_stay_words(reader: Reader) -> None:
    reader.opens_scan(LATERAL)
    reader.chooses("L3")
    reader.screen.press("n")
    reader.types(HOSTILE)
    reader.settles()
    reader.screen.press("u")
    reader.types(HOSTILE)
    reader.settles()
    reader.reloads()
    reader.chooses("L3")
    reader.draws()
    assert f"Note: {HOSTILE}" in reader.sees("#chosen") and HOSTILE in reader.row("L3")[1]
    assert reader.screen.ask("window.hit") is None and reader.sees_nothing_of("main img")


def test_an_ap_scan_has_four_corners_and_sizes_but_no_grade(reader: Reader) -> None:
    reader.opens_scan(AP)
    reader.chooses("L2")
    reader.draws()
    assert len(reader.handles()) == 4 and "Grade" not in reader.sees("#table")
    before = reader.row("L2")
    for _ in range(4):
        reader.screen.press("2")
        reader.screen.press("ArrowRight", shift=True)
    reader.settles()
    library = measured(reader.case())[Level.L2]
    assert reader.row("L2")[1:3] == [f"{library.width_mm:.1f}", f"{library.height_mm:.1f}"]
    assert float(reader.row("L2")[1]) > float(before[1])


def test_the_first_vertebra_of_an_empty_reading_is_drawn_where_one_looks(chromium: Browser, child: Path) -> None:
    reader = Reader(chromium)
    with serving(child, Terms("C", from_model=False)) as address:
        reader.opens(address)
        reader.opens_scan(LATERAL)
        assert "No vertebra is marked" in reader.sees("#table")
        reader.screen.press("a")
        reader.screen.press("Escape")  # thought better of it
        reader.screen.press("a")
        reader.screen.press("Enter")
        reader.waits_for("The front of the body is on the", "dialog[open]")
        reader.screen.press("Enter")
        reader.settles()
        told = reader.case()
        (first,) = told["vertebrae"]
        assert (first["level"], first["grade"]) == ("L1", 0)
        rows, columns = zip(*first["landmarks_px"], strict=True)
        assert sum(rows) / 6 == pytest.approx(told["rows"] / 2, abs=2) and columns[2] > columns[1] > columns[0]
        reader.screen.press("a")
        assert reader.screen.ask("document.querySelector('dialog[open] select').value") == "T12"
        reader.screen.press("Enter")
        reader.settles()
        above = reader.vertebra("T12")["landmarks_px"]
        assert max(row for row, _ in above) < min(rows) and reader.row("T12")[1] == "0"
