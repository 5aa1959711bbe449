"""A user's picture as a scene: its labels where the simulated truth was, whatever its size, side or labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from oiscan.anatomy import COLUMN, Level, View
from oiscan.errors import LabelError
from oiscan.labels import LabelledVertebra
from oiscan.segmentation.refiner import CORNERS
from oiscan.training.labelled import labelled_chunk
from oiscan.training.pool import NOT_OUTLINED, POOL_SHAPE, UNKNOWN
from tests.training.labelled_set import chunk, image, without


@pytest.mark.parametrize("view", View)
def test_a_scene_written_and_read_is_the_scene(tmp_path: Path, view: View) -> None:
    asked = image(tmp_path, view, 0)
    scene = labelled_chunk([asked], view)
    corners, truth = (one.landmarks[0][:, list(CORNERS[view])] for one in (scene, chunk(view)))
    labelled = [COLUMN.index(vertebra.level) for vertebra in asked.vertebrae]
    assert len(labelled) > 3
    scale, shift = _fit(truth[labelled], corners[labelled])
    np.testing.assert_allclose(truth[labelled] * scale + shift, corners[labelled], atol=0.6)
    assert np.isnan(np.delete(corners, labelled, 0)).all()
    if view is View.LATERAL:
        assert np.isnan(scene.landmarks[0][:, [1, 4]]).all()


def _fit(points: np.ndarray, others: np.ndarray) -> tuple[float, np.ndarray]:
    """Scale and shift that lead from points to the others: nothing is turned or mirrored."""
    a, b = points.reshape(-1, 2), others.reshape(-1, 2)
    scale = float(np.sqrt(((b - b.mean(0)) ** 2).sum() / ((a - a.mean(0)) ** 2).sum()))
    return scale, b.mean(0) - scale * a.mean(0)


def test_a_patient_facing_left_is_turned_round(tmp_path: Path) -> None:
    straight, turned = (labelled_chunk([image(tmp_path, View.LATERAL, 0, mirrored)], View.LATERAL)
                        for mirrored in (False, True))
    np.testing.assert_allclose(turned.landmarks, straight.landmarks, atol=1.0)
    assert np.abs(turned.pictures.astype(int) - straight.pictures).mean() < 3


def test_without_a_pixel_size_vertebrae_come_out_as_large_as_the_finder_likes_them(tmp_path: Path) -> None:
    """31 mm at 1.6 pixels a mm; double the picture and nothing changes."""
    asked = image(tmp_path, View.LATERAL, 1, spacing=False)
    large = tmp_path / "large.png"
    pixels = cv2.imread(str(asked.file), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(large), cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR))
    vertebrae = tuple(replace(one, landmarks_px=one.landmarks_px * 2 + 0.5) for one in asked.vertebrae)
    scenes = labelled_chunk([asked, replace(asked, file=large, vertebrae=vertebrae)], View.LATERAL)
    for landmarks in scenes.landmarks:
        depth = np.linalg.norm(landmarks[:, 2] - landmarks[:, 0], axis=-1)
        assert np.nanmedian(depth) == pytest.approx(31 * 1.6, rel=0.08)
    np.testing.assert_allclose(scenes.landmarks[0], scenes.landmarks[1], atol=1.0)


def test_only_what_was_looked_at_is_known(tmp_path: Path) -> None:
    """Of a row of bodies the ends and one between are not labelled, and one is unreadable."""
    whole = image(tmp_path, View.LATERAL, 0)
    middle = len(whole.vertebrae) // 2
    whole = replace(whole, vertebrae=whole.vertebrae[middle - 4 : middle + 4])
    levels = [one.level for one in whole.vertebrae]
    first, gap, unreadable, last = levels[1], levels[3], levels[5], levels[-2]
    asked = without(whole, levels[0], levels[-1], gap)
    asked = replace(asked, vertebrae=tuple(
        replace(one, readable=one.level is not unreadable) for one in asked.vertebrae))
    scene = labelled_chunk([asked], View.LATERAL)
    quads = scene.landmarks[0][:, [0, 2, 3, 5]]
    at = {level: quads[COLUMN.index(level)].mean(0) for level in levels}
    looked = {level: scene.labels[0, round(y / 2), round(x / 2)] for level, (x, y) in at.items() if np.isfinite(y)}
    assert looked == dict.fromkeys(looked, NOT_OUTLINED)
    assert {first, unreadable, last} <= looked.keys()
    assert (scene.labels[0, : round(quads[COLUMN.index(first), :, 1].min() / 2) - 1] == UNKNOWN).all()
    assert (scene.labels[0, round(quads[COLUMN.index(last), :, 1].max() / 2) + 1 :] == UNKNOWN).all()
    x, y = (at[levels[2]] + at[levels[4]]) / 2
    assert scene.labels[0, round(y / 2), round(x / 2)] == UNKNOWN
    assert not scene.readable[0, COLUMN.index(unreadable)]
    assert scene.readable[0].sum() == 17


def test_a_thirteenth_thoracic_vertebra_is_a_gap_between_the_two_beside_it(tmp_path: Path) -> None:
    """T12 becomes T13 and T11 T12, so that T13 lies where the networks know no vertebra."""
    whole = image(tmp_path, View.LATERAL, 0)
    renamed = {Level.T12: Level.T13, Level.T11: Level.T12, Level.T10: Level.T11}
    kept = [one for one in whole.vertebrae if one.level in (*renamed, Level.L1, Level.L2)]
    assert len(kept) == 5
    extra = replace(whole, vertebrae=tuple(replace(one, level=renamed.get(one.level, one.level)) for one in kept))
    scene = labelled_chunk([extra], View.LATERAL)
    assert np.isfinite(scene.landmarks[0][:, 0, 0]).sum() == 4
    upper, lower = (scene.landmarks[0, COLUMN.index(level)][[0, 2, 3, 5], 1].mean() for level in (Level.T12, Level.L1))
    assert (scene.labels[0, round((upper + lower) / 4)] == UNKNOWN).all()


def test_outlines_become_regions_where_every_vertebra_has_one(tmp_path: Path) -> None:
    asked = image(tmp_path, View.AP, 0)
    drawn = tuple(replace(one, outline_px=one.landmarks_px) for one in asked.vertebrae)
    labels = labelled_chunk([replace(asked, vertebrae=drawn)], View.AP).labels
    assert set(np.unique(labels)) == {0, UNKNOWN, *(COLUMN.index(one.level) + 1 for one in drawn)}
    some = (*drawn[:-1], asked.vertebrae[-1])
    assert NOT_OUTLINED in labelled_chunk([replace(asked, vertebrae=some)], View.AP).labels


def test_a_picture_larger_than_the_frame_shows_its_labels(tmp_path: Path) -> None:
    """A long film, 900 mm, with three labelled bodies near its foot."""
    pixels = np.full((900, 600), 60, np.uint8)
    pixels[700:820, 400:500] = 200
    cv2.imwrite(str(tmp_path / "film.png"), pixels)
    quads = [np.array([[row, 410.0], [row, 445], [row + 25, 445], [row + 25, 410]]) for row in (700, 735, 770)]
    vertebrae = tuple(LabelledVertebra(level, quad) for level, quad in zip(COLUMN[-3:], quads, strict=True))
    asked = replace(image(tmp_path, View.AP, 0), file=tmp_path / "film.png", vertebrae=vertebrae, spacing_mm=(1.0, 1.0))
    scene = labelled_chunk([asked], View.AP)
    assert scene.pictures.shape[1:] == POOL_SHAPE[View.AP]
    for x, y in scene.landmarks[0, -4:-1].mean(1):
        assert scene.pictures[0, round(y), round(x)] == 255
    assert scene.pictures[0, 5, 5] == 0


def test_a_picture_that_cannot_be_read_is_named_by_its_number(tmp_path: Path) -> None:
    good = image(tmp_path, View.AP, 0)
    (tmp_path / "bad.png").write_bytes(b"no picture")
    with pytest.raises(LabelError, match=r"ap picture 2: .*check-dataset") as raised:
        labelled_chunk([good, replace(good, file=tmp_path / "bad.png")], View.AP)
    assert "bad.png" not in str(raised.value)
