"""Simulated pictures for training, drawn by worker processes while the networks learn."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from oiscan.anatomy import LANDMARKS, View
from oiscan.phantom.scene import draw_training_scene
from oiscan.training.settings import TrainSettings

POOL_SHAPE = {View.LATERAL: (800, 416), View.AP: (640, 416)}
POOL_PIXELS_PER_MM = 1.6
CHUNK = 8


@dataclass(frozen=True)
class Chunk:
    """Some scenes as arrays: pictures (n, h, w), landmarks (n, 18, k, 2), region labels (n, h/2, w/2)."""

    pictures: npt.NDArray[np.uint8]
    landmarks: npt.NDArray[np.float32]
    labels: npt.NDArray[np.uint8]


def draw_chunk(view: View, seed: int, first: int, count: int) -> Chunk:
    """Scenes `first` to `first + count - 1` of a seed: the same ones whoever draws them."""
    scenes = [draw_training_scene(np.random.default_rng([seed, i]), view, POOL_SHAPE[view], POOL_PIXELS_PER_MM)
              for i in range(first, first + count)]
    return Chunk(
        np.stack([np.clip(scene.picture * 255, 0, 255).astype(np.uint8) for scene in scenes]),
        np.stack([scene.landmarks_px.astype(np.float32) for scene in scenes]),
        np.stack([_labels(scene.outlines_px, POOL_SHAPE[view]) for scene in scenes]),
    )


def _labels(outlines: tuple[npt.NDArray[np.float64], ...], shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """Regions at half the size: 1 for T1 to 17 for L5, 0 elsewhere."""
    labels = np.zeros((shape[0] // 2, shape[1] // 2), np.uint8)
    for k, outline in enumerate(outlines):
        fixed = np.round(((outline + 0.5) / 2 - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(labels, [fixed], k + 1, cv2.LINE_8, 4)
    return labels


class Pool:
    """The scenes of the last rounds, on the training device.

    Scenes are kept in a ring; `advance` waits for the next round's scenes and puts them in place of the oldest.
    """

    def __init__(self, settings: TrainSettings, device: torch.device, first_round: int = 0) -> None:
        self.settings = settings
        view, size = settings.view, settings.scenes_per_round * settings.pool_rounds
        height, width = POOL_SHAPE[view]
        self.pictures = torch.zeros((size, height, width), dtype=torch.uint8, device=device)
        self.landmarks = torch.zeros((size, 18, len(LANDMARKS[view]), 2), device=device)
        self.labels = torch.zeros((size, height // 2, width // 2), dtype=torch.uint8, device=device)
        self.round = max(0, first_round - settings.pool_rounds)
        self._executor = ProcessPoolExecutor(settings.workers, multiprocessing.get_context("spawn"))
        self._next = self._order(self.round)
        while self.round < first_round:  # a resumed run needs the scenes of the rounds before
            self.advance()

    def __len__(self) -> int:
        return min(self.round, self.settings.pool_rounds) * self.settings.scenes_per_round

    def advance(self) -> None:
        """Take in the next round and order the one after it."""
        ordered, self._next = self._next, self._order(self.round + 1)
        at = (self.round % self.settings.pool_rounds) * self.settings.scenes_per_round
        for chunk in (future.result() for future in ordered):
            count = len(chunk.pictures)
            self.pictures[at : at + count] = torch.from_numpy(chunk.pictures).to(self.pictures.device)
            self.landmarks[at : at + count] = torch.from_numpy(chunk.landmarks).to(self.landmarks.device)
            self.labels[at : at + count] = torch.from_numpy(chunk.labels).to(self.labels.device)
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


def _pieces(total: int) -> Iterator[tuple[int, int]]:
    for first in range(0, total, CHUNK):
        yield first, min(CHUNK, total - first)


def uniform(shape: tuple[int, ...], low: float, high: float, generator: torch.Generator) -> Tensor:
    """Uniform numbers on the generator's device."""
    return torch.rand(shape, generator=generator, device=generator.device) * (high - low) + low


def normal(shape: tuple[int, ...], sd: float, generator: torch.Generator) -> Tensor:
    """Normal numbers of mean 0 on the generator's device."""
    return torch.randn(shape, generator=generator, device=generator.device) * sd
