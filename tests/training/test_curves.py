"""The table and the picture of a run."""

from pathlib import Path

import cv2

from oiscan.training.curves import draw_curves, forget_rounds, log_round


def test_rows_are_added_and_those_after_a_round_forgotten(tmp_path: Path) -> None:
    table = tmp_path / "curve.csv"
    for number in (1, 2, 3):
        log_round(table, number, {"loss": number / 2})
    assert table.read_text() == "round,loss\n1,0.50000\n2,1.00000\n3,1.50000\n"
    forget_rounds(table, 2)
    assert table.read_text() == "round,loss\n1,0.50000\n2,1.00000\n"
    forget_rounds(table, 0)
    assert not table.exists()
    forget_rounds(table, 1)  # nothing there, nothing to forget


def test_the_picture_shows_training_in_blue_and_those_held_back_in_orange(tmp_path: Path) -> None:
    table, picture = tmp_path / "curve.csv", tmp_path / "curve.png"
    blue, orange = (0xB4, 0x77, 0x1F), (0x0E, 0x7F, 0xFF)
    for held_back in (False, True):
        for number in (1, 2, 3):
            log_round(table, number, {"a": 1 / number} | ({"held_back_a": 2 / number} if held_back else {}))
        draw_curves(table, picture)
        drawn = cv2.imread(str(picture))
        assert (drawn == blue).all(-1).sum() > 50
        assert bool((drawn == orange).all(-1).sum() > 50) == held_back
        forget_rounds(table, 0)
    assert {one.name for one in tmp_path.iterdir()} == {"curve.png"}
