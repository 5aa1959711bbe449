"""The page: whole, self-contained, and safe against text from files. How it works is tested in a browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from oiscan.anatomy import Level, View
from oiscan.report import Finding, Report, Status, Verdict
from oiscan.reports.page import index_page, notebook_html
from oiscan.reports.picture import encode_png, overlay
from tests.reports import drawn

VOID = {"meta", "input", "img", "br", "link", "col"}


class Tree(HTMLParser):
    """Collects tags, attributes and texts, and fails on tags that do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts.append((self._open[-1], data))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def inside(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


def scans_in(page: str) -> list[dict[str, Any]]:
    """The scans a page holds, each with its vertebrae by level."""
    layout, rows = (json.loads(text) for text in Tree(page).inside("script")[:2])
    scans = [dict(zip(layout["scan_fields"], row, strict=True)) for row in rows]
    for scan in scans:
        named = [dict(zip(layout["vertebra_fields"], row, strict=True)) for row in scan["vertebrae"]]
        scan["vertebrae"] = {row["level"]: row for row in named}
    return scans


HOSTILE = "<script>alert('x')</script>\u2028<!-- ]]>"


def hostile() -> Report:
    report = drawn.report()
    findings = (replace(report.findings[0], remarks=(HOSTILE,)), replace(report.findings[2], reason=HOSTILE))
    return replace(report, maker=HOSTILE, protocol='"><b>', notes=(HOSTILE,), reason=HOSTILE, findings=findings)


def test_every_scan_stands_in_it_worst_first() -> None:
    page = index_page([drawn.failed(), drawn.report()])
    assert [scan["scan_id"] for scan in scans_in(page)] == ["0123456789abcdef", "f" * 16]
    assert "failed: the file is cut short" in scans_in(page)[1]["outcome"]


def test_reports_may_come_one_by_one() -> None:
    reports = [drawn.failed(), drawn.report()]
    assert index_page(iter(reports)) == index_page(reports)


def test_only_pictures_that_exist_are_named_and_none_is_loaded_with_the_page() -> None:
    page = index_page([drawn.failed(), drawn.report()], overlays={"0123456789abcdef"})
    assert [scan["picture"] for scan in scans_in(page)] == ["overlays/0123456789abcdef.png", ""]
    assert Tree(page).all("img") == []


def test_the_page_needs_no_network() -> None:
    page = index_page([drawn.report()], overlays={"0123456789abcdef"})
    tree = Tree(page)
    assert tree.all("link") == []
    assert [script.get("src") for script in tree.all("script")] == [None] * 3
    assert "http:" not in page and "https:" not in page
    assert "url(" not in page and "@import" not in page


def test_the_browser_is_told_to_run_the_page_s_own_script_and_nothing_else() -> None:
    tree = Tree(index_page([drawn.report()]))
    (policy,) = [meta["content"] for meta in tree.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    rules = dict(rule.strip().split(" ", 1) for rule in (policy or "").split(";"))
    for name, own in (("script-src", tree.inside("script")[2]), ("style-src", tree.inside("style")[0])):
        assert rules[name] == f"'sha256-{base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()}'"
    assert rules["default-src"] == "'none'"


def test_the_run_in_numbers_its_limits_and_its_scale_need_no_script() -> None:
    page = re.sub(r"\s+", " ", index_page([drawn.report(), drawn.failed()]).split("<noscript>")[0])
    assert "Research software, not a medical device" in page
    assert "Scale genant." in page
    assert "<dt>scans</dt><dd>2</dd>" in page and "<dt>failed</dt><dd>1</dd>" in page
    assert "<dt>vertebrae scored</dt><dd>4</dd>" in page
    assert "1 of 1 graded" in page
    assert "oiscan 0.1.0. Model default feedfeedfeedfeed." in page


def test_without_a_script_it_says_what_is_missing() -> None:
    words = " ".join(index_page([drawn.report()]).split("<noscript>")[1].split("</noscript>")[0].split())
    assert "they need JavaScript" in words and "scans.csv" in words and "overlays" in words


def test_each_worklist_is_offered_with_how_many_scans_it_has() -> None:
    texts = Tree(index_page([drawn.report(), drawn.failed(), drawn.failed("e" * 16)]))
    counts = [text for text in texts.inside("b")]
    names = [text for text in texts.inside("span") if text in ("all", "grade \u2265 2", "borderline", "failed")]
    assert names == ["all", "grade \u2265 2", "borderline", "failed"]
    assert counts == ["3", "1", "1", "1", "0", "0", "0", "2", "0"]  # the drawn L3 is crushed: grade 3


def test_subject_and_day_stand_with_the_scan() -> None:
    report = drawn.report()
    (scan,) = scans_in(index_page([report], {report.scan_id: "S-77"}, {report.scan_id: 123}))
    assert (scan["subject"], scan["day"], scan["age"], scan["levels"]) == ("S-77", 123, "6.2", "T11-L4")
    (scan,) = scans_in(index_page([report]))
    assert (scan["subject"], scan["day"]) == ("", None)


def test_every_vertebra_stands_in_it() -> None:
    (scan,) = scans_in(index_page([drawn.report()]))
    vertebrae = scan["vertebrae"]
    assert list(vertebrae) == ["T11", "T12", "L1", "L2", "L3", "L4"]
    assert (vertebrae["T12"]["grade"], vertebrae["T12"]["cells"][:2]) == (2, ["biconcave", "30.0"])
    assert (vertebrae["L1"]["cells"], vertebrae["L1"]["unreadable"]) == ([], "not found between its neighbours")


def test_text_from_files_is_only_text() -> None:
    report = hostile()
    page = index_page([report], {report.scan_id: HOSTILE})
    assert HOSTILE not in page and "\u2028" not in page and "<!--" not in page
    assert len(Tree(page).all("script")) == 3
    (scan,) = scans_in(page)
    assert scan["subject"] == HOSTILE == scan["notes"][0]
    assert '"><b>' in scan["facts"]
    html = notebook_html(report)
    assert "alert(" in html and HOSTILE not in html
    assert "<b>" not in html.replace("<b>0123456789abcdef</b>", "")
    Tree(html)


def test_a_file_name_that_is_no_unicode_can_be_written() -> None:
    report = replace(drawn.failed(), reason="no \udcff")
    assert scans_in(index_page([report]))[0]["outcome"].endswith("no \udcff")
    index_page([report]).encode()


def test_what_is_no_number_never_gets_into_the_data() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        index_page([drawn.report()], days={"0123456789abcdef": float("nan")})  # type: ignore[dict-item]


def test_an_empty_run_has_a_page() -> None:
    assert scans_in(index_page([])) == []


def test_the_page_is_the_same_every_time() -> None:
    reports = [drawn.report(), drawn.failed()]
    assert index_page(reports) == index_page(list(reversed(reports)))


def test_a_notebook_shows_the_picture_beside_the_table() -> None:
    report = drawn.report()
    html = report._repr_html_()
    (picture,) = Tree(html).all("img")
    png = base64.b64decode((picture["src"] or "").removeprefix("data:image/png;base64,"))
    assert png == encode_png(overlay(drawn.scan(), report))
    assert "2 biconcave" in html and "not a medical device" in html
    assert "unreadable: not found between its neighbours" in html


def test_a_report_read_back_shows_its_table_alone() -> None:
    html = notebook_html(Report.from_dict(drawn.report().to_dict()))
    assert Tree(html).all("img") == []
    assert "biconcave" in html
    assert "the file is cut short" in notebook_html(drawn.failed())


def test_a_notebook_shows_an_ap_scan_without_grades() -> None:
    body = Finding(Level.L1, Verdict.SCORED, width_mm=30.04, height_mm=20.0, area_cm2=6.0, abmd_g_cm2=0.412)
    html = notebook_html(Report("a" * 16, "a" * 64, Status.SCORED, view=View.AP, findings=(body,)))
    assert Tree(html).inside("th") == [
        *("Level", "Width mm", "Height mm", "Area cm\u00b2", "BMC g", "aBMD g/cm\u00b2"),
        "L1",
    ]
    assert Tree(html).inside("td") == ["30.0", "20.0", "6.00", "0.412"]
