"""The reading page in a real browser: a results folder, a server, and what a reader does with mouse and keys."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pydicom
import pytest
from werkzeug.serving import make_server

from oiscan.anatomy import Level, View
from oiscan.cli import main
from oiscan.grading import GENANT_1993, assess
from oiscan.report import Finding
from oiscan.review.desk import Terms
from oiscan.review.exchange import exported
from oiscan.review.guard import Guard
from oiscan.review.opening import open_desk
from oiscan.review.serve import listening, origins
from oiscan.review.server import server
from oiscan.scan import PixelSpacing
from oiscan.spine import Spine, Vertebra
from tests.reports.browser import Browser

SAMPLES = Path(__file__).parents[2] / "sample_data"
CHILD = "child_4y_fractures_0000"
LATERAL, LATER, AP = "day 0, lateral", "day 365, lateral", "day 0, AP"
"""The child's scans, by what stands at the end of their titles."""

IDLE = "document.getElementById('saved').textContent === 'all saved' && !document.querySelector('.stale')"
LISTED = "document.querySelectorAll('#rows tr').length > 0 && !document.getElementById('list').inert"
SHOWN = "document.getElementById('reading').getClientRects().length > 0 && !document.getElementById('reading').inert"
ENDS = "document.getElementById('case-title').textContent.endsWith({!r})"
LAST_LINE = "[...document.querySelectorAll('dialog[open] input')].at(-1)"
TWO_FRAMES = "requestAnimationFrame(() => requestAnimationFrame(() => { window.drawn = true; }))"


def at_a_desk(screen: Browser) -> None:
    """A window of the size of a small screen."""
    screen.send("Emulation.setDeviceMetricsOverride", width=1280, height=800, deviceScaleFactor=1, mobile=False)


def scored_child(folder: Path) -> Path:
    """Results of a simulated child: a lateral and an AP scan of one day, and a lateral scan of a year later."""
    scans = folder / "scans"
    scans.mkdir()
    for view in ("lateral", "ap"):
        shutil.copy(SAMPLES / f"{CHILD}_{view}.dcm", scans)
    later = pydicom.dcmread(SAMPLES / f"{CHILD}_lateral.dcm")
    later.StudyDate = later.AcquisitionDate = "20210615"
    later.SOPInstanceUID = later.file_meta.MediaStorageSOPInstanceUID = f"{later.SOPInstanceUID[:-1]}1"
    later.save_as(scans / "later.dcm")
    with pytest.raises(SystemExit) as ended:
        main(["score", str(scans), "--out", str(folder / "results")])
    assert ended.value.code == 0
    return folder / "results"


@contextmanager
def serving(folder: Path, terms: Terms | None = None, port: int = 0) -> Iterator[str]:
    """The address to open a results folder's page at, while it is served; port 0 takes any that is free."""
    desk, readings = open_desk(folder, terms or Terms("A"))
    sock = listening("127.0.0.1", port)
    guard = Guard(origins(sock, None))
    port = sock.getsockname()[1]
    sock.listen()
    app = server(desk, guard, lambda: exported(readings))
    web = make_server("127.0.0.1", port, app, threaded=True, fd=sock.fileno())
    thread = Thread(target=web.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}/start?token={guard.token}"
    finally:
        web.shutdown()
        thread.join()
        web.server_close()
        sock.close()


@dataclass
class Reader:
    """What a reader does and sees, in one window."""

    screen: Browser

    # The page

    def opens(self, address: str) -> None:
        """Come in by the printed address, and wait for the worklist."""
        self.screen.open(address)
        self.screen.wait_for(LISTED)

    def opens_scan(self, title: str) -> None:
        """Open a scan of the worklist by its title."""
        name = next(one["case"] for one in self.asks("/api/worklist")["cases"] if one["title"].endswith(title))
        self.screen.ask(f"location.hash = 'case={name}'")
        self.screen.wait_for(f"location.hash.endsWith('{name}') && {SHOWN} && {ENDS.format(title)}")
        self.settles()

    def reloads(self) -> None:
        """Load the page anew, with the scan its address names."""
        where = self.screen.ask("location.href")
        self.screen.open(where)
        self.screen.wait_for(SHOWN)
        self.settles()

    def settles(self) -> None:
        """Wait until the last stroke is saved and measured, and drawn."""
        self.screen.wait_for(IDLE)
        self.draws()

    def draws(self) -> None:
        """Wait until what is known is drawn."""
        self.screen.ask(f"window.drawn = false; {TWO_FRAMES}; 0")
        self.screen.wait_for("window.drawn")

    def sees(self, selector: str) -> str:
        return str(self.screen.ask(f"document.querySelector({selector!r}).innerText"))

    def sees_nothing_of(self, selector: str) -> bool:
        return bool(self.screen.ask(f"!document.querySelector({selector!r})?.getClientRects().length"))

    def waits_for(self, words: str, selector: str) -> None:
        self.screen.wait_for(f"document.querySelector({selector!r})?.innerText.includes({words!r})")

    def row(self, level: str) -> list[str]:
        """Cells of a vertebra in the table."""
        cells = f"[...document.querySelectorAll('tr[data-level={level}] > *')]"
        return [str(cell).strip() for cell in self.screen.ask(f"{cells}.map((one) => one.innerText)")]

    def types(self, words: str, field: str = "") -> None:
        """Fill the last line of the open question, or the one of this name, and answer it."""
        inputs = f"document.querySelector('dialog[open] [name={field}]')" if field else LAST_LINE
        self.screen.ask(f"{inputs}.focus()")
        self.screen.insert(words)
        self.screen.press("Enter")

    # The server

    def asks(self, path: str) -> Any:
        """What the server tells this browser."""
        keep = "(answer) => answer.text().then((text) => { window.told = text; })"
        self.screen.ask(f"window.told = null; fetch({path!r}).then({keep}); 0")
        self.screen.wait_for("window.told !== null")
        return json.loads(self.screen.ask("window.told"))

    def case(self) -> dict[str, Any]:
        """The open case, as it is saved."""
        told: dict[str, Any] = self.asks(f"/api/cases/{self.screen.ask('location.hash').partition('=')[2]}")
        return told

    def vertebra(self, level: str) -> dict[str, Any]:
        """A vertebra of the open case, as it is saved."""
        return next(one for one in self.case()["vertebrae"] if one["level"] == level)

    def offline(self, yes: bool) -> None:
        """Cut the connection to the server, or mend it."""
        self.screen.send("Network.enable")
        still = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.screen.send("Network.emulateNetworkConditions", offline=yes, **still)

    # The picture

    def chooses(self, level: str) -> None:
        self.screen.click(f"document.querySelector('tr[data-level={level}]')")
        self.screen.wait_for(f"document.querySelector('.vertebra.chosen')?.dataset.level === {level!r}")

    def handles(self) -> list[tuple[float, float]]:
        """Where on the screen the landmarks of the chosen vertebra are."""
        places = self.screen.ask(
            "[...document.querySelectorAll('.vertebra.chosen .handle .point')]"
            ".map((one) => one.getBoundingClientRect()).map((box) => [box.x + box.width / 2, box.y + box.height / 2])"
        )
        return [(float(x), float(y)) for x, y in places]

    def zoom(self) -> float:
        return float(self.sees("#stage .legend").split()[1])


def measured(case: dict[str, Any]) -> dict[Level, Finding]:
    """What the library says of a case's landmarks, each taken as it stands."""
    vertebrae = tuple(
        Vertebra(Level(one["level"]), points, np.zeros((len(points), 2, 2)), np.zeros((0, 2)), 1.0)
        for one in case["vertebrae"]
        if len(points := np.array(one["landmarks_px"]))
    )
    spacing = PixelSpacing(*case["spacing_mm"], "as scored")
    spine = Spine(View(case["view"]), vertebrae)
    return {one.level: one for one in assess(spine, spacing.row_column_mm, spacing, GENANT_1993)}
