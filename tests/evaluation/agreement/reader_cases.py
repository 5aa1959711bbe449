"""Tables of readers and of the program, written as files."""

from pathlib import Path

READERS_HEAD = "scan_id,level,reader,status,grade,deformity"
RESULTS_HEAD = (
    "scan_id,subject,day,view,level,status,posterior_height_mm,ratio_anterior_posterior,height_loss_percent,grade,deformity"
)


def readers_file(folder: Path, *lines: str, head: str = READERS_HEAD) -> Path:
    return _written(folder / "readers.csv", head, lines)


def results_folder(folder: Path, *lines: str, head: str = RESULTS_HEAD) -> Path:
    _written(folder / "vertebrae.csv", head, lines)
    return folder


def _written(path: Path, head: str, lines: tuple[str, ...]) -> Path:
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path
