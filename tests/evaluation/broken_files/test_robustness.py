"""Broken files: the same from the same seed, and never more than a refusal."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from pathlib import Path

import pytest

from oiscan.errors import OiscanError
from oiscan.evaluation.broken_files import robustness
from oiscan.evaluation.broken_files.damage import DAMAGES, damaged
from oiscan.evaluation.broken_files.memory import peak_memory_mib
from oiscan.evaluation.broken_files.sound_files import sound_files
from oiscan.loaders import read

FILES = sound_files()


def test_sound_files_are_sound(tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
        if name == "report":
            with pytest.raises(OiscanError, match="without a picture"):
                read(tmp_path / name)
        else:
            assert read(tmp_path / name).stored.rows == 96


def test_a_seed_names_a_file_for_good() -> None:
    series = [damaged(number, 3, FILES) for number in range(40)]
    assert series == [damaged(number, 3, FILES) for number in range(40)]
    assert series != [damaged(number, 4, FILES) for number in range(40)]
    assert len({hashlib.sha256(broken.data).digest() for broken in series}) > 30


def test_every_damage_is_drawn_and_every_kind_of_file_is_hit() -> None:
    series = [damaged(number, 0, dict.fromkeys(FILES, FILES["explicit"])) for number in range(250)]
    assert Counter(broken.kind for broken in series).keys() == DAMAGES.keys()
    assert {broken.source for broken in series} == FILES.keys()


def test_broken_files_give_a_scan_or_a_refusal() -> None:
    done: list[int] = []
    found = robustness.read_damaged_files(300, 20, done.append)
    assert found["crashes"] == []
    assert found["results"] + sum(found["errors"].values()) == found["n"] == 300
    assert min(found["results"], found["errors"]["UnreadableFileError"], found["errors"]["UnsupportedScanError"]) > 5
    assert found["worst_memory_mib"] < 1024
    assert done == [100, 200, 300]


def test_memory_is_that_of_the_process() -> None:
    block = bytearray(b"x" * 300 * 2**20)
    assert peak_memory_mib(os.getpid()) > len(block) / 2**20
    assert peak_memory_mib(2**22 + 1) == 0.0


def test_an_exception_that_was_not_meant_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def buggy(path: Path) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("oiscan.loaders.read", buggy)
    reading = robustness._read_one(0, 0, tmp_path)
    assert (reading.intended, reading.outcome) == (False, "KeyError: 'a bug'")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_ends_the_process_is_found_among_many(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_kills(numbers: list[int], seed: int) -> tuple[list[robustness.Reading], float]:
        if 13 in numbers:
            raise robustness.BrokenProcessPool
        return [robustness.Reading(number, "cut", "rle", "Scan", True, 0.1) for number in numbers], 5.0

    monkeypatch.setattr(robustness, "_in_new_process", one_kills)
    found = robustness.read_damaged_files(40, 0)
    assert found["crashes"] == [{"number": 13, "outcome": "the process ended"}]
    assert (found["results"], found["worst_memory_mib"]) == (39, 5)
