"""The pictures networks learn from: anybody, framed and shown in any way."""

from __future__ import annotations

import cv2
import numpy as np

from oiscan.anatomy import View
from oiscan.phantom.anatomy import draw_anatomy
from oiscan.phantom.display import display, plain_display
from oiscan.phantom.looks import SCANNER_LOOKS, STYLES, Chain
from oiscan.phantom.looks import chain as look_chain
from oiscan.phantom.physical import draw_physical_scene
from oiscan.phantom.scene import Scene, draw_scene

PHYSICAL_SHARE = 0.4
"""Of the training pictures, how many come by the physical route, which takes ten times as long."""

FRACTURED_SHARE, FRACTURED = 0.35, (0.2, 0.5)
"""So many more people than `draw_anatomy` draws by itself have fractures, in this share of their vertebrae: a network
that saw too few would make those it meets look milder."""


def draw_training_scene(
    rng: np.random.Generator, view: View, shape: tuple[int, int], pixels_per_mm: float
) -> Scene:
    """A random person, framed at random as scanners frame people, in a random style.

    Small people are enlarged to about the size of adults in the picture, as the scorer does too.
    """
    cv2.setNumThreads(1)
    anatomy = draw_anatomy(rng, fractured=rng.uniform(*FRACTURED) if rng.random() < FRACTURED_SHARE else None)
    style, chain = _style_and_chain(rng, view)
    scale = pixels_per_mm * np.exp(rng.normal(0, 0.1)) / max(anatomy.size, 0.45) ** rng.uniform(0.5, 1.0)
    field = np.array(shape[::-1]) / scale
    across = anatomy.centre_mm[:, [0, 2] if view is View.LATERAL else [1, 2]]
    if view is View.LATERAL:
        span = across[-1, 1] - across[0, 1]
        middle = 0.5 * (across[0, 1] + across[-1, 1])
        centre_y = middle + rng.uniform(-0.5, 0.5) * max(40, abs(span - field[1])) + rng.uniform(-40, 40)
        centre_x = across[3:, 0].mean() + rng.uniform(-0.05, 0.3) * field[0]
    else:
        centre_y = across[int(rng.integers(9, 17)), 1] + rng.uniform(-0.2, 0.2) * field[1]
        centre_x = across[8:, 0].mean() + rng.uniform(-0.12, 0.12) * field[0]
    origin = np.array([centre_x, centre_y]) - field / 2
    route = draw_physical_scene if rng.random() < PHYSICAL_SHARE else draw_scene
    return route(rng, view, anatomy, shape, float(scale), origin, style, chain)


def _style_and_chain(rng: np.random.Generator, view: View) -> tuple[float, Chain]:
    """Mostly nobody's picture, as hard as it gets or plain; sometimes one as a scanner shows it."""
    if rng.random() < 0.25:
        look = SCANNER_LOOKS[int(rng.integers(len(SCANNER_LOOKS)))]
        return float(rng.uniform(*STYLES[look])), look_chain(look, view)
    style = float(rng.choice([0.0, 1.0, rng.random()], p=[0.4, 0.3, 0.3]))
    return style, plain_display if rng.random() < 0.3 else display
