"""``oiscan export-labels``: what readers marked, on the scanner or in `oiscan review`, as labels for training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from oiscan.errors import ConfigError, ScanError

if TYPE_CHECKING:
    from oiscan.labels import LabelledImage
    from oiscan.scan import Scan
    from oiscan.subjects import SubjectCodes

LABELS, PICTURES, PRIVATE, KEY_FILE = "labels.json", "images", "private", "subject_key"
NO_SCAN = "no scan that can be read"
UNMARKED = "no landmarks in the file"
MAY_HOLD_TEXT = "text may be burnt in (--allow-burned-in-text takes them)"


def export_labels(
    inputs: Annotated[
        list[Path],
        typer.Argument(metavar="IN...", help="A results folder that was read, or scan files, archives and folders."),
    ],
    out: Annotated[Path, typer.Option("--to", "--out", help="Folder for labels.json and a copy of every picture.")],
    reader: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose readings, where several readers read one scan.")
    ] = None,
    scans: Annotated[
        list[Path] | None, typer.Option(metavar="IN", help="Where scans that were read are now, if they were moved.")
    ] = None,
    allow_burned_in_text: Annotated[
        bool, typer.Option("--allow-burned-in-text", help="Take pictures into which text may be burnt, too.")
    ] = False,
) -> None:
    """Write landmarks that readers set as COCO labels: those accepted in oiscan review, or set on the scanner.

    Check those from the scanner on the overlays of `oiscan score` first: no real file with such landmarks could be
    tried.
    """
    if len(inputs) == 1 and (inputs[0] / "run.json").is_file():
        images, passed_over = export_read(inputs[0], out, reader, scans or (), allow_burned_in_text)
    else:
        images, passed_over = export(inputs, out, allow_burned_in_text)
    told = [f"{why}: {number} passed over" for why, number in sorted(passed_over.items())]
    if not images:
        raise ConfigError("; ".join(["no picture with a reader's landmarks to export", *told]))
    vertebrae = sum(len(image.vertebrae) for image in images)
    typer.echo("\n".join([f"{len(images)} pictures with {vertebrae} vertebrae in {LABELS}", *told]))


def export_read(
    folder: Path, out: Path, reader: str | None, scans: Sequence[Path], allow_burned_in_text: bool
) -> tuple[list[LabelledImage], Counter[str]]:
    """Write what readers accepted in `oiscan review`; returns as `export` does."""
    from oiscan.review import labels
    from oiscan.review.cases import Results
    from oiscan.review.pictures import Pictures
    from oiscan.review.readings import FILE, Readings

    results = Results(folder)
    rows = Readings(results.private / FILE).all_rows()
    return labels.export_labels(results, rows, Pictures(results, scans, allow_burned_in_text), out, reader)


def export(
    inputs: Sequence[Path], out: Path, allow_burned_in_text: bool = False
) -> tuple[list[LabelledImage], Counter[str]]:
    """Write `labels.json`, `images/<scan_id>.png` and the private subject key into `out`.

    Returns
    -------
    tuple
        The labelled pictures, and how many files were passed over, by reason.
    """
    from oiscan.batch import gather
    from oiscan.labels import LabelSet, write_labels
    from oiscan.loaders import find_files, read

    images: list[LabelledImage] = []
    passed_over: Counter[str] = Counter()
    for job in gather(find_files(inputs)):
        try:
            scan = read(job.sources[0])
        except ScanError:
            passed_over[NO_SCAN] += 1
            continue
        if why := _unfit(scan, allow_burned_in_text):
            passed_over[why] += 1
        else:
            images.append(_written(scan, out, _codes(out)))
    if images:
        write_labels(LabelSet(images), out / LABELS)
    return images, passed_over


def _unfit(scan: Scan, allow_burned_in_text: bool) -> str:
    if not scan.reader_landmarks:
        return UNMARKED
    return MAY_HOLD_TEXT if scan.may_hold_text and not allow_burned_in_text else ""


def _codes(out: Path) -> SubjectCodes:
    """Codes by the folder's own key, so that one person's pictures stay together when a set is split."""
    from oiscan.subjects import SubjectCodes, subject_key

    for name in (PICTURES, PRIVATE):
        (out / name).mkdir(parents=True, exist_ok=True)
    (out / PRIVATE).chmod(0o700)
    return SubjectCodes(subject_key(out / PRIVATE / KEY_FILE))


def _written(scan: Scan, out: Path, codes: SubjectCodes) -> LabelledImage:
    """Write the picture, and label it in its own frame: cranial up, as the copy shows it."""
    from oiscan.anatomy import View
    from oiscan.labels import LabelledImage, LabelledVertebra
    from oiscan.reports.picture import plain_png
    from oiscan.store import write_whole

    file = out / PICTURES / f"{scan.scan_id}.png"
    write_whole(file, plain_png(scan))
    vertebrae = tuple(
        LabelledVertebra(marked.level, scan.stored.from_stored(marked.landmarks_px)) for marked in scan.reader_landmarks
    )
    spacing = None if scan.spacing is None else (scan.spacing.row_mm, scan.spacing.column_mm)
    subject = codes.code(scan.identity.patient_id, scan.scan_id, scan.identity.issuer)
    return LabelledImage(file, scan.view or View.LATERAL, vertebrae, spacing, subject)
