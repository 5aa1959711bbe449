"""``oiscan score``: files and folders in, a results folder out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from oiscan.anatomy import View
from oiscan.cli.progress import progress
from oiscan.errors import ConfigError, ScanError
from oiscan.report import Status
from oiscan.spine import StatedLevel
from oiscan.version import versions

if TYPE_CHECKING:
    from oiscan.archive.folder import DicomFolder
    from oiscan.batch import Job
    from oiscan.loaders.containers import Source
    from oiscan.loaders.printed import PrintedFile
    from oiscan.pipeline import Settings
    from oiscan.reports.densitometry import BoneOptions
    from oiscan.segmentation import Model


def score(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="IN...", help="Scan files, zip archives, and folders to search.")
    ],
    out: Annotated[Path, typer.Option(help="Results folder; results of an earlier run in it are replaced.")],
    view: Annotated[View | None, typer.Option(help="The view of all scans, whatever the files say.")] = None,
    spacing: Annotated[
        str | None, typer.Option(metavar="MM[,MM]", help="Pixel size of all scans: rows, columns.")
    ] = None,
    inverted: Annotated[
        bool | None, typer.Option("--inverted/--not-inverted", help="Whether bone is dark in all pictures.")
    ] = None,
    scale: Annotated[str, typer.Option(metavar="genant|paediatric|FILE.toml", help="Grading scale.")] = "genant",
    model: Annotated[str, typer.Option(metavar="NAME", help="Model to use: a name or a folder.")] = "default",
    lowest_level: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="What the lowest whole vertebra of all pictures is: L4.")
    ] = None,
    level_at: Annotated[
        str | None, typer.Option(metavar="ROW,COLUMN=LEVEL", help="What the vertebra at this place of the picture is.")
    ] = None,
    subjects: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own codes: a CSV file with patient_id,subject.")
    ] = None,
    printed: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Values the scanner printed: a CSV file, see the guide.")
    ] = None,
    reference: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Reference curves for Z-scores: a CSV file, see the guide.")
    ] = None,
    population: Annotated[
        str, typer.Option(metavar="NAME", help="Which population of the reference, where it has several.")
    ] = "",
    exclusions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Vertebrae not to count in bone density: a CSV file.")
    ] = None,
    strict_all_four: Annotated[
        bool, typer.Option("--strict-all-four", help="No total of the spine unless all of its vertebrae count.")
    ] = False,
    keep_identifiers: Annotated[
        bool, typer.Option("--keep-identifiers", help="Name source files and patients in scans.csv.")
    ] = False,
    allow_burned_in_text: Annotated[
        bool, typer.Option("--allow-burned-in-text", help="Show pictures into which text may be burnt, too.")
    ] = False,
    dicom: Annotated[
        bool, typer.Option("--dicom", help="Also write DICOM objects for an archive: segmentation, report, picture.")
    ] = False,
) -> None:
    """Score scans and write a results folder. Open its index.html first."""
    from oiscan.pipeline import Settings

    stated = StatedLevel.of(lowest_level, level_at_px(level_at))
    settings = Settings(view, spacing_mm(spacing), inverted, scale, model, stated)
    bone = bone_options(reference, population, exclusions, strict_all_four)
    run = score_folder(inputs, out, settings, subjects, keep_identifiers, allow_burned_in_text, printed, bone, dicom)
    typer.echo(run.summary)
    if run.failed:
        typer.echo("\n".join(["Failed (private/files.csv names the files):", *run.failed]), err=True)
        raise typer.Exit(1)


@dataclass(frozen=True)
class Run:
    """How a run ended, in words that identify nobody."""

    summary: str
    failed: tuple[str, ...]


def score_folder(
    inputs: Sequence[Path],
    out: Path,
    settings: Settings,
    subjects: Path | None = None,
    keep_identifiers: bool = False,
    allow_burned_in_text: bool = False,
    printed: Path | None = None,
    bone: BoneOptions | None = None,
    dicom: bool = False,
) -> Run:
    """Score all scans in `inputs` into the results folder `out`.

    Raises
    ------
    ConfigError, ModelError
        Before any scan is scored, when the run cannot begin.
    """
    from oiscan.batch import gather, score_jobs
    from oiscan.loaders.printed import read_user_values
    from oiscan.segmentation import Model
    from oiscan.store import ResultsFolder
    from oiscan.subjects import read_codes

    started, clock = datetime.now(UTC), time.monotonic()
    codes = {} if subjects is None else read_codes(subjects)
    user_values = () if printed is None else read_user_values(printed)
    files = _files(inputs, out)
    model = Model.load(settings.model)
    results = ResultsFolder(out, codes, keep_identifiers, allow_burned_in_text, user_values, bone)
    objects = _dicom_folder(out, codes, keep_identifiers, allow_burned_in_text) if dicom else None
    failed = []
    jobs = gather(files)
    with progress(len(jobs)) as advance:
        for job, report in score_jobs(jobs, settings, model):
            if objects is not None:  # first, so that a scan that is done has its objects
                objects.add(report, job.sources[0])
            results.add(report, job.sources, _printed_in(job))
            advance(report)
            failed += [f"  {report.scan_id}: {report.reason}"] if report.status is Status.FAILED else []
    told = {
        "keep_identifiers": keep_identifiers,
        "allow_burned_in_text": allow_burned_in_text,
        "dicom": dicom,
        **_bone_settings(bone),
    }
    results.finish(_provenance(settings, model, told, started, time.monotonic() - clock))
    summary = _summary(results.counts(), results.unused_exclusions)
    if objects is not None:
        summary += "\n" + objects.finish(job.scan_id for job in jobs)
    elif (out / "dicom").is_dir():
        from oiscan.archive.folder import forget_objects

        forget_objects(out)
    return Run(summary, tuple(failed))


def _dicom_folder(out: Path, codes: dict[str, str], keep_identifiers: bool, allow_burned_in_text: bool) -> DicomFolder:
    from oiscan.archive.folder import DicomFolder

    return DicomFolder(out, codes, keep_identifiers, allow_burned_in_text)


def bone_options(
    reference: Path | None = None, population: str = "", exclusions: Path | None = None, strict_all_four: bool = False
) -> BoneOptions:
    """What the user chose for bone density, files read; `ConfigError` where one cannot be used."""
    from oiscan.densitometry.exclusion_file import read_exclusions
    from oiscan.densitometry.reference_file import read_reference
    from oiscan.reports.densitometry import BoneOptions

    curves = None if reference is None else read_reference(reference)
    lines = () if exclusions is None else read_exclusions(exclusions)
    return BoneOptions(curves, population, lines, strict_all_four)


def _bone_settings(bone: BoneOptions | None) -> dict[str, Any]:
    """Of the choices for bone density what `run.json` says."""
    if bone is None:
        return {}
    reference = None if bone.reference is None else {"sha256": bone.reference.sha256, "source": bone.reference.source}
    return {
        "reference": reference,
        "population": bone.population,
        "exclusion_lines": len(bone.exclusions),
        "strict_all_four": bone.strict_all_four,
    }


def _printed_in(job: Job) -> PrintedFile:
    """What the scanner printed into a file; nothing where it cannot be read, as its report says."""
    from oiscan.loaders.printed import PrintedFile, read_printed_file

    try:
        return read_printed_file(job.sources[0])
    except ScanError:
        return PrintedFile()


def spacing_mm(text: str | None) -> tuple[float, float] | None:
    """(row, column) sizes from "0.25" or "0.25,0.3"."""
    if text is None:
        return None
    try:
        sizes = [float(part) for part in text.split(",")]
        row, column = sizes * 2 if len(sizes) == 1 else sizes
    except ValueError as error:
        raise ConfigError("--spacing takes one size in mm, or two as ROW,COLUMN: 0.25 or 0.25,0.3") from error
    return row, column


def level_at_px(text: str | None) -> tuple[float, float, str] | None:
    """(row, column, level) from "410,233=L3"."""
    if text is None:
        return None
    try:
        place, level = text.split("=")
        row, column = (float(part) for part in place.split(","))
    except ValueError as error:
        raise ConfigError("--level-at takes a place inside a vertebra and its level: 410,233=L3") from error
    return row, column, level.strip()


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


def _provenance(
    settings: Settings, model: Model, told: dict[str, Any], started: datetime, seconds: float
) -> dict[str, Any]:
    """What `run.json` says: enough to run it again, nothing of the patients and no path."""
    from oiscan.grading import scale_named

    return {
        "versions": versions(),
        "model": {"name": model.name, "sha256": model.sha256},
        "settings": {
            "view": settings.view,
            "spacing_mm": settings.spacing_mm,
            "inverted": settings.inverted,
            "scale": scale_named(settings.scale).name,
            "stated_level": None if settings.stated is None else asdict(settings.stated),
            **told,
        },
        "times": {"started": started.isoformat(timespec="seconds"), "seconds": round(seconds, 2)},
    }


def _summary(counts: dict[str, int], unused_exclusions: Sequence[int]) -> str:
    ended = ", ".join(f"{counts[status.value]} {status.value}" for status in Status)
    said = f"{counts['files']} files, {counts['scans']} scans: {ended}. Open index.html in the results folder."
    if not unused_exclusions:
        return said
    lines = ", ".join(map(str, unused_exclusions))
    return f"{said}\nLines of the exclusions file that meet no printed values: {lines}"
