"""How the networks do on the subjects held back, the same pictures and crops after every round."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from oiscan.anatomy import LANDMARKS
from oiscan.training.augment import FINDER_SHAPE, finder_batch, refiner_batch
from oiscan.training.curves import HELD_BACK
from oiscan.training.losses import finder_loss, finder_targets, refiner_loss
from oiscan.training.networks import Finder, Refiner
from oiscan.training.pool import Chunk, Scenes
from oiscan.training.settings import TrainSettings

FINDER_PICTURES, REFINER_PICTURES, REFINER_CROPS = 8, 16, 8
SEED = 20_000  # of the views drawn of the held-back pictures; training draws with others


class HeldBack:
    """Fixed views of held-back pictures, drawn once with the changes training makes."""

    def __init__(self, settings: TrainSettings, chunk: Chunk, device: torch.device) -> None:
        scenes, generator = Scenes(settings.view, chunk, device), torch.Generator(device).manual_seed(SEED)
        self.pictures = finder_batch(scenes, FINDER_PICTURES, generator)
        self.crops = refiner_batch(scenes, REFINER_PICTURES, REFINER_CROPS, generator)
        self.shape = FINDER_SHAPE[settings.view]
        parts: dict[str, nn.Module] = {"finder": Finder(), "refiner": Refiner(len(LANDMARKS[settings.view]))}
        self.networks = {name: network.to(device).eval() for name, network in parts.items()}

    @torch.no_grad()
    def figures(self, weights: dict[str, dict[str, Tensor]]) -> dict[str, float]:
        """The training's own figures for these weights, {"finder": state, "refiner": state}."""
        for name, network in self.networks.items():
            network.load_state_dict(weights[name])
        pictures, crops = self.pictures, self.crops
        targets = finder_targets(pictures.corners, pictures.shown, *self.shape)
        _, found = finder_loss(self.networks["finder"](pictures.pictures), targets, pictures.known)
        refined = self.networks["refiner"](crops.crops)
        _, placed = refiner_loss(refined, crops.landmarks, crops.masks, crops.genuine, crops.doubled)
        return {HELD_BACK + name: float(value) for name, value in (found | placed).items()}
