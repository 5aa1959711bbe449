"""Which files a folder gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from oiscan.errors import ConfigError
from oiscan.loaders import find_files


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def names(root: Path, found: list[Path]) -> list[str]:
    return [path.relative_to(root).as_posix() for path in found]


def test_folders_are_searched_through_in_order(tmp_path: Path) -> None:
    touch(tmp_path, "b/2.dcm", "b/1.dcm", "a/deep/down/IMG00000", "c.png", "a/1.2.840.5")
    expected = ["a/1.2.840.5", "a/deep/down/IMG00000", "b/1.dcm", "b/2.dcm", "c.png"]
    assert names(tmp_path, find_files([tmp_path])) == expected


def test_hidden_files_documents_and_results_are_passed_over(tmp_path: Path) -> None:
    touch(tmp_path, "scan.dcm", ".DS_Store", ".hidden/scan.dcm", "__MACOSX/scan.dcm", "README.md", "truth.json")
    touch(tmp_path, "results/run.json", "results/private/files.csv", "results/overlays/x.png", "results/dicom/x.dcm")
    touch(tmp_path, "other/run.json", "other/scan.dcm")
    assert names(tmp_path, find_files([tmp_path])) == ["other/scan.dcm", "scan.dcm"]
    assert find_files([tmp_path / "results"]) == []


def test_named_files_are_kept_whatever_their_name_and_order(tmp_path: Path) -> None:
    touch(tmp_path, "z.dcm", "notes.txt", ".hidden")
    paths = [tmp_path / "z.dcm", tmp_path / "notes.txt", tmp_path / ".hidden"]
    assert find_files(paths) == paths


def test_a_file_reached_twice_is_read_once(tmp_path: Path) -> None:
    touch(tmp_path, "a/scan.dcm")
    assert len(find_files([tmp_path / "a/scan.dcm", tmp_path, tmp_path / "a" / ".." / "a"])) == 1


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no file or folder"):
        find_files([tmp_path / "nowhere"])


def test_an_empty_folder_gives_nothing(tmp_path: Path) -> None:
    assert find_files([tmp_path]) == []


def test_a_closed_folder_is_reported_and_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    real = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    touch(tmp_path, "closed/scan.dcm", "scan.dcm")
    monkeypatch.setattr(os, "scandir", closed)
    assert names(tmp_path, find_files([tmp_path])) == ["closed", "scan.dcm"]
