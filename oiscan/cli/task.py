"""What a worker does with one scan of a run, wherever it works: score it, draw it, make its DICOM objects."""

from __future__ import annotations

import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from oiscan.batch.jobs import Job
from oiscan.batch.scoring import NOT_SHOWN, Scored, as_it_was, printed_in, score_job, settings_key
from oiscan.errors import ModelError, ScanError, UnreadableFileError, WorkersError
from oiscan.loaders.containers import Source
from oiscan.loaders.printed import PrintedFile
from oiscan.pipeline import Settings, read_scan, refused
from oiscan.report import Report
from oiscan.segmentation import Model
from oiscan.version import __version__

if TYPE_CHECKING:
    from oiscan.archive.maker import Made, ObjectMaker

LOST = UnreadableFileError(
    "scoring it ended its process twice (out of memory?)", "--retry-failed tries again, with --workers 1 it has more"
)
DEFECT = "an error in oiscan itself ({})"
REPORT_IT = "please report it with the lines the run has shown; --retry-failed tries again"


@dataclass(frozen=True)
class Work:
    """One scan to be worked on.

    Parameters
    ----------
    job
        Which.
    source
        Where to read it, or why it could not be read.
    report
        Of a scan that is finished but for its DICOM objects; None where it is to be scored.
    """

    job: Job
    source: Source | ScanError
    report: Report | None = None


@dataclass(frozen=True)
class Done:
    """What came of it.

    Parameters
    ----------
    scored
        Its report and what belongs to it; of a scan that was finished, the report alone.
    made
        Its DICOM objects, where asked for.
    stack
        Where oiscan went wrong; "" where it did not. Without the error's message, which can hold a patient's name.
    """

    scored: Scored
    made: Made | None = None
    stack: str = ""


@dataclass(frozen=True)
class Task:
    """What all scans of a run have in common; it is sent to the workers.

    Parameters
    ----------
    settings
        How to score. The scale is the scale itself: a worker may not have the file.
    model_sha256
        Of the model `settings` names, which every worker loads and checks for itself.
    shown
        Whether pictures that may hold text are drawn.
    maker
        Of DICOM objects; None where none are asked for.
    version
        Of the program that asks.
    """

    settings: Settings
    model_sha256: str
    shown: bool = False
    maker: ObjectMaker | None = None
    version: str = __version__

    @property
    def key(self) -> str:
        """Stands for what the scans are scored with (see `settings_key`)."""
        return settings_key(self.settings, self.model_sha256, self.shown)

    def __call__(self, work: Work) -> Done:
        """Work on a scan.

        Raises
        ------
        ModelError, WorkersError
            The worker has another model or another oiscan.
        """
        model = self._model()
        try:
            return self._scored(work, model) if work.report is None else self._with_objects(work, work.report)
        except Exception as error:  # a defect costs one scan of a weekend's run, and is shown
            stack = f"{''.join(traceback.format_tb(error.__traceback__))}{type(error).__name__}"
            return self._failed(work, UnreadableFileError(DEFECT.format(type(error).__name__), REPORT_IT), model, stack)

    def lost(self, work: Work) -> Done:
        """What to say of a scan that ended its workers."""
        return self._failed(work, LOST, self._model())

    def _model(self) -> Model:
        if self.version != __version__:
            raise WorkersError(f"a worker has oiscan {__version__}, not {self.version}: install the same everywhere")
        model = _loaded(self.settings.model)
        if model.sha256 != self.model_sha256:
            raise ModelError(f"a worker has another model '{self.settings.model}' than this: install the same there")
        return model

    def _scored(self, work: Work, model: Model) -> Done:
        report, file = score_job(work.job, work.source, self.settings, model)
        made = None if self.maker is None else self.maker(report, file)
        return Done(Scored.of(report, printed_in(file), self.shown), made)

    def _with_objects(self, work: Work, report: Report) -> Done:
        """The objects of a scan that was finished without, or with others."""
        assert self.maker is not None
        kept, file = Scored(report, PrintedFile()), None
        report = replace(report, notes=tuple(note for note in report.notes if note != NOT_SHOWN))
        with suppress(ScanError):  # as when it was scored: its report says so
            file = as_it_was(work.job, work.source)
            report = replace(report, scan=read_scan(file, self.settings))
        return Done(kept, self.maker(report, file))

    def _failed(self, work: Work, error: ScanError, model: Model, stack: str = "") -> Done:
        report = refused(error, work.job.scan_id, work.job.sha256, self.settings, model)
        made = None if self.maker is None else self.maker(report, None)
        return Done(Scored(report, PrintedFile()), made, stack)


@cache
def _loaded(name: str) -> Model:
    """A model, loaded once by each worker, which works on one thread."""
    import cv2

    cv2.setNumThreads(1)
    return Model.load(name)
