"""A real browser for tests: Chromium without a window, spoken to in the Chrome DevTools Protocol over two pipes."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO, Any

NAMES = () if sys.platform == "win32" else ("chromium", "chromium-browser", "google-chrome")  # pipes are handed over
PROGRAM = next((path for name in NAMES if (path := shutil.which(name))), None)
PATIENCE_S = 60.0
OPTIONS = (
    "--headless", "--window-size=1200,700", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--no-first-run", "--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe",
)  # fmt: skip


class Wire:
    """The two pipes, with the pages that are spoken to through them."""

    def __init__(self, to_browser: IO[bytes], from_browser: IO[bytes]) -> None:
        self._to, self._from = to_browser, from_browser
        self._unread = b""
        self._numbers = count(1)
        self.pages: dict[str, Browser] = {}

    def call(self, method: str, parameters: dict[str, Any], session: str | None) -> dict[str, Any]:
        """Call a method of the protocol and wait for its answer."""
        number = self.tell(method, parameters, session)
        while (said := self._next()).get("id") != number:
            self._pass_on(said)
        if "error" in said:
            raise RuntimeError(f"{method}: {said['error']['message']}")
        result: dict[str, Any] = said["result"]
        return result

    def tell(self, method: str, parameters: dict[str, Any], session: str | None) -> int:
        """Call a method of the protocol; its answer will have the number returned."""
        call = {"id": next(self._numbers), "method": method, "params": parameters}
        if session:
            call["sessionId"] = session
        self._to.write(json.dumps(call).encode() + b"\0")
        self._to.flush()
        return int(call["id"])

    def listen(self) -> None:
        """Wait for something that no call asked for."""
        self._pass_on(self._next())

    def _next(self) -> dict[str, Any]:
        """The next thing the browser says."""
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._from], [], [], PATIENCE_S)
            more = os.read(self._from.fileno(), 65536) if ready else b""
            assert more, "the browser says nothing"
            self._unread += more
        message, _, self._unread = self._unread.partition(b"\0")
        said: dict[str, Any] = json.loads(message)
        return said

    def _pass_on(self, said: dict[str, Any]) -> None:
        page = self.pages.get(said.get("sessionId", ""))
        if page:
            page.note(said)


class Browser:
    """One open page. Problems the page logs (errors, refused scripts, pictures not found) are kept in `problems`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._session: str | None = None
        self._loaded = False
        self.problems: list[str] = []
        target = self.send("Target.createTarget", url="about:blank", newWindow=True)["targetId"]
        session: str = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._session, wire.pages[session] = session, self
        for domain in ("Page", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and wait for its answer."""
        return self._wire.call(method, parameters, self._session)

    @contextmanager
    def window(self) -> Iterator[Browser]:
        """Another window of the same browser, with the same cookies; closed afterwards."""
        other = Browser(self._wire)
        try:
            yield other
        finally:
            other.send("Page.close")

    def open(self, page: Path | str, scripts: bool = True) -> None:
        """Open a file, or an address, afresh, and wait until it has loaded."""
        self.send("Emulation.setScriptExecutionDisabled", value=not scripts)
        for address in ("about:blank", page.as_uri() if isinstance(page, Path) else page):
            self._loaded = False
            self.problems.clear()
            self.send("Page.navigate", url=address)
            while not self._loaded:
                self._wire.listen()

    def ask(self, script: str) -> Any:
        """Value of a JavaScript expression in the page."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait_for(self, script: str) -> None:
        """Wait until an expression is true."""
        give_up = time.monotonic() + PATIENCE_S
        while not self.ask(script):
            assert time.monotonic() < give_up, f"never true: {script}"
            time.sleep(0.02)

    def press(self, key: str, *, shift: bool = False, control: bool = False) -> None:
        """Press and release a key, as named in `KeyboardEvent.key`."""
        held = {"key": key, "modifiers": 2 * control + 8 * shift}
        text = {"text": "\r" if key == "Enter" else key} if len(key) == 1 or key == "Enter" else {}
        self.send("Input.dispatchKeyEvent", type="keyDown", **held, **text)
        self.send("Input.dispatchKeyEvent", type="keyUp", **held)

    def insert(self, words: str) -> None:
        """Write into the field that has the focus, and wait until the words are there."""
        self.send("Input.insertText", text=words)
        self.wait_for(f"document.activeElement.value?.includes({json.dumps(words)})")

    def hold(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press the mouse at one place and move it to another, without letting go."""
        self.send("Input.dispatchMouseEvent", type="mousePressed", button="left", clickCount=1, x=start[0], y=start[1])
        for part in (0.5, 1.0):
            x, y = (begin + part * (stop - begin) for begin, stop in zip(start, end, strict=True))
            self.send("Input.dispatchMouseEvent", type="mouseMoved", button="left", buttons=1, x=x, y=y)

    def click(self, element: str) -> None:
        """Click with the mouse on the middle of what a JavaScript expression names."""
        self.ask(f"({element}).scrollIntoView({{ block: 'nearest' }})")
        box = self.ask(f"({element}).getBoundingClientRect().toJSON()")
        where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **where)

    def let_go(self, place: tuple[float, float]) -> None:
        """Release the mouse."""
        x, y = place
        self.send("Input.dispatchMouseEvent", type="mouseReleased", button="left", clickCount=1, x=x, y=y)

    def screenshot(self, path: Path) -> None:
        """Write what is seen as PNG."""
        path.write_bytes(base64.b64decode(self.send("Page.captureScreenshot")["data"]))

    def note(self, said: dict[str, Any]) -> None:
        """Take in what the browser says of this page."""
        if said.get("method") == "Page.loadEventFired":
            self._loaded = True
        if said.get("method") == "Page.javascriptDialogOpening":  # "leave this page?": a test that goes on, goes
            self._wire.tell("Page.handleJavaScriptDialog", {"accept": True}, self._session)
        if said.get("method") == "Log.entryAdded":
            self.problems.append(said["params"]["entry"]["text"])
        if said.get("method") == "Runtime.exceptionThrown":
            self.problems.append(str(said["params"]["exceptionDetails"]))


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser with an empty profile of its own; gone afterwards."""
    import fcntl  # Windows has none

    assert PROGRAM is not None
    here, out = os.pipe()
    back, there = os.pipe()
    # The protocol wants file descriptors 3 and 4; the shell puts the pipes there, so they must not lie there already.
    ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (here, there)]
    for end in (here, there):
        os.close(end)
    start = f'exec "$@" 3<&{ends[0]} 4>&{ends[1]}'
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = ["bash", "-c", start, "bash", PROGRAM, *OPTIONS, f"--user-data-dir={profile}"]
        process = subprocess.Popen(command, pass_fds=ends, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for end in ends:
            os.close(end)
        try:
            with os.fdopen(out, "wb") as to_browser, os.fdopen(back, "rb") as from_browser:
                yield Browser(Wire(to_browser, from_browser))
        finally:
            process.terminate()
            process.wait()
