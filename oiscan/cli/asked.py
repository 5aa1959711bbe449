"""What a run of ``oiscan score`` is asked for."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from oiscan.errors import ConfigError, ScanError

if TYPE_CHECKING:
    from oiscan.cli.task import Done, Task, Work
    from oiscan.pipeline import Settings
    from oiscan.store import TableOptions


@dataclass(frozen=True)
class TableChoices:
    """The user's own files and choices for the tables. They are read again whenever tables are written.

    Parameters
    ----------
    subjects, printed, reference, exclusions, height_adjustment
        Paths; "" where there is none.
    population, strict_all_four, keep_identifiers
        As the options of ``oiscan score``.
    """

    subjects: str = ""
    printed: str = ""
    reference: str = ""
    exclusions: str = ""
    height_adjustment: str = ""
    population: str = ""
    strict_all_four: bool = False
    keep_identifiers: bool = False

    def read(self) -> TableOptions:
        """What they say; `ConfigError` where one cannot be used."""
        from oiscan.densitometry.curves.adjust import read_height_adjustments
        from oiscan.densitometry.curves.reference_file import read_reference
        from oiscan.densitometry.printed.exclusion_file import read_exclusions
        from oiscan.loaders.printed import read_user_values
        from oiscan.reports.densitometry import BoneOptions
        from oiscan.store import TableOptions
        from oiscan.subjects import read_codes

        curves = read_reference(Path(self.reference)) if self.reference else None
        lines = read_exclusions(Path(self.exclusions)) if self.exclusions else ()
        bands = read_height_adjustments(Path(self.height_adjustment)) if self.height_adjustment else ()
        return TableOptions(
            read_codes(Path(self.subjects)) if self.subjects else {},
            self.keep_identifiers,
            read_user_values(Path(self.printed)) if self.printed else (),
            BoneOptions(curves, self.population, lines, self.strict_all_four, bands),
        )


@dataclass(frozen=True)
class Hands:
    """Who does the work.

    Parameters
    ----------
    workers
        Processes on this machine; None: as many as there are cores.
    scheduler
        Address of the user's own Dask cluster in their place; "" for none.
    send_files
        Whether the cluster gets the files' bytes; else it reads them at the very same paths.

    Raises
    ------
    ConfigError
        They do not go together.
    """

    workers: int | None = None
    scheduler: str = ""
    send_files: bool = False

    def __post_init__(self) -> None:
        if self.scheduler and self.workers is not None:
            raise ConfigError("give --workers for this machine or --scheduler for a cluster, not both")
        if self.send_files and not self.scheduler:
            raise ConfigError("--send-files goes with --scheduler: the processes of this machine read the files")

    def each(self, task: Task, works: Iterable[Work]) -> Generator[tuple[Work, Done], None, None]:
        """Each work with what came of it, as soon as it is done."""
        from oiscan.batch import cluster, pool

        if self.scheduler:
            return cluster.each(task, _with_bytes(works) if self.send_files else works, self.scheduler, task.lost)
        return pool.each(task, works, self.workers or pool.usable_cores(), task.lost)


def _with_bytes(works: Iterable[Work]) -> Iterator[Work]:
    """The same with the files read, one after the other as they are asked for."""
    from oiscan.loaders.containers import held

    for work in works:
        try:
            assert not isinstance(work.source, ScanError)
            yield replace(work, source=held(work.source))
        except ScanError as error:
            yield replace(work, source=error)


@dataclass(frozen=True)
class Asked:
    """What a run is asked for.

    Parameters
    ----------
    settings
        How to score.
    tables
        The user's own files and choices.
    allow_burned_in_text, dicom, retry_failed
        As the options of ``oiscan score``.
    hands
        Who does the work.
    """

    settings: Settings
    tables: TableChoices = field(default_factory=TableChoices)
    allow_burned_in_text: bool = False
    dicom: bool = False
    retry_failed: bool = False
    hands: Hands = field(default_factory=Hands)
