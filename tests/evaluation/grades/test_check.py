"""Figures of grading on vertebrae made up by hand, the fit of its doubt, and one drawn child."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from oiscan.anatomy import Level, View
from oiscan.errors import LabelError
from oiscan.evaluation.grades import cases, invariance
from oiscan.evaluation.grades.cases import ASKED, Answer, Child, answers, at_place, drawn_scan
from oiscan.evaluation.grades.check import hard_probabilities, log_loss, promises, told
from oiscan.evaluation.grades.fit import fitted_doubt
from oiscan.evaluation.grades.invariance import Same, same_grades
from oiscan.report import Finding, Verdict
from oiscan.scan import Scan
from oiscan.spine import Spine, Vertebra

UNREADABLE = Finding(Level.L1, Verdict.UNREADABLE, "too faint or overlapped")


def scored(grade: int, loss: float = 0.0, deformity: str = "wedge", probability: float | None = None) -> Finding:
    """A grade with a loss; with a probability of fracture also all that doubt adds."""
    finding = Finding(
        Level.L1, Verdict.SCORED, grade=grade, height_loss_percent=loss, deformity=deformity if grade else "",
        ratio_anterior_posterior=1 - loss / 100, ratio_middle_posterior=1.0,
        standard_errors={"height_loss_percent": 2.0},
    )  # fmt: skip
    if probability is None:
        return finding
    probabilities = (1 - probability, probability, 0.0, 0.0)
    return replace(finding, grade_probabilities=probabilities, height_loss_interval_percent=(loss - 3, loss + 3))


def answer(
    loss: float, finding: Finding | None, seed: int = 1, readable: bool = True, healthy: bool = False, age: float = 8
) -> Answer:
    grade = int(loss >= 20) + int(loss >= 25) + int(loss > 40)
    return Answer(Child(seed, healthy), age, readable, loss, grade, "wedge" if grade else "", finding)


TOLD = [
    answer(22, scored(1, 21, probability=0.9)),
    answer(24, scored(0, 18, probability=0.2)),  # missed
    answer(30, scored(2, 31, probability=1.0), seed=2),
    answer(45, scored(3, 44, "crush", probability=1.0), seed=2, age=4),  # the wrong type
    answer(26, UNREADABLE, seed=2, age=4),
    answer(50, None, seed=2, age=4),  # nothing was said
    answer(5, scored(0, 6, probability=0.0), seed=3),
    answer(12, scored(1, 21, probability=0.6), seed=3),  # false fracture
    answer(3, scored(0, 1, probability=0.0), seed=3),
    answer(4, scored(0, 9, probability=0.0), seed=3),
    answer(2, UNREADABLE, seed=3, readable=False),
    answer(2, scored(0, 2, probability=0.0), seed=3, readable=False),
    answer(2, scored(0, 2, probability=0.0), seed=4, healthy=True),
    answer(8, scored(1, 22, probability=0.7), seed=4, healthy=True),
]


def values(told_: Sequence[Answer]) -> dict[str, float]:
    return {name: one["value"] for name, one in told(told_).items() if isinstance(one, dict) and "value" in one}


def test_figures_by_hand() -> None:
    found = told(TOLD)
    assert (found["n_exams"], found["n_healthy_exams"], found["n_vertebrae"]) == (3, 1, 14)
    expected = {
        "sensitivity": 3 / 4,
        "specificity": 3 / 4,
        "sensitivity_refusals_missed": 3 / 6,
        "height_loss_mae_points": (1 + 6 + 1 + 1 + 1 + 9 + 2 + 5) / 8,
        "deformity_accuracy": 1 / 2,
        "borderline_fraction": 0,
        "unreadable_found": 1 / 2,
        "readable_refused": 2 / 10,
        "fractured_refused": 2 / 6,
        "false_fractures_per_100_healthy": 50,
        "coverage90": 5 / 8,
    }
    assert {name: values(TOLD)[name] for name in expected} == pytest.approx(expected, abs=1e-4)
    low, high = found["specificity"]["ci95"]
    assert 0 <= low <= 0.75 <= high <= 1


def test_doubt_is_asked_for_between_10_and_35_percent() -> None:
    """Four such vertebrae: 0.9 and 1.0 that were fractures, 0.2 that was one, 0.6 that was none."""
    found = values(TOLD)
    assert found["ece"] == pytest.approx((0.1 + 0.8 + 0 + 0.6) / 4, abs=1e-4)
    assert found["log_loss"] == pytest.approx(-np.log([0.9, 0.2, 1e-6, 0.4]).mean(), abs=1e-4)


def test_sensitivity_where_one_in_twenty_sound_ones_is_called_fractured() -> None:
    """Of 20 sound vertebrae one may be likelier fractured than what is called so: the second likeliest has 0.3."""
    sound = [answer(5, scored(0, 5, probability=likely)) for likely in (0.6, 0.3, *[0.01] * 19)]
    fractured = [answer(30, scored(2, 30, probability=likely)) for likely in (0.9, 0.5, 0.4, 0.2)]
    found = values([*sound, *fractured])
    assert (found["sensitivity"], found["sensitivity_at_specificity_0.95"]) == (1, 0.75)
    assert "sensitivity_at_specificity_0.95" in values(fractured)
    assert values(fractured)["sensitivity_at_specificity_0.95"] is None


def test_by_age_and_without_losses_near_an_edge() -> None:
    found = told(TOLD)
    assert found["by_age"]["2-6 years"]["n_vertebrae"] == 3
    assert found["by_age"]["2-6 years"]["readable_refused"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["by_age"]["10-14 years"]["sensitivity"] == {"value": None, "ci95": None}
    away = found["without_true_losses_within_3_points_of_an_edge"]
    assert away["sensitivity"]["value"] == 1  # 30 and 45 are left
    assert "2-6 years" in away["by_age"]


def test_promises_name_what_is_not_kept() -> None:
    kept = {one["figure"]: one["kept"] for one in promises(told(TOLD))}
    assert not kept["sensitivity"] and not kept["coverage90"] and kept["borderline_fraction"]
    without = promises(told([replace(TOLD[0], finding=scored(1, 21))]))
    assert {one["figure"]: one["kept"] for one in without}["log_loss"] is False


def test_log_loss_by_hand() -> None:
    assert log_loss(np.array([[0.5, 0.5], [1, 0]]), np.array([1, 0])) == pytest.approx(np.log(2) / 2)
    hard = hard_probabilities(np.array([0, 0, 1]), np.array([0, 1, 1]), 2)
    assert hard.tolist() == [[0.5, 0.5], [0.5, 0.5], [0, 1]]


def drawn(n: int, spread: float, shift: float, age: float, gain: float = 1.0) -> list[Answer]:
    """True losses scattered round measured ones, all stated with an error of 2 points."""
    rng = np.random.default_rng(0)
    said = [float(loss) for loss in rng.uniform(5, 40, n)]
    true = [gain * loss + shift + spread * float(rng.standard_t(4)) for loss in said]
    return [answer(lost, scored(0, loss), age=age) for lost, loss in zip(true, said, strict=True)]


def test_the_fit_finds_gain_shift_and_spread_of_each_band() -> None:
    doubt = fitted_doubt(drawn(600, 3.0, 1.5, age=4) + drawn(600, 1.0, -2.0, age=12, gain=1.25))
    young, unseen, older = doubt.at(4), doubt.at(7), doubt.at(12)
    for band, spread, shift, gain in ((young, 3.0, 1.5, 1.0), (older, 1.0, -2.0, 1.25)):
        assert band.gain == pytest.approx(gain, abs=0.1)
        assert band.gain * 20 + band.shift_percent == pytest.approx(gain * 20 + shift, abs=0.6)
        assert math.hypot(band.factor * 2, band.added_percent) == pytest.approx(spread, rel=0.15)
    assert replace(unseen, below_years=math.inf) == doubt.any_age


def test_too_few_vertebrae_are_no_fit() -> None:
    with pytest.raises(LabelError, match="too few"):
        fitted_doubt(drawn(99, 1, 0, age=4))


class Knows:
    """As much of a model as is asked for."""

    calibrated = False
    card: dict[str, object] = {}  # noqa: RUF012


@pytest.fixture(scope="module")
def child() -> tuple[Scan, list[dict[str, object]]]:
    return drawn_scan(Child(910_004))


def truth_as_spine(told_: Sequence[dict[str, object]]) -> Spine:
    """What a perfect segmentation would say."""
    vertebrae = []
    for one in told_:
        points = np.array(one["landmarks_px"])
        vertebrae.append(Vertebra(Level(str(one["level"])), points, np.zeros((6, 2, 2)), points, 0.9))
    return Spine(View.LATERAL, tuple(vertebrae), anterior="right")


def test_a_drawn_child(child: tuple[Scan, list[dict[str, object]]]) -> None:
    scan, told_ = child
    settings = Child(910_004).settings
    assert scan.subject.age_years == settings.age_years and settings.fractured is not None
    assert 2 <= settings.age_years < 18 and 0.2 <= settings.fractured <= 0.4
    assert Child(910_004, healthy=True).settings.fractured == 0
    assert {one["level"] for one in told_} <= set(ASKED)
    assert any(one["grade"] for one in told_)


def test_perfect_landmarks_are_graded_as_the_truth(
    child: tuple[Scan, list[dict[str, object]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but the reference of the posterior height, which grading has to guess from the neighbours."""
    monkeypatch.setattr(cases, "drawn_scan", lambda asked: child)
    monkeypatch.setattr(cases, "segment", lambda scan, model: truth_as_spine(child[1]))
    found = answers([Child(910_004)], Knows())  # type: ignore[arg-type]
    readable = [one for one in found if one.readable and one.deformity != "crush"]
    assert readable and all(one.graded for one in readable)
    right = sum(one.finding is not None and one.finding.grade == one.grade for one in readable)
    assert right >= 0.8 * len(readable)


def test_a_perfect_segmentation_grades_altered_pictures_alike(
    child: tuple[Scan, list[dict[str, object]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def see(scan: Scan, model: object) -> Spine:
        """The truth, scaled to the size of the picture and mirrored where its dark half is."""
        spine = truth_as_spine(child[1])
        exact = np.array(scan.pixels.shape) / child[0].pixels.shape
        mirrored = scan.pixels.shape == child[0].pixels.shape and np.array_equal(
            scan.pixels, child[0].pixels[:, ::-1]
        )
        flip = (np.array([1, -1]), np.array([0, scan.pixels.shape[1] - 1])) if mirrored else (1, 0)
        moved = [((one.landmarks_px + 0.5) * exact - 0.5) * flip[0] + flip[1] for one in spine.vertebrae]
        seen = (replace(one, landmarks_px=p, outline_px=p) for one, p in zip(spine.vertebrae, moved, strict=True))
        return replace(spine, vertebrae=tuple(seen))

    monkeypatch.setattr(invariance, "drawn_scan", lambda asked: child)
    monkeypatch.setattr(cases, "segment", see)
    found = same_grades([Child(1)], Knows())  # type: ignore[arg-type]
    assert set(found) == {"half the pixels", "mirrored", "inverted", "other spacing"}
    assert all(one.share == 1 and one.vertebrae > 5 for one in found.values()), found
    assert math.isnan(Same(0, 0).share)


def test_a_finding_elsewhere_is_not_about_this_vertebra() -> None:
    square = np.array([[0, 0], [0, 15], [0, 30], [20, 30], [20, 15], [20, 0]], float)

    def at(shift: float) -> Finding:
        return replace(scored(0), landmarks_px=tuple(map(tuple, square + [shift, 0])))

    assert at_place(square, [at(9), at(-30)]) == at(9)
    assert at_place(square, [at(11), UNREADABLE]) is None
