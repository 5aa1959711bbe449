"""Bodies brighter or darker than what lies before them; all greys are set by hand."""

import numpy as np
import pytest

from oiscan.anatomy import View
from oiscan.segmentation.finder import N_LEVELS, Candidate
from oiscan.segmentation.polarity import bone_brightness

QUAD = np.array([[20.0, 10.0], [40.0, 10.0], [40.0, 24.0], [20.0, 24.0]])  # superior posterior first, as (x, y)


def body(score: float = 0.9, down: float = 0.0) -> Candidate:
    return Candidate(score=score, corners_xy=QUAD + [0, down], level_log_probabilities=np.zeros(N_LEVELS))


def picture(inside: float, front: float, behind: float) -> np.ndarray:
    grey = np.full((80, 64), behind, np.float32)
    grey[:, 20:] = inside
    grey[:, 41:] = front
    return grey


@pytest.mark.parametrize(("view", "brighter"), [(View.LATERAL, 0.5), (View.AP, 0.2)])
def test_a_body_is_held_against_what_lies_before_it_or_beside_it(view: View, brighter: float) -> None:
    """0.7 inside, 0.2 in front, 0.8 behind: 0.7 - 0.2, and 0.7 - (0.2 + 0.8) / 2."""
    assert bone_brightness(view, picture(0.7, 0.2, 0.8), [body()]) == pytest.approx(brighter, abs=0.02)


def test_the_negative_has_the_other_sign() -> None:
    seen = picture(0.7, 0.2, 0.4)
    pair = [body(), body(down=30)]
    here, there = (bone_brightness(View.LATERAL, one.astype(np.float32), pair) for one in (seen, 1 - seen))
    assert here == pytest.approx(-there) and here > 0.4


def test_vertebrae_nobody_saw_do_not_count() -> None:
    assert bone_brightness(View.LATERAL, picture(0.7, 0.2, 0.4), [body(score=0)]) == 0
    assert bone_brightness(View.LATERAL, picture(0.7, 0.2, 0.4), []) == 0
