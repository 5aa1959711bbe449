"""The page: whole, self-contained, and safe against text from files."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from html.parser import HTMLParser

from oiscan.report import Report
from oiscan.reports.page import index_page, notebook_html
from oiscan.reports.picture import encode_png, overlay
from tests.reports import drawn

VOID = {"meta", "input", "img", "br", "link"}


class Tree(HTMLParser):
    """Collects tags and attributes, and fails on tags that do not close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


HOSTILE = "<script>alert('x')</script>"


def hostile() -> Report:
    report = drawn.report()
    findings = (replace(report.findings[0], remarks=(HOSTILE,)), replace(report.findings[2], reason=HOSTILE))
    return replace(report, maker=HOSTILE, protocol='"><b>', notes=(HOSTILE,), reason=HOSTILE, findings=findings)


def test_a_row_and_a_case_for_every_scan_worst_first() -> None:
    reports = [drawn.failed(), drawn.report()]
    tree = Tree(index_page(reports))
    rows = [attributes["data-scan"] for attributes in tree.all("tr") if "data-scan" in attributes]
    assert rows == ["0123456789abcdef", "f" * 16]
    assert [attributes["id"] for attributes in tree.all("article")] == rows
    links = [attributes["href"] for attributes in tree.all("a")]
    assert [link for link in links if link and link.startswith("#")] == [f"#{row}" for row in rows]


def test_only_pictures_that_exist_are_linked_and_they_load_late() -> None:
    page = index_page([drawn.failed(), drawn.report()], overlays={"0123456789abcdef"})
    pictures = Tree(page).all("img")
    assert [(p["src"], p["loading"]) for p in pictures] == [("overlays/0123456789abcdef.png", "lazy")]
    assert Tree(index_page([drawn.report()])).all("img") == []


def test_the_page_needs_no_network() -> None:
    page = index_page([drawn.report()], overlays={"0123456789abcdef"})
    tree = Tree(page)
    assert tree.all("link") == []
    assert tree.all("script") == [{}]
    assert "http" not in page
    assert "url(" not in page


def test_the_run_in_numbers_its_limits_and_its_scale() -> None:
    page = re.sub(r"\s+", " ", index_page([drawn.report(), drawn.failed()]))
    assert "Research software, not a medical device" in page
    assert "Scale genant." in page
    assert "<dt>failed</dt><dd>1</dd>" in page
    assert "1 of 1 graded" in page
    assert "oiscan 0.1.0. Model default feedfeedfeedfeed." in page


def test_subject_and_day_stand_in_the_worklist() -> None:
    report = drawn.report()
    page = index_page([report], {report.scan_id: "S-77"}, {report.scan_id: 123})
    assert "<td>S-77</td>" in page
    assert '<td class="count">123</td>' in page


def test_every_vertebra_stands_in_the_table() -> None:
    page = index_page([drawn.report()])
    for level in ("T11", "T12", "L1", "L2", "L3", "L4"):
        assert f'<th scope="row">{level}</th>' in page
    assert '<span class="grade g2">2</span> biconcave' in page
    assert "unreadable: not found between its neighbours" in page


def test_text_from_files_is_only_text() -> None:
    for html in (index_page([hostile()], {hostile().scan_id: HOSTILE}), notebook_html(hostile())):
        assert "alert(" in html
        assert HOSTILE not in html
        assert "<b>" not in html.replace("<b>0123456789abcdef</b>", "")
        Tree(html)


def test_an_empty_run_has_a_page() -> None:
    Tree(index_page([]))


def test_the_page_is_the_same_every_time() -> None:
    reports = [drawn.report(), drawn.failed()]
    assert index_page(reports) == index_page(list(reversed(reports)))


def test_a_notebook_shows_the_picture_beside_the_table() -> None:
    report = drawn.report()
    html = report._repr_html_()
    (picture,) = Tree(html).all("img")
    png = base64.b64decode((picture["src"] or "").removeprefix("data:image/png;base64,"))
    assert png == encode_png(overlay(drawn.scan(), report))
    assert "biconcave" in html and "not a medical device" in html


def test_a_report_read_back_shows_its_table_alone() -> None:
    html = notebook_html(Report.from_dict(drawn.report().to_dict()))
    assert Tree(html).all("img") == []
    assert "biconcave" in html
    assert "the file is cut short" in notebook_html(drawn.failed())
