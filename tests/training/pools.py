"""A pool of a few real scenes, drawn once, and settings so small that a run takes seconds."""

from __future__ import annotations

from functools import cache

import torch

from oiscan.anatomy import View
from oiscan.training.pool import Pool, draw_chunk
from oiscan.training.settings import load_settings

TINY = {
    "rounds": 2,
    "scenes_per_round": 8,
    "pool_rounds": 2,
    "finder_steps": 1,
    "finder_batch": 1,
    "refiner_steps": 2,
    "refiner_pictures": 2,
    "refiner_crops": 2,
    "device": "cpu",
    "checkpoint_rounds": 1,
}
"""Values of `TrainSettings`, all but the view."""


class ReadyPool(Pool):
    """A pool that holds what it is given and draws nothing."""

    def __init__(self, view: View, pictures: torch.Tensor, landmarks: torch.Tensor, labels: torch.Tensor) -> None:
        self.settings = load_settings(None, {"view": view})
        self.pictures, self.landmarks, self.labels = pictures, landmarks, labels

    def __len__(self) -> int:
        return len(self.pictures)


@cache
def ready_pool(view: View, count: int = 6) -> ReadyPool:
    """Some scenes of a seed; nobody changes them."""
    chunk = draw_chunk(view, 7, 0, count)
    arrays = (chunk.pictures, chunk.landmarks, chunk.labels)
    return ReadyPool(view, *(torch.from_numpy(array) for array in arrays))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
