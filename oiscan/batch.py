"""Many scans, one after the other; whatever is wrong with one file, every file gets its report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from oiscan.errors import ScanError
from oiscan.loaders.containers import Source
from oiscan.pipeline import Settings, file_sha256, score_file
from oiscan.report import Report, Status
from oiscan.version import __version__

if TYPE_CHECKING:
    from oiscan.segmentation import Model


@dataclass(frozen=True)
class Job:
    """One picture to score.

    Parameters
    ----------
    scan_id
        Its name in every result: from its content, or ``unopened-N`` where that cannot be read.
    sha256
        Of the content; empty where it cannot be read.
    sources
        All files, and members of archives, that hold these very bytes.
    """

    scan_id: str
    sha256: str
    sources: tuple[Source, ...]


def gather(files: Iterable[Source]) -> list[Job]:
    """One job for each different content, in the order the contents first appear."""
    contents: dict[str, list[Source]] = {}
    unopened: list[Source] = []
    for file in files:
        try:
            contents.setdefault(file_sha256(file), []).append(file)
        except ScanError:
            unopened.append(file)
    jobs = [Job(sha256[:16], sha256, tuple(sources)) for sha256, sources in contents.items()]
    return jobs + [Job(f"unopened-{number}", "", (file,)) for number, file in enumerate(unopened, start=1)]


def score_jobs(jobs: Iterable[Job], settings: Settings, model: Model) -> Iterator[tuple[Job, Report]]:
    """Each job with its report, as soon as it is ready."""
    for job in jobs:
        yield job, score_job(job, settings, model)


def score_job(job: Job, settings: Settings, model: Model) -> Report:
    """Report on one job. All it takes can be sent to another process: job, settings and model pickle."""
    try:
        return score_file(job.sources[0], settings, model)
    except ScanError as error:  # the file cannot be opened, or not any more
        return Report(job.scan_id, job.sha256, Status.FAILED, error.reason, program_version=__version__)
