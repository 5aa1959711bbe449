"""When page and server are apart: a lost connection, a refusal, another window, a scan that is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reports.browser import Browser
from tests.review.page_cases import LATER, LATERAL, Reader, at_a_desk, serving


def test_a_lost_connection_loses_no_stroke(reader: Reader) -> None:
    reader.opens_scan(LATERAL)
    reader.chooses("L4")
    before = reader.vertebra("L4")["landmarks_px"]
    reader.offline(True)
    reader.screen.press("ArrowDown")
    reader.waits_for("1 stroke not saved: the server does not answer", "#saved")
    assert reader.row("L4")[1].startswith("not measured")  # no number of points that were not measured
    reader.screen.press("n")
    reader.types("kept")
    reader.waits_for("2 strokes not saved", "#saved")
    reader.screen.press("PageDown")  # nobody leaves a scan that is not saved
    reader.offline(False)
    reader.waits_for("day 365, lateral", "#case-title")
    reader.opens_scan(LATERAL)
    saved = reader.vertebra("L4")
    assert saved["note"] == "kept" and saved["landmarks_px"][0][0] == pytest.approx(before[0][0] + 1, abs=0.01)
    assert reader.case()["version"] == 2
    reader.screen.problems.clear()  # the browser itself told of the lost connection


def test_a_page_goes_on_when_its_server_was_started_anew(chromium: Browser, child: Path) -> None:
    reader = Reader(chromium)
    with serving(child) as address:
        reader.opens(address)
        reader.opens_scan(LATERAL)
        reader.chooses("L4")
    reader.screen.press("ArrowDown")
    reader.waits_for("1 stroke not saved: the server does not answer", "#saved")
    with serving(child, port=int(address.split(":")[2].split("/")[0])) as again:
        reader.waits_for("the server was started anew", "#saved")
        with reader.screen.window() as other:
            Reader(other).opens(again)
        reader.settles()
        assert reader.case()["version"] == 1 and reader.row("L4")[0] == "L4 \u2022"


def test_what_the_server_refuses_is_said_and_no_scan_is_accepted_over_it(reader: Reader) -> None:
    reader.opens_scan(LATERAL)
    reader.chooses("L5")
    reader.screen.press("l")
    reader.screen.ask("document.querySelector('dialog[open] select').value = 'T2'")
    reader.offline(True)
    reader.screen.press("Enter")
    reader.screen.press("Enter")  # accept and next, before the server has answered
    reader.waits_for("2 strokes not saved", "#saved")
    reader.offline(False)
    reader.waits_for("not taken: L5 is T2: ", "#refused")
    reader.waits_for("not taken: accepted: look at the strokes above first", "#refused")
    reader.settles()
    assert reader.sees("#case-title").endswith(LATERAL) and reader.sees("#case-state") == "not accepted"
    assert reader.case()["version"] == 0 and reader.row("L5")[0].startswith("L5")
    reader.screen.problems.clear()  # the browser itself told of the refusal


def test_two_windows_on_one_scan_do_not_overwrite_each_other(reader: Reader, child: Path) -> None:
    with serving(child) as address, reader.screen.window() as screen:
        other = Reader(screen)
        at_a_desk(screen)
        other.opens(address)
        for window in (reader, other):
            window.opens_scan(LATERAL)
            window.chooses("L2")
        other.screen.press("ArrowDown", shift=True)
        other.settles()
        theirs = other.vertebra("L2")["landmarks_px"]

        reader.screen.press("1")
        reader.screen.press("ArrowUp")
        reader.waits_for("This scan was changed elsewhere", "#conflict")
        assert "L2 moved by up to 5.0 pixels" in reader.sees("#conflict")
        assert "Yours, waiting: L2 superior posterior moved" in reader.sees("#conflict")
        assert reader.vertebra("L2")["landmarks_px"] == theirs  # nothing was overwritten
        assert not reader.sees_nothing_of("polygon.mine[data-level=L2]")
        reader.screen.press("ArrowUp")
        reader.waits_for("decide first", "#said")
        reader.screen.press("m")
        reader.settles()
        mine = reader.vertebra("L2")["landmarks_px"]
        assert mine[1:] == theirs[1:] and mine[0] != theirs[0]

        other.screen.press("n")
        other.types("late")
        other.waits_for("L2 moved by up to", "#conflict")
        other.screen.press("t")
        other.settles()
        assert other.vertebra("L2")["landmarks_px"] == mine and other.vertebra("L2")["note"] == ""
        problems = [*reader.screen.problems, *other.screen.problems]
        assert all("409" in problem for problem in problems) and len(problems) == 2
        reader.screen.problems.clear()


def test_a_scan_whose_file_is_gone_is_listed_and_cannot_be_corrected(chromium: Browser, child: Path) -> None:
    files = child / "private" / "files.csv"
    files.write_text(files.read_text(encoding="utf-8").replace("later.dcm", "gone.dcm"), encoding="utf-8")
    reader = Reader(chromium)
    with serving(child) as address:
        reader.opens(address)
        reader.opens_scan(LATER)
        assert "No picture: " in reader.sees("#stage") and "gone" not in reader.sees("body")
        reader.screen.press("ArrowUp")
        reader.waits_for("cannot be corrected", "#said")
        assert reader.case()["version"] == 0
