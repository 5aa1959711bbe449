"""Which files to read, given the files and folders a user names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from oiscan.errors import ConfigError

TEXTS = frozenset({".doc", ".docx", ".htm", ".html", ".ipynb", ".log", ".md", ".pdf", ".py", ".rst", ".txt"})
TABLES = frozenset({".csv", ".json", ".jsonl", ".parquet", ".toml", ".tsv", ".xls", ".xlsx", ".xml", ".yaml", ".yml"})
DOCUMENT_SUFFIXES = TEXTS | TABLES
"""Name endings passed over inside a folder. A DICOM file may have any name, so all others are tried."""


def find_files(paths: Iterable[str | Path]) -> list[Path]:
    """The files to read, each once: named files as given, folders with all that lies below them, sorted.

    Inside a folder, hidden files, documents (`DOCUMENT_SUFFIXES`) and results folders written by oiscan are passed
    over. A folder that cannot be opened is returned itself, so that reading it says so and nothing is lost silently.

    Raises
    ------
    ConfigError
        If a path does not exist.
    """
    found: dict[Path, Path] = {}
    for path in map(Path, paths):
        if not path.exists():
            raise ConfigError(f"there is no file or folder {path}")
        for file in sorted(_below(path)) if path.is_dir() else [path]:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _below(root: Path) -> Iterator[Path]:
    closed: list[Path] = []
    for folder, subfolders, names in os.walk(root, onerror=lambda error: closed.append(Path(error.filename))):
        if _holds_results(Path(folder)):
            subfolders.clear()  # os.walk goes into what is left in this list
            continue
        subfolders[:] = [name for name in subfolders if not _is_hidden(name)]
        yield from (Path(folder, name) for name in names if not _is_hidden(name) and not _is_document(name))
    yield from closed


def _holds_results(folder: Path) -> bool:
    return (folder / "run.json").is_file() and (folder / "private").is_dir()


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _is_document(name: str) -> bool:
    return Path(name).suffix.lower() in DOCUMENT_SUFFIXES
