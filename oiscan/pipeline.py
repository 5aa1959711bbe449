"""One scan in, one report out: read, segment, grade."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from oiscan.anatomy import View
from oiscan.densitometry.dual_energy.findings import with_bone
from oiscan.errors import (
    ConfigError,
    LevelError,
    NoImageError,
    ScanError,
    UnreadableFileError,
    UnsupportedScanError,
)
from oiscan.grading import Doubt, Scale, assess, burnt_out_levels, doubt_in, quality_notes, scale_named
from oiscan.loaders.containers import Held, Source, ZipMember
from oiscan.report import Report, Status, Verdict
from oiscan.scan import PixelSpacing, Scan
from oiscan.segmentation import segment
from oiscan.spine import Spine, StatedLevel
from oiscan.version import __version__

if TYPE_CHECKING:
    from oiscan.segmentation import Model

VIEW_UNKNOWN = "view unknown: give --view lateral or --view ap"
NOTHING_FOUND = "no vertebra found"
READER_FACING = "the landmarks stored in the file face the other way than oiscan finds the spine to: check before use"
NOTHING_SCORED = "no vertebra could be measured"


@dataclass(frozen=True)
class Settings:
    """What a user may choose for scoring, checked once built.

    Parameters
    ----------
    view, spacing_mm, inverted
        Overrule what the files say: the view, the pixel size in mm (one number, or row and column), and whether bone
        is dark in the stored picture.
    scale
        Name of the grading scale, or a file with a reader's own (see `oiscan.grading.scales`), or the scale itself.
    model
        Name of the model folder.
    stated
        What a reader says one vertebra of every scan is.

    Raises
    ------
    ConfigError
        When a value is impossible.
    """

    view: View | str | None = None
    spacing_mm: float | tuple[float, float] | None = None
    inverted: bool | None = None
    scale: str | Scale = "genant"
    model: str = "default"
    stated: StatedLevel | None = None

    def __post_init__(self) -> None:
        if self.view is not None and self.view not in tuple(View):
            raise ConfigError(f"no view is called '{self.view}': choose {' or '.join(View)}")
        scale_named(self.scale)
        if self.spacing_mm is not None:
            _check_spacing(self.spacing_mm)


def _check_spacing(spacing_mm: float | tuple[float, float]) -> None:
    try:
        PixelSpacing.from_user(spacing_mm)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{error}: state the pixel size in mm as ROW,COLUMN or as one number") from error


def read_scan(path: Source, settings: Settings) -> Scan:
    """The scan in a file, read with the user's settings; raises `ScanError` where there is none."""
    from oiscan import loaders

    view = None if settings.view is None else View(settings.view)
    return loaders.read(path, view=view, spacing_mm=settings.spacing_mm, inverted=settings.inverted)


def score_file(path: Source, settings: Settings, model: Model) -> Report:
    """Report on one file; a file that cannot be scored gets a report that says why.

    Raises
    ------
    UnreadableFileError
        Only when the file cannot be opened at all: without its bytes a scan has no name.
    """
    sha256 = file_sha256(path)
    try:
        return score_scan(read_scan(path, settings), model, settings.scale, settings.stated)
    except ScanError as error:
        return refused(error, sha256[:16], sha256, settings, model)


def score_scan(scan: Scan, model: Model, scale: str | Scale = "genant", stated: StatedLevel | None = None) -> Report:
    """Report on one scan: find the vertebrae, number, measure and grade them.

    A scan is scored when at least one vertebra could be measured, unreadable otherwise or where the level a reader
    stated cannot be, and unsupported where its view is not known or the model has not learnt it.
    """
    report, graded_on = _signed(_described(scan), model, scale), scale_named(scale)
    doubt = doubt_in(model.card) if model.calibrated else None
    if scan.view is None:
        return replace(report, status=Status.UNSUPPORTED, reason=VIEW_UNKNOWN)
    if scan.view not in model.views:
        return replace(report, status=Status.UNSUPPORTED, reason=f"the model knows no {scan.view} scans")
    try:
        return _judged(report, scan, segment(scan, model, stated), graded_on, doubt)
    except LevelError as error:
        return replace(report, reason=error.reason)


def refused(error: ScanError, scan_id: str, sha256: str, settings: Settings, model: Model) -> Report:
    """Report on a file that cannot be scored, with the reason."""
    return _signed(Report(scan_id, sha256, _status(error), error.reason), model, settings.scale)


def file_sha256(path: Source) -> str:
    """SHA-256 of the bytes of a file, or of a zip archive's member, as hexadecimal digits."""
    if isinstance(path, Held):
        return hashlib.sha256(path.data).hexdigest()
    if isinstance(path, ZipMember):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        cause = f"the file cannot be opened ({error.strerror})"
        raise UnreadableFileError(cause, "check that it exists and that you may read it", path) from error


def _status(error: ScanError) -> Status:
    """Wrong kinds of scan are unsupported; everything else that stops a scan is a failure."""
    return Status.UNSUPPORTED if isinstance(error, UnsupportedScanError | NoImageError) else Status.FAILED


def _signed(report: Report, model: Model, scale: str | Scale) -> Report:
    """The report with what made its numbers."""
    return replace(
        report,
        scale=scale_named(scale).name,
        model_name=model.name,
        model_sha256=model.sha256,
        program_version=__version__,
    )


def _described(scan: Scan) -> Report:
    """A report that says what the scan is and nothing yet of its spine."""
    spacing = scan.spacing
    return Report(
        scan_id=scan.scan_id,
        input_sha256=scan.sha256,
        status=Status.UNREADABLE,
        view=scan.view,
        rows=scan.stored.rows,
        columns=scan.stored.columns,
        spacing_mm=None if spacing is None else (spacing.row_mm, spacing.column_mm),
        spacing_source="" if spacing is None else spacing.source,
        age_years=scan.subject.age_years,
        age_precision=scan.subject.age_precision,
        sex=scan.subject.sex,
        maker=scan.acquisition.maker,
        model=scan.acquisition.model,
        software=scan.acquisition.software,
        protocol=scan.acquisition.protocol,
        notes=scan.notes,
        reader_vertebrae=scan.reader_landmarks,
        scan=scan,
    )


def _judged(report: Report, scan: Scan, spine: Spine, scale: Scale, doubt: Doubt | None) -> Report:
    """The report with the findings on a spine."""
    burnt_out = burnt_out_levels(scan, spine)
    band = None if doubt is None else doubt.at(scan.subject.age_years)
    findings = assess(spine, scan.relative_pixel_size, scan.spacing, scale, band, burnt_out)
    scored = any(finding.status is Verdict.SCORED for finding in findings)
    reason = "" if scored else NOTHING_SCORED if findings else NOTHING_FOUND
    numbering = spine.numbering
    return replace(
        with_bone(replace(report, findings=findings), scan, spine),
        status=Status.SCORED if scored else Status.UNREADABLE,
        reason=reason,
        anterior=spine.anterior,
        notes=report.notes + spine.notes + quality_notes(scan, spine, burnt_out) + _facing_note(scan, spine),
        numbering_anchor="" if numbering is None else numbering.anchor,
        numbering_probability=None if numbering is None else numbering.probability,
        numbering_alternatives=() if numbering is None else numbering.alternatives,
        numbering_variants=() if numbering is None else numbering.variants,
    )


def _facing_note(scan: Scan, spine: Spine) -> tuple[str, ...]:
    """A remark where the landmarks stored in the file face the other way than the picture does."""
    sides = {vertebra.anterior for vertebra in scan.reader_landmarks}
    return (READER_FACING,) if spine.anterior and sides - {spine.anterior} else ()
