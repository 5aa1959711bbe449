"""Compressed pixels, decoded apart: what a decoder may do, and what becomes of the file."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from oiscan.errors import ScanError, UnreadableFileError
from oiscan.evaluation.broken_files import sound_files as sound
from oiscan.evaluation.broken_files.damage import BOMB_MIB, deflate_bomb, rle_bomb
from oiscan.loaders import apart, read

PICTURE = sound.spine_picture()
FILES = sound.sound_files()


@pytest.fixture(autouse=True)
def no_helper_left() -> Iterator[None]:
    yield
    apart.close()


def written(folder: Path, data: bytes) -> Path:
    (folder / "scan.dcm").write_bytes(data)
    return folder / "scan.dcm"


@pytest.mark.parametrize("name", ["rle", "jpeg_2000", "jpeg_ls", "lossless_jpeg", "deflated", "bare", "sixteen_bit"])
def test_every_way_of_storing_gives_the_same_pixels(tmp_path: Path, name: str) -> None:
    pixels = read(written(tmp_path, FILES[name])).pixels
    assert np.array_equal(pixels / (16 if name == "sixteen_bit" else 1), PICTURE)


def test_the_helper_starts_with_the_first_compressed_picture_and_is_used_again(tmp_path: Path) -> None:
    read(written(tmp_path, FILES["explicit"]))
    assert apart._helper is None
    read(written(tmp_path, FILES["rle"]))
    first = apart._helper
    read(written(tmp_path, FILES["jpeg_ls"]))
    assert first is not None and apart._helper is first


def test_a_decoder_that_ends_its_process_costs_one_file(tmp_path: Path) -> None:
    """GDCM does so on samples of 255 bits: a C++ exception nobody catches."""
    damaged = FILES["lossless_jpeg"].replace(b"\xff\xc3\x00\x0b\x08", b"\xff\xc3\x00\x0b\xff", 1)
    with pytest.raises(UnreadableFileError, match="cannot be decoded"):
        read(written(tmp_path, damaged))
    assert apart._helper is None  # it died
    assert np.array_equal(read(written(tmp_path, FILES["lossless_jpeg"])).pixels, PICTURE)


def test_a_helper_that_was_killed_is_replaced(tmp_path: Path) -> None:
    read(written(tmp_path, FILES["rle"]))
    assert apart._helper is not None
    os.kill(apart._helper._process.pid, signal.SIGKILL)
    apart._helper._process.wait()
    with pytest.raises(UnreadableFileError):
        read(written(tmp_path, FILES["rle"]))
    assert np.array_equal(read(written(tmp_path, FILES["rle"])).pixels, PICTURE)


def test_a_decoder_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(written(tmp_path, FILES["rle"]))
    assert apart._helper is not None
    os.kill(apart._helper._process.pid, signal.SIGSTOP)
    monkeypatch.setattr(apart, "SECONDS", 0.2)
    with pytest.raises(UnreadableFileError):
        read(written(tmp_path, FILES["rle"]))


@pytest.mark.parametrize("bomb", [deflate_bomb, rle_bomb])
def test_bombs_are_refused(tmp_path: Path, bomb: Callable[[int], bytes]) -> None:
    with pytest.raises(ScanError):
        read(written(tmp_path, bomb(BOMB_MIB[1])))


def test_a_deflated_stream_that_is_damaged_or_goes_on_ends(tmp_path: Path) -> None:
    whole = FILES["deflated"]
    with pytest.raises(UnreadableFileError, match="deflated part is damaged"):
        read(written(tmp_path, whole[:-200] + b"\xff" * 200))
    assert np.array_equal(read(written(tmp_path, whole + whole)).pixels, PICTURE)  # what follows is not looked at
