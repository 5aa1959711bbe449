"""Going from scan to scan and looking at them, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from oiscan.review.desk import Terms
from tests.reports.browser import Browser
from tests.review.page_cases import AP, LATERAL, Reader, serving


def test_enter_accepts_scan_after_scan(reader: Reader) -> None:
    assert reader.sees("#accepted") == "0 of 3"
    reader.screen.press("Enter")
    for place in ("1 of 3", "2 of 3", "3 of 3"):
        reader.waits_for(place, "#case-place")
        reader.screen.wait_for("!document.getElementById('reading').inert")
        reader.screen.press("Enter")
    reader.screen.wait_for("document.getElementById('list').getClientRects().length > 0")
    reader.waits_for("3 of 3", "#accepted")
    reader.opens_scan(LATERAL)
    reader.chooses("L1")
    reader.screen.press("ArrowUp")
    reader.waits_for("o opens it again", "#said")
    reader.screen.press("o")
    reader.settles()
    assert not reader.case()["accepted"]


def test_the_worklist_is_sorted_and_searched(reader: Reader) -> None:
    def shown() -> list[str]:
        return reader.sees("#rows").splitlines()

    assert len(shown()) == 3
    reader.screen.press("s")
    assert "lateral" in shown()[0] and "AP" in shown()[2]  # worst first
    reader.screen.press("/")
    reader.screen.insert("ap")
    reader.screen.press("Enter")
    assert len(shown()) == 1
    reader.screen.press("Enter")
    reader.screen.wait_for("document.getElementById('case-title').textContent.endsWith('AP')")


def test_window_level_and_inversion_change_what_is_seen(reader: Reader) -> None:
    def grey(x: float, y: float) -> int:
        reader.draws()
        context = "document.querySelector('#stage canvas').getContext('2d')"
        return int(reader.screen.ask(f"{context}.getImageData({x}, {y}, 1, 1).data[0]"))

    reader.opens_scan(AP)
    reader.chooses("L3")
    reader.screen.press("z")
    reader.draws()
    bone = [sum(place) / 4 for place in zip(*reader.handles(), strict=True)]
    bone[1] -= reader.screen.ask("document.getElementById('stage').getBoundingClientRect().top")
    seen = grey(*bone)
    reader.screen.press("i")
    assert grey(*bone) == 255 - seen
    reader.screen.press("i")
    reader.screen.press("b")
    assert grey(*bone) > seen
    reader.screen.press("r")
    assert grey(*bone) == seen
    reader.screen.press("C", shift=True)
    assert abs(grey(*bone) - 128) < abs(seen - 128)
    close = reader.zoom()
    reader.screen.send("Input.dispatchMouseEvent", type="mouseWheel", x=300, y=400, deltaX=0, deltaY=-240)
    near = "Number(document.querySelector('#stage .legend').innerText.split(' ')[1])"
    reader.screen.wait_for(f"{near} > {1.4 * close}")
    reader.screen.press("f")
    reader.screen.wait_for(f"{near} < {close}")
    reader.screen.problems.clear()  # the browser finds that this test reads the canvas too often


LONG_LIST = """(async () => {
  const { Worklist } = await import("/static/worklist.js");
  window.long = new Worklist(() => {});
  const scan = (_, n) => ({ case: `c${n}`, title: `scan ${n}`, view: "lateral", status: "open" });
  window.long.fill({ cases: Array.from({ length: 3000 }, scan) });
})(); 0"""


def test_of_a_long_worklist_only_what_is_in_view_is_drawn(reader: Reader) -> None:
    reader.screen.ask(LONG_LIST)
    reader.waits_for("3000 of 3000", "#place")
    reader.screen.ask("window.long.current = 'c1999'; window.long.step(1)")
    assert reader.sees("tr[aria-current]").startswith("scan 2000")
    assert reader.screen.ask(
        "(() => { const row = document.querySelector('tr[aria-current]').getBoundingClientRect(),"
        " box = document.getElementById('scroller').getBoundingClientRect();"
        " return row.top >= box.top && row.bottom <= box.bottom && row.height === 28; })()"
    )
    assert reader.screen.ask("document.querySelectorAll('#rows tr').length") < 100


def test_another_visit_stands_beside_it_at_the_same_zoom(reader: Reader) -> None:
    reader.opens_scan(LATERAL)
    reader.chooses("L1")
    reader.screen.press("z")
    for legend in ("AP", "day 365, lateral"):
        reader.screen.press("s")
        reader.waits_for(legend, "#beside .legend")
    reader.draws()
    spans = reader.screen.ask(
        "['#stage', '#beside'].map((pane) => document.querySelector(`${pane} [data-level=L1] polygon`))"
        ".map((body) => body.getBoundingClientRect()).map((box) => [box.y, box.height, box.width])"
    )
    assert spans[0] == pytest.approx(spans[1], abs=3)  # the same picture: the same size, at the same height
    reader.screen.press("s")
    reader.screen.wait_for("document.getElementById('beside').hidden")


def test_every_key_stands_in_the_help_and_in_the_guide(reader: Reader) -> None:
    reader.opens_scan(LATERAL)
    reader.screen.press("?")
    words = reader.screen.ask("[...document.querySelectorAll('#all-keys dd')].map((one) => one.innerText)")
    guide = (Path(__file__).parents[2] / "docs" / "guide" / "review.md").read_text(encoding="utf-8")
    assert len(words) > 30 and [one for one in words if f"| {one} |" not in guide] == []
    reader.screen.press("j")  # works on nothing behind it
    reader.screen.press("?")
    assert reader.sees_nothing_of("dialog[open]")


def test_a_blinded_page_shows_nothing_of_whose_scan_it_is(chromium: Browser, child: Path) -> None:
    reader = Reader(chromium)
    with serving(child, Terms("B", blinded=True)) as address:
        reader.opens(address)
        assert "study codes in random order" in reader.sees("header")
        shown = reader.sees("body")
        reader.screen.press("Enter")
        reader.screen.wait_for("document.getElementById('reading').getClientRects().length > 0")
        reader.settles()
        shown += reader.sees("body") + str(reader.screen.ask("location.href + document.title"))
        asleep = "[...document.querySelectorAll('#actions button:disabled')].map((one) => one.innerText).join()"
        assert "Other visit" in reader.screen.ask(asleep)
        reader.screen.press("w")
    for hidden in ("S-", "day", "Subject", "worst", *(path.stem for path in (child / "scans").iterdir())):
        assert hidden not in shown, hidden
