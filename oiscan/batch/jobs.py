"""What there is to score: each content once, under all its names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from oiscan.errors import ScanError
from oiscan.loaders.containers import Source
from oiscan.pipeline import file_sha256


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
