"""A server in a process of its own, as `oiscan review` starts it, and a browser's session with it."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from oiscan.review.guard import CSRF_HEADER

COMMAND = "from oiscan.cli import main; main()"
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Session:
    """What a browser that was let in knows.

    Parameters
    ----------
    host, port
        Of the server.
    headers
        Cookie and, for changes, the page's own word and origin.
    """

    host: str
    port: int
    headers: Mapping[str, str]

    @property
    def address(self) -> str:
        """As a browser shows it, without a path."""
        return f"http://{self.host}:{self.port}"

    def ask(
        self, path: str, told: Any = None, headers: Mapping[str, str] | None = None, method: str = ""
    ) -> tuple[int, bytes]:
        """Status and body of an answer; `told` makes it a change. Raises `OSError` where there is no answer."""
        body = told if told is None or isinstance(told, bytes) else json.dumps(told).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_S)
        try:
            used = {**(self.headers if headers is None else headers), **kind}
            connection.request(method or ("GET" if body is None else "POST"), path, body, used)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()


@contextmanager
def serving(folder: Path, log: Path, reader: str = "A") -> Iterator[tuple[subprocess.Popen[str], Session]]:
    """A running server and a session with it; killed at the end. What it says besides goes to `log`."""
    command = [sys.executable, "-c", COMMAND, "review", str(folder), "--reader", reader]
    with log.open("a", encoding="utf-8") as told:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told, text=True)
        try:
            assert process.stdout is not None
            yield process, _let_in(process.stdout.readline())
        finally:
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


def _let_in(printed: str) -> Session:
    """Open the printed address once, and the page it leads to."""
    found = re.search(r"http://\S+", printed)
    assert found, "the server printed no address"
    parts = urlsplit(found[0])
    assert parts.hostname and parts.port
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE_S)
    connection.request("GET", f"{parts.path}?{parts.query}")
    cookie = (connection.getresponse().getheader("Set-Cookie") or "").split(";")[0]
    connection.close()
    plain = Session(parts.hostname, parts.port, {"Cookie": cookie})
    word = re.search(rb'name="csrf" content="([^"]+)"', plain.ask("/")[1])
    assert word, "the page holds no word for changes"
    return Session(
        plain.host, plain.port, {"Cookie": cookie, CSRF_HEADER: word[1].decode(), "Origin": plain.address}
    )
