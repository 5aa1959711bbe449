"""Which pictures are trained on: split by subject, the same for a seed, and never a subject on both sides."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from oiscan.anatomy import Level, View
from oiscan.errors import LabelError
from oiscan.labels import LabelledImage, LabelledVertebra
from oiscan.training.dataset import label_file, not_trained_on, read_dataset
from tests.training.labelled_set import written

QUAD = np.array([[10.0, 10], [10, 30], [30, 30], [30, 10]])


def ap(folder: Path, name: str, subject: str = "", split: str = "", level: Level = Level.L1) -> LabelledImage:
    return LabelledImage(
        folder / f"{name}.png", View.AP, (LabelledVertebra(level, QUAD),), subject=subject, split=split
    )


def names(images: tuple[LabelledImage, ...]) -> list[str]:
    return [image.file.stem for image in images]


def ten(folder: Path) -> list[LabelledImage]:
    """Ten pictures of five people, and two whose people are unknown."""
    known = [ap(folder, f"{person}{n}", person) for person in "abcde" for n in (1, 2)]
    return [*known, ap(folder, "x"), ap(folder, "y")]


def test_people_are_held_back_whole_and_by_their_share(tmp_path: Path) -> None:
    data = read_dataset(written(tmp_path, ten(tmp_path)), 0.4, 3)
    assert sorted(names(data.train) + names(data.held_back)) == sorted(names(tuple(ten(tmp_path))))
    people = [{name[0] for name in names(part)} for part in (data.train, data.held_back)]
    assert not people[0] & people[1]
    assert len(people[1]) == 3  # 0.4 of seven


def test_the_seed_says_who(tmp_path: Path) -> None:
    file = written(tmp_path, ten(tmp_path))
    one, same = (read_dataset(file, 0.4, 3) for _ in range(2))
    assert names(one.held_back) == names(same.held_back)
    assert len({tuple(names(read_dataset(file, 0.4, seed).held_back)) for seed in range(6)}) > 2


def test_a_split_the_file_names_is_kept(tmp_path: Path) -> None:
    images = [ap(tmp_path, "a", "p", "train"), ap(tmp_path, "b", "q", "val"), ap(tmp_path, "c", "r", "test")]
    data = read_dataset(written(tmp_path, images), 0.9, 0)
    assert (names(data.train), names(data.held_back)) == (["a"], ["b", "c"])
    with pytest.raises(LabelError, match="more than one part"):
        read_dataset(written(tmp_path, [*images, ap(tmp_path, "d", "p", "val")]), 0.2, 0)
    with pytest.raises(LabelError, match="no picture to train on"):
        read_dataset(written(tmp_path, images[1:]), 0.2, 0)


def test_nothing_is_held_back_when_nothing_shall_be_and_one_person_is_too_few(tmp_path: Path) -> None:
    file = written(tmp_path, [ap(tmp_path, "a"), ap(tmp_path, "b")])
    assert read_dataset(file, 0.0, 0).held_back == ()
    assert len(read_dataset(file, 0.01, 0).held_back) == 1
    with pytest.raises(LabelError, match="too few"):
        read_dataset(written(tmp_path, [ap(tmp_path, "a", "p"), ap(tmp_path, "b", "p")]), 0.2, 0)


def test_pictures_without_a_whole_vertebra_of_the_column_are_left_out(tmp_path: Path) -> None:
    file = written(tmp_path, [ap(tmp_path, "a"), ap(tmp_path, "b"), ap(tmp_path, "c", level=Level.T13)])
    assert names(read_dataset(file, 0.0, 0).train) == ["a", "b"]
    cut = LabelledVertebra(Level.L1, np.where(np.arange(8).reshape(4, 2) < 2, np.nan, QUAD))
    with pytest.raises(LabelError, match="nothing to learn from"):
        read_dataset(written(tmp_path, [replace(ap(tmp_path, "a"), vertebrae=(cut,))]), 0.0, 0)


def test_the_hash_changes_with_a_label_and_with_a_pixel(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"one")
    file = written(tmp_path, [ap(tmp_path, "a"), ap(tmp_path, "b")])
    first = read_dataset(file, 0.0, 0).sha256
    (tmp_path / "a.png").write_bytes(b"two")
    second = read_dataset(file, 0.0, 0).sha256
    third = read_dataset(written(tmp_path, [ap(tmp_path, "a", "p"), ap(tmp_path, "b")]), 0.0, 0).sha256
    assert len({first, second, third}) == 3


def test_a_folder_stands_for_its_label_file(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"labels\.json"):
        label_file(tmp_path)
    (tmp_path / "ours.json").touch()
    assert label_file(tmp_path) == tmp_path / "ours.json"
    (tmp_path / "other.json").touch()
    with pytest.raises(LabelError, match="2 JSON files"):
        label_file(tmp_path)
    (tmp_path / "labels.json").touch()
    assert label_file(tmp_path) == tmp_path / "labels.json" == label_file(tmp_path / "labels.json")


def card(file: Path, seed: int = 3, held_back: float = 0.4) -> dict[str, object]:
    """Of a model trained on a label file."""
    settings = {"lateral": {"seed": seed, "held_back": held_back}}
    return {"training": {"data_sha256": read_dataset(file, held_back, seed).sha256, "settings": settings}}


def test_a_model_is_not_measured_on_what_it_was_trained_on(tmp_path: Path) -> None:
    file = written(tmp_path, ten(tmp_path))
    mine, begun = card(file), {"training": {"data": "simulated"}, "initial_training": card(file, 5)["training"]}
    held_back, others = (set(names(read_dataset(file, 0.4, seed).held_back)) for seed in (3, 5))
    assert held_back != others
    assert set(names(tuple(not_trained_on(file, [mine])))) == held_back
    assert set(names(tuple(not_trained_on(file, [mine, begun])))) == held_back & others
    assert len(not_trained_on(file, [begun | {"initial_training": {}}])) == 12  # trained on something else


def test_pictures_to_train_on_by_the_file_itself_are_not_measured_on(tmp_path: Path) -> None:
    images = [ap(tmp_path, "a", "p", "train"), ap(tmp_path, "b", "q", "held_back")]
    assert names(tuple(not_trained_on(written(tmp_path, images), []))) == ["b"]
