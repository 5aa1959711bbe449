"""A pool of a few real scenes, drawn once, and settings so small that a run takes seconds."""

from __future__ import annotations

from copy import copy
from functools import cache

import torch

from oiscan.anatomy import View
from oiscan.training.pool import Scenes, draw_chunk

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


@cache
def ready_pool(view: View, count: int = 6) -> Scenes:
    """Some scenes of a seed; nobody changes them."""
    return Scenes(view, draw_chunk(view, 7, 0, count), torch.device("cpu"))


def changed(scenes: Scenes, **tensors: torch.Tensor) -> Scenes:
    """A copy with other pictures, landmarks, labels or readable."""
    copied = copy(scenes)
    for name, tensor in tensors.items():
        setattr(copied, name, tensor)
    return copied


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
