"""The learning curves of a run: a table that grows by a row a round, and a picture of it."""

from __future__ import annotations

import csv
import os
from pathlib import Path

HELD_BACK = "held_back_"
"""Before the name of a figure: the same, of the subjects held back."""


def log_round(path: Path, number: int, figures: dict[str, float]) -> None:
    """Add a round's figures to curve.csv."""
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(["round", *figures])
        writer.writerow([number, *(f"{value:.5f}" for value in figures.values())])


def forget_rounds(path: Path, first: int) -> None:
    """Take the rounds after the `first` out of curve.csv: they are run again."""
    if not path.exists():
        return
    if first == 0:
        path.unlink()
        return
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    temporary = path.with_suffix(".tmp")
    temporary.write_text("".join(lines[: first + 1]), encoding="utf-8", newline="")
    os.replace(temporary, path)


def draw_curves(table: Path, picture: Path) -> None:
    """Draw curve.csv: a panel a figure, training in blue, the subjects held back in orange."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    curves = {name: [float(row[name]) for row in rows] for name in rows[0]}
    rounds = curves.pop("round")
    names = [name for name in curves if not name.startswith(HELD_BACK)]
    figure = Figure(figsize=(14, 6), layout="constrained")
    for panel, name in zip(figure.subplots(2, 4).flat, names, strict=False):
        panel.plot(rounds, curves[name], color="tab:blue", label="training")
        if HELD_BACK + name in curves:
            panel.plot(rounds, curves[HELD_BACK + name], color="tab:orange", label="held back")
        panel.set(title=name, xlabel="round", yscale="log" if min(curves[name]) > 0 else "linear")
        panel.legend()
    temporary = picture.with_suffix(".tmp")
    FigureCanvasAgg(figure)
    figure.savefig(temporary, format="png")
    os.replace(temporary, picture)
