"""The page as a reader uses it: in a real browser, from a folder, without a server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from oiscan.report import Report, Status
from oiscan.reports.page import index_page
from oiscan.reports.picture import encode_png, overlay
from tests.reports import drawn
from tests.reports.browser import PROGRAM, Browser, browser

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium on this machine")

SCANS = 2000
GRADES = (3, 2, 2, 1, 0, 0, 0, 0)
"""Worst grade of each of eight scans; every eighth scan of the run has each."""

SERIES = "<script>window.hit = 1</script>"
FORMULA = "=cmd|' /C calc'!A0"
REASON = "</script><img src=x onerror='window.hit = 2'>\u2028<!--"


def run_of_many() -> tuple[list[Report], dict[str, str], dict[str, int | None]]:
    """Scans of all grades, two a day and two days a subject; the last 16 failed."""
    base = replace(drawn.report(), scan=None)
    sound = base.findings[0]
    reports = [
        replace(base, scan_id=f"{n:016x}", findings=(replace(sound, grade=GRADES[n % 8]), *base.findings[2:3]))
        for n in range(SCANS - 16)
    ]
    reports += [drawn.failed(f"{n:016x}") for n in range(SCANS - 16, SCANS)]
    subjects = {report.scan_id: f"S-{n // 4:04d}" for n, report in enumerate(reports)}
    days: dict[str, int | None] = {report.scan_id: n % 4 // 2 * 365 for n, report in enumerate(reports)}
    return reports, subjects, days


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the page and the pictures of its first three scans; that of the fourth is lost."""
    folder = tmp_path_factory.mktemp("results")
    reports, subjects, days = run_of_many()
    picture = encode_png(overlay(drawn.scan(), drawn.report()))
    (folder / "overlays").mkdir()
    for number in (0, 8, 16):
        (folder / "overlays" / f"{number:016x}.png").write_bytes(picture)
    shown = {f"{number:016x}" for number in (0, 8, 16, 24)}
    (folder / "index.html").write_text(index_page(reports, subjects, days, shown), encoding="utf-8")
    return folder / "index.html"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@dataclass
class Reader:
    """What a reader does and sees."""

    screen: Browser

    def sees(self, selector: str) -> str:
        return str(self.screen.ask(f"document.querySelector({selector!r}).innerText"))

    def clicks(self, selector: str) -> None:
        self.screen.click(f"document.querySelector({selector!r})")

    def chooses(self, worklist: str) -> None:
        self.screen.click(
            f"[...document.querySelectorAll('#worklists label')].find(l => l.innerText.startsWith({worklist!r}))"
        )

    def searches(self, text: str) -> None:
        self.screen.press("/")
        self.screen.insert(text)
        self.screen.press("Enter")

    def count(self, selector: str) -> int:
        return int(self.screen.ask(f"document.querySelectorAll({selector!r}).length"))


@pytest.fixture
def reader(chromium: Browser, page: Path) -> Reader:
    chromium.open(page)
    return Reader(chromium)


def test_two_thousand_scans_are_there_but_only_those_in_view_are_drawn(reader: Reader) -> None:
    assert reader.sees("#place") == "1 of 2000"
    assert 10 < reader.count("#rows tr") < 100
    assert reader.screen.ask("document.querySelector('#rows tr').offsetHeight === ROW_HEIGHT")
    reader.screen.ask("scroller.scrollTop = scroller.scrollHeight")
    reader.screen.wait_for("document.querySelector('#rows tr:last-child').getAttribute('aria-rowindex') === '2001'")
    assert reader.count("#rows tr") < 100
    assert reader.screen.problems == []


def test_filter_to_grade_2_step_with_the_keyboard_and_see_an_overlay(reader: Reader) -> None:
    reader.chooses("grade \u2265 2")
    assert reader.sees("#place") == "1 of 744"  # three of eight in 1984
    reader.screen.wait_for("document.querySelector('main img').naturalWidth > 400")
    assert reader.sees("main h2") == "S-0000, day 0, lateral"
    reader.screen.press("j")
    assert reader.sees("#place") == "2 of 744"
    assert reader.sees("main h2") == "S-0002, day 0, lateral"
    assert reader.screen.ask("location.hash") == f"#{8:016x}"
    assert reader.count("tr[aria-current]") == 1
    reader.screen.wait_for("document.querySelector('main img').naturalWidth > 400")
    reader.screen.press("ArrowUp")
    reader.screen.press("k")  # there is none before the first
    assert reader.sees("#place") == "1 of 744"
    assert reader.screen.problems == []


def test_the_row_that_is_looked_at_stays_in_view(reader: Reader) -> None:
    for _ in range(25):
        reader.screen.press("j")
    assert reader.sees("#place") == "26 of 2000" and reader.screen.ask("scroller.scrollTop > 0")
    assert reader.screen.ask(
        "(() => { const row = document.querySelector('tr[aria-current]').getBoundingClientRect(),"
        " box = scroller.getBoundingClientRect(); return row.top >= box.top && row.bottom <= box.bottom; })()"
    )


def test_the_table_stands_beside_the_picture(reader: Reader) -> None:
    assert reader.sees(".vertebrae tbody tr").split("\t")[:3] == ["T11", "3", "0.0"]
    assert "unreadable: not found between its neighbours" in reader.sees(".vertebrae tbody")


def test_every_list_has_as_many_scans_as_it_says(reader: Reader) -> None:
    for worklist, there in (("grade \u2265 3", 248), ("grade \u2265 1", 992), ("failed", 16), ("all", 2000)):
        reader.chooses(worklist)
        assert reader.sees("#place").endswith(f" of {there}"), worklist
    reader.chooses("unsupported")
    assert reader.sees("main") == "No scan on this list."
    reader.screen.press("j")
    assert reader.count("#rows tr") == 0


def test_a_subject_is_searched_for_and_shown_visit_by_visit(reader: Reader) -> None:
    reader.searches("s-0123")
    assert reader.sees("#place") == "1 of 4"
    reader.screen.press("s")
    assert reader.sees("main h2") == "Subject S-0123"
    assert "lateral: Grade, Loss %; ap: Area cm\u00b2, aBMD g/cm\u00b2" in reader.sees("main p")
    heads = reader.screen.ask("[...document.querySelectorAll('.sheet th[scope=colgroup]')].map(th => th.innerText)")
    assert heads == ["day 0, 6.2 years", "day 365, 6.2 years"]
    assert reader.count(".sheet thead tr:nth-child(2) a") == 4
    assert reader.sees(".sheet tbody tr:nth-child(2)").split("\t")[0] == "T11"
    reader.screen.press("s")
    assert reader.sees("main h2").startswith("S-0123, day")


def test_in_a_subject_s_sheet_the_next_one_is_the_next_subject(reader: Reader) -> None:
    reader.screen.press("s")
    assert reader.sees("main h2") == "Subject S-0000"
    reader.screen.press("j")
    assert reader.sees("main h2") == "Subject S-0002"
    reader.clicks(".sheet thead a")
    reader.screen.wait_for("document.querySelector('main h2').innerText === 'S-0002, day 0, lateral'")


def test_a_scan_outside_the_list_is_shown_and_the_list_goes_on_where_it_was(reader: Reader) -> None:
    reader.chooses("grade \u2265 3")
    reader.screen.press("j")
    reader.screen.ask(f"location.hash = '{7:016x}'")
    reader.screen.wait_for("document.querySelector('main h2').innerText === 'S-0001, day 365, lateral'")
    assert reader.sees("#place") == "248 scans"
    reader.screen.press("j")
    assert reader.sees("#place") == "3 of 248"


def test_an_address_opens_its_scan(reader: Reader, page: Path) -> None:
    reader.screen.open(f"{page.as_uri()}#{1999:016x}")
    assert reader.sees("#place") == "2000 of 2000"
    assert "failed: the file is cut short" in reader.sees("main")


def test_keys_typed_into_the_search_are_text(reader: Reader) -> None:
    reader.screen.press("/")
    reader.screen.press("j")
    assert reader.screen.ask("search.value") == "j"
    reader.screen.press("Escape")
    assert reader.screen.ask("document.activeElement === scroller")


def test_arrows_in_the_choice_of_lists_choose_a_list(reader: Reader) -> None:
    reader.screen.ask("document.querySelector('#worklists input').focus()")
    reader.screen.press("ArrowRight")
    assert reader.sees("#place") == "1 of 992"
    reader.screen.press("j")
    assert reader.sees("#place") == "2 of 992"


def test_help_is_shown_and_hidden(reader: Reader) -> None:
    assert "next" in reader.sees(".hint") and "previous" in reader.sees(".hint")
    reader.screen.press("?")
    assert "next scan of the list" in reader.sees("dialog[open]")
    reader.screen.press("j")
    assert reader.sees("#place") == "1 of 2000"
    reader.screen.press("?")
    assert reader.count("dialog[open]") == 0


def test_a_picture_that_was_left_behind_is_missed_aloud(reader: Reader) -> None:
    reader.screen.ask(f"location.hash = '{24:016x}'")
    reader.screen.wait_for(f"document.querySelector('main').innerText.includes('overlays/{24:016x}.png is not beside')")


def test_dark_unless_the_system_or_the_reader_wants_light(chromium: Browser, page: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    for scheme, colours in (("dark", ["rgb(16, 18, 20)", "rgb(255, 255, 255)"]), ("light", ["rgb(255, 255, 255)"])):
        chromium.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        chromium.open(page)
        seen = [chromium.ask(ground)]
        chromium.click("theme")
        assert [*seen, chromium.ask(ground)][: len(colours)] == colours
    chromium.send("Emulation.setEmulatedMedia", features=[])


def test_the_whole_list_is_printed_not_only_what_is_in_view(reader: Reader) -> None:
    reader.screen.ask("window.print = () => { window.printed = rows.children.length; }")
    reader.chooses("grade \u2265 1")
    reader.clicks("#print-list")
    assert reader.screen.ask("window.printed") == 992
    assert "grade \u2265 1: 992 of 2000 scans" in reader.screen.ask("document.querySelector('.worklist').textContent")
    reader.screen.ask("window.dispatchEvent(new Event('afterprint'))")
    assert reader.count("#rows tr") < 100


def test_without_scripts_the_run_stands_there_in_numbers(chromium: Browser, page: Path) -> None:
    chromium.open(page, scripts=False)
    told = chromium.ask("document.body.innerText")
    assert "scans\n2000" in told and "744" not in told
    assert "they need JavaScript" in told
    assert "Search" not in told and chromium.ask("document.querySelector('.house').offsetHeight") == 0


def test_hostile_text_stays_text(chromium: Browser, tmp_path: Path) -> None:
    report = replace(
        drawn.report(), scan=None, protocol=SERIES, maker=FORMULA, notes=(REASON,), numbering_anchor=SERIES,
        findings=(replace(drawn.report().findings[2], reason=REASON, remarks=(SERIES,)),),
    )  # fmt: skip
    failed = replace(drawn.failed(), status=Status.FAILED, reason=REASON)
    subjects = {report.scan_id: SERIES, failed.scan_id: SERIES}
    (tmp_path / "index.html").write_text(index_page([report, failed], subjects), encoding="utf-8")
    chromium.open(tmp_path / "index.html")
    reader = Reader(chromium)
    assert reader.sees("main h2") == f"{SERIES}, day unknown, lateral"
    assert SERIES in reader.sees("main p.faint") and FORMULA in reader.sees("main p.faint")
    assert SERIES in reader.sees(".vertebrae") and "onerror" in reader.sees(".vertebrae")
    assert reader.sees("#rows td") == SERIES
    chromium.press("s")
    assert reader.sees("main h2") == f"Subject {SERIES}"
    assert "onerror" in reader.sees(".sheet")
    assert chromium.ask("window.hit") is None
    assert (reader.count("script"), reader.count("img")) == (3, 0)
    assert chromium.problems == []


def test_a_script_that_got_into_the_page_would_not_run(chromium: Browser, page: Path, tmp_path: Path) -> None:
    harmed = page.read_text(encoding="utf-8").replace("<header>", f"<header>{SERIES}", 1)
    (tmp_path / "index.html").write_text(harmed, encoding="utf-8")
    chromium.open(tmp_path / "index.html")
    assert chromium.ask("window.hit") is None
    assert any("Content Security Policy" in problem for problem in chromium.problems)
    assert Reader(chromium).sees("#place") == "1 of 2000"
