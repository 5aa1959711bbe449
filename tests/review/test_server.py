"""The server's addresses: who is let in, what is told, and what is refused in plain words."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from oiscan.review.exchange import exported
from oiscan.review.guard import CSRF_HEADER, Guard
from oiscan.review.server import server
from tests.review.study import at, first, kept, made

ORIGIN = "http://127.0.0.1:8123"
POLICY = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'",
          "form-action 'none'", "base-uri 'none'", "img-src 'self' data: blob:")  # fmt: skip


class Page:
    """A browser on a server of a small study."""

    def __init__(self, folder: Path, blinded: bool = False) -> None:
        self.desk = at(folder, blinded=blinded)
        self.guard = Guard(frozenset({ORIGIN, "http://localhost:8123"}))
        self.app = server(self.desk, self.guard, lambda: exported(kept(folder)))
        self.client = Client(self.app, TestResponse)
        self.case = f"/api/cases/{first(self.desk)}"

    def enter(self) -> TestResponse:
        return self.get(f"/start?token={self.guard.token}")

    def get(self, path: str, **told: Any) -> TestResponse:
        answer = self.client.get(path, **{"base_url": ORIGIN, **told})
        answer.get_data()
        answer.close()  # of a file that is sent from disk
        return answer

    def post(self, path: str, told: Any = None, **more: Any) -> TestResponse:
        headers = {CSRF_HEADER: self.guard.csrf, "Origin": ORIGIN, **more.pop("headers", {})}
        body = {"data": told} if isinstance(told, bytes) else {"json": told}
        return self.client.post(path, headers=headers, **{"base_url": ORIGIN, **body, **more})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made(tmp_path, children=2, visits=1)


@pytest.fixture
def page(folder: Path) -> Page:
    page = Page(folder)
    page.enter()
    return page


def stroke(version: int = 0, name: str = "stroke-1", **change: Any) -> dict[str, Any]:
    return {"version": version, "stroke": name, "changes": [change or {"kind": "accept"}]}


def test_the_token_lets_one_browser_in_and_is_burnt(folder: Path) -> None:
    page = Page(folder)
    token = page.guard.token
    entered = page.enter()
    assert (entered.status_code, entered.headers["Location"]) == (302, "/")
    cookie = entered.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and token not in cookie
    assert page.get("/api/worklist").status_code == 200
    second = Client(page.app, TestResponse)
    again = second.get(f"/start?token={token}", base_url=ORIGIN)
    assert again.status_code == 403 and "Set-Cookie" not in again.headers
    assert second.get("/api/worklist", base_url=ORIGIN).status_code == 403


@pytest.mark.parametrize("token", ["", "wrong", "é"])
def test_a_wrong_token_burns_nothing(folder: Path, token: str) -> None:
    page = Page(folder)
    assert page.get("/start", query_string={"token": token}).status_code == 403
    assert page.enter().status_code == 302


def test_after_the_token_is_burnt_an_empty_one_opens_nothing(page: Page) -> None:
    assert Client(page.app, TestResponse).get("/start?token=", base_url=ORIGIN).status_code == 403


@pytest.mark.parametrize("path", ["/", "/static/index.html", "/api/worklist", "CASE", "CASE/picture.png", "/api/export",
                                  "/nothing"])  # fmt: skip
def test_without_the_cookie_every_address_is_refused_in_plain_text(folder: Path, path: str) -> None:
    page = Page(folder)
    answer = page.get(path.replace("CASE", page.case))
    assert (answer.status_code, answer.mimetype) == (403, "text/plain")
    assert "oiscan review" in answer.get_data(as_text=True)


def test_every_answer_carries_the_policy(page: Page) -> None:
    for path in ("/", "/api/worklist", "/nothing", f"{page.case}/picture.png", "/static/index.html"):
        headers = page.get(path).headers
        assert all(part in headers["Content-Security-Policy"] for part in POLICY)
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"], headers["Cache-Control"]) == (
            "nosniff", "no-referrer", "no-store")  # fmt: skip


def test_the_page_holds_the_word_for_changes_and_nothing_inline(page: Page) -> None:
    html = page.get("/").get_data(as_text=True)
    assert f'<meta name="csrf" content="{page.guard.csrf}">' in html
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", html)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:9999", "127.0.0.1", "localhost.evil.example:8123"])
def test_another_host_name_is_refused(page: Page, host: str) -> None:
    assert page.get("/api/worklist", headers={"Host": host}).status_code == 403


def test_both_names_of_this_machine_are_known(page: Page) -> None:
    assert page.guard.known_host("127.0.0.1:8123") and page.guard.known_host("LOCALHOST:8123")


@pytest.mark.parametrize(
    "headers",
    [{CSRF_HEADER: ""}, {CSRF_HEADER: "wrong"}, {"Origin": "http://evil.example"}, {"Origin": "null"},
     {"Origin": "https://127.0.0.1:8123"}],
)  # fmt: skip
def test_a_change_that_is_not_the_pages_own_is_refused(page: Page, folder: Path, headers: dict[str, str]) -> None:
    assert page.post(f"{page.case}/readings", stroke(), headers=headers).status_code == 403
    assert kept(folder).all_rows() == []


def test_a_case_its_picture_and_a_change(page: Page) -> None:
    told = page.get(page.case).json
    assert told is not None and told["picture"] == f"{page.case}/picture.png"
    picture = page.get(told["picture"])
    assert picture.mimetype == "image/png" and picture.get_data().startswith(b"\x89PNG")
    move = {"kind": "move", "id": "m0", "landmark": 2, "to": [30.5, 60.25]}
    kept_case = page.post(f"{page.case}/readings", stroke(**move))
    assert kept_case.status_code == 200 and kept_case.json["version"] == 1
    assert page.get(page.case).json == kept_case.json
    undone = page.post(f"{page.case}/undo", {"version": 1, "stroke": "stroke-2"})
    assert undone.json["vertebrae"] == told["vertebrae"] and undone.json["version"] == 2


def test_a_drawing_is_measured(page: Page) -> None:
    told = page.get(page.case).json
    names = ("id", "level", "status", "reason", "landmarks_px")
    drawn = [{name: one[name] for name in names} for one in told["vertebrae"]]
    measured = page.post(f"{page.case}/measure", {"vertebrae": drawn})
    assert measured.json == {"vertebrae": told["vertebrae"]}
    assert page.post(f"{page.case}/measure", {"vertebrae": [drawn[0], drawn[0]]}).status_code == 400


def test_an_old_version_gets_the_case_as_it_is_now(page: Page) -> None:
    page.post(f"{page.case}/readings", stroke())
    late = page.post(f"{page.case}/readings", stroke(name="stroke-2"))
    assert late.status_code == 409 and late.json["case"] == page.get(page.case).json
    assert page.post(f"{page.case}/undo", {"version": 0, "stroke": "stroke-3"}).status_code == 409


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"version": NaN}', b"[" * 100_000, b"9" * 9_999])
def test_what_cannot_be_read_is_refused_in_words(page: Page, body: bytes) -> None:
    for name in ("readings", "undo", "measure"):
        answer = page.post(f"{page.case}/{name}", body, content_type="application/json")
        assert answer.status_code == 400 and set(answer.json) == {"error"}
    assert page.post(f"{page.case}/readings", b"{}", content_type="text/plain").status_code == 400


@pytest.mark.parametrize("way", ["..", "%2e%2e", "..%2f..%2fprivate%2fsubject_key", "C-AAAAAAAAAA", "%00", "a" * 5000])
def test_a_case_is_looked_up_and_never_a_path(page: Page, way: str) -> None:
    for path in (f"/api/cases/{way}", f"/api/cases/{way}/picture.png", f"/static/{way}"):
        assert page.get(path).status_code == 404
    assert page.post(f"/api/cases/{way}/readings", stroke()).status_code in (400, 404)


def test_too_much_is_refused_before_it_is_read(page: Page) -> None:
    answer = page.post(f"{page.case}/readings", b"x" * (2**20 + 1), content_type="application/json")
    assert answer.status_code == 413


def test_a_failure_shows_no_stack_and_no_path(page: Page, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    for report in (folder / "scans").iterdir():
        report.write_text("{")
    page.desk._results.report.cache_clear()
    answer = page.get(page.case)
    assert answer.status_code == 500 and set(answer.json) == {"error"}
    assert str(folder) not in answer.get_data(as_text=True) and "Traceback" not in answer.get_data(as_text=True)
    assert caplog.records


def test_export_is_complete_and_closed_while_blinded(page: Page, folder: Path, tmp_path: Path) -> None:
    page.post(f"{page.case}/readings", stroke())
    assert page.get("/api/export").json == json.loads(json.dumps(exported(kept(folder))))
    blinded = Page(made(tmp_path / "other", 2, 1), blinded=True)
    blinded.enter()
    assert blinded.get("/api/export").status_code == 403


def test_behind_a_proxy_the_cookie_travels_by_https_alone(folder: Path) -> None:
    page = Page(folder)
    page.guard.origins = frozenset({"https://read.hospital.example"})
    token = page.guard.token
    entered = page.get(f"/start?token={token}", base_url="https://read.hospital.example")
    assert "Secure" in entered.headers["Set-Cookie"]
