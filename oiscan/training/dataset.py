"""A user's labelled pictures: where they are, and which of them are held back to measure on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from oiscan.anatomy import COLUMN, View
from oiscan.errors import LabelError
from oiscan.labels import LabelledImage, LabelledVertebra, read_labels
from oiscan.segmentation.refiner import CORNERS

LABEL_FILE = "labels.json"
TRAIN = "train"
"""The name of the part that is trained on, where the label file itself names parts."""


@dataclass(frozen=True)
class Dataset:
    """Labelled pictures in two parts that share no subject.

    Parameters
    ----------
    train, held_back
        Pictures with a vertebra to learn from, in the file's order.
    sha256
        Over the label file and the pictures of both parts: names the data in a card without naming a file.
    """

    train: tuple[LabelledImage, ...]
    held_back: tuple[LabelledImage, ...]
    sha256: str

    def of(self, view: View) -> tuple[tuple[LabelledImage, ...], tuple[LabelledImage, ...]]:
        """The pictures of one view: those to train on, and those held back."""
        train, held_back = (tuple(one for one in part if one.view is view) for part in (self.train, self.held_back))
        return train, held_back


def label_file(data: Path) -> Path:
    """The label file itself, or `labels.json`, or the only JSON file of a folder.

    Raises
    ------
    LabelError
        There is none, or there are several and none is called `labels.json`.
    """
    if not data.is_dir():
        return data
    if (data / LABEL_FILE).is_file():
        return data / LABEL_FILE
    files = sorted(data.glob("*.json"))
    if len(files) != 1:
        raise LabelError(f"the folder of the data holds no {LABEL_FILE} but {len(files)} JSON files: name one")
    return files[0]


def read_dataset(data: Path, held_back: float, seed: int) -> Dataset:
    """Read a label file and hold a share of its subjects back.

    Parameters
    ----------
    data
        Label file, or the folder it lies in.
    held_back
        Share of the subjects, from 0 to below 1; at least one where it is above 0. A file that puts its pictures in
        parts itself (`split`) is taken at its word.
    seed
        Which subjects.

    Raises
    ------
    LabelError
        No such file, nothing in it to learn from, too few subjects to hold one back, or one subject in both parts.
    """
    file = label_file(data)
    images = [image for image in read_labels(file).images if any(map(learnable, image.vertebrae))]
    if not images:
        raise LabelError(f"{file.name} labels no vertebra from T1 to L5 with all four corners: nothing to learn from")
    train, rest = _stated_parts(images) if any(one.split for one in images) else _drawn_parts(images, held_back, seed)
    if not train:
        raise LabelError(f"{file.name} leaves no picture to train on: its split names none '{TRAIN}'")
    return Dataset(tuple(train), tuple(rest), _sha256(file, images))


def not_trained_on(file: Path, cards: Sequence[Mapping[str, Any]]) -> list[LabelledImage]:
    """The pictures of a label file that some models can be measured on, as far as the file and their cards tell.

    Left out are those the file itself puts in the part to train on, and those one of the models, or the one it began
    with, drew from this very data to train on.
    """
    images = read_labels(file).images
    if any(one.split for one in images):
        return [one for one in images if one.split != TRAIN]
    trainings = [card.get(name, {}) for card in cards for name in ("training", "initial_training")]
    learnt = {one.file for training in trainings for one in _learnt(file, images, training)}
    return [one for one in images if one.file not in learnt]


def _learnt(file: Path, images: Sequence[LabelledImage], training: Mapping[str, Any]) -> list[LabelledImage]:
    """The pictures of a label file that a training drew; none if it was a training on other data."""
    usable = [one for one in images if any(map(learnable, one.vertebrae))]
    if not training.get("data_sha256") or training["data_sha256"] != _sha256(file, usable):
        return []
    settings = next(iter(training["settings"].values()))  # all views drew alike
    return _drawn_parts(usable, settings["held_back"], settings["seed"])[0]


def learnable(vertebra: LabelledVertebra) -> bool:
    """Whether a vertebra has a place in the networks' column, T1 to L5, and all four corners."""
    view = View.AP if len(vertebra.landmarks_px) == len(CORNERS[View.AP]) else View.LATERAL
    return vertebra.level in COLUMN and bool(np.isfinite(vertebra.landmarks_px[list(CORNERS[view])]).all())


def subject_of(images: Sequence[LabelledImage], number: int) -> str:
    """Whom a picture shows; one without a subject shows a person of its own."""
    return images[number].subject or f"picture {number + 1}"


def on_both_sides(images: Sequence[LabelledImage]) -> list[str]:
    """Subjects whose pictures the label file puts in more than one part."""
    parts: dict[str, set[str]] = {}
    for number, image in enumerate(images):
        parts.setdefault(subject_of(images, number), set()).add(image.split)
    return sorted(subject for subject, names in parts.items() if len(names) > 1)


def _stated_parts(images: list[LabelledImage]) -> tuple[list[LabelledImage], list[LabelledImage]]:
    if on_both_sides(images):
        raise LabelError("the label file puts a subject in more than one part of the split: run oiscan check-dataset")
    return [one for one in images if one.split == TRAIN], [one for one in images if one.split != TRAIN]


def _drawn_parts(
    images: list[LabelledImage], share: float, seed: int
) -> tuple[list[LabelledImage], list[LabelledImage]]:
    whose = [subject_of(images, number) for number in range(len(images))]
    subjects = sorted(set(whose))
    count = max(1, round(share * len(subjects))) if share else 0
    if count >= len(subjects):
        raise LabelError(f"{len(subjects)} subjects are too few to hold back {count}: label more, or set held_back=0")
    chosen = {subjects[i] for i in np.random.default_rng(seed).permutation(len(subjects))[:count]}
    pairs = list(zip(images, whose, strict=True))
    return [one for one, who in pairs if who not in chosen], [one for one, who in pairs if who in chosen]


def _sha256(file: Path, images: Sequence[LabelledImage]) -> str:
    """Hash of the hashes; a picture that cannot be read says so when it is loaded."""
    files = [file, *(image.file for image in images)]
    whole = [hashlib.sha256(one.read_bytes() if one.is_file() else b"").hexdigest() for one in files]
    return hashlib.sha256("\n".join(whole).encode()).hexdigest()
