"""A server is killed again and again while corrections come in: what was acknowledged must be there, and once."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from oiscan.review.checks.study import write_study
from oiscan.review.checks.visitor import Session, serving
from oiscan.review.readings import FILE, Readings

READER = "A"
LONGEST_LIFE_S = 3.0
"""A server is killed at a random moment up to this long after its first correction was sent."""


@dataclass
class Script:
    """Corrections in order, each a word on a vertebra with a number no other has.

    `sent` and `acknowledged` are how often the server was told each, and which it said it kept.
    """

    number: int
    sent: Counter[int] = field(default_factory=Counter)
    acknowledged: set[int] = field(default_factory=set)

    @property
    def left(self) -> list[int]:
        """What is not acknowledged yet."""
        return [number for number in range(self.number) if number not in self.acknowledged]

    def run(self, session: Session) -> None:
        """Send what is left until all is acknowledged or the server is gone; each correction keeps its name."""
        try:
            cases = [case["case"] for case in json.loads(session.ask("/api/worklist")[1])["cases"]]
            for number in self.left:
                self._send(session, cases[number % len(cases)], number)
        except OSError:
            return  # killed: what was under way stays unacknowledged

    def _send(self, session: Session, code: str, number: int) -> None:
        case = json.loads(session.ask(f"/api/cases/{code}")[1])
        change = {"kind": "note", "id": case["vertebrae"][0]["id"], "text": f"correction {number}"}
        self.sent[number] += 1
        stroke = {"version": case["version"], "stroke": f"correction-{number}", "changes": [change]}
        status, said = session.ask(f"/api/cases/{code}/readings", stroke)
        if status != 200:
            raise AssertionError(f"a correction was refused: {said!r}")
        self.acknowledged.add(number)


def check_durability(folder: Path, number: int = 500, kills: int = 10, seed: int = 0) -> dict[str, Any]:
    """Send corrections to a server that is killed (SIGKILL) at random moments and started again.

    A correction that was sent and not acknowledged is sent again under its own name, as the page does.

    Returns
    -------
    dict
        `corrections`, `kills` that happened while corrections came in, `sent_again`, and of what was acknowledged
        `lost` after a kill and `doubled` at the end; `passed`.
    """
    study = write_study(folder, children=4, visits=1, seed=seed)
    script, rng = Script(number), np.random.default_rng(seed)
    met, lost = 0, 0
    while script.left:
        with serving(study.folder, folder / "server.log", READER) as (process, session):
            sender = threading.Thread(target=script.run, args=(session,))
            sender.start()
            if met < kills:
                met += _killed(process, sender, rng.uniform(0.02, LONGEST_LIFE_S * _share(number)))
            sender.join()
        lost += len(script.acknowledged - set(_kept(study.folder)))
    kept = _kept(study.folder)
    told = {
        "corrections": number,
        "kills": met,
        "sent_again": sum(count - 1 for count in script.sent.values()),
        "lost": lost,
        "doubled": sum(count - 1 for count in kept.values()),
        "strangers": len(set(kept) - set(range(number))),
    }
    return told | {"passed": not (lost or told["doubled"] or told["strangers"]) and len(kept) == number}


def _share(number: int) -> float:
    """A short script is killed sooner, so that it is killed at all."""
    return min(1.0, number / 300)


def _killed(process: subprocess.Popen[str], sender: threading.Thread, after_s: float) -> int:
    """Kill the server in the middle of things; 0 where the script was through before."""
    time.sleep(after_s)
    if not sender.is_alive():
        return 0
    process.kill()
    return 1


def _kept(folder: Path) -> Counter[int]:
    """How often each correction stands in the store."""
    rows = Readings(folder / "private" / FILE).all_rows()
    return Counter(int(row.stroke.split("-")[1]) for row in rows if row.kind == "note")
