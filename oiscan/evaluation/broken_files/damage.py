"""Files broken on purpose, each from its own seed: byte flips, cuts, wrong lengths, huge sizes, deep nesting, bombs."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np

from oiscan.evaluation.broken_files import sound_files as sound

HEADER_BYTES = 1200
"""Where the attributes stand in `sound_files`; damage here does more than damage to pixels."""

EXTREME_LENGTHS = (0, 1, 0x7FFF, 0xFFFE, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF)
EXTREME_SIDES = (0, 1, 31, 4000, 32767, 65535)
DEPTHS = (10, 300, 3000, 50_000)
BOMB_MIB = (1, 200, 1500)
"""What bombs unfold to: the first could be a scan."""

ZIP_BOMB_MIB = 200


@dataclass(frozen=True)
class Damaged:
    """A broken file: which sound file it came from, what was done to it, and its bytes."""

    source: str
    kind: str
    data: bytes


def damaged(number: int, seed: int, files: Mapping[str, bytes]) -> Damaged:
    """Broken file `number` of the series `seed`: the same two numbers always give the same bytes.

    Parameters
    ----------
    number, seed
        Name the file.
    files
        Sound files by name, from `sound_files.sound_files`.
    """
    rng = np.random.default_rng([seed, number])
    source = str(rng.choice(list(files)))
    kind = str(rng.choice(list(DAMAGES), p=_SHARES))
    return Damaged(source, kind, DAMAGES[kind](files[source], rng))


def _flips(data: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(data)
    end = len(data) if rng.random() < 0.5 else min(len(data), HEADER_BYTES)
    for _ in range(rng.choice([1, 2, 5, 20, 100])):
        changed[rng.integers(end)] ^= 1 << rng.integers(8)
    return bytes(changed)


def _noise(data: bytes, rng: np.random.Generator) -> bytes:
    start, size = rng.integers(len(data)), rng.choice([4, 16, 64, 512])
    return data[:start] + rng.bytes(int(size)) + data[start + size :]


def _cut(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: rng.integers(len(data))]


def _hole(data: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(len(data)))
    return data[:start] + data[start + int(rng.choice([1, 2, 8, 100])) :]


def _repeat(data: bytes, rng: np.random.Generator) -> bytes:
    start, end = sorted(int(place) for place in rng.integers(len(data), size=2))
    return data[:end] + data[start:end] * int(rng.choice([1, 3])) + data[end:]


def _wrong_length(data: bytes, rng: np.random.Generator) -> bytes:
    """An extreme number where a length may stand: on an even place of the header."""
    place = 2 * int(rng.integers(min(len(data), HEADER_BYTES) // 2))
    length = int(rng.choice(EXTREME_LENGTHS))
    said = struct.pack("<I", length) if rng.random() < 0.5 else struct.pack("<H", length & 0xFFFF)
    return data[:place] + said + data[place + len(said) :]


def _huge_size(data: bytes, rng: np.random.Generator) -> bytes:
    """Other rows and columns, in the header, in the compressed pixels, or in both."""
    rows, columns = (int(side) for side in rng.choice(EXTREME_SIDES, 2))
    where = int(rng.integers(1, 4))
    if where & 1:
        for number, side in ((0x0010, rows), (0x0011, columns)):
            tag = data.find(struct.pack("<HH", 0x0028, number))
            data = data if tag < 0 else data[: tag + 8] + struct.pack("<H", side) + data[tag + 10 :]
    return _other_inner_size(data, rows, columns) if where & 2 else data


def _other_inner_size(data: bytes, rows: int, columns: int) -> bytes:
    sizes = {
        b"\xff\xc0": (5, ">HH"),
        b"\xff\xc3": (5, ">HH"),
        b"\xff\xf7": (5, ">HH"),
        b"\xff\x51": (6, ">II"),
        b"IHDR": (4, ">II"),
    }
    for marker, (offset, layout) in sizes.items():
        place = data.find(marker)
        if place >= 0:
            size = struct.pack(layout, *((columns, rows) if layout == ">II" else (rows, columns)))
            return data[: place + offset] + size + data[place + offset + len(size) :]
    return data


def _deep(data: bytes, rng: np.random.Generator) -> bytes:
    """A picture behind sequences inside sequences."""
    depth, ends = int(rng.choice(DEPTHS)), rng.random() < 0.5
    opening = sound.element(0x0008, 0x1140, "SQ", b"", length=sound.UNDEFINED)
    item, item_end, end = (struct.pack("<HHI", 0xFFFE, number, 0) for number in (0xE000, 0xE00D, 0xE0DD))
    item = item[:4] + struct.pack("<I", sound.UNDEFINED)
    nested = (opening + item) * depth + (item_end + end) * (depth if ends else 0)
    picture = sound.spine_picture()
    syntax = sound.DEFLATED if rng.random() < 0.3 else sound.EXPLICIT
    return sound.dicom_file(syntax, picture.tobytes(), picture.shape, before_pixels=nested)


def _bomb(data: bytes, rng: np.random.Generator) -> bytes:
    bombs = (deflate_bomb, rle_bomb, zip_bomb, png_bomb, jpeg_2000_bomb)
    return bombs[rng.integers(len(bombs))](int(rng.choice(BOMB_MIB)))


def deflate_bomb(mebibytes: int) -> bytes:
    """A deflated DICOM file that inflates to so many MiB."""
    picture = sound.spine_picture()
    whole = sound.dicom_file(sound.DEFLATED, picture.tobytes(), picture.shape)
    meta_end = 132 + 12 + len(sound.element(0x0002, 0x0010, "UI", sound.DEFLATED.encode()))
    return whole[:meta_end] + _deflated_zeros(mebibytes)


def _deflated_zeros(mebibytes: int) -> bytes:
    """A raw deflate stream of zeros; after a full flush each block stands alone, so one block is enough to make it."""
    deflater = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    block = deflater.compress(bytes(2**20)) + deflater.flush(zlib.Z_FULL_FLUSH)
    return block * mebibytes + deflater.flush()


def rle_bomb(mebibytes: int) -> bytes:
    """Runs of 128 zeros, far more than a picture of the size stated holds."""
    runs = b"\x81\x00" * (mebibytes * 2**20 // 128)
    return sound.dicom_file(sound.RLE, sound.fragments(sound.rle_frame(runs)), (96, 48), encapsulated=True)


def zip_bomb(mebibytes: int) -> bytes:
    """A zip archive whose one member unpacks to so many MiB, or `ZIP_BOMB_MIB`."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive, archive.open("scan.dcm", "w") as member:
        for _ in range(min(mebibytes, ZIP_BOMB_MIB)):  # packing takes longer than it takes to refuse
            member.write(bytes(2**20))
    return packed.getvalue()


def png_bomb(mebibytes: int) -> bytes:
    """A grey PNG of one value, as many pixels as told."""
    rows, columns = mebibytes * 2**10, 2**10

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0))
    stream = b"\x78\x9c" + _deflated_zeros(mebibytes) + struct.pack(">I", 1)
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", stream) + chunk(b"IEND", b"")


def jpeg_2000_bomb(mebibytes: int) -> bytes:
    """A codestream and a header that both announce a picture far larger than what follows."""
    side = min(65535, int((mebibytes * 2**20) ** 0.5))
    stream = _other_inner_size(sound.jpeg_2000(sound.spine_picture()), side, side)
    return sound.dicom_file(sound.JPEG_2000, sound.fragments(stream), (side, side), encapsulated=True)


DAMAGES: Mapping[str, Callable[[bytes, np.random.Generator], bytes]] = {
    "flips": _flips,
    "noise": _noise,
    "cut": _cut,
    "hole": _hole,
    "repeat": _repeat,
    "wrong_length": _wrong_length,
    "huge_size": _huge_size,
    "deep": _deep,
    "bomb": _bomb,
}
_SHARES = (0.25, 0.1, 0.1, 0.1, 0.08, 0.15, 0.1, 0.07, 0.05)
"""How often each damage is drawn."""
