"""Which files to read, given the files and folders a user names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from oiscan.errors import ConfigError, ScanError
from oiscan.loaders.containers import Source, ZipMember, file_of, head, is_dicomdir, is_zip, listed_files, zip_members

TEXTS = frozenset({".doc", ".docx", ".htm", ".html", ".ipynb", ".log", ".md", ".pdf", ".py", ".rst", ".txt"})
TABLES = frozenset({".csv", ".json", ".jsonl", ".parquet", ".toml", ".tsv", ".xls", ".xlsx", ".xml", ".yaml", ".yml"})
DOCUMENT_SUFFIXES = TEXTS | TABLES
"""Name endings passed over inside a folder. A DICOM file may have any name, so all others are tried."""

DICOMDIR = "DICOMDIR"
"""The name the standard keeps for an index; a member of an archive is told by it, a file by its content."""


def find_files(paths: Iterable[str | Path]) -> list[Source]:
    """The files to read, each once: named files as given, folders with all that lies below them, sorted.

    Inside a folder, hidden files, documents (`DOCUMENT_SUFFIXES`) and results folders written by oiscan are passed
    over. A folder that cannot be opened is returned itself, so that reading it says so and nothing is lost silently.
    In place of a zip archive stand its members, by the same rules; in place of a DICOMDIR that was named, the files it
    lists. Inside a folder a DICOMDIR is passed over: the files it lists are found without it.

    Raises
    ------
    ConfigError
        If a path does not exist.
    """
    found: dict[object, Source] = {}
    for path in map(Path, paths):
        if not path.exists():
            raise ConfigError(f"there is no file or folder {path}")
        for file in sorted(_below(path)) if path.is_dir() else [path]:
            for source in opened(file, named=file == path):
                found.setdefault(_place(source), source)
    return list(found.values())


def opened(file: Path, named: bool = True) -> list[Source]:
    """What a file leads to: itself, or what it contains or lists; itself too where that is nothing or damaged."""
    start = head(file)
    try:
        if is_zip(start):
            return [member for member in zip_members(file) if _is_candidate(member.name)] or [file]
        if is_dicomdir(start):
            return (list(listed_files(file)) or [file]) if named else []
    except ScanError:
        pass  # reading the file itself says what is wrong with it
    return [file]


def _place(source: Source) -> object:
    if isinstance(source, ZipMember):
        return source.archive.resolve(), source.index
    return file_of(source).resolve()


def _is_candidate(member_name: str) -> bool:
    name = PurePosixPath(member_name.replace("\\", "/"))  # some programs on Windows pack so
    hidden = any(_is_hidden(part) for part in name.parts if part != "..")
    return not (hidden or _is_document(name.name) or name.name == DICOMDIR)


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
