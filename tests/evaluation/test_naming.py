"""Names against the truth: counted by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from oiscan.anatomy import COLUMN, Level, View
from oiscan.evaluation.naming import (
    Answer,
    NamingCase,
    answer,
    calibration_error,
    fit_trust,
    log_loss,
    naming_case,
    naming_cases,
    naming_figures,
)
from oiscan.labels import LabelledImage, LabelledVertebra, read_labels
from oiscan.scan import PixelSpacing, Scan, StoredFrame
from oiscan.segmentation.model import Model
from oiscan.segmentation.numbering import Trust
from tests.segmentation.drawn import DrawnModel, candidate, column, draw, quad


def case(first_looks_like: int, first: int, n: int = 6, score: float = 1.0) -> NamingCase:
    looks = [candidate(quad(50, 30 + 28 * i), score, first_looks_like + i) for i in range(n)]
    return NamingCase(tuple(looks), None, 0, first)


def test_an_answer_is_right_stated_or_neither() -> None:
    sure = Trust(1.0, 0.05, 0.95)
    right, beside, far = (answer(case(5, first), sure) for first in (5, 6, 9))
    assert (right.right, right.of_right) == (True, right.probability)
    assert (beside.right, beside.of_right) == (False, pytest.approx(0.05, abs=0.001))
    assert (far.right, far.of_right) == (False, None)
    figures = naming_figures([case(5, 5), case(5, 6), case(5, 9), case(7, 7)], sure)
    assert (figures["named_right"], figures["right_among_stated"], figures["scans"]) == (0.5, 0.75, 4)
    assert figures["mean_probability"] == pytest.approx(0.9, abs=0.001)


def test_the_calibration_error_is_the_mean_gap_over_tenths() -> None:
    """Three at 0.95, two of them right: 0.85 too much together. Two at 0.55, one right: 0.1 together. Five in all."""
    answers = [Answer(0.95, True, 0.95), Answer(0.95, True, 0.95), Answer(0.95, False, None)]
    answers += [Answer(0.55, True, 0.55), Answer(0.55, False, None)]
    assert calibration_error(answers) == pytest.approx((0.85 + 0.1) / 5)
    assert log_loss([Answer(0.5, True, 0.5), Answer(0.8, False, 0.1)]) == pytest.approx(-np.log([0.5, 0.1]).mean())


def test_names_that_mislead_are_trusted_less() -> None:
    honest = [case(first, first, n=3) for first in range(10)]
    misled = [case(first, first + 2, n=3) for first in range(10)]
    assert fit_trust([honest]).temperature < fit_trust([honest, misled]).temperature


def test_the_pictures_of_a_label_file_are_cases_of_their_view(model: Model) -> None:
    labels = read_labels(Path(__file__).parents[2] / "sample_data" / "adult_labels.json")
    cases = naming_cases(labels.images, model)
    assert {view: len(some) for view, some in cases.items()} == {View.LATERAL: 1, View.AP: 1}
    assert answer(cases[View.LATERAL][0]).right
    assert cases[View.LATERAL][0].sacrum is not None


@pytest.mark.parametrize("shift", [0, 1])
def test_the_true_first_level_is_read_off_the_labels(shift: int) -> None:
    """Eight bodies, T10 to L5; only L1 and L2, the fourth and fifth of them, are labelled."""
    quads = column(8)
    pixels = draw(quads, 300, 200)
    scan = Scan(pixels, StoredFrame(300, 200), "0" * 64, View.AP, PixelSpacing(1.0, 1.0, "test"))
    labels = tuple(
        LabelledVertebra(level, quads[place + shift][:, ::-1]) for place, level in ((3, Level.L1), (4, Level.L2))
    )
    image = LabelledImage(None, View.AP, labels)
    found = naming_case(image, scan, DrawnModel())
    assert found is not None
    assert COLUMN[found.first] is (Level.T9 if shift else Level.T10)
    assert answer(found).right == (shift == 0)
    unseen = LabelledImage(None, View.AP, (LabelledVertebra(Level.L1, np.full((4, 2), np.nan)),))
    assert naming_case(unseen, scan, DrawnModel()) is None
