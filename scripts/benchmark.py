"""How long scoring takes on this machine, and how much memory.

    python scripts/benchmark.py --data sample_data --model default --out benchmark
    python scripts/benchmark.py batch --out benchmark [--scans 300 3000] [--workers 1 2]

The first prints a table and writes ``benchmark.json``: CPU seconds of ``import oiscan``, seconds from a cold start to
the first result, CPU seconds a scan by stage, scans per second of one and of two processes, the peak memory of a
process that scored them all, and the CPU seconds of a plain network of the cost of a published one, timed in the same
run: random weights, timing only (see `oiscan.evaluation.peer`; needs onnx). Everything runs on one thread.

`batch` runs ``oiscan score`` on so many simulated scans with so many workers each, and writes ``batch.json``: scans per
second, CPU seconds a scan, and those divided into read, score and write for some of the scans; the peak memory of the
process that writes and of a worker (Linux).
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from oiscan.batch import Scored
from oiscan.errors import ConfigError, OiscanError, ScanError
from oiscan.evaluation.batch_timing import mean_seconds, measured
from oiscan.evaluation.durability.command import Command
from oiscan.evaluation.durability.files import write_files
from oiscan.evaluation.peer import INPUT_SHAPE, peer_session
from oiscan.evaluation.processes import each
from oiscan.evaluation.timing import stage_seconds, timed
from oiscan.grading import assess, scale_named
from oiscan.loaders import find_files
from oiscan.loaders.containers import file_of
from oiscan.loaders.printed import PrintedFile
from oiscan.pipeline import Settings, read_scan, score_file, score_scan
from oiscan.report import Report, Status
from oiscan.segmentation import Model, segment
from oiscan.store import FinishedScans

IMPORT = "import time; start = time.process_time(); import oiscan; print(time.process_time() - start)"
COLD = "import sys; import oiscan; oiscan.score(sys.argv[1], model=sys.argv[2])"
MEMORY = """
import os, sys, oiscan
from oiscan.evaluation.broken_files.memory import peak_memory_mib
for file in sys.argv[2:]:
    oiscan.score(file, model=sys.argv[1])
print(peak_memory_mib(os.getpid()))
"""
REPEATS = 3
SCANS_A_RATE = 24
"""At least so many scans are scored for the scans per second: starting the processes counts too."""

SCANS_IN_PARTS = 60
"""Of the last batch, so many are done in this process, part by part."""

SCORE_ONLY = ("preprocess", "finder", "refiner", "decode", "grade")
"""What the peer's time is compared with: no reading, no writing."""


def main() -> None:
    """One scan after the other, unless the first word is `batch`."""
    if sys.argv[1:2] == ["batch"]:
        batch(sys.argv[2:])
    else:
        stages(sys.argv[1:])


def batch(words: list[str]) -> None:
    """Parse the command line, run each batch, print and write."""
    parser = argparse.ArgumentParser(prog="benchmark.py batch", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write batch.json to; scans and results too")
    parser.add_argument("--scans", type=int, nargs="+", default=[300, 3000], help="how many (default 300 and 3000)")
    parser.add_argument("--workers", type=int, nargs="+", default=[2], help="how many processes (default 2)")
    given = parser.parse_args(words)
    runs = []
    for scans in given.scans:
        files = write_files(given.out / f"files-{scans}", scans)
        for workers in given.workers:
            with tempfile.TemporaryDirectory(dir=given.out) as folder:
                command = Command(files[0].parent, Path(folder), ["--workers", str(workers)])
                runs.append({"workers": workers, **measured(command)})
            print(runs[-1], flush=True)
    figures = {"runs": runs, "cpu_seconds_a_scan": _parts(files[:SCANS_IN_PARTS])}
    (given.out / "batch.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(figures["cpu_seconds_a_scan"])


def stages(words: list[str]) -> None:
    """Parse the command line, measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("sample_data"), help="scans (default: sample_data)")
    parser.add_argument("--model", default="default", help="name or folder of a model (default: default)")
    parser.add_argument("--out", type=Path, required=True, help="folder to write benchmark.json to")
    given = parser.parse_args(words)
    try:
        figures = measure(given.data, given.model)
    except OiscanError as error:
        parser.error(str(error))
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "benchmark.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    print(table(figures))


def measure(data: Path, name: str) -> dict[str, Any]:
    """All figures; the cold start is that of the first scan."""
    model = Model.load(name)
    with tempfile.TemporaryDirectory() as folder:
        timings = {file: _seconds(file, model, Path(folder)) for file in map(file_of, find_files([data]))}
    scans = {file: seconds for file, seconds in timings.items() if seconds is not None}
    if not scans:
        raise ConfigError("there is no scan to be timed: give --data a folder with some whose view is known")
    files, stages = list(scans), next(iter(scans.values()))
    means = {stage: statistics.fmean(seconds[stage] for seconds in scans.values()) for stage in stages}
    score_only, peer = sum(means[stage] for stage in SCORE_ONLY), _peer()
    python, folder = sys.executable, str(model.folder)
    return {
        "machine": {"system": platform.system(), "processor": platform.machine(), "python": platform.python_version()},
        "model": {"name": model.name, "sha256": model.sha256},
        "scans": len(scans),
        "import_cpu_seconds": _median([python, "-c", IMPORT], lambda said, _: float(said)),
        "cold_start_seconds": _median([python, "-c", COLD, str(files[0]), folder], lambda _, elapsed: elapsed),
        "cpu_seconds_a_scan": {**means, "all": sum(means.values()), "score only": score_only},
        "scans_per_second": {str(n): _rate(files, model, n) for n in (1, 2)},
        "peak_memory_mib": float(_run([python, "-c", MEMORY, folder, *map(str, files)])),
        "peer": peer,
        "fraction_of_peer": score_only / peer["cpu_seconds"],
    }


def table(figures: dict[str, Any]) -> str:
    """The figures as text."""
    peer, rates = figures["peer"], figures["scans_per_second"]
    rows = [
        ("import oiscan, CPU s", f"{figures['import_cpu_seconds']:.2f}"),
        ("cold start to first result, s", f"{figures['cold_start_seconds']:.2f}"),
        *((f"{stage}, CPU s a scan", f"{seconds:.3f}") for stage, seconds in figures["cpu_seconds_a_scan"].items()),
        *((f"scans/s, {n} process{'es' * (n != '1')}", f"{rate:.2f}") for n, rate in rates.items()),
        ("peak memory, MiB", f"{figures['peak_memory_mib']:.0f}"),
        (f"peer ({peer['parameters_million']:.1f} M, {peer['gflop']:.0f} GFLOP), s", f"{peer['cpu_seconds']:.2f}"),
        ("score only / peer", f"1/{1 / figures['fraction_of_peer']:.1f}"),
    ]
    return "\n".join([f"{figures['scans']} scans", *(f"{name:<34}{value:>8}" for name, value in rows)])


def _peer() -> dict[str, float]:
    """CPU seconds of the plain network, warm, and what it is."""
    session, cost = peer_session()
    picture = {"image": np.zeros(INPUT_SHAPE, np.float32)}
    session.run(None, picture)
    seconds = statistics.median(timed(lambda: session.run(None, picture))[1] for _ in range(REPEATS))
    return cost | {"cpu_seconds": seconds}


def _median(command: Sequence[str], figure: Callable[[str, float], float]) -> float:
    """Median over some fresh processes; `figure` takes what one printed and how many seconds it lived."""
    figures = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        said = _run(command)
        figures.append(figure(said, time.perf_counter() - start))
    return statistics.median(figures)


def _run(command: Sequence[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@dataclass(frozen=True)
class _Score:
    """Scoring one file, as a worker process does."""

    model: Model

    def __call__(self, file: Path) -> Status:
        return score_file(file, Settings(), self.model).status


def _rate(files: Sequence[Path], model: Model, workers: int) -> float:
    """Scans per second of some processes, their start included."""
    many = list(files) * -(-SCANS_A_RATE // len(files))
    start = time.perf_counter()
    each(_Score(model), many, workers)
    return len(many) / (time.perf_counter() - start)


def _seconds(file: Path, model: Model, folder: Path) -> dict[str, float] | None:
    """CPU seconds of each stage on a warm process; None for a file that is no scan of a known view."""
    settings = Settings(model=model.name)
    try:
        scan = read_scan(file, settings)
    except ScanError:
        return None
    if scan.view not in model.views:
        return None
    report, spine, scale = score_scan(scan, model), segment(scan, model), scale_named(settings.scale)
    _keep(report, folder)  # the first drawing loads fonts
    return {
        "read": timed(lambda: read_scan(file, settings))[1],
        **stage_seconds(scan, model),
        "grade": timed(lambda: assess(spine, scan.relative_pixel_size, scan.spacing, scale))[1],
        "write": timed(lambda: _keep(report, folder))[1],
    }


def _parts(files: Sequence[Path]) -> dict[str, float]:
    """Mean CPU seconds of reading, scoring and writing a scan, on a warm process; files that are no scan left out."""
    model, timings = Model.load("default"), []
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            with suppress(ScanError):
                scan, read = timed(partial(read_scan, file, Settings()))
                report, score = timed(partial(score_scan, scan, model))
                timings.append({"read": read, "score": score, "write": timed(partial(_keep, report, Path(folder)))[1]})
    return mean_seconds(timings[1:])  # the first one opens the networks


def _keep(report: Report, folder: Path) -> None:
    """Draw the scan and keep what a run keeps of it."""
    scored = Scored.of(report, PrintedFile(), shown=True)
    FinishedScans(folder, folder, "0" * 16).add(scored.report, scored.file, scored.picture)


if __name__ == "__main__":
    main()
