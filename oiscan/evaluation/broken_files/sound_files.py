"""Small sound files of every kind oiscan reads, made byte by byte: what `damage` then breaks.

Written here and not with pydicom: these files must not depend on the library that is put to the test with them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]

IMPLICIT, EXPLICIT, DEFLATED = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99"
RLE, JPEG, LOSSLESS_JPEG = "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.70"
JPEG_LS, JPEG_2000 = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"

CR_IMAGE, SR_DOCUMENT = "1.2.840.10008.5.1.4.1.1.1", "1.2.840.10008.5.1.4.1.1.88.22"
UNDEFINED = 0xFFFFFFFF
_LONG_LENGTH = ("OB", "OW", "SQ", "UN", "UT")


def sound_files() -> dict[str, bytes]:
    """Files by name: DICOM in each way of storing pixels, a report, and plain pictures."""
    picture = spine_picture()
    files = {
        "explicit": dicom_file(EXPLICIT, picture.tobytes(), picture.shape),
        "implicit": dicom_file(IMPLICIT, picture.tobytes(), picture.shape),
        "sixteen_bit": dicom_file(EXPLICIT, (picture.astype("<u2") << 4).tobytes(), picture.shape, bits=16),
        "deflated": dicom_file(DEFLATED, picture.tobytes(), picture.shape),
        "report": dicom_file(EXPLICIT, None, (0, 0)),
    }
    files["bare"] = files["implicit"][files["implicit"].index(struct.pack("<HH", 0x0008, 0x0016)) :]
    for name, syntax, encode in ENCODERS:
        files[name] = dicom_file(syntax, fragments(encode(picture)), picture.shape, encapsulated=True)
    for ending in (".png", ".tif", ".jpg"):
        files[ending[1:]] = cv2.imencode(ending, picture)[1].tobytes()
    return files


def spine_picture(rows: int = 96, columns: int = 48) -> Grey:
    """A bright column of blocks on a dark ground."""
    picture = np.full((rows, columns), 20, np.uint8)
    for top in range(6, rows - 12, 12):
        picture[top : top + 9, columns // 2 - 8 : columns // 2 + 8] = 200 - top
    return picture


def dicom_file(
    syntax: str,
    pixel_data: bytes | None,
    shape: tuple[int, ...],
    *,
    bits: int = 8,
    encapsulated: bool = False,
    before_pixels: bytes = b"",
) -> bytes:
    """A DICOM file of a lateral spine; without pixel data a structured report.

    Parameters
    ----------
    syntax
        UID of the transfer syntax.
    pixel_data
        As it stands in the file.
    shape
        (rows, columns).
    bits
        Of a sample.
    encapsulated
        Whether `pixel_data` is compressed, in fragments.
    before_pixels
        Elements to put before the pixel data, encoded.
    """
    explicit = syntax != IMPLICIT
    body = _attributes(shape, bits, explicit, report=pixel_data is None) + before_pixels
    if pixel_data is not None:
        length = UNDEFINED if encapsulated else len(pixel_data)
        body += element(0x7FE0, 0x0010, "OB" if bits == 8 else "OW", pixel_data, explicit, length)
    if syntax == DEFLATED:
        body = deflated(body)
    meta = element(0x0002, 0x0010, "UI", syntax.encode())
    return bytes(128) + b"DICM" + element(0x0002, 0x0000, "UL", struct.pack("<I", len(meta))) + meta + body


def _attributes(shape: tuple[int, ...], bits: int, explicit: bool, report: bool) -> bytes:
    def text(group: int, number: int, vr: str, value: str) -> bytes:
        return element(group, number, vr, value.encode(), explicit)

    def number(group: int, number: int, value: int) -> bytes:
        return element(group, number, "US", struct.pack("<H", value), explicit)

    body = text(0x0008, 0x0016, "UI", SR_DOCUMENT if report else CR_IMAGE) + text(0x0008, 0x0018, "UI", "1.2.3.4")
    body += text(0x0008, 0x0020, "DA", "20240501") + text(0x0008, 0x0060, "CS", "CR")
    body += text(0x0008, 0x0070, "LO", "GE Healthcare") + text(0x0008, 0x1090, "LO", "Lunar iDXA")
    body += text(0x0010, 0x0010, "PN", "Doe^Jane") + text(0x0010, 0x0030, "DA", "20190412")
    body += text(0x0010, 0x1010, "AS", "005Y") + text(0x0018, 0x1030, "LO", "LVA")
    if report:
        return body
    body += number(0x0028, 0x0002, 1) + text(0x0028, 0x0004, "CS", "MONOCHROME2")
    body += number(0x0028, 0x0010, shape[0]) + number(0x0028, 0x0011, shape[1])
    body += text(0x0028, 0x0030, "DS", "0.5\\0.5")
    body += number(0x0028, 0x0100, bits) + number(0x0028, 0x0101, bits) + number(0x0028, 0x0102, bits - 1)
    return body + number(0x0028, 0x0103, 0)


def element(group: int, number: int, vr: str, value: bytes, explicit: bool = True, length: int | None = None) -> bytes:
    """One data element, little-endian, its value padded to even length; `length` is what it says its length is."""
    value += (b" " if vr not in (*_LONG_LENGTH, "UI") else b"\0") * (len(value) % 2)
    said = len(value) if length is None else length + length % 2 * (length != UNDEFINED)
    tag = struct.pack("<HH", group, number)
    if not explicit:
        return tag + struct.pack("<I", said) + value
    if vr in _LONG_LENGTH:
        return tag + vr.encode() + struct.pack("<HI", 0, said) + value
    return tag + vr.encode() + struct.pack("<H", said) + value


def fragments(*frames: bytes) -> bytes:
    """Compressed frames as encapsulated pixel data, with an empty offset table."""
    parts = [_item(b""), *(_item(frame + bytes(len(frame) % 2)) for frame in frames)]
    return b"".join(parts) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def _item(value: bytes) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(value)) + value


def deflated(body: bytes) -> bytes:
    """A raw deflate stream, padded to even length."""
    deflater = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    stream = deflater.compress(body) + deflater.flush()
    return stream + bytes(len(stream) % 2)


def rle(picture: Grey) -> bytes:
    """One DICOM RLE frame of one segment, each row as literal runs."""
    runs = b""
    for row in picture:
        for start in range(0, len(row), 128):
            part = row[start : start + 128].tobytes()
            runs += bytes([len(part) - 1]) + part
    return rle_frame(runs)


def rle_frame(runs: bytes) -> bytes:
    """The runs of one segment behind their header (DICOM PS3.5, annex G)."""
    return struct.pack("<16I", 1, 64, *[0] * 14) + runs


def jpeg(picture: Grey) -> bytes:
    """Baseline JPEG."""
    return cv2.imencode(".jpg", picture)[1].tobytes()


def jpeg_2000(picture: Grey) -> bytes:
    """A JPEG 2000 codestream, taken out of the file OpenCV wraps it in."""
    boxed = cv2.imencode(".jp2", picture)[1].tobytes()
    return boxed[boxed.index(b"\xff\x4f\xff\x51") :]


def jpeg_ls(picture: Grey) -> bytes:
    """Lossless JPEG-LS."""
    import jpeg_ls as charls

    return bytes(charls.encode_array(picture))


def lossless_jpeg(picture: Grey) -> bytes:
    """Lossless JPEG, process 14, predictor 1 (ITU-T T.81, annex H), with a code of 4 bits for each of 9 categories."""
    rows, columns = picture.shape
    frame = b"\xff\xc3" + struct.pack(">HBHHB", 11, 8, rows, columns, 1) + b"\x01\x11\x00"
    table = b"\xff\xc4" + struct.pack(">HB", 2 + 17 + 9, 0) + bytes([0, 0, 0, 9, *[0] * 12]) + bytes(range(9))
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x01\x00\x00"
    return b"\xff\xd8" + frame + table + scan + _entropy_coded(_differences(picture)) + b"\xff\xd9"


def _differences(picture: Grey) -> list[int]:
    """From the left neighbour; from the one above in the first column; from 128 in the first pixel."""
    values = picture.astype(int)
    left = np.diff(values, axis=1, prepend=0)
    left[1:, 0], left[0, 0] = np.diff(values[:, 0]), values[0, 0] - 128
    return [int(difference) for difference in left.flat]


def _entropy_coded(differences: list[int]) -> bytes:
    bits = []
    for difference in differences:
        size = abs(difference).bit_length()
        bits.append(f"{size:04b}")
        if size:
            bits.append(f"{difference if difference > 0 else difference + 2**size - 1:0{size}b}")
    joined = "".join(bits)
    joined += "1" * (-len(joined) % 8)
    packed = int(joined, 2).to_bytes(len(joined) // 8, "big")
    return packed.replace(b"\xff", b"\xff\x00")


ENCODERS: tuple[tuple[str, str, Callable[[Grey], bytes]], ...] = (
    ("rle", RLE, rle),
    ("jpeg", JPEG, jpeg),
    ("jpeg_2000", JPEG_2000, jpeg_2000),
    ("jpeg_ls", JPEG_LS, jpeg_ls),
    ("lossless_jpeg", LOSSLESS_JPEG, lossless_jpeg),
)
