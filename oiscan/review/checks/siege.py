"""Requests a reading page never makes: each is refused or served, nothing leaks, nothing is lost."""

from __future__ import annotations

import asyncio
import json
import resource
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from oiscan.review.checks.study import write_study
from oiscan.review.checks.visitor import Session, serving
from oiscan.review.guard import CSRF_HEADER
from oiscan.review.readings import FILE, Readings

WAYS_UP = (
    "../private/readings.sqlite", "..%2f..%2fprivate%2fsubject_key", "%2e%2e/%2e%2e/etc/passwd", "..\\..\\run.json",
    "/etc/passwd", "....//....//etc/passwd", "%00", "C-AAAAAAAAAA/../..",
)  # fmt: skip
TRACES = (b"Traceback", b"site-packages", b"root:", b"SQLite format", b".py\"", b"subject_key")
"""What no answer may hold: a stack, a path, a foreign file."""

REFUSED = range(400, 500)
HUGE_BYTES = 100 * 2**20
WAIT_S = 300.0
SERVED_OR_REFUSED = frozenset({"200", "ConnectionRefusedError", "ConnectionResetError"})
"""What may become of a request in a crowd: an answer, or a connection the operating system does not open or drops."""

FILES_OF_ITS_OWN = 100


@dataclass(frozen=True)
class Attempt:
    """A request, and whether it must be refused: everything must but for a way up that leads to a page's own file."""

    name: str
    path: str
    told: Any = None
    headers: dict[str, str] | None = None
    method: str = ""


def check_siege(folder: Path, at_once: int = 10_000, huge_bytes: int = HUGE_BYTES) -> dict[str, Any]:
    """Besiege a server that holds one correction.

    Returns
    -------
    dict
        `attempts` and how they were answered, by status; `not_refused` and `leaks` by name; the `huge` request's
        answer; what became of requests made `at_once`; whether the server still serves and the correction is there;
        `passed`.
    """
    study = write_study(folder, children=2, visits=1)
    with serving(study.folder, folder / "server.log") as (process, session):
        _correct(session)
        before = Readings(study.folder / "private" / FILE).all_rows()
        answers = {one.name: _answer(session, one) for one in attempts(session, _code(session))}
        huge = _huge(session, _code(session), huge_bytes)
        crowd = asyncio.run(_crowd(session, at_once))
        status, _ = session.ask("/api/worklist")
        alive = process.poll() is None and status == 200
    told = {
        "attempts": len(answers),
        "answers": dict(Counter(str(status) for status, _ in answers.values())),
        "not_refused": sorted(name for name, (status, _) in answers.items() if status not in REFUSED),
        "leaks": sorted(name for name, (_, body) in answers.items() if any(trace in body for trace in TRACES)),
        "huge": huge,
        "at_once": dict(sorted(crowd.items())),
        "stacks": _stacks(folder / "server.log"),
        "readings_kept": Readings(study.folder / "private" / FILE).all_rows() == before,
        "still_serves": alive,
    }
    refused = not (told["not_refused"] or told["leaks"] or told["stacks"]) and huge in ("413", "connection closed")
    orderly = crowd["200"] > 0 and set(crowd) <= SERVED_OR_REFUSED
    return told | {"passed": refused and orderly and bool(told["readings_kept"]) and alive}


def attempts(session: Session, code: str) -> Iterator[Attempt]:
    """Every address without cookie, without the page's word, from elsewhere; ways up in every place; nonsense."""
    case = f"/api/cases/{code}"
    addresses = ["/", "/static/main.js", "/api/worklist", case, f"{case}/picture.png", "/api/export"]
    cookie = {"Cookie": session.headers["Cookie"]}
    for path in addresses:
        yield Attempt(f"no cookie {path}", path, headers={})
        yield Attempt(f"other host {path}", path, headers={**cookie, "Host": "evil.example"})
        yield Attempt(f"wrong method {path}", path, told={}, method="PUT")
    for token in ("", "x", "' OR 1=1 --"):
        yield Attempt(f"token {token!r}", f"/start?token={quote(token)}", headers={})
    for name in ("measure", "readings", "undo"):
        yield from _bad_changes(f"{case}/{name}", session, cookie)
    yield from _ways_up(code)


def _bad_changes(path: str, session: Session, cookie: dict[str, str]) -> Iterator[Attempt]:
    word = {CSRF_HEADER: session.headers[CSRF_HEADER]}
    yield Attempt(f"no word {path}", path, {}, cookie)
    yield Attempt(f"other origin {path}", path, {}, {**cookie, **word, "Origin": "http://evil.example"})
    yield Attempt(f"no cookie {path}", path, {}, word)
    nonsense = (b"", b"{", b"[]", b"null", b'{"version": 1e999}', b"[" * 50_000, b'{"version": ' + b"9" * 10_000 + b"}",
                b"\xff\xfe", b'{"version": NaN}')  # fmt: skip
    for number, told in enumerate(nonsense):
        yield Attempt(f"nonsense {number} {path}", path, told)
    for change in _impossible_changes():
        yield Attempt(f"{change} {path}", path, {"version": 0, "stroke": "impossible", "changes": [change]})


def _impossible_changes() -> Iterator[dict[str, Any]]:
    yield {"kind": "drop"}
    yield {"kind": "move", "id": "m0", "landmark": 0, "to": [1e308, -1]}
    yield {"kind": "move", "id": "m0", "landmark": -1, "to": [1, 1]}
    yield {"kind": "note", "id": "m0", "text": "x" * 5000}
    yield {"kind": "note", "id": "m0", "text": "\ud800"}
    yield {"kind": "shift", "by": 9}
    yield {"kind": "overrule", "id": "m0", "grade": 9, "why": "x"}
    for way in WAYS_UP:
        yield {"kind": "note", "id": way, "text": "x"}
        yield {"kind": "add", "level": way, "landmarks_px": []}


def _ways_up(code: str) -> Iterator[Attempt]:
    for way in WAYS_UP:
        for path in (f"/static/{way}", f"/api/cases/{way}", f"/api/cases/{way}/picture.png", f"/{way}"):
            yield Attempt(f"up {path}", path)
        for name in ("measure", "readings", "undo"):
            yield Attempt(f"up {way} {name}", f"/api/cases/{way}/{name}", {"version": 0, "stroke": "ways-up-"})
        yield Attempt(f"stroke {way}", f"/api/cases/{code}/undo", {"version": 0, "stroke": way})


def _answer(session: Session, attempt: Attempt) -> tuple[int, bytes]:
    path = attempt.path.replace("\\", "%5c").replace(" ", "%20")
    return session.ask(path, attempt.told, attempt.headers, attempt.method)


def _correct(session: Session) -> None:
    change = {"kind": "note", "id": "m0", "text": "kept"}
    stroke = {"version": 0, "stroke": "correction", "changes": [change]}
    status, said = session.ask(f"/api/cases/{_code(session)}/readings", stroke)
    assert status == 200, said


def _code(session: Session) -> str:
    return str(json.loads(session.ask("/api/worklist")[1])["cases"][0]["case"])


def _huge(session: Session, code: str, size: int) -> str:
    """What becomes of a change of so many bytes: a server may hang up before all of it came."""
    try:
        return str(session.ask(f"/api/cases/{code}/readings", b"x" * size)[0])
    except OSError:
        return "connection closed"


async def _crowd(session: Session, number: int) -> Counter[str]:
    """How so many requests at the same moment were answered, by status or what went wrong."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, number + FILES_OF_ITS_OWN)), hard))
    asked = (f"GET /api/worklist HTTP/1.1\r\nHost: {session.host}:{session.port}\r\n"
             f"Cookie: {session.headers['Cookie']}\r\nConnection: close\r\n\r\n").encode()  # fmt: skip
    return Counter(await asyncio.gather(*(_one(session, asked) for _ in range(number))))


async def _one(session: Session, asked: bytes) -> str:
    try:
        async with asyncio.timeout(WAIT_S):
            reader, writer = await asyncio.open_connection(session.host, session.port)
            writer.write(asked)
            answer = await reader.read()
            writer.close()
            return answer[9:12].decode() or "closed"
    except (OSError, TimeoutError) as error:
        return type(error).__name__


def _stacks(log: Path) -> int:
    """How often the server told of a bug."""
    return log.read_text(encoding="utf-8").count("Traceback")
