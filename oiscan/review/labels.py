"""Readers' accepted sheets as a labelled set for training and evaluation, with where each label comes from."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import numpy as np

from oiscan.errors import ConfigError, ReadingError
from oiscan.labels import LabelledImage, LabelledVertebra, LabelSet, write_labels
from oiscan.reports.cells import defused
from oiscan.reports.picture import plain_png
from oiscan.review.audit import Row, sheet_of
from oiscan.review.cases import Results
from oiscan.review.pictures import MAY_HOLD_TEXT, Pictures
from oiscan.review.sheet import BY_READER, Sheet
from oiscan.scan import Scan
from oiscan.store import write_whole

LABELS, PICTURES, PROVENANCE = "labels.json", "images", "provenance.csv"
TRAIN, HELD_BACK = "train", "held_back"
HELD_BACK_SHARE = 0.2
COLUMNS = (
    "file_name", "scan_id", "subject", "split", "reader", "accepted_utc", "strokes", "blinded", "began_from",
    "vertebrae", "placed_by_reader", "model_sha256", "program_version",
)  # fmt: skip
"""Of `provenance.csv`: one row a picture. `placed_by_reader` of its vertebrae have points a reader placed; the others
are the model's, as the reader accepted them."""


@dataclass(frozen=True)
class Accepted:
    """A sheet a reader accepted, and the rows it adds up from."""

    sheet: Sheet
    rows: Sequence[Row]

    @property
    def last(self) -> Row:
        """The row that accepted it."""
        return self.rows[-1]


def export_labels(
    results: Results, rows: Iterable[Row], pictures: Pictures, out: Path, reader: str | None = None
) -> tuple[list[LabelledImage], Counter[str]]:
    """Write `labels.json`, `images/<scan_id>.png` and `provenance.csv` into `out`.

    Every subject stands in one part of the split, and in the same one whenever the folder is exported again: a fifth,
    chosen by the folder's secret key, is held back from training.

    Parameters
    ----------
    results, rows, pictures
        Of the folder that was read.
    out
        Made where it does not exist.
    reader
        Whose sheets; None takes all, as long as no two readers accepted the same scan.

    Returns
    -------
    tuple
        The labelled pictures, and how many sheets were passed over, by reason.

    Raises
    ------
    ConfigError
        Two readers accepted the same scan, and none of them was chosen.
    """
    accepted, passed_over = _accepted(rows, reader), Counter[str]()
    for scan_id in accepted.keys() - results.people.keys():  # the folder was scored again with other scans
        del accepted[scan_id]
        passed_over["no longer in the results folder"] += 1
    (out / PICTURES).mkdir(parents=True, exist_ok=True)
    held_back = _held_back(results, accepted)
    images: dict[str, LabelledImage] = {}
    for scan_id, one in accepted.items():
        try:
            image = _written(pictures.allowed_scan(scan_id), one.sheet, out)
        except ReadingError as error:
            passed_over["text may be burnt in" if str(error) == MAY_HOLD_TEXT else "the scan's file is gone"] += 1
            continue
        subject, _ = results.people[scan_id]
        images[scan_id] = replace(image, subject=subject, split=HELD_BACK if subject in held_back else TRAIN)
    if images:
        write_labels(LabelSet(list(images.values())), out / LABELS)
        write_whole(out / PROVENANCE, _provenance(images, accepted))
    return list(images.values()), passed_over


def _accepted(rows: Iterable[Row], reader: str | None) -> dict[str, Accepted]:
    accepted: dict[str, Accepted] = {}
    for (name, scan_id), some in groupby(rows, key=lambda row: (row.reader, row.scan_id)):
        listed = list(some)
        one = Accepted(sheet_of(listed), listed)
        if not one.sheet.accepted or reader not in (None, name):
            continue
        if scan_id in accepted:
            names = " and ".join(sorted((name, accepted[scan_id].last.reader)))
            raise ConfigError(f"{names} accepted the same scan: choose whose labels to export (--reader)")
        accepted[scan_id] = one
    return dict(sorted(accepted.items()))


def _held_back(results: Results, accepted: Iterable[str]) -> set[str]:
    """Subjects to hold back: a fifth of all there may ever be, and at least one where there are two."""
    subjects = {results.people[scan_id][0] for scan_id in accepted}
    place = {one: int.from_bytes(results.keyed.digest("held back", one)[:4], "big") / 2**32 for one in subjects}
    chosen = {one for one in subjects if place[one] < HELD_BACK_SHARE}
    if len(subjects) > 1 and len(chosen) in (0, len(subjects)):
        return {min(subjects, key=place.__getitem__)}
    return chosen


def _written(scan: Scan, sheet: Sheet, out: Path) -> LabelledImage:
    """Write the picture, and label it in its own frame: cranial up, as the copy shows it."""
    file = out / PICTURES / f"{scan.scan_id}.png"
    write_whole(file, plain_png(scan))
    vertebrae = tuple(
        LabelledVertebra(mark.level, scan.stored.from_stored(np.array(mark.landmarks_px)), mark.readable, mark.reason)
        for mark in sheet.marks
    )
    frame = sheet.frame
    size = (frame.rows, frame.columns)
    return LabelledImage(file, frame.view, vertebrae, frame.spacing_mm, age_years=frame.age_years, size_px=size)


def _provenance(images: Mapping[str, LabelledImage], accepted: Mapping[str, Accepted]) -> str:
    text = io.StringIO()
    lines = [_line(scan_id, image, accepted[scan_id]) for scan_id, image in images.items()]
    csv.writer(text, lineterminator="\n").writerows([COLUMNS, *lines])
    return text.getvalue()


def _line(scan_id: str, image: LabelledImage, one: Accepted) -> tuple[object, ...]:
    last, marks = one.last, one.sheet.marks
    return (
        f"{PICTURES}/{image.file.name}",
        scan_id,
        defused(image.subject),
        image.split,
        defused(last.reader),
        last.time_utc,
        last.version,
        last.blinded,
        "model" if last.model_sha256 else "none",
        len(marks),
        sum(mark.source == BY_READER for mark in marks),
        last.model_sha256,
        last.program_version,
    )
