"""The label format of training and evaluation: COCO keypoints, one category a level.

Every image may carry `view`, `spacing_mm` (row, column), `subject`, `hardware`, `age_years`, `look` and `split`; every
annotation `readable`, `reason` and COCO's `segmentation`: the outline as polygons of x, y (run-length masks are not
read). Keypoints are x, y, visibility, in the order of `oiscan.anatomy.LANDMARKS`; visibility 0 means not labelled.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from oiscan.anatomy import LANDMARKS, Level, View
from oiscan.errors import LabelError
from oiscan.scan import FloatArray


@dataclass(frozen=True)
class LabelledVertebra:
    """One labelled vertebra.

    Parameters
    ----------
    level
        Its name.
    landmarks_px
        (k, 2) as (row, column), NaN where not labelled.
    readable, reason
        Whether it can be measured, and why not.
    outline_px
        (m, 2) as (row, column): closed outline; m = 0 where there is none.
    """

    level: Level
    landmarks_px: FloatArray
    readable: bool = True
    reason: str = ""
    outline_px: FloatArray = field(default_factory=lambda: np.zeros((0, 2)))


@dataclass(frozen=True)
class LabelledImage:
    """One labelled picture.

    Parameters
    ----------
    file
        Found beside the label file.
    view, vertebrae
        How it was taken, and what was labelled.
    spacing_mm
        Pixel size (row, column); None where unknown.
    subject
        Whoever it shows: pictures of one subject are never split.
    hardware
        Whether rods, screws or other metal lie over the spine.
    age_years
        None where unknown.
    look
        What the picture looks like, in one word, for figures by look: of simulated ones `oiscan.phantom.looks.Look`.
    size_px
        (rows, columns); None where the file does not say.
    split
        Part of the set the file itself puts the picture in: "train" is trained on, any other name is held back;
        empty where it names none.
    """

    file: Path
    view: View
    vertebrae: tuple[LabelledVertebra, ...]
    spacing_mm: tuple[float, float] | None = None
    subject: str = ""
    hardware: bool = False
    age_years: float | None = None
    look: str = ""
    size_px: tuple[int, int] | None = None
    split: str = ""


@dataclass
class LabelSet:
    """All pictures of one label file, in its order."""

    images: list[LabelledImage] = field(default_factory=list)


def read_labels(path: Path) -> LabelSet:
    """Read a COCO keypoint file.

    Raises
    ------
    LabelError
        The file is no such file; the message says what is missing.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        categories = {one["id"]: (Level(one["name"]), tuple(one["keypoints"])) for one in data["categories"]}
        by_image: dict[Any, list[dict[str, Any]]] = {}
        for annotation in data["annotations"]:
            by_image.setdefault(annotation["image_id"], []).append(annotation)
        images = [_image(one, by_image.get(one["id"], []), categories, path.parent) for one in data["images"]]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise LabelError(f"{path.name} is not a COCO keypoint file oiscan can use: {error!r}") from error
    return LabelSet(images)


def write_labels(labels: LabelSet, path: Path) -> None:
    """Write a COCO keypoint file; image files are named relative to its folder."""
    views = sorted({image.view for image in labels.images})
    categories: list[dict[str, Any]] = []
    ids: dict[tuple[View, Level], int] = {}
    for view in views:
        for level in Level:
            ids[view, level] = len(categories) + 1
            categories.append({"id": ids[view, level], "name": level.value, "supercategory": "vertebra",
                               "keypoints": list(LANDMARKS[view])})
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, image in enumerate(labels.images, 1):
        images.append({"id": number, "file_name": image.file.relative_to(path.parent).as_posix(), **_facts(image)})
        for vertebra in image.vertebrae:
            annotations.append(_annotation(len(annotations) + 1, number, ids[image.view, vertebra.level], vertebra))
    data = {"images": images, "annotations": annotations, "categories": categories}
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def _facts(image: LabelledImage) -> dict[str, Any]:
    facts = {"view": image.view, "spacing_mm": image.spacing_mm, "subject": image.subject, "hardware": image.hardware,
             "age_years": image.age_years, "look": image.look}
    facts |= {"split": image.split} if image.split else {}
    return facts if image.size_px is None else facts | {"height": image.size_px[0], "width": image.size_px[1]}


def _annotation(number: int, image: int, category: int, vertebra: LabelledVertebra) -> dict[str, Any]:
    known = [bool(np.isfinite(point).all()) for point in vertebra.landmarks_px]
    points = np.nan_to_num(vertebra.landmarks_px)
    keypoints = [[round(float(x), 3), round(float(y), 3), 2 if seen else 0]
                 for (y, x), seen in zip(points, known, strict=True)]
    return {"id": number, "image_id": image, "category_id": category, "num_keypoints": sum(known),
            "keypoints": [value for triple in keypoints for value in triple],
            "readable": vertebra.readable, "reason": vertebra.reason, **_segmentation(vertebra.outline_px)}


def _segmentation(outline_px: FloatArray) -> dict[str, Any]:
    """COCO's own fields: polygon, box (x, y, width, height) and area in square pixels."""
    if not len(outline_px):
        return {}
    x, y = np.round(outline_px[:, ::-1], 2).T
    box = [float(x.min()), float(y.min()), round(float(np.ptp(x)), 2), round(float(np.ptp(y)), 2)]
    return {"segmentation": [np.stack([x, y], 1).ravel().tolist()], "bbox": box, "iscrowd": 0,
            "area": round(_polygon_area(outline_px), 2)}


def _polygon_area(outline_px: FloatArray) -> float:
    row, column = outline_px.T
    return float(abs(row @ np.roll(column, -1) - column @ np.roll(row, -1)) / 2)


def _image(
    data: dict[str, Any],
    annotations: list[dict[str, Any]],
    categories: dict[Any, tuple[Level, tuple[str, ...]]],
    folder: Path,
) -> LabelledImage:
    view = View(data["view"]) if "view" in data else _view_of(categories)
    spacing = data.get("spacing_mm")
    return LabelledImage(
        file=folder / data["file_name"],
        view=view,
        vertebrae=tuple(_vertebra(one, view, *categories[one["category_id"]]) for one in annotations),
        spacing_mm=None if spacing is None else (float(spacing[0]), float(spacing[1])),
        subject=str(data.get("subject") or ""),
        hardware=bool(data.get("hardware", False)),
        age_years=None if data.get("age_years") is None else float(data["age_years"]),
        look=str(data.get("look") or ""),
        size_px=(int(data["height"]), int(data["width"])) if {"height", "width"} <= data.keys() else None,
        split=str(data.get("split") or ""),
    )


def _view_of(categories: dict[Any, tuple[Level, tuple[str, ...]]]) -> View:
    names = {keypoints for _, keypoints in categories.values()}
    for view in View:
        if names == {LANDMARKS[view]}:
            return view
    raise LabelError("images carry no view and the keypoint names are those of no view")


def _vertebra(data: dict[str, Any], view: View, level: Level, names: tuple[str, ...]) -> LabelledVertebra:
    given = np.array(data["keypoints"], float).reshape(-1, 3)
    landmarks = np.full((len(LANDMARKS[view]), 2), np.nan)
    for name, (x, y, visible) in zip(names, given, strict=True):
        if visible:
            landmarks[LANDMARKS[view].index(name)] = y, x
    readable, reason = bool(data.get("readable", True)), str(data.get("reason") or "")
    return LabelledVertebra(level, landmarks, readable, reason, _outline(data.get("segmentation")))


def _outline(segmentation: Any) -> FloatArray:
    """The largest polygon (m, 2) as (row, column)."""
    pieces = segmentation if isinstance(segmentation, list) else []  # a dictionary is a run-length mask
    polygons = [np.array(piece, float).reshape(-1, 2)[:, ::-1] for piece in pieces]
    return max(polygons, key=_polygon_area, default=np.zeros((0, 2)))
