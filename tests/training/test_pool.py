"""The ring of scenes: the same ones whoever draws them, the oldest replaced first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from oiscan.anatomy import View
from oiscan.training.pool import POOL_SHAPE, Pool, draw_chunk
from oiscan.training.settings import TrainSettings, load_settings
from tests.phantom.people import straight_person
from tests.training.pools import TINY

CPU = torch.device("cpu")


def settings(rounds: int) -> TrainSettings:
    return load_settings(None, TINY | {"view": View.LATERAL, "rounds": rounds})


def test_scenes_depend_on_seed_and_number_only() -> None:
    together, alone = draw_chunk(View.AP, 3, 0, 2), draw_chunk(View.AP, 3, 1, 1)
    np.testing.assert_array_equal(together.pictures[1], alone.pictures[0])
    np.testing.assert_array_equal(together.landmarks[1], alone.landmarks[0])
    np.testing.assert_array_equal(together.labels[1], alone.labels[0])
    assert not np.array_equal(together.pictures[0], together.pictures[1])


@pytest.mark.parametrize("view", View)
def test_labels_are_at_half_size_where_the_landmarks_are(view: View) -> None:
    height, width = POOL_SHAPE[view]
    chunk, checked = draw_chunk(view, 4, 0, 2), 0
    assert chunk.pictures.shape == (2, height, width)
    assert chunk.labels.shape == (2, height // 2, width // 2)
    for landmarks, labels in zip(chunk.landmarks, chunk.labels, strict=True):
        for level, (x, y) in enumerate(landmarks[:17].mean(1)):
            if 2 < x < width - 2 and 2 < y < height - 2:
                assert labels[round((y - 0.5) / 2), round((x - 0.5) / 2)] == level + 1
                checked += 1
    assert checked > 8


def test_bodies_that_lean_are_told_from_the_side_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A straight person whose L1 leans by 30 degrees to one side; nothing is told of S1, or from the front."""
    tilt = np.zeros(18)
    tilt[12] = np.radians(30)
    leaning = replace(straight_person(), coronal_tilt=tilt)
    monkeypatch.setattr("oiscan.phantom.training_scene.draw_anatomy", lambda *given, **told: leaning)
    lateral, ap = (draw_chunk(view, 5, 0, 1).doubled[0] for view in View)
    assert np.flatnonzero(lateral[:17]).tolist() == [12]
    assert np.isnan(lateral[17]) and np.isnan(ap).all()


@pytest.mark.usefixtures("no_processes")
def test_the_pool_keeps_the_last_rounds_and_a_resumed_one_holds_the_same() -> None:
    """Two rounds of 8 scenes are kept: round 2 takes the place of round 0."""
    pool = Pool(settings(3), CPU)
    sizes = []
    try:
        for _ in range(3):
            pool.advance()
            sizes.append(len(pool))
    finally:
        pool.close()
    assert sizes == [8, 16, 16]
    expected = draw_chunk(View.LATERAL, 0, 8, 16)
    kept = torch.cat([pool.pictures[8:], pool.pictures[:8]]).numpy()
    np.testing.assert_array_equal(kept, expected.pictures)

    resumed = Pool(settings(3), CPU, first_round=2)
    try:
        resumed.advance()
    finally:
        resumed.close()
    assert torch.equal(resumed.pictures, pool.pictures)
    assert torch.equal(resumed.landmarks, pool.landmarks)
    assert torch.equal(resumed.labels, pool.labels)


@pytest.mark.usefixtures("no_processes")
def test_labelled_scenes_are_drawn_by_their_share_and_never_replaced() -> None:
    labelled = draw_chunk(View.LATERAL, 99, 0, 3)
    pool = Pool(settings(3).model_copy(update={"labelled_share": 0.25}), CPU, labelled=labelled)
    try:
        for _ in range(3):
            pool.advance()
    finally:
        pool.close()
    np.testing.assert_array_equal(pool.pictures[16:].numpy(), labelled.pictures)
    drawn = pool.draw(4000, torch.Generator().manual_seed(0))
    assert float((drawn >= 16).float().mean()) == pytest.approx(0.25, abs=0.03)
    assert set(drawn.tolist()) == set(range(19))
