"""Pictures for training: simulated ones, drawn by worker processes while the networks learn, and labelled ones."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from oiscan.anatomy import LANDMARKS, View
from oiscan.phantom.anatomy import SACRUM, Anatomy
from oiscan.phantom.readable import LARGEST_RIM_DISTANCE, rim_distance
from oiscan.phantom.training_scene import draw_training_scene
from oiscan.scan import FloatArray
from oiscan.training.settings import TrainSettings

POOL_SHAPE = {View.LATERAL: (800, 416), View.AP: (640, 416)}
POOL_PIXELS_PER_MM = 1.6
CHUNK = 8

NOT_OUTLINED, UNKNOWN = 254, 255
"""Region labels of real pictures: nobody drew the regions here; nobody even looked for vertebrae here."""

ByteArray = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Chunk:
    """Some scenes as arrays.

    Parameters
    ----------
    pictures
        (n, h, w); bone bright, lateral patients facing right, at about `POOL_PIXELS_PER_MM`.
    landmarks
        (n, 18, k, 2) as (x, y), for T1 to L5 and S1; NaN where not labelled.
    labels
        (n, h/2, w/2): 1 for T1 to 17 for L5, 0 elsewhere, `NOT_OUTLINED` or `UNKNOWN`.
    readable
        (n, 18): False for a vertebra that is there, but whose landmarks are not to be trusted.
    doubled
        (n, 18): 1 where a body leans so far to one side that each endplate is seen twice, 0 where not, NaN where nobody
        told.
    """

    pictures: ByteArray
    landmarks: npt.NDArray[np.float32]
    labels: ByteArray
    readable: npt.NDArray[np.bool_]
    doubled: npt.NDArray[np.float32]


def draw_chunk(view: View, seed: int, first: int, count: int) -> Chunk:
    """Scenes `first` to `first + count - 1` of a seed: the same ones whoever draws them."""
    scenes = [draw_training_scene(np.random.default_rng([seed, i]), view, POOL_SHAPE[view], POOL_PIXELS_PER_MM)
              for i in range(first, first + count)]
    return Chunk(
        np.stack([np.clip(scene.picture * 255, 0, 255).astype(np.uint8) for scene in scenes]),
        np.stack([scene.landmarks_px.astype(np.float32) for scene in scenes]),
        np.stack([draw_regions(dict(enumerate(scene.outlines_px)), POOL_SHAPE[view], 0) for scene in scenes]),
        np.ones((count, 18), bool),
        np.stack([_doubled(view, scene.anatomy) for scene in scenes]),
    )


def _doubled(view: View, anatomy: Anatomy) -> npt.NDArray[np.float32]:
    """Which of T1 to S1 (18,) are seen twice from the side: the truth about what `Chunk` calls doubled."""
    seen = np.full(18, np.nan, np.float32)
    if view is View.LATERAL:
        seen[:SACRUM] = [rim_distance(anatomy, k) > LARGEST_RIM_DISTANCE for k in range(SACRUM)]
    return seen


def draw_regions(outlines: Mapping[int, FloatArray], shape: tuple[int, ...], background: int) -> ByteArray:
    """Region labels at half the size: place in the column + 1 inside each outline (m, 2), `background` elsewhere."""
    labels = np.full((shape[0] // 2, shape[1] // 2), background, np.uint8)
    for k, outline in outlines.items():
        fixed = np.round(((outline + 0.5) / 2 - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(labels, [fixed], k + 1, cv2.LINE_8, 4)
    return labels


class Scenes:
    """Scenes on the training device, any of them as likely as the other."""

    def __init__(self, view: View, chunk: Chunk, device: torch.device) -> None:
        self.view = view
        self.pictures = torch.from_numpy(chunk.pictures).to(device)
        self.landmarks = torch.from_numpy(chunk.landmarks).to(device)
        self.labels = torch.from_numpy(chunk.labels).to(device)
        self.readable = torch.from_numpy(chunk.readable).to(device)
        self.doubled = torch.from_numpy(chunk.doubled).to(device)

    def __len__(self) -> int:
        return len(self.pictures)

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Numbers of `count` scenes, drawn with replacement."""
        return torch.randint(len(self), (count,), generator=generator, device=generator.device)


class Pool(Scenes):
    """The simulated scenes of the last rounds, and labelled ones that stay.

    Simulated scenes are kept in a ring; `advance` waits for the next round's scenes and puts them in place of the
    oldest. Behind the ring lie the labelled ones; `labelled_share` of what is drawn is theirs.
    """

    def __init__(
        self, settings: TrainSettings, device: torch.device, first_round: int = 0, labelled: Chunk | None = None
    ) -> None:
        self.settings, self.ring = settings, settings.scenes_per_round * settings.pool_rounds
        super().__init__(settings.view, _with_room(settings.view, self.ring, labelled), device)
        self.round = max(0, first_round - settings.pool_rounds)
        start = multiprocessing.get_context("spawn")
        self._executor = ProcessPoolExecutor(settings.workers, start, initializer=_end_with_parent)
        self._next = self._order(self.round)
        while self.round < first_round:  # a resumed run needs the scenes of the rounds before
            self.advance()

    def __len__(self) -> int:
        return min(self.round, self.settings.pool_rounds) * self.settings.scenes_per_round

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Numbers of `count` scenes, drawn with replacement: simulated ones, and labelled ones by their share."""
        drawn, labelled = super().draw(count, generator), len(self.pictures) - self.ring
        if not labelled:
            return drawn
        theirs = torch.rand((count,), generator=generator, device=generator.device) < self.settings.labelled_share
        others = torch.randint(labelled, (count,), generator=generator, device=generator.device)
        return torch.where(theirs, self.ring + others, drawn)

    def advance(self) -> None:
        """Take in the next round and order the one after it."""
        ordered, self._next = self._next, self._order(self.round + 1)
        at = (self.round % self.settings.pool_rounds) * self.settings.scenes_per_round
        for chunk in (future.result() for future in ordered):
            count = len(chunk.pictures)
            self.pictures[at : at + count] = torch.from_numpy(chunk.pictures).to(self.pictures.device)
            self.landmarks[at : at + count] = torch.from_numpy(chunk.landmarks).to(self.landmarks.device)
            self.labels[at : at + count] = torch.from_numpy(chunk.labels).to(self.labels.device)
            self.doubled[at : at + count] = torch.from_numpy(chunk.doubled).to(self.doubled.device)
            at += count
        self.round += 1

    def _order(self, number: int) -> list[Future[Chunk]]:
        if number >= self.settings.rounds:
            return []
        per_round = self.settings.scenes_per_round
        return [
            self._executor.submit(draw_chunk, self.settings.view, self.settings.seed, number * per_round + i, n)
            for i, n in _pieces(per_round)
        ]

    def close(self) -> None:
        """Stop the workers."""
        self._executor.shutdown(cancel_futures=True)


def _with_room(view: View, count: int, labelled: Chunk | None) -> Chunk:
    """Room for `count` simulated scenes, and behind it the labelled ones."""
    height, width = POOL_SHAPE[view]
    room = Chunk(
        np.zeros((count, height, width), np.uint8),
        np.zeros((count, 18, len(LANDMARKS[view]), 2), np.float32),
        np.zeros((count, height // 2, width // 2), np.uint8),
        np.ones((count, 18), bool),
        np.full((count, 18), np.nan, np.float32),
    )
    if labelled is None:
        return room
    parts = ("pictures", "landmarks", "labels", "readable", "doubled")
    return Chunk(*(np.concatenate([getattr(room, part), getattr(labelled, part)]) for part in parts))


def _end_with_parent() -> None:
    """In a worker: end when the training process ends, even if it was killed and could not say so."""
    threading.Thread(target=_await_parent, daemon=True).start()


def _await_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _pieces(total: int) -> Iterator[tuple[int, int]]:
    for first in range(0, total, CHUNK):
        yield first, min(CHUNK, total - first)


def uniform(shape: tuple[int, ...], low: float, high: float, generator: torch.Generator) -> Tensor:
    """Uniform numbers on the generator's device."""
    return torch.rand(shape, generator=generator, device=generator.device) * (high - low) + low


def normal(shape: tuple[int, ...], sd: float, generator: torch.Generator) -> Tensor:
    """Normal numbers of mean 0 on the generator's device."""
    return torch.randn(shape, generator=generator, device=generator.device) * sd
