"""A run of ``oiscan score``: what is finished stays finished, the rest is handed out, and this process alone writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oiscan.cli.progress import progress
from oiscan.errors import ConfigError
from oiscan.report import Status
from oiscan.scan import Identity
from oiscan.version import versions

if TYPE_CHECKING:
    from oiscan.archive.folder import DicomFolder
    from oiscan.batch import Job
    from oiscan.cli.asked import Asked
    from oiscan.cli.task import Done, Task, Work
    from oiscan.loaders.containers import Source
    from oiscan.reports.densitometry import BoneOptions
    from oiscan.segmentation import Model
    from oiscan.store import FinishedScans, ResultsFolder, TableOptions, Written

NO_LOCKS = "This file system has no locks: see to it that no other oiscan works on the results folder."


@dataclass(frozen=True)
class Ended:
    """How a run ended, in words that identify nobody."""

    summary: str
    failed: tuple[str, ...]


def score_folder(inputs: Sequence[Path], out: Path, asked: Asked, say: Callable[[str], None]) -> Ended:
    """Score all scans in `inputs` into the results folder `out`; what is finished there already is not done again.

    Parameters
    ----------
    say
        Takes what the user should know meanwhile.

    Raises
    ------
    ConfigError, ModelError
        Before any scan is scored, when the run cannot begin.
    StoreError, WorkersError
        The folder is in use or the disk is full, or nobody can do the work. What is finished is kept.
    """
    from oiscan.batch import gather
    from oiscan.segmentation import Model
    from oiscan.store import ResultsFolder, RunRecord

    started, clock = datetime.now(UTC), time.monotonic()
    options, files = asked.tables.read(), _files(inputs, out)
    model = Model.load(asked.settings.model)
    folder = ResultsFolder(out)
    with folder.held() as locks:
        if not locks:
            say(NO_LOCKS)
        task, objects = _task(folder, asked, options, model)
        times = {"started": started.isoformat(timespec="seconds")}
        told = {**_provenance(asked, options, model), "times": times}
        record, jobs = RunRecord(task.key, told, asdict(asked.tables)), gather(files)
        finished = folder.begin(record, {job.scan_id: job.sources for job in jobs})
        _Run(asked, task, finished, objects, say).carry_out(jobs)
        timed = told | {"times": {**times, "seconds": round(time.monotonic() - clock, 2)}}
        written = folder.finish(replace(record, told=timed), options)
        return _ended(written, _objects_told(out, objects, jobs))


@dataclass(frozen=True)
class _Run:
    """The work on the scans: what is left to do of them, and where to keep what comes of it."""

    asked: Asked
    task: Task
    finished: FinishedScans
    objects: DicomFolder | None
    say: Callable[[str], None]

    def carry_out(self, jobs: Sequence[Job]) -> None:
        left = self._left(jobs)
        if len(left) < len(jobs):
            self.say(f"{len(jobs) - len(left)} of {len(jobs)} scans are finished already.")
        if not left:
            return
        with progress(len(left)) as advance, closing(self.asked.hands.each(self.task, self._works(left))) as each:
            for work, done in each:
                self._keep(work, done)
                if done.stack:
                    self.say(done.stack)
                advance(done.scored.report)

    def _left(self, jobs: Iterable[Job]) -> list[tuple[Job, bool]]:
        """What is to be done: jobs, and whether they are to be scored; the others lack their DICOM objects alone.

        A file that could not be opened is tried anew: it has no content to know it by.
        """
        there, left = self.finished.scan_ids(), []
        for job in jobs:
            is_new = job.scan_id not in there or not job.sha256 or self._is_retried(job)
            if is_new or not self._has_objects(job):
                left.append((job, is_new))
        return left

    def _works(self, left: Iterable[tuple[Job, bool]]) -> Iterator[Work]:
        """The same for workers, one by one: reports are not to be in memory all at once."""
        from oiscan.cli.task import Work

        for job, is_new in left:
            yield Work(job, job.sources[0], None if is_new else self.finished.report(job.scan_id))

    def _is_retried(self, job: Job) -> bool:
        entry = self.finished.entry(job.scan_id) if self.asked.retry_failed else None
        return entry is not None and entry.status is Status.FAILED

    def _has_objects(self, job: Job) -> bool:
        return self.objects is None or self.objects.has(job.scan_id, self._who(job))

    def _who(self, job: Job) -> Identity:
        """Whose a finished scan is."""
        entry = self.finished.entry(job.scan_id)
        return Identity() if entry is None else entry.file.identity

    def _keep(self, work: Work, done: Done) -> None:
        """Write what came of a scan: its objects first, so that a scan that is finished has them."""
        scored, is_new = done.scored, work.report is None
        if self.objects is not None and done.made is not None:
            who = scored.file.identity if is_new else self._who(work.job)
            self.objects.add(work.job.scan_id, who, done.made)
        if is_new:
            self.finished.add(scored.report, scored.file, scored.picture)


def _task(
    folder: ResultsFolder, asked: Asked, options: TableOptions, model: Model
) -> tuple[Task, DicomFolder | None]:
    """What the workers do with each scan, and the folder for DICOM objects where they are asked for."""
    from oiscan.cli.task import Task
    from oiscan.grading import scale_named

    # Another machine has neither the user's file of a scale nor, perhaps, the model in the same place.
    settings = replace(asked.settings, scale=scale_named(asked.settings.scale), model=_portable_name(model, asked))
    task = Task(settings, model.sha256, asked.allow_burned_in_text)
    if not asked.dicom:
        return task, None
    from oiscan.archive.folder import DicomFolder
    from oiscan.archive.maker import ObjectMaker

    maker = ObjectMaker(folder.codes(options.own_codes), options.keep_identifiers, asked.allow_burned_in_text)
    return replace(task, maker=maker), DicomFolder(folder.folder, maker, task.key)


def _portable_name(model: Model, asked: Asked) -> str:
    from oiscan.segmentation import available_models

    return asked.settings.model if asked.settings.model in available_models() else str(model.folder)


def _files(inputs: Sequence[Path], out: Path) -> list[Source]:
    """All candidate files; never those of the results folder, which may lie inside a searched folder."""
    from oiscan.loaders import find_files
    from oiscan.loaders.containers import file_of

    for number, path in enumerate(inputs, start=1):
        if not path.exists():
            raise ConfigError(f"input {number} of {len(inputs)} does not exist")
    files = [file for file in find_files(inputs) if not file_of(file).resolve().is_relative_to(out.resolve())]
    if not files:
        raise ConfigError("no scan file was found in the inputs: give DICOM, PNG or TIFF files, folders, zip archives")
    return files


def _provenance(asked: Asked, options: TableOptions, model: Model) -> dict[str, Any]:
    """What `run.json` says: enough to run it again, nothing of the patients and no path."""
    from oiscan.grading import scale_named

    settings, scale = asked.settings, scale_named(asked.settings.scale)
    return {
        "versions": versions(),
        "model": {"name": model.name, "sha256": model.sha256},
        "settings": {
            "view": settings.view,
            "spacing_mm": settings.spacing_mm,
            "inverted": settings.inverted,
            "scale": scale.name,
            "proportions": scale.proportions.source,
            "stated_level": None if settings.stated is None else asdict(settings.stated),
            "keep_identifiers": options.keep_identifiers,
            "allow_burned_in_text": asked.allow_burned_in_text,
            "dicom": asked.dicom,
            **_bone_settings(options.bone),
        },
    }


def _bone_settings(bone: BoneOptions) -> dict[str, Any]:
    """Of the choices for bone density what `run.json` says."""
    reference = None if bone.reference is None else {"sha256": bone.reference.sha256, "source": bone.reference.source}
    return {
        "reference": reference,
        "population": bone.population,
        "exclusion_lines": len(bone.exclusions),
        "strict_all_four": bone.strict_all_four,
        "height_adjustment_bands": len(bone.height_adjustments),
    }


def _objects_told(out: Path, objects: DicomFolder | None, jobs: Iterable[Job]) -> str:
    """Write the table of DICOM objects and tell of them; remove those of an earlier run where none are asked for."""
    if objects is not None:
        return "\n" + objects.finish(job.scan_id for job in jobs)
    if (out / "dicom").is_dir():
        from oiscan.archive.folder import forget_objects

        forget_objects(out)
    return ""


def _ended(written: Written, objects_told: str) -> Ended:
    failed = tuple(f"  {scan_id}: {reason}" for scan_id, reason in written.failed)
    return Ended(summary(written) + objects_told, failed)


def summary(written: Written) -> str:
    """How many scans ended how, in a line, and what needs the user's attention."""
    counts = written.counts
    ended = ", ".join(f"{counts[status.value]} {status.value}" for status in Status)
    said = f"{counts['files']} files, {counts['scans']} scans: {ended}. Open index.html in the results folder."
    if counts["waiting"]:
        said += f"\n{counts['waiting']} more scans are not finished: give the command that began them again."
    if written.unused_exclusions:
        lines = ", ".join(map(str, written.unused_exclusions))
        said += f"\nLines of the exclusions file that meet no printed values: {lines}"
    return said
