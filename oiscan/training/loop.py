"""The training loop: read it from top to bottom."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from oiscan.anatomy import LANDMARKS
from oiscan.errors import ConfigError
from oiscan.training.augment import FINDER_SHAPE, finder_batch, refiner_batch
from oiscan.training.curves import draw_curves, forget_rounds, log_round
from oiscan.training.losses import finder_loss, finder_targets, refiner_loss
from oiscan.training.networks import Finder, Refiner
from oiscan.training.pool import Chunk, Pool
from oiscan.training.settings import TrainSettings
from oiscan.training.validation import HeldBack

AVERAGE_STEPS = 300  # the shipped weights are a running mean over about so many steps
MAY_CHANGE = {"workers", "device", "init", "data", "checkpoint_rounds", "checkpoint_minutes"}
"""Settings a resumed run may have different; of the data the content counts, not the place."""


@dataclass(frozen=True)
class Labelled:
    """Labelled scenes of one view, those held back (None: none), and the hash of the data they are from."""

    train: Chunk
    held_back: Chunk | None
    sha256: str


class Learner:
    """One network with its optimiser and the running mean of its weights."""

    def __init__(self, network: nn.Module, steps: int, settings: TrainSettings, device: torch.device) -> None:
        self.network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self.peak, self.steps, self.step_number = settings.learning_rate, max(1, steps), 0
        self.mean = {name: value.clone() for name, value in self.network.state_dict().items()}

    def step(self, loss: Tensor) -> None:
        """One step of AdamW along a warm-up and a cosine."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.peak * _schedule(self.step_number, self.steps)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        self.step_number += 1
        keep = min(1 - 1 / AVERAGE_STEPS, self.step_number / (self.step_number + 10))
        with torch.no_grad():
            for name, value in self.network.state_dict().items():
                if value.dtype.is_floating_point:
                    self.mean[name].lerp_(value, 1 - keep)  # exact where nothing changed
                else:
                    self.mean[name].copy_(value)

    def state(self) -> dict[str, Any]:
        """Everything a resumed run needs."""
        return {
            "network": self.network.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "mean": self.mean,
            "step_number": self.step_number,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up where `state` was saved."""
        self.network.load_state_dict(state["network"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.mean = {name: value.to(next(self.network.parameters()).device) for name, value in state["mean"].items()}
        self.step_number = state["step_number"]


def train(
    settings: TrainSettings,
    out: Path,
    initial: dict[str, dict[str, Tensor]] | None = None,
    labelled: Labelled | None = None,
) -> None:
    """Train a finder and a refiner.

    Parameters
    ----------
    out
        Receives checkpoint.pt, to resume from and to export, curve.csv, a row a round, and curve.png. Where it holds
        a checkpoint, the run goes on from there and ends with the weights of an undisturbed run.
    initial
        Weights to start from, as {"finder": state, "refiner": state}; ignored when `out` holds a checkpoint.
    labelled
        A user's pictures to learn from beside the simulated ones.

    Raises
    ------
    ConfigError
        The checkpoint in `out` was made with other settings or other data.
    """
    device = _device(settings.device)
    torch.set_num_threads(1)
    torch.manual_seed(settings.seed)
    torch.backends.cudnn.benchmark = device.type == "cuda"
    torch.set_float32_matmul_precision("high")
    out.mkdir(parents=True, exist_ok=True)
    learners, data = _learners(settings, device), "" if labelled is None else labelled.sha256
    first = _start(out / "checkpoint.pt", settings, data, learners, initial)
    forget_rounds(out / "curve.csv", first)
    held_back = None
    if labelled is not None and labelled.held_back is not None:
        held_back = HeldBack(settings, labelled.held_back, device)
    pool = Pool(settings, device, first, None if labelled is None else labelled.train)
    started = saved = time.monotonic()
    try:
        for number in range(first, settings.rounds):
            pool.advance()
            figures = _round(settings, number, pool, learners["finder"], learners["refiner"], device)
            if held_back is not None:
                figures |= held_back.figures({name: learner.mean for name, learner in learners.items()})
            log_round(out / "curve.csv", number + 1, figures)
            now = time.monotonic()
            left = (now - started) / (number + 1 - first) * (settings.rounds - number - 1)
            told = " ".join(f"{name} {value:.3f}" for name, value in figures.items())
            print(f"{settings.view} round {number + 1}/{settings.rounds}, {left / 60:.1f} min left: {told}", flush=True)
            due = (number + 1) % settings.checkpoint_rounds == 0 or now - saved > 60 * settings.checkpoint_minutes
            if due or number + 1 == settings.rounds:
                _checkpoint(out / "checkpoint.pt", number + 1, settings, data, learners)
                draw_curves(out / "curve.csv", out / "curve.png")
                saved = now
    finally:
        pool.close()


def _learners(settings: TrainSettings, device: torch.device) -> dict[str, Learner]:
    refiner = Refiner(len(LANDMARKS[settings.view]))
    if settings.landmarks_only:
        _keep_recognition(refiner)
    untrained = {"finder": Finder(), "refiner": refiner}
    steps = {"finder": settings.finder_steps, "refiner": settings.refiner_steps}
    return {name: Learner(net, settings.rounds * steps[name], settings, device) for name, net in untrained.items()}


def _keep_recognition(refiner: Refiner) -> None:
    """Let only the layers learn that place landmarks and masks; the rest, on which the quality hangs, stays to the bit.

    Batch statistics count as learnt: those of the rest are no longer followed.
    """
    refiner.eval().requires_grad_(False)
    for placing in (refiner.up2, refiner.up1, refiner.head):
        placing.train().requires_grad_(True)


def _start(
    checkpoint: Path,
    settings: TrainSettings,
    data: str,
    learners: dict[str, Learner],
    initial: dict[str, dict[str, Tensor]] | None,
) -> int:
    """Weights to start with, from the checkpoint where there is one; returns how many rounds they have had."""
    if checkpoint.exists():
        return _resume(checkpoint, settings, data, learners)
    if initial is not None:
        for name, learner in learners.items():
            learner.network.load_state_dict(initial[name])
            learner.mean = {key: value.clone() for key, value in learner.network.state_dict().items()}
    return 0


def _round(
    settings: TrainSettings, number: int, pool: Pool, finder: Learner, refiner: Learner, device: torch.device
) -> dict[str, float]:
    """All steps of one round; returns the mean of each figure."""
    generator = torch.Generator(device).manual_seed(settings.seed * 1_000_003 + number)
    sums: dict[str, Tensor] = {}
    mixed = torch.autocast("cuda", torch.bfloat16, enabled=device.type == "cuda")
    for _ in range(settings.finder_steps):
        batch = finder_batch(pool, settings.finder_batch, generator)
        with mixed:
            outputs = finder.network(batch.pictures.contiguous(memory_format=torch.channels_last))
        targets = finder_targets(batch.corners, batch.shown, *FINDER_SHAPE[settings.view])
        loss, figures = finder_loss(outputs, targets, batch.known)
        finder.step(loss)
        _add(sums, figures, settings.finder_steps)
    for _ in range(settings.refiner_steps):
        crops = refiner_batch(pool, settings.refiner_pictures, settings.refiner_crops, generator)
        with mixed:
            outputs = refiner.network(crops.crops.contiguous(memory_format=torch.channels_last))
        loss, figures = refiner_loss(outputs, crops.landmarks, crops.masks, crops.genuine, crops.doubled)
        refiner.step(loss)
        _add(sums, figures, settings.refiner_steps)
    return {name: float(value) for name, value in sums.items()}


def _add(sums: dict[str, Tensor], figures: dict[str, Tensor], count: int) -> None:
    for name, value in figures.items():
        sums[name] = sums.get(name, torch.zeros((), device=value.device)) + value.detach() / count


def _schedule(step: int, steps: int) -> float:
    warm = min(1.0, (step + 1) / min(200, max(1, steps // 10)))
    return warm * (0.5 + 0.5 * float(torch.cos(torch.tensor(torch.pi * min(1.0, step / steps))))) + 1e-3


def _device(name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def _checkpoint(path: Path, done: int, settings: TrainSettings, data: str, learners: dict[str, Learner]) -> None:
    temporary = path.with_suffix(".tmp")
    state = {"round": done, "settings": settings.model_dump_json(), "data": data}
    torch.save(state | {name: learner.state() for name, learner in learners.items()}, temporary)
    os.replace(temporary, path)


def _resume(path: Path, settings: TrainSettings, data: str, learners: dict[str, Learner]) -> int:
    state = torch.load(path, map_location="cpu", weights_only=True)
    _check_same(TrainSettings.model_validate_json(state["settings"]), settings)
    if state.get("data", "") != data:
        raise ConfigError("the checkpoint was made with other labelled pictures: give another --out")
    for name, learner in learners.items():
        learner.restore(state[name])
    return int(state["round"])


def _check_same(before: TrainSettings, now: TrainSettings) -> None:
    """A checkpoint goes on only with the settings it was made with, or the result would be neither's."""
    old, new = before.model_dump(exclude=MAY_CHANGE), now.model_dump(exclude=MAY_CHANGE)
    changed = [f"{key} was {old[key]}, now {new[key]}" for key in old if old[key] != new[key]]
    if changed:
        raise ConfigError(f"the checkpoint was made with other settings ({'; '.join(changed)}): give another --out")
