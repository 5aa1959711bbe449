"""Every fault of a labelled set is found by its name, and a sound set has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from oiscan.anatomy import Level, View
from oiscan.errors import LabelError
from oiscan.labels import LabelledImage, LabelledVertebra
from oiscan.training.check_dataset import Problem, check_dataset, told
from tests.training.labelled_set import written

LEVELS = (Level.L1, Level.L2, Level.L3, Level.L4)


def body(top: float, view: View) -> np.ndarray:
    """30 wide and 20 high."""
    six = np.array([[0.0, 0], [1, 15], [0, 30], [20, 30], [19, 15], [20, 0]]) + [top, 40]
    return six if view is View.LATERAL else six[[0, 2, 3, 5]]


def sound(folder: Path, name: str = "a", view: View = View.LATERAL) -> LabelledImage:
    """Four bodies in a picture of 150 x 120 pixels."""
    noise = np.random.default_rng(len(name) * 1000 + ord(name[0])).integers(0, 255, (150, 120), np.uint8)
    cv2.imwrite(str(folder / f"{name}.png"), noise)
    vertebrae = tuple(LabelledVertebra(level, body(10 + 30 * k, view)) for k, level in enumerate(LEVELS))
    return LabelledImage(folder / f"{name}.png", view, vertebrae, (1.0, 1.0), f"person {name}", size_px=(150, 120))


def moved(image: LabelledImage, level: Level, change: Callable[[np.ndarray], np.ndarray]) -> LabelledImage:
    return replace(image, vertebrae=tuple(
        replace(one, landmarks_px=change(one.landmarks_px)) if one.level is level else one for one in image.vertebrae))


def problems(folder: Path, *images: LabelledImage) -> list[Problem]:
    return list(check_dataset(written(folder, images)).problems)


def only(folder: Path, *images: LabelledImage) -> Problem:
    (problem,) = problems(folder, *images)
    return problem


@pytest.mark.parametrize("view", View)
def test_a_sound_set_has_no_problem(tmp_path: Path, view: View) -> None:
    checked = check_dataset(written(tmp_path, [sound(tmp_path, "a", view), sound(tmp_path, "b", view)]))
    assert (checked.problems, checked.usable, len(checked.images)) == ((), True, 2)


def test_a_patient_facing_left_is_sound_too_and_so_are_corners_alone(tmp_path: Path) -> None:
    turned, corners = sound(tmp_path), sound(tmp_path, "b")
    for level in LEVELS:
        turned = moved(turned, level, lambda points: np.stack([points[:, 0], 119 - points[:, 1]], 1))
        corners = moved(corners, level, lambda points: np.where(np.isin(np.arange(6), (1, 4))[:, None], np.nan, points))
    assert problems(tmp_path, turned, corners) == []


FAULTS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], str, bool]] = {
    "crossed": (lambda points: points[[0, 1, 2, 5, 4, 3]], "crossed", True),
    "flat": (lambda points: points * [0, 1] + [80, 0], "crossed", True),
    "upside down": (lambda points: points[[3, 4, 5, 0, 1, 2]], "lies below", True),
    "back to front": (lambda points: points[[2, 1, 0, 5, 4, 3]], "exchanged", True),
    "outside": (lambda points: points + [0, 60], "outside", True),
    "middle": (lambda points: points + np.array([[0, 0], [0, 13], [0, 0], [0, 0], [0, 0], [0, 0]]), "middle", True),
    "broad": (lambda points: (points - points.mean(0)) * [1, 1.8] + points.mean(0), "as broad", False),
    "order": (lambda points: points - [55, 0], "lies above", True),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_impossible_landmarks_are_named_with_their_level(tmp_path: Path, fault: str) -> None:
    change, cause, serious = FAULTS[fault]
    problem = next(one for one in problems(tmp_path, moved(sound(tmp_path), Level.L3, change)) if cause in one.cause)
    assert (problem.picture, problem.level, problem.serious) == (1, Level.L3, serious)
    assert problem.remedy


def test_a_level_twice_and_a_body_in_the_place_of_another(tmp_path: Path) -> None:
    image = sound(tmp_path)
    twice = replace(image, vertebrae=(*image.vertebrae, image.vertebrae[0]))
    assert (only(tmp_path, twice).level, only(tmp_path, twice).cause) == (Level.L1, "labelled twice")
    lying = moved(image, Level.L4, lambda points: points - [28, 0])
    assert only(tmp_path, lying).cause == "it lies in the place of L3"


def test_files_that_are_no_pictures_or_of_another_size(tmp_path: Path) -> None:
    (tmp_path / "empty.png").write_bytes(b"")
    image = sound(tmp_path)
    assert only(tmp_path, replace(image, file=tmp_path / "empty.png")).serious
    assert only(tmp_path, replace(image, file=tmp_path / "nowhere.png")).picture == 1
    assert only(tmp_path, replace(image, size_px=(120, 150))).cause == "150 x 120 pixels, but labelled as 120 x 150"
    assert problems(tmp_path, replace(image, size_px=None)) == []


def test_the_same_picture_twice_and_a_subject_on_both_sides(tmp_path: Path) -> None:
    one, two = sound(tmp_path, "a"), sound(tmp_path, "b")
    again = only(tmp_path, one, replace(one, subject="somebody"))
    assert (again.picture, again.cause) == (2, "the same picture as number 1")
    leaked = only(tmp_path, two, replace(one, subject="p", split="train"), replace(sound(tmp_path, "c"), subject="p",
                                                                                 split="test"))
    assert (leaked.picture, "more than one part" in leaked.cause) == (2, True)


def test_what_only_costs_accuracy_is_a_warning(tmp_path: Path) -> None:
    unsized, empty = replace(sound(tmp_path), spacing_mm=None), replace(sound(tmp_path, "b"), vertebrae=())
    checked = check_dataset(written(tmp_path, [unsized, empty]))
    assert [(one.picture, one.serious) for one in checked.problems] == [(1, False), (2, False)]
    assert checked.usable


def test_a_set_without_pictures_or_without_labels(tmp_path: Path) -> None:
    assert only(tmp_path).picture is None
    with pytest.raises(LabelError):
        check_dataset(tmp_path / "nothing.json")


def test_a_problem_is_one_line() -> None:
    problem = Problem(3, Level.L2, "it is wrong", "mend it", False)
    assert told(problem, "picture {}".format) == "warning: picture 3, L2, it is wrong; mend it"
    assert told(Problem(None, None, "no picture", "label"), str) == "error: no picture; label"
