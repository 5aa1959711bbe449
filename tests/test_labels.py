"""The label format: what is written comes back, what others write is read, what is broken is refused."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest

from oiscan.anatomy import AP_LANDMARKS, LATERAL_LANDMARKS, Level, View
from oiscan.errors import LabelError
from oiscan.labels import LabelledImage, LabelledVertebra, LabelSet, read_labels, write_labels


def lateral_image(folder: Path) -> LabelledImage:
    points = np.array([[10, 20], [11, 25], [10, 30], [20.25, 30], [19, 25], [20, 20.5]])
    middles_unknown = points.copy()
    middles_unknown[[1, 4]] = np.nan
    vertebrae = (
        LabelledVertebra(Level.L1, points),
        LabelledVertebra(Level.L2, middles_unknown + [15, 0], readable=False, reason="motion"),
    )
    return LabelledImage(folder / "scans" / "a.png", View.LATERAL, vertebrae, (0.5, 0.25), "S1", True, 6.25, "ge",
                         size_px=(300, 200))


def ap_image(folder: Path) -> LabelledImage:
    corners = np.array([[1.0, 2], [1, 8], [5, 8], [5, 2]])
    outline = np.array([[1.0, 2], [0.5, 5], [1, 8], [5, 8], [5, 2]])
    return LabelledImage(folder / "b.dcm", View.AP, (LabelledVertebra(Level.L1, corners, outline_px=outline),))


def test_what_is_written_comes_back_for_both_views(tmp_path: Path) -> None:
    images = [lateral_image(tmp_path), ap_image(tmp_path), LabelledImage(tmp_path / "empty.png", View.AP, ())]
    write_labels(LabelSet(images), tmp_path / "labels.json")
    read = read_labels(tmp_path / "labels.json").images
    for before, after in zip(images, read, strict=True):
        assert (after.file, after.view, after.spacing_mm) == (before.file, before.view, before.spacing_mm)
        assert (after.subject, after.hardware) == (before.subject, before.hardware)
        assert (after.age_years, after.look, after.size_px) == (before.age_years, before.look, before.size_px)
        for one, other in zip(before.vertebrae, after.vertebrae, strict=True):
            assert (other.level, other.readable, other.reason) == (one.level, one.readable, one.reason)
            np.testing.assert_array_equal(other.landmarks_px, one.landmarks_px)
            np.testing.assert_array_equal(other.outline_px, one.outline_px)


def test_the_file_is_coco_with_x_before_y_and_names_beside_it(tmp_path: Path) -> None:
    write_labels(LabelSet([lateral_image(tmp_path)]), tmp_path / "labels.json")
    data = json.loads((tmp_path / "labels.json").read_text())
    assert data["images"][0]["file_name"] == "scans/a.png"
    first, second = data["annotations"]
    assert first["keypoints"][:3] == [20, 10, 2]
    assert (first["num_keypoints"], second["num_keypoints"]) == (6, 4)
    assert second["keypoints"][3:6] == [0, 0, 0]
    names = {one["id"]: one["name"] for one in data["categories"]}
    assert [names[one["category_id"]] for one in data["annotations"]] == ["L1", "L2"]
    assert "segmentation" not in first  # no outline was given


def test_outlines_are_coco_polygons_with_their_box_and_area(tmp_path: Path) -> None:
    """A box of 6 x 4 pixels with a roof half a pixel high: 24 + 6 * 0.5 / 2 square pixels."""
    write_labels(LabelSet([ap_image(tmp_path)]), tmp_path / "labels.json")
    (one,) = json.loads((tmp_path / "labels.json").read_text())["annotations"]
    assert one["segmentation"] == [[2, 1, 5, 0.5, 8, 1, 8, 5, 2, 5]]
    assert one["bbox"] == [2, 0.5, 6, 4.5]
    assert one["area"] == 25.5


def test_of_several_polygons_the_largest_is_the_outline_and_masks_are_left_alone(tmp_path: Path) -> None:
    (annotation,) = copy.deepcopy(FOREIGN["annotations"])
    annotation["segmentation"] = [[0, 0, 1, 0, 1, 1], [2, 1, 8, 1, 8, 5, 2, 5]]
    changes = {"annotations": [annotation], "images": [{**FOREIGN["images"][1], "view": "lateral"}]}
    (image,) = read_labels(foreign(tmp_path, **changes)).images
    np.testing.assert_array_equal(image.vertebrae[0].outline_px, [[1, 2], [1, 8], [5, 8], [5, 2]])
    assert image.size_px == (9, 9)
    annotation["segmentation"] = {"counts": [1, 2], "size": [9, 9]}
    (image,) = read_labels(foreign(tmp_path, **changes)).images
    assert image.vertebrae[0].outline_px.shape == (0, 2)


FOREIGN = {
    "info": {"description": "somebody's"},
    "images": [
        {"id": 7, "file_name": "x/one.png", "width": 9, "height": 9},
        {"id": 9, "file_name": "two.png", "width": 9, "height": 9},
    ],
    "annotations": [
        # landmarks in an order of their own, the two middle points not labelled
        {
            "id": 1,
            "image_id": 9,
            "category_id": 4,
            "keypoints": [8, 1, 2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 8, 5, 2, 2, 5, 2],
            "bbox": [2, 1, 6, 4],
        }
    ],
    "categories": [
        {
            "id": 4,
            "name": "T12",
            "keypoints": [
                "superior_anterior",
                "superior_posterior",
                "superior_middle",
                "inferior_middle",
                "inferior_anterior",
                "inferior_posterior",
            ],
        }
    ],
}


def foreign(folder: Path, **changes: object) -> Path:
    path = folder / "labels.json"
    path.write_text(json.dumps(copy.deepcopy(FOREIGN) | changes))
    return path


def test_foreign_names_are_put_in_order_and_unlabelled_points_are_nan(tmp_path: Path) -> None:
    images = json.loads(json.dumps(FOREIGN["images"]))
    for image in images:
        image["view"] = "lateral"
    one, two = read_labels(foreign(tmp_path, images=images)).images
    assert one.file == tmp_path / "x" / "one.png"
    assert one.vertebrae == ()
    assert (two.spacing_mm, two.subject, two.hardware) == (None, "", False)
    (vertebra,) = two.vertebrae
    assert (vertebra.level, vertebra.readable) == (Level.T12, True)
    nan = np.nan
    expected = [[1, 2], [nan, nan], [1, 8], [5, 8], [nan, nan], [5, 2]]
    np.testing.assert_array_equal(vertebra.landmarks_px, expected)


@pytest.mark.parametrize(("view", "names"), [(View.LATERAL, LATERAL_LANDMARKS), (View.AP, AP_LANDMARKS)])
def test_the_view_is_told_by_the_landmarks_where_the_pictures_do_not(
    tmp_path: Path, view: View, names: tuple[str, ...]
) -> None:
    categories = [{"id": 4, "name": "T12", "keypoints": names}]
    images = read_labels(foreign(tmp_path, categories=categories, annotations=[])).images
    assert {image.view for image in images} == {view}


BROKEN = {
    "no categories": {"categories": None},
    "a level that does not exist": {"categories": [{"id": 4, "name": "T99", "keypoints": ["superior_left"]}]},
    "a landmark of no view": {"categories": [{"id": 4, "name": "T12", "keypoints": ["nose"]}]},
    "an annotation of no category": {"annotations": [{"image_id": 9, "category_id": 5, "keypoints": []}]},
    "too few numbers": {"annotations": [{"image_id": 9, "category_id": 4, "keypoints": [1, 2]}]},
    "too few points": {"annotations": [{"image_id": 9, "category_id": 4, "keypoints": [1, 2, 2]}]},
    "a view that does not exist": {"images": [{"id": 9, "file_name": "a.png", "view": "oblique"}]},
    "no file name": {"images": [{"id": 9, "view": "lateral"}]},
    "an outline of half a point": {
        "annotations": [{"image_id": 9, "category_id": 4, "keypoints": [0] * 18, "segmentation": [[1, 2, 3]]}]
    },
    "half a spacing": {"images": [{"id": 9, "file_name": "a.png", "view": "lateral", "spacing_mm": []}]},
    "pictures that are no objects": {"images": ["a.png"]},
}


@pytest.mark.parametrize("changes", BROKEN.values(), ids=list(BROKEN))
def test_broken_labels_are_refused_by_name(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(LabelError):
        read_labels(foreign(tmp_path, **changes))


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b"3"])
def test_what_is_no_label_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "labels.json"
    path.write_bytes(content)
    with pytest.raises(LabelError, match=r"labels\.json is not a COCO keypoint file"):
        read_labels(path)
    with pytest.raises(LabelError, match=r"none\.json"):
        read_labels(tmp_path / "none.json")
