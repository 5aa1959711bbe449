"""Spine scans in, vertebra-level findings out. Research software, not a medical device.

Quick start::

    import oiscan

    report = oiscan.score("scan.dcm")
    report                       # in a notebook: the picture beside the table
    report.to_frame()            # one row per vertebra
    report.plot()                # needs the extra `plot`

    scan = oiscan.read("picture.png", view="lateral", spacing_mm=(0.25, 0.25))
    report = oiscan.score(scan)

Importing this package loads none of the heavy libraries; they come with the first call that needs them.
A folder of scans is better scored by the command ``oiscan score FOLDER --out RESULTS``.
"""

# No `from __future__ import annotations` here: it would leave a public name behind.
from pathlib import Path as _Path

from oiscan.anatomy import Level, View
from oiscan.errors import (
    ConfigError,
    LabelError,
    ModelError,
    NoImageError,
    OiscanError,
    ScanError,
    UnreadableFileError,
    UnsupportedScanError,
)
from oiscan.report import Finding, Report, Status, Verdict
from oiscan.scan import PixelSpacing, ReaderVertebra, Scan, StoredFrame, Subject
from oiscan.spine import Evidence, Numbering, Spine, StatedLevel, Vertebra
from oiscan.version import __version__ as __version__

__all__ = [
    "ConfigError",
    "Evidence",
    "Finding",
    "LabelError",
    "Level",
    "ModelError",
    "NoImageError",
    "Numbering",
    "OiscanError",
    "PixelSpacing",
    "ReaderVertebra",
    "Report",
    "Scan",
    "ScanError",
    "Spine",
    "StatedLevel",
    "Status",
    "StoredFrame",
    "Subject",
    "UnreadableFileError",
    "UnsupportedScanError",
    "Verdict",
    "Vertebra",
    "View",
    "read",
    "read_energies",
    "score",
]


def read(
    path: str | _Path,
    *,
    view: View | str | None = None,
    spacing_mm: float | tuple[float, float] | None = None,
    inverted: bool | None = None,
) -> Scan:
    """Read one scan file: DICOM, PNG, TIFF or JPEG.

    Parameters
    ----------
    path
        The file.
    view
        "lateral" or "ap", where the file does not say; it overrules the file.
    spacing_mm
        Pixel size in mm, one number or (row, column), where the file does not say; it overrules the file.
    inverted
        True where bone is dark in the stored picture, False where it is bright; None lets the loader decide.

    Returns
    -------
    Scan
        Bone bright and cranial up, whatever the file said.

    Raises
    ------
    UnreadableFileError, NoImageError, UnsupportedScanError
        Which of them tells what is wrong with the file.
    ConfigError
        The view or the spacing is impossible.
    """
    from oiscan import pipeline

    return pipeline.read_scan(_Path(path), pipeline.Settings(view=view, spacing_mm=spacing_mm, inverted=inverted))


def read_energies(
    low: str | _Path, high: str | _Path, *, spacing_mm: float | tuple[float, float] | None = None
) -> Scan:
    """Read one AP scan from two files, one an X-ray energy, in oiscan's own simulated layout.

    A single file that holds both energies is read by `read`; arrays become a scan by `Scan.from_energies`. Only such
    scans have an areal bone density of oiscan's own, and that is research.

    Parameters
    ----------
    low, high
        The files.
    spacing_mm
        As for `read`.

    Raises
    ------
    UnreadableFileError, NoImageError, UnsupportedScanError
        Which of them tells what is wrong with the files.
    ConfigError
        The spacing is impossible.
    """
    from oiscan import loaders

    return loaders.read_energies(low, high, spacing_mm=spacing_mm)


def score(
    scan: Scan | str | _Path,
    *,
    view: View | str | None = None,
    spacing_mm: float | tuple[float, float] | None = None,
    inverted: bool | None = None,
    model: str = "default",
    scale: str = "genant",
    lowest_level: Level | str | None = None,
    level_at: tuple[float, float, Level | str] | None = None,
) -> Report:
    """Find, measure and grade the vertebrae of one scan.

    Parameters
    ----------
    scan
        A file, or a scan that `read` or `Scan` gave.
    view, spacing_mm, inverted
        As for `read`; only with a file.
    model
        Name of a model folder.
    scale
        Name of a grading scale: "genant" or "paediatric".
    lowest_level
        What you say the lowest whole vertebra of the picture is, such as "L4": all names then follow from that.
    level_at
        The same for another vertebra: (row, column, level) with a place inside it in the stored image.

    Returns
    -------
    Report
        With a status and a reason where the scan could not be scored. It carries the scan, so that it can plot itself.

    Raises
    ------
    UnreadableFileError
        The file cannot be opened at all.
    ModelError, ConfigError
        The model, the scale or the level does not exist, or reading options were given with a scan that is read
        already.
    """
    from oiscan import pipeline
    from oiscan.segmentation import Model

    stated = StatedLevel.of(lowest_level, level_at)
    settings = pipeline.Settings(view, spacing_mm, inverted, scale, model, stated)
    loaded = Model.load(model)
    if not isinstance(scan, Scan):
        return pipeline.score_file(_Path(scan), settings, loaded)
    if (view, spacing_mm, inverted) != (None, None, None):
        raise ConfigError("view, spacing_mm and inverted belong to reading: give them to oiscan.read")
    return pipeline.score_scan(scan, loaded, scale, stated)
