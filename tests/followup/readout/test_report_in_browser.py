"""The report as it is read: in a real browser, from a folder, dark and light, and on paper."""

import pytest

from tests.reports.browser import PROGRAM, browser

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def report(readout):
    with browser() as opened:
        opened.open(readout / "index.html")
        yield opened


def background(report):
    return report.ask("getComputedStyle(document.body).backgroundColor")


def test_it_opens_without_a_problem_and_is_not_wider_than_the_window(report):
    assert report.problems == []
    assert report.ask("document.documentElement.scrollWidth <= innerWidth")


def test_dark_and_light_change_the_page_and_its_figures(report):
    axis = "getComputedStyle(document.querySelector('figure svg text')).fill"
    dark = background(report), report.ask(axis)
    report.click("document.getElementById('light')")
    light = background(report), report.ask(axis)
    assert light[0] == "rgb(255, 255, 255)"
    assert dark[0] != light[0]
    assert dark[1] != light[1]
    report.click("document.getElementById('light')")


def test_paper_is_white_and_each_child_has_its_own_page(report):
    report.send("Emulation.setEmulatedMedia", media="print")
    assert background(report) == "rgb(255, 255, 255)"
    breaks = "[...document.querySelectorAll('.sheet')].map((sheet) => getComputedStyle(sheet).breakBefore)"
    assert report.ask(f"{breaks}.join()") == ",".join(["page"] * 8)
    report.send("Emulation.setEmulatedMedia", media="")


def test_every_figure_can_be_read_aloud(report):
    labels = "[...document.querySelectorAll('figure svg')].map((svg) => svg.getAttribute('aria-label'))"
    told = report.ask(labels)
    assert len(told) > 8
    assert all(told)
