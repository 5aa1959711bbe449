"""How long scoring takes on this machine, and how much memory.

    python scripts/benchmark.py --data sample_data --model default --out benchmark

Prints a table and writes ``benchmark.json``: CPU seconds of ``import oiscan``, seconds from a cold start to the first
result, CPU seconds a scan to read, segment, grade and write it, and the peak memory of the process that did so.
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
from pathlib import Path
from typing import Any, TypeVar

from oiscan.errors import ConfigError, OiscanError, ScanError
from oiscan.grading import SCALES, assess
from oiscan.loaders import find_files
from oiscan.loaders.containers import file_of
from oiscan.pipeline import Settings, read_scan, score_scan
from oiscan.segmentation import Model, segment
from oiscan.store import ResultsFolder

IMPORT = "import time; start = time.process_time(); import oiscan; print(time.process_time() - start)"
COLD = "import sys; import oiscan; oiscan.score(sys.argv[1], model=sys.argv[2])"
REPEATS = 5
T = TypeVar("T")
STEPS = ("read", "segment", "grade", "write")


def main() -> None:
    """Parse the command line, measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("sample_data"), help="scans (default: sample_data)")
    parser.add_argument("--model", default="default", help="name or folder of a model (default: default)")
    parser.add_argument("--out", type=Path, required=True, help="folder to write benchmark.json to")
    given = parser.parse_args()
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
        timed = {file: _seconds(file, model, Path(folder)) for file in map(file_of, find_files([data]))}
    scans = {file: seconds for file, seconds in timed.items() if seconds is not None}
    if not scans:
        raise ConfigError("there is no scan to be timed: give --data a folder with some whose view is known")
    means = {step: statistics.fmean(seconds[step] for seconds in scans.values()) for step in STEPS}
    return {
        "machine": {"system": platform.system(), "processor": platform.machine(), "python": platform.python_version()},
        "model": {"name": model.name, "sha256": model.sha256},
        "scans": len(scans),
        "import_cpu_seconds": _median([sys.executable, "-c", IMPORT], lambda said, _: float(said)),
        "cold_start_seconds": _median(
            [sys.executable, "-c", COLD, str(next(iter(scans))), str(model.folder)], lambda _, elapsed: elapsed
        ),
        "cpu_seconds_a_scan": {**means, "all": sum(means.values())},
        "peak_memory_mib": _peak_memory_mib(),
    }


def table(figures: dict[str, Any]) -> str:
    """The figures as text."""
    memory = figures["peak_memory_mib"]
    steps = figures["cpu_seconds_a_scan"].items()
    rows = [
        ("import oiscan, CPU s", f"{figures['import_cpu_seconds']:.2f}"),
        ("cold start to first result, s", f"{figures['cold_start_seconds']:.2f}"),
        *((f"{step}, CPU s a scan", f"{seconds:.3f}") for step, seconds in steps),
        ("peak memory, MiB", "unknown" if memory is None else f"{memory:.0f}"),
    ]
    return "\n".join([f"{figures['scans']} scans", *(f"{name:<32}{value:>8}" for name, value in rows)])


def _median(command: Sequence[str], figure: Callable[[str, float], float]) -> float:
    """Median over some fresh processes; `figure` takes what one printed and how many seconds it lived."""
    figures = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        figures.append(figure(said, time.perf_counter() - start))
    return statistics.median(figures)


def _seconds(file: Path, model: Model, folder: Path) -> dict[str, float] | None:
    """CPU seconds of each step on a warm process; None for a file that is no scan of a known view."""
    settings = Settings(model=model.name)
    try:
        scan = read_scan(file, settings)
    except ScanError:
        return None
    if scan.view not in model.views:
        return None
    report, results = score_scan(scan, model), ResultsFolder(folder, {})
    seconds, scale = {}, SCALES[settings.scale]
    _, seconds["read"] = _timed(lambda: read_scan(file, settings))
    spine, seconds["segment"] = _timed(lambda: segment(scan, model))
    _, seconds["grade"] = _timed(lambda: assess(spine, scan.relative_pixel_size, scan.spacing, scale))
    results.add(report, [file])  # the first drawing loads fonts
    _, seconds["write"] = _timed(lambda: results.add(report, [file]))
    return seconds


def _timed(step: Callable[[], T]) -> tuple[T, float]:
    start = time.process_time()
    return step(), time.process_time() - start


def _peak_memory_mib() -> float | None:
    """Of this process so far; None where the system does not tell (Windows)."""
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:
        return None
    peak = getrusage(RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


if __name__ == "__main__":
    main()
