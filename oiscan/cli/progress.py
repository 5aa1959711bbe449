"""Progress of a run: a bar with the time left on a terminal, a line a scan everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from oiscan.report import Report, Status

Advance = Callable[[Report], None]


@contextmanager
def progress(total: int) -> Iterator[Advance]:
    """Gives a function to call with each finished report. Scans are named by scan_id, never by file."""
    if not sys.stdout.isatty():
        yield _plain(total)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("scoring"), BarColumn(), MofNCompleteColumn(), TextColumn("scans, time left"))
    with Progress(*columns, TimeRemainingColumn()) as bar:
        task = bar.add_task("scoring", total=total)
        yield lambda report: bar.advance(task)


def _plain(total: int) -> Advance:
    done = 0

    def advance(report: Report) -> None:
        nonlocal done
        done += 1
        print(f"{done}/{total} {report.scan_id} {outcome(report)}", flush=True)

    return advance


def outcome(report: Report) -> str:
    """How one scan ended, in one line."""
    if report.status is not Status.SCORED:
        return f"{report.status.value}: {report.reason}"
    if report.worst_grade is None:
        return f"{report.status.value}: {len(report.findings)} vertebrae, not graded"
    return f"{report.status.value}: {report.grade_n} vertebrae graded, worst grade {report.worst_grade}"
