"""Plots show the numbers they are drawn from."""

from pathlib import Path

import numpy as np
import pytest

from oiscan.evaluation.agreement.comparison import Comparison, Panel, compare
from oiscan.evaluation.agreement.plots import bland_altman_plot, calibration_plot, confusion_plot
from oiscan.evaluation.agreement.readers import read_readers
from oiscan.evaluation.agreement.readings import Reading
from oiscan.evaluation.agreement.results import Results, read_results
from tests.evaluation.agreement.reader_cases import READERS_HEAD, readers_file, results_folder

PROGRAM_SAYS = ("a,P,0,lateral,L1,scored,15.0,0.70,30.00,2,wedge", "b,Q,0,lateral,L1,scored,16.0,0.99,1.00,0,")
HEAD = f"{READERS_HEAD},posterior_height_mm"


def comparisons(folder: Path, *lines: str) -> list[Comparison]:
    results = read_results(results_folder(folder, *PROGRAM_SAYS))
    panel = Panel.of(read_readers(readers_file(folder, *lines, head=HEAD)), results)
    return [compare(panel, reader) for reader in panel.readers]


def test_confusion_shows_every_count_and_names_as_they_are(tmp_path: Path) -> None:
    figure = confusion_plot(comparisons(tmp_path, "a,L1,$A_1,scored,1,,", "b,L1,$A_1,scored,0,,", "b,L1,B$,scored,0,,"))
    first, second = figure.axes
    shown = np.array([int(text.get_text()) for text in first.texts]).reshape(5, 5)
    assert shown.sum() == 2
    assert shown[0, 0] == shown[1, 2] == 1
    assert (first.get_ylabel(), second.get_ylabel()) == ("grade by $A_1", "grade by B$")
    figure.savefig(tmp_path / "confusion.png")
    assert (tmp_path / "confusion.png").stat().st_size > 10_000


def test_differences_with_bias_and_limits(tmp_path: Path) -> None:
    """Program minus reader: 15 - 14 and 16 - 13; the other reader measured nothing and gets no panel."""
    figure = bland_altman_plot(
        comparisons(tmp_path, "a,L1,A,scored,1,,14", "b,L1,A,scored,0,,13", "b,L1,B,scored,0,,")
    )
    assert figure is not None
    (axes,) = figure.axes
    assert axes.collections[0].get_offsets().tolist() == [[14.5, 1], [14.5, 3]]
    lines = sorted(line.get_ydata()[0] for line in axes.lines)
    assert lines == pytest.approx(sorted([0, 2, 2 - 1.959964 * np.sqrt(2), 2 + 1.959964 * np.sqrt(2)]))
    assert axes.get_xlabel() == "posterior height, mean of both (mm)"


def test_no_heights_no_plot(tmp_path: Path) -> None:
    assert bland_altman_plot(comparisons(tmp_path, "a,L1,A,scored,1,,")) is None


def test_no_probabilities_no_plot(tmp_path: Path) -> None:
    assert calibration_plot(comparisons(tmp_path, "a,L1,A,scored,1,,")) is None


def test_calibration_shows_stated_and_called(tmp_path: Path) -> None:
    readings = read_readers(readers_file(tmp_path, "a,L1,A,scored,1,", "b,L1,A,scored,0,", "c,L1,A,scored,2,"))
    stated = {"a": 0.9, "b": 0.25, "c": 0.25}
    program = {one.key: Reading(*one.key, "oiscan", 0, fracture_probability=stated[one.scan_id]) for one in readings}
    figure = calibration_plot([compare(Panel.of(readings, Results(program, {}, {})), "A")])
    assert figure is not None
    _, line = figure.axes[0].lines[:2]
    assert np.column_stack([line.get_xdata(), line.get_ydata()]).tolist() == [[0.25, 0.5], [0.9, 1.0]]
