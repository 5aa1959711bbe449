"""The check itself: what a disturbed run leaves, against what an undisturbed one does."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from oiscan.evaluation.durability.cluster import WORKERS, dying_cluster
from oiscan.evaluation.durability.command import Command
from oiscan.evaluation.durability.disk import SmallDisk, small_disk
from oiscan.evaluation.durability.files import write_files

KILLS = 20
BEFORE_FULL = 0.9
"""Of the scans, after which the disk is made to run full."""

LONGEST_WAIT_SECONDS = 1.0
WORKER_KILLED_EVERY_SECONDS = 20.0
NO_MOUNT = "not tried: this system lets us mount no small file system"
SOME_FAILED = 1
"""Exit status of a whole run over files of which some are broken."""

RUN_DATA = frozenset({"run.json", "private/run.json", "private/run.lock", "private/tables.lock"})
"""What holds times, or nothing; all else must be the same byte for byte."""


class On(StrEnum):
    """Where the work is done."""

    ONE_WORKER = "one-worker"
    TWO_WORKERS = "two-workers"
    CLUSTER = "cluster"


def check_durability(
    folder: Path, n: int, on: On, kills: int = KILLS, say: Callable[[str], None] = print
) -> dict[str, Any]:
    """Run once undisturbed and once disturbed, and compare.

    Parameters
    ----------
    folder
        Takes files and results; an undisturbed run that is there already is made use of.
    n
        Files of different content.
    on
        Where the disturbed run works. On a cluster its workers are killed, elsewhere the whole of it is.
    kills
        How often.
    say
        Takes what goes on.

    Returns
    -------
    dict
        ``inputs``, ``distinct`` contents, ``accounted`` inputs, ``lost`` and ``duplicated`` ones, ``tables_equal``,
        ``all_equal`` (pictures, JSON files and private lists too), ``kills``, ``full_disk``, ``leftovers`` (files half
        written), the ``status`` of the last command, and whether all this is as it must be: ``passed``.
    """
    files = write_files(folder / "files", n)
    distinct = len({hashlib.sha256(file.read_bytes()).digest() for file in files})
    say(f"{len(files)} files, {distinct} contents; undisturbed run")
    undisturbed = Command(folder / "files", folder / "undisturbed")
    undisturbed.carried_out()
    with small_disk(folder / f"disturbed-{on}") as disk:
        disturbed = Command(folder / "files", folder / f"disturbed-{on}" / "out")
        _same_key(undisturbed.out, disturbed.out)
        how = _on_cluster(disturbed) if on is On.CLUSTER else _killed(disturbed, on, distinct, kills, disk, say)
        found = {"inputs": len(files), "distinct": distinct, **compared(undisturbed.out, disturbed.out, files), **how}
        shutil.rmtree(disturbed.out)
    said = {"on": on.value, **found}
    return said | {"passed": _passed(said)}


def _killed(
    command: Command, on: On, distinct: int, kills: int, disk: SmallDisk | None, say: Callable[[str], None]
) -> dict[str, Any]:
    """Kill it at random moments, let the disk run full, kill it once more when all scans are finished, and end it."""
    command = Command(command.inputs, command.out, ["--workers", "1" if on is On.ONE_WORKER else "2"])
    rng = np.random.default_rng(kills)
    moments = sorted(rng.uniform(0, BEFORE_FULL * distinct, kills - 1))
    done = 0
    for moment in moments:
        done += command.killed_at(moment, rng.uniform(0, LONGEST_WAIT_SECONDS))
        say(f"killed after {command.finished()} of {distinct} scans")
    full_disk = NO_MOUNT if disk is None else _filled(command, disk)
    done += command.killed_at(distinct, rng.uniform(0, LONGEST_WAIT_SECONDS))
    say(f"killed after {command.finished()} of {distinct} scans; {full_disk}")
    return {"kills": done, "full_disk": full_disk, "status": command.carried_out()[0]}


def _filled(command: Command, disk: SmallDisk) -> str:
    disk.leave_little()
    before = command.finished()
    status, said = command.carried_out()
    disk.leave_ample()
    return f"exit status {status} after {command.finished() - before} more scans: {said.splitlines()[-1]}"


def _on_cluster(command: Command) -> dict[str, Any]:
    with dying_cluster(WORKER_KILLED_EVERY_SECONDS) as cluster:
        status, _ = Command(command.inputs, command.out, ["--scheduler", cluster.address]).carried_out()
    return {"workers": WORKERS, "kills": cluster.kills, "status": status}


def _same_key(undisturbed: Path, disturbed: Path) -> None:
    """Give both the same subject codes."""
    (disturbed / "private").mkdir(mode=0o700, parents=True)
    shutil.copy(undisturbed / "private" / "subject_key", disturbed / "private" / "subject_key")


def compared(undisturbed: Path, disturbed: Path, files: Sequence[Path]) -> dict[str, Any]:
    """What became of each input, and which files of the two results folders differ."""
    rows = _rows(disturbed / "private" / "files.csv")
    scans = Counter(row["scan_id"] for row in _rows(disturbed / "scans.csv"))
    told = Counter(row["source"] for row in rows if row["scan_id"] in scans)
    opened = {source.split("!")[0] for source in told}  # the row of a file in an archive names both
    lost = [file for file in files if str(file) not in opened]
    twice = sum(count - 1 for count in (*told.values(), *scans.values()))
    both = _tree(undisturbed), _tree(disturbed)
    different = sorted(name for name in both[0] | both[1] if both[0].get(name) != both[1].get(name))
    tables = [name for name in different if name.endswith((".csv", ".html"))]
    return {
        "accounted": len(files) - len(lost),
        "lost": len(lost),
        "duplicated": twice,
        "tables_equal": not tables,
        "all_equal": not different,
        "different": different[:10],
        "leftovers": sum(name.endswith(".partial") for name in both[1]),
    }


def _passed(found: dict[str, Any]) -> bool:
    whole = found["accounted"] == found["inputs"] and not (found["lost"] or found["duplicated"] or found["leftovers"])
    return whole and bool(found["tables_equal"] and found["all_equal"]) and found["status"] == SOME_FAILED


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _tree(folder: Path) -> dict[str, bytes]:
    """SHA-256 of every file that must not differ, by its name."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: hashlib.sha256(file.read_bytes()).digest() for name, file in files.items() if name not in RUN_DATA}
