"""DICOM objects of any maker: CR, DX, SC and OT pictures, recognised by what they hold and not by their Modality."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from oiscan.anatomy import View
from oiscan.errors import NoImageError, UnreadableFileError, UnsupportedScanError
from oiscan.loaders.burned_in import is_captured, text_in
from oiscan.loaders.decoding import decode
from oiscan.loaders.energies import ONE_OF_TWO, Counted, counted_in, two_energies
from oiscan.loaders.grey import BoneBright
from oiscan.loaders.header import Header
from oiscan.loaders.hologic import HOLOGIC
from oiscan.loaders.hologic_page import results_script
from oiscan.loaders.identity import acquisition_from_header, identity_from_header, subject_from_header
from oiscan.loaders.inflate import check_inflated_size
from oiscan.loaders.lunar import LUNAR
from oiscan.loaders.margins import scanned_area
from oiscan.loaders.polarity import INVERTED_REMARK, looks_inverted
from oiscan.loaders.spacing import aspect_from_header, spacing_from_header
from oiscan.loaders.stated import Stated
from oiscan.loaders.vendor import UNKNOWN_MAKER, Vendor
from oiscan.loaders.view import view_from_header
from oiscan.scan import PixelSpacing, ReaderVertebra, Scan, StoredFrame

VENDORS: tuple[Vendor, ...] = (LUNAR, HOLOGIC)
"""Makers whose ways are known; the first that recognises a file is asked."""

NOT_PROJECTIONS = {
    "CT": "a CT slice",
    "MR": "an MR slice",
    "US": "an ultrasound picture",
    "PT": "a PET slice",
    "NM": "a nuclear medicine picture",
}
"""Modalities that are never an X-ray of the spine. The others tell nothing: sites export DXA scans as CR, DX or OT."""

_DICOM_ROOT = "1.2.840.10008."


def read_dicom(data: bytes, sha256: str, stated: Stated) -> Scan:
    """The scan in a DICOM file.

    Parameters
    ----------
    data
        The file's bytes, with or without the 128-byte preamble.
    sha256
        Of those bytes.
    stated
        What the user says of the file.

    Raises
    ------
    UnreadableFileError, NoImageError, UnsupportedScanError
        As `oiscan.loaders.read`.
    """
    header = parse(data)
    _check_picture(header)
    _check_projection(header)
    _check_no_page(header)
    vendor = next((vendor for vendor in VENDORS if vendor.recognises(header)), UNKNOWN_MAKER)
    view = view_from_header(header, stated.view)
    notes: list[str] = []
    counted = counted_in(header)
    picture = _picture(header, counted, stated, notes)
    upside_down = _is_upside_down(header, vendor, notes)
    pixels = picture.pixels[::-1] if upside_down else picture.pixels
    scanned = scanned_area(pixels)
    if not counted and looks_inverted(pixels, scanned):
        notes.append(INVERTED_REMARK)
    spacing = _spacing(header, vendor, stated, notes)
    marked = _reader_landmarks(header, vendor, view, spacing, notes)
    identity = identity_from_header(header)
    return Scan(
        pixels=pixels,
        stored=StoredFrame(pixels.shape[0], pixels.shape[1], upside_down, picture.inverted),
        sha256=sha256,
        view=View.LATERAL if view is None and marked else view,
        spacing=spacing,
        aspect=_aspect(header, notes) if spacing is None else None,
        scanned=scanned,
        subject=subject_from_header(header, identity, notes),
        acquisition=acquisition_from_header(header, identity),
        identity=identity,
        notes=tuple(notes),
        burned_in_text=text_in(header, pixels),
        captured=is_captured(header),
        reader_landmarks=marked,
        energies=two_energies(_turned(counted, upside_down)) if len(counted) == 2 else None,
    )


def read_halves(low: bytes, high: bytes, sha256: str, stated: Stated) -> Scan:
    """The scan in two DICOM files of one energy each, in oiscan's layout; what the header says is taken from `low`.

    Raises
    ------
    UnsupportedScanError
        If they are not the two halves of one scan.
    UnreadableFileError, NoImageError
        As `oiscan.loaders.read`.
    """
    scan = read_dicom(low, sha256, stated)
    halves = [one for data in (low, high) for one in counted_in(parse(data))]
    if len(halves) != 2:
        raise UnsupportedScanError("these are not two files of one X-ray energy each", "see the guide, bone_from_image")
    energies = two_energies(_turned(tuple(halves), scan.stored.upside_down))
    notes = tuple(note for note in scan.notes if note != ONE_OF_TWO)
    return replace(scan, pixels=energies.picture.astype(np.float32), scanned=None, energies=energies, notes=notes)


def _picture(header: Header, counted: tuple[Counted, ...], stated: Stated, notes: list[str]) -> BoneBright:
    """The picture to look at. Attenuations have bone bright, whatever is stated."""
    if len(counted) == 2:
        return BoneBright(two_energies(counted).picture.astype(np.float32), False)
    if counted:
        notes.append(ONE_OF_TWO)
    return decode(header, stated.inverted, notes)


def _turned(counted: tuple[Counted, ...], upside_down: bool) -> tuple[Counted, ...]:
    if not upside_down:
        return counted
    return tuple(replace(one, values=one.values[::-1]) for one in counted)


def parse(data: bytes) -> Header:
    """Header and pixel data of a DICOM file, its transfer syntax named; `UnreadableFileError` where it is none."""
    try:
        check_inflated_size(data)
        dataset = dcmread(BytesIO(data), force=True)
    except UnreadableFileError:
        raise
    except Exception as error:  # pydicom raises whatever it meets in broken bytes
        raise UnreadableFileError("the file is no DICOM file or picture, or is damaged", "export it again") from error
    header = Header(dataset)
    # Without a preamble anything "parses": only an object that says what it is counts as DICOM.
    if data[128:132] != b"DICM" and not header.text("SOPClassUID").startswith(_DICOM_ROOT):
        raise UnreadableFileError("the file is no DICOM file and no PNG, TIFF or JPEG picture")
    _name_transfer_syntax(dataset)
    return header


def _name_transfer_syntax(dataset: Dataset) -> None:
    """Files without a preamble, or with a damaged one, do not say how they are encoded; pydicom found out."""
    if not isinstance(getattr(dataset, "file_meta", None), FileMetaDataset):
        dataset.file_meta = FileMetaDataset()
    if not Header(dataset.file_meta).text("TransferSyntaxUID"):
        dataset.file_meta.TransferSyntaxUID = _plain_syntax(*dataset.original_encoding)


def _plain_syntax(implicit: bool | None, little_endian: bool | None) -> UID:
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRBigEndian if little_endian is False else ExplicitVRLittleEndian


def _check_picture(header: Header) -> None:
    if "PixelData" in header.dataset:
        return
    name = _kind(header)
    if header.number("Rows") or "Image Storage" in name:
        raise UnreadableFileError("the picture itself is missing: the file is cut short", "copy or export it again")
    raise NoImageError(f"a DICOM object without a picture ({name})")


def _check_projection(header: Header) -> None:
    slices = NOT_PROJECTIONS.get(header.text("Modality").upper())
    if slices and "LOCALIZER" not in header.texts("ImageType"):  # a CT scout view is a projection
        raise UnsupportedScanError(f"the header says this is {slices}, not a projection of the spine")


def _check_no_page(header: Header) -> None:
    """A Hologic page holds its results as a script and, unlike a scan, no pixel size."""
    if not header.texts("PixelSpacing") and results_script(header):
        raise UnsupportedScanError("a report page, not a scan", "its printed values are read into printed.csv")


def _kind(header: Header) -> str:
    """What the object is, in the standard's words. A DICOMDIR says it in its file meta information only."""
    uid = UID(header.text("SOPClassUID") or Header(header.dataset.file_meta).text("MediaStorageSOPClassUID"))
    return uid.name if uid.startswith(_DICOM_ROOT) and uid.name != uid else "of an unknown kind"


def _is_upside_down(header: Header, vendor: Vendor, notes: list[str]) -> bool:
    """Whether the rows run from foot to head. Left and right are never exchanged."""
    orientation = header.texts("PatientOrientation")
    if not vendor.orientation_trusted or len(orientation) != 2 or "H" not in orientation[1].upper():
        return False
    notes.append("by PatientOrientation the stored picture is upside down; it was turned")
    return True


def _spacing(header: Header, vendor: Vendor, stated: Stated, notes: list[str]) -> PixelSpacing | None:
    remarks: list[str] = []
    found = spacing_from_header(header, remarks) or vendor.spacing(header, remarks)
    if stated.spacing is None:
        notes += remarks
        return found
    if found is not None:
        notes.append(f"the pixel size the user stated replaces that from {found.source}")
    return stated.spacing


def _reader_landmarks(
    header: Header, vendor: Vendor, view: View | None, spacing: PixelSpacing | None, notes: list[str]
) -> tuple[ReaderVertebra, ...]:
    """What was marked on the scanner; six points a body are made on lateral scans only."""
    if view is View.AP:
        return ()
    return vendor.reader_landmarks(header, spacing_from_header(header, []) or spacing, notes)


def _aspect(header: Header, notes: list[str]) -> float | None:
    aspect = aspect_from_header(header)
    if aspect is not None:
        notes.append("pixel size unknown, only its aspect: there are ratios but no millimetres")
    return aspect
