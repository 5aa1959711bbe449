"""A scan as oiscan sees it: bone bright, cranial up, geometry and origin beside the pixels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from oiscan.anatomy import LATERAL_LANDMARKS, Level, View

FloatArray = npt.NDArray[np.float64]
ImageArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PixelSpacing:
    """Size of a pixel and where that number came from.

    Parameters
    ----------
    row_mm, column_mm
        Distance between the centres of neighbouring rows and of neighbouring columns, in mm.
    source
        The DICOM attribute, or "user", the size was taken from.
    """

    row_mm: float
    column_mm: float
    source: str

    def __post_init__(self) -> None:
        for name, value in (("row", self.row_mm), ("column", self.column_mm)):
            if not (np.isfinite(value) and 0 < value < 20):
                raise ValueError(f"{name} spacing must be above 0 and below 20 mm, got {value}")

    @classmethod
    def from_user(cls, spacing_mm: float | tuple[float, float]) -> PixelSpacing:
        """Spacing a person stated, in mm: one number for square pixels, or (row, column).

        Raises
        ------
        ValueError
            If it is neither one number nor a pair of numbers above 0 and below 20.
        """
        pair = (spacing_mm, spacing_mm) if isinstance(spacing_mm, int | float) else tuple(spacing_mm)
        if len(pair) != 2:
            raise ValueError(f"spacing takes one number or two (row, column), got {len(pair)}")
        return cls(float(pair[0]), float(pair[1]), "user")

    @property
    def row_column_mm(self) -> FloatArray:
        """Both sizes as an array (2,), in the order of pixel coordinates (row, column)."""
        return np.array([self.row_mm, self.column_mm])


@dataclass(frozen=True)
class Subject:
    """What is known of the person, without anything that identifies.

    `age_precision` tells how exact `age_years` is: "day" (from dates), "year", "month" or "week"
    (from an age the file states), or "" where the age is unknown.
    """

    age_years: float | None = None
    age_precision: str = ""
    sex: str = ""
    height_cm: float | None = None
    weight_kg: float | None = None


@dataclass(frozen=True)
class Acquisition:
    """How the scan was made, as far as the file says: empty strings where it does not."""

    maker: str = ""
    model: str = ""
    software: str = ""
    protocol: str = ""
    modality: str = ""
    kilovolts: float | None = None


@dataclass(frozen=True, repr=False)
class Identity:
    """What identifies a patient. Never printed, never written outside the private folder.

    `issuer` is who gave out the patient id: two hospitals may give the same one to two people.
    """

    patient_id: str = ""
    patient_name: str = ""
    birth_date: date | None = None
    scan_date: date | None = None
    study_uid: str = ""
    series_uid: str = ""
    sop_instance_uid: str = ""
    issuer: str = ""

    def __repr__(self) -> str:
        return "Identity(hidden)"


@dataclass(frozen=True)
class StoredFrame:
    """How a scan's pixels lie in the stored image.

    Points are (row, column), sub-pixel, from the centre of the top-left pixel. `upside_down` and `inverted` tell
    what was undone so that cranial is up and bone is bright; columns are never exchanged.
    """

    rows: int
    columns: int
    upside_down: bool = False
    inverted: bool = False

    def to_stored(self, points: npt.ArrayLike) -> FloatArray:
        """Points (..., 2) of the scan's pixels, as points of the stored image."""
        moved = np.array(points, dtype=float)
        if self.upside_down:
            moved[..., 0] = self.rows - 1 - moved[..., 0]
        return moved

    def from_stored(self, points: npt.ArrayLike) -> FloatArray:
        """Points (..., 2) of the stored image, as points of the scan's pixels."""
        return self.to_stored(points)  # turning upside down undoes itself


@dataclass(frozen=True)
class ReaderVertebra:
    """A vertebra somebody marked on the scanner, as its file tells; never mixed with oiscan's own findings.

    Parameters
    ----------
    level
        Its name, as the reader gave it.
    landmarks_px
        Six (row, column) in the stored image, in the order of `oiscan.anatomy.LATERAL_LANDMARKS`.
    source
        What wrote them.
    deformity
        "none", "wedge", "biconcave", "crush" or "unknown".
    severity
        "none", "mild", "moderate", "severe" or "unknown".
    """

    level: Level
    landmarks_px: tuple[tuple[float, float], ...]
    source: str
    deformity: str = "unknown"
    severity: str = "unknown"

    def __post_init__(self) -> None:
        if np.shape(self.landmarks_px) != (len(LATERAL_LANDMARKS), 2) or not np.isfinite(self.landmarks_px).all():
            raise ValueError(f"landmarks must be finite and (6, 2), got shape {np.shape(self.landmarks_px)}")

    @property
    def anterior(self) -> str:
        """The side of the stored picture, "left" or "right", the front of the body is on."""
        columns = np.array(self.landmarks_px)[:, 1]
        return "right" if columns[[2, 3]].mean() > columns[[0, 5]].mean() else "left"


SOFT_TISSUE_RATIO = 1.3
"""Attenuation of soft tissue in the low beam over that in the high one, about that of muscle. It makes the picture that
two energies are shown as, and no number."""


@dataclass(frozen=True, eq=False)
class DualEnergy:
    """What a scanner counted at two X-ray energies, in the frame of a scan's pixels.

    Parameters
    ----------
    low, high
        (rows, columns) float64, read-only: ln(I0 / I), I0 being what is counted without a person.
    kilovolts
        What the tube was set to for the low and the high energy.

    Raises
    ------
    ValueError
        If they are not 2-D arrays of one shape and of finite numbers.
    """

    low: FloatArray
    high: FloatArray
    kilovolts: tuple[float, float]

    def __post_init__(self) -> None:
        for name in ("low", "high"):
            values = np.array(getattr(self, name), dtype=float)
            if values.ndim != 2 or not np.isfinite(values).all():
                raise ValueError(f"the {name} energy must be a 2-D array of finite numbers, got shape {values.shape}")
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        if self.low.shape != self.high.shape:
            raise ValueError(f"two energies of one scan have one shape, got {self.low.shape} and {self.high.shape}")

    @property
    def picture(self) -> FloatArray:
        """(rows, columns) bone bright, soft tissue about even: to look at, not to measure on."""
        return self.low - SOFT_TISSUE_RATIO * self.high


@dataclass(frozen=True, repr=False)
class Scan:
    """One picture of a spine, ready to be scored.

    Parameters
    ----------
    pixels
        (rows, columns) float32, read-only: bone bright and cranial up, whatever the file said. Any linear scale.
    stored
        How these pixels lie in the stored image; landmarks are always reported there.
    sha256
        Of the file's bytes (of the pixels, for an array): it names the scan in every result.
    view, spacing
        None where unknown. Without spacing no millimetre is ever reported.
    aspect
        Height of a pixel over its width, where the file tells this but no spacing; None: square, or told by `spacing`.
    scanned
        (rows, columns) bool, read-only: False where the scanner never looked (unscanned margins). None: all scanned.
    identity
        What identifies the patient; kept out of `repr` and of every result outside the private folder.
    notes
        What the loader had to decide or could not trust, for the reader.
    burned_in_text
        True when the picture is known to hold text, None when unknown.
    captured
        Whether the picture was made from a screen, a page or a film (DICOM's Secondary Capture).
    reader_landmarks
        Vertebrae somebody marked on the scanner, from head to foot.
    energies
        What was counted at two energies, where the file tells; `pixels` are then a picture made of it. None: `pixels`
        are a display picture, which holds no g/cm2.
    """

    pixels: ImageArray
    stored: StoredFrame
    sha256: str
    view: View | None = None
    spacing: PixelSpacing | None = None
    aspect: float | None = None
    scanned: BoolArray | None = None
    subject: Subject = field(default_factory=Subject)
    acquisition: Acquisition = field(default_factory=Acquisition)
    identity: Identity = field(default_factory=Identity)
    notes: tuple[str, ...] = ()
    burned_in_text: bool | None = None
    captured: bool = False
    reader_landmarks: tuple[ReaderVertebra, ...] = ()
    energies: DualEnergy | None = None

    def __post_init__(self) -> None:
        pixels = np.array(self.pixels, dtype=np.float32)
        if pixels.ndim != 2 or min(pixels.shape) < 2:
            raise ValueError(f"a scan needs a 2-D array of at least 2 x 2 pixels, got shape {pixels.shape}")
        if not np.isfinite(pixels).all():
            raise ValueError("a scan's pixels must all be finite numbers")
        if (self.stored.rows, self.stored.columns) != pixels.shape:
            raise ValueError(f"stored frame {self.stored.rows} x {self.stored.columns} is not that of the pixels")
        if self.aspect is not None and not (np.isfinite(self.aspect) and self.aspect > 0):
            raise ValueError(f"aspect must be a number above 0, got {self.aspect}")
        if self.energies is not None and self.energies.low.shape != pixels.shape:
            raise ValueError(f"the energies have shape {self.energies.low.shape}, the pixels {pixels.shape}")
        pixels.setflags(write=False)
        object.__setattr__(self, "pixels", pixels)
        if self.scanned is not None:
            scanned = np.array(self.scanned, dtype=bool)
            if scanned.shape != pixels.shape:
                raise ValueError(f"scanned has shape {scanned.shape}, the pixels {pixels.shape}")
            scanned.setflags(write=False)
            object.__setattr__(self, "scanned", scanned)

    @classmethod
    def from_array(
        cls,
        pixels: npt.ArrayLike,
        *,
        view: View | None = None,
        spacing_mm: float | tuple[float, float] | None = None,
        inverted: bool = False,
    ) -> Scan:
        """A scan from pixels already in memory, cranial up: for notebooks.

        Parameters
        ----------
        pixels
            (rows, columns), any kind of number.
        view
            How the spine was imaged, where known.
        spacing_mm
            Pixel size in mm: one number for square pixels, or (row, column).
        inverted
            True when bone is dark in `pixels`.

        Raises
        ------
        ValueError
            If the array is not a 2-D picture of finite numbers, or the spacing is impossible.

        Examples
        --------
        >>> Scan.from_array(np.eye(4), spacing_mm=0.5)
        Scan(6159d0e582f4ce13, view unknown, 4 x 4 pixels, 0.5000 x 0.5000 mm from user)
        """
        array = np.ascontiguousarray(pixels)
        if array.ndim != 2:
            raise ValueError(f"a scan needs a 2-D array, got shape {array.shape}")
        grey = array.astype(np.float32)
        rows, columns = array.shape
        return cls(
            pixels=grey.max() + grey.min() - grey if inverted else grey,
            stored=StoredFrame(rows, columns, inverted=inverted),
            sha256=hashlib.sha256(f"{array.shape} {array.dtype.str} ".encode() + array.tobytes()).hexdigest(),
            view=view,
            spacing=None if spacing_mm is None else PixelSpacing.from_user(spacing_mm),
        )

    @classmethod
    def from_energies(
        cls,
        low: npt.ArrayLike,
        high: npt.ArrayLike,
        *,
        kilovolts: tuple[float, float],
        spacing_mm: float | tuple[float, float] | None = None,
        view: View | None = View.AP,
    ) -> Scan:
        """A scan from what was counted at two X-ray energies, cranial up.

        Parameters
        ----------
        low, high
            (rows, columns) ln(I0 / I), I0 being what is counted without a person.
        kilovolts
            What the tube was set to for each.
        spacing_mm, view
            As for `from_array`.

        Raises
        ------
        ValueError
            If the arrays are not of one shape and of finite numbers, or the spacing is impossible.
        """
        energies = DualEnergy(np.asarray(low, float), np.asarray(high, float), kilovolts)
        scan = cls.from_array(energies.picture, view=view, spacing_mm=spacing_mm)
        return replace(scan, energies=energies)

    @property
    def relative_pixel_size(self) -> FloatArray:
        """Height and width of a pixel as an array (2,): in mm where spacing is known, else (aspect or 1, 1).

        Multiply pixel coordinates by it to get distances whose ratios are right.
        """
        if self.spacing is not None:
            return self.spacing.row_column_mm
        return np.array([self.aspect or 1.0, 1.0])

    @property
    def may_hold_text(self) -> bool:
        """Whether the picture has to be taken to hold text: known to, or unknown and made from a screen or a page."""
        return self.captured if self.burned_in_text is None else self.burned_in_text

    @property
    def scan_id(self) -> str:
        """First 16 hexadecimal digits of the file's SHA-256: the scan's name in every result."""
        return self.sha256[:16]

    def __repr__(self) -> str:
        size = f"{self.stored.rows} x {self.stored.columns}"
        spacing = "no spacing"
        if self.spacing is not None:
            spacing = f"{self.spacing.row_mm:.4f} x {self.spacing.column_mm:.4f} mm from {self.spacing.source}"
        view = "view unknown" if self.view is None else self.view.value
        return f"Scan({self.scan_id}, {view}, {size} pixels, {spacing})"
