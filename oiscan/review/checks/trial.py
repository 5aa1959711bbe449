"""Two simulated readers of known noise read a made-up trial blinded, as the page would: by its own addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from werkzeug.test import Client, TestResponse

from oiscan.evaluation.agreement.kappa import IntArray, Weights, crosstab, kappa
from oiscan.review.cases import Results
from oiscan.review.checks.study import Study, write_study
from oiscan.review.desk import Terms
from oiscan.review.double import accepted_sheets, calls, disagreements
from oiscan.review.exchange import exported
from oiscan.review.guard import CSRF_HEADER, Guard
from oiscan.review.opening import open_desk
from oiscan.review.readings import FILE, Readings
from oiscan.review.server import server
from oiscan.scan import FloatArray

ORIGIN = "http://127.0.0.1"
READERS = ("A", "B")
GRADES = 4
SAME, UNREADABLE = 0.85, 0.04
"""How often a simulated reader gives the true grade, else a neighbouring one; and cannot read a vertebra."""

FORBIDDEN_KEYS = frozenset({"subject", "day", "age_years", "scan_id", "doubt", "unreadable"})
"""Names of what a blinded worklist or case must not even have."""

EMPTY_KEYS = frozenset({"grade_probabilities", "others", "notes", "height_loss_interval_percent"})
"""Names of what must be empty: what only the model knows, and the person's other scans."""

STANDARD_ERRORS = 3.0
"""So far from its expectation a kappa may lie."""


Calls = Mapping[str, Mapping[str, tuple[int, int | None]]]
"""By study code and level: true grade, and the one the reader gave."""


@dataclass
class Witness:
    """Everything a reader's browser was sent, searched for what it must not hold."""

    secrets: tuple[str, ...]
    answers: int = 0
    leaks: list[str] = field(default_factory=list)

    def see(self, answer: TestResponse) -> TestResponse:
        """Search one answer: its address, headers and body, and of a picture its chunks."""
        self.answers += 1
        text = f"{answer.request.path} {answer.headers} {answer.get_data().decode('latin-1')}".lower()
        self.leaks += [f"{answer.request.path}: {word}" for word in self.secrets if word.lower() in text]
        if answer.is_json:
            self.leaks += [f"{answer.request.path}: {key}" for key, value in _items(answer.json) if _tells(key, value)]
        if answer.mimetype == "image/png" and _chunks(answer.get_data()) - {"IHDR", "IDAT", "IEND"}:
            self.leaks.append(f"{answer.request.path}: text in a picture")
        return answer


class Browser:
    """A reader's browser without a screen: asks a server's addresses as the page does."""

    def __init__(self, folder: Path, terms: Terms, third_look: bool = False) -> None:
        desk, readings = open_desk(folder, terms, third_look)
        guard = Guard(frozenset({ORIGIN}))
        self._client = Client(server(desk, guard, lambda: exported(readings)), TestResponse)
        self._headers = {CSRF_HEADER: guard.csrf, "Origin": ORIGIN}
        self._client.get(f"/start?token={guard.token}", base_url=ORIGIN)

    def get(self, path: str) -> TestResponse:
        """What an address answers."""
        return self._client.get(path, base_url=ORIGIN)

    def post(self, path: str, told: Any) -> TestResponse:
        """What an address answers to a change."""
        return self._client.post(path, base_url=ORIGIN, json=told, headers=self._headers)


def check_trial(folder: Path, children: int = 26, visits: int = 2, seed: int = 0) -> dict[str, Any]:
    """Read a made-up trial twice, blinded: what leaked, what readers disagree on, and kappa as their noise makes it.

    Returns
    -------
    dict
        `leaks`, `answers` searched, `files_changed` outside private/, `disagreements` found, missed and made up,
        `kappa` by weights with its expectation, `same_order` (whether both readers met the scans in one order),
        `passed`.
    """
    study = write_study(folder, children, visits, seed)
    before, witness = _public_files(study.folder), Witness(study.secrets)
    rng = np.random.default_rng([seed, 1])
    read = {reader: _read_all(study, reader, rng, witness) for reader in READERS}
    changed = sorted(name for name, content in _public_files(study.folder).items() if before.get(name) != content)
    orders = [list(called) for called in read.values()]
    told = {
        "scans": children * visits,
        "answers": witness.answers,
        "leaks": witness.leaks,
        "files_changed": changed,
        "same_order": orders[0] == orders[1],
        "disagreements": _disagreements(study, read),
        "kappa": _kappas(read),
    }
    return told | {"passed": _passed(told)}


def _passed(told: Mapping[str, Any]) -> bool:
    listed = told["disagreements"]
    wrong = told["leaks"] or told["files_changed"] or told["same_order"] or listed["missed"] or listed["made_up"]
    near = (abs(one["value"] - one["expected"]) <= STANDARD_ERRORS * one["standard_error"]
            for one in told["kappa"].values())  # fmt: skip
    return not wrong and all(near)


def _read_all(study: Study, reader: str, rng: np.random.Generator, witness: Witness) -> Calls:
    """Read the whole worklist in its order; returns what was called, by study code and level."""
    browser = Browser(study.folder, Terms(reader, blinded=True))
    witness.see(browser.get("/"))
    worklist = witness.see(browser.get("/api/worklist")).json
    assert worklist is not None
    return {case["case"]: _read_one(browser, case["case"], rng, witness) for case in worklist["cases"]}


def _read_one(
    browser: Browser, code: str, rng: np.random.Generator, witness: Witness
) -> dict[str, tuple[int, int | None]]:
    case = witness.see(browser.get(f"/api/cases/{code}")).json
    witness.see(browser.get(f"/api/cases/{code}/picture.png"))
    assert case is not None
    called = {one["level"]: (one["grade"], _called(one["grade"], rng)) for one in case["vertebrae"]}
    changes = [_change(one, called[one["level"]][1]) for one in case["vertebrae"]]
    stroke = {"version": 0, "stroke": f"read-{code}", "changes": [*filter(None, changes), {"kind": "accept"}]}
    kept = witness.see(browser.post(f"/api/cases/{code}/readings", stroke))
    assert kept.status_code == 200, kept.get_data(as_text=True)
    return called


def _called(grade: int, rng: np.random.Generator) -> int | None:
    drawn = int(rng.choice(GRADES + 1, p=noise()[grade]))
    return None if drawn == GRADES else drawn


def noise() -> FloatArray:
    """(4, 5): how likely a reader calls a true grade (row) each grade, and unreadable in the last column."""
    table = np.zeros((GRADES, GRADES + 1))
    for grade in range(GRADES):
        beside = [other for other in (grade - 1, grade + 1) if 0 <= other < GRADES]
        table[grade, beside] = (1 - SAME - UNREADABLE) / len(beside)
        table[grade, [grade, GRADES]] = SAME, UNREADABLE
    return table


def _change(vertebra: Mapping[str, Any], grade: int | None) -> dict[str, Any] | None:
    if grade is None:
        return {"kind": "unreadable", "id": vertebra["id"], "reason": "rib over it"}
    if grade == vertebra["grade"]:
        return None
    return {"kind": "overrule", "id": vertebra["id"], "grade": grade, "why": "endplate"}


def _disagreements(study: Study, read: Mapping[str, Calls]) -> dict[str, int]:
    """How many are listed, and how that differs from what the readers called."""
    (first, second), results = read.values(), Results(study.folder)
    scan_ids = {results.study_code(scan_id): scan_id for scan_id in results.people}
    expected = {
        (scan_ids[code], level)
        for code, called in first.items()
        for level, (_, grade) in called.items()
        if grade != second[code][level][1]
    }
    rows = Readings(results.private / FILE).all_rows()
    found = disagreements(calls(accepted_sheets(rows)))
    listed = {(one.scan_id, one.level.value) for one in found}
    return {"found": len(listed), "missed": len(expected - listed), "made_up": len(listed - expected)}


def _kappas(read: Mapping[str, Calls]) -> dict[str, dict[str, float]]:
    """Kappa of the two readers beside what their noise makes of the true grades."""
    truth, pairs = _pairs(read)
    ours = crosstab(pairs, GRADES)
    sharp = noise()[:, :GRADES]
    both = np.einsum("t,ta,tb->ab", np.bincount(truth, minlength=GRADES).astype(float), sharp, sharp)
    told = {}
    for weights in Weights:
        one = kappa(ours, weights)
        expected = kappa(both, weights).value
        told[weights.value] = {"value": one.value, "standard_error": one.standard_error, "expected": expected}
    return told


def _pairs(read: Mapping[str, Calls]) -> tuple[IntArray, IntArray]:
    """True grades (n,) and the readers' (m, 2) where both gave one."""
    first, second = read.values()
    met = [(*told, second[code][level][1]) for code, called in first.items() for level, told in called.items()]
    both = [pair for _, *pair in met if None not in pair]
    return np.array([truth for truth, *_ in met], dtype=np.int64), np.array(both, dtype=np.int64)


def _public_files(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and "private" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _tells(key: str, value: Any) -> bool:
    return key in FORBIDDEN_KEYS or (key in EMPTY_KEYS and bool(value))


def _items(told: Any) -> Iterator[tuple[str, Any]]:
    """Every key of nested plain data with its value."""
    if isinstance(told, dict):
        yield from told.items()
    for value in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from _items(value)


def _chunks(png: bytes) -> set[str]:
    """Names of the chunks of a PNG file."""
    names, place = set(), 8
    while place < len(png):
        length = int.from_bytes(png[place : place + 4], "big")
        names.add(png[place + 4 : place + 8].decode("latin-1"))
        place += length + 12
    return names
