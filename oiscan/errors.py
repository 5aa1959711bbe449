"""Every error oiscan raises on purpose.

::

    OiscanError
    ├── ScanError             one input file; says which, what is wrong, what to do
    │   ├── UnreadableFileError   not a scan file at all, truncated, or pixels that cannot be decoded
    │   ├── NoImageError          a DICOM object without a picture (report, presentation state, PDF)
    │   ├── UnsupportedScanError  a picture, but not a spine scan oiscan can score
    │   ├── LevelError            a level the reader stated that this scan cannot have
    │   └── HeldBackError         a file that must not leave without a human having looked at it
    ├── ModelError            a model folder that is missing, incomplete or altered
    ├── LabelError            a label file or dataset that cannot be used
    ├── ComparisonError       two measurements that must not be compared
    ├── ReadingError          a reader's change that cannot be made
    │   └── ConflictError         the scan was changed elsewhere since the reader looked at it
    ├── AnalysisError         a statistical comparison that the values at hand do not allow
    ├── NodeError             a DICOM node that cannot be reached, refuses, or stops answering
    ├── StoreError            a results folder that is in use, cannot be written, or holds no run
    ├── WorkersError          worker processes that cannot be started, or a cluster that is out of reach
    └── ConfigError           a setting that does not exist or has an impossible value

Code catches these and nothing else, so that a bug shows its stack. The one exception is a run over many scans
(`oiscan.cli.task`): there a bug shows its stack and costs one scan, not those that come after it.
"""

from __future__ import annotations

from pathlib import Path


class OiscanError(Exception):
    """Root of all errors oiscan raises on purpose."""


class ScanError(OiscanError):
    """Something is wrong with one input file.

    Parameters
    ----------
    cause
        What is wrong, as a clause a reader understands without the code.
    remedy
        What the user can do about it; may be empty.
    path
        The file, where there is one. Only its name is shown: folder names may identify a patient.
        Reports and tables use `reason`, which never holds the path.
    """

    def __init__(self, cause: str, remedy: str = "", path: str | Path | None = None) -> None:
        self.cause = cause
        self.remedy = remedy
        self.path = None if path is None else Path(path)
        super().__init__(cause, remedy, path)

    @property
    def reason(self) -> str:
        """Cause and remedy in one line, without the file's name."""
        return f"{self.cause}; {self.remedy}" if self.remedy else self.cause

    def __str__(self) -> str:
        return f"{self.path.name}: {self.reason}" if self.path is not None else self.reason


class UnreadableFileError(ScanError):
    """The file is no scan, is cut short, or its pixels cannot be decoded."""


class NoImageError(ScanError):
    """A DICOM object that holds no picture."""


class UnsupportedScanError(ScanError):
    """A picture that is not a spine scan oiscan can score."""


class LevelError(ScanError):
    """A level the reader stated that this scan cannot have."""


class HeldBackError(ScanError):
    """A file that may identify somebody, and must not leave without a human having looked at it."""


class ModelError(OiscanError):
    """A model folder that is missing, incomplete or altered."""


class LabelError(OiscanError):
    """A label file or dataset that cannot be used."""


class ComparisonError(OiscanError):
    """Two measurements that must not be compared, such as totals over different vertebrae."""


class ReadingError(OiscanError):
    """A reader's change that cannot be made."""


class ConflictError(ReadingError):
    """A change to a scan that was changed elsewhere since the reader looked at it."""


class AnalysisError(OiscanError):
    """A statistical comparison that the values at hand do not allow: too few, doubled, or a fit that did not end."""


class NodeError(OiscanError):
    """A DICOM node that cannot be reached, refuses to talk, or stops answering."""


class StoreError(OiscanError):
    """A results folder that is in use, cannot be written, or holds no run."""


class WorkersError(OiscanError):
    """Worker processes that cannot be started, or a Dask cluster that is out of reach or has another oiscan."""


class ConfigError(OiscanError):
    """A setting that does not exist or has an impossible value."""
