"""DICOM objects of one scan after the other, made by any process; `DicomFolder` keeps them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field

from pydicom.uid import (
    ComputedRadiographyImageStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    SecondaryCaptureImageStorage,
)

from oiscan.archive.pseudonyms import Pseudonym
from oiscan.archive.source_image import source_image
from oiscan.errors import ScanError
from oiscan.loaders.containers import Source, read_bytes
from oiscan.loaders.dicom import parse
from oiscan.loaders.header import Header
from oiscan.loaders.picture import is_picture
from oiscan.loaders.quiet import quiet
from oiscan.report import Report, Status
from oiscan.scan import Identity, Scan
from oiscan.subjects import SubjectCodes

IMAGE_CLASSES = frozenset(
    {
        ComputedRadiographyImageStorage,
        DigitalXRayImageStorageForPresentation,
        DigitalXRayImageStorageForProcessing,
        SecondaryCaptureImageStorage,
    }
)
"""Kinds of image that objects are made for, by SOP class. What may have many frames, or a place in space as a CT scout
has, would need other references."""

NOT_DICOM = "a plain picture: there is no DICOM image the objects could belong to"
OTHER_KIND = "a kind of DICOM image that objects are not made for"
NO_PICTURE = "no capture: text may be burnt into the picture (--allow-burned-in-text shows it)"
NO_SEGMENT = "no segmentation: no vertebra was scored"


@dataclass(frozen=True)
class Made:
    """The objects of one scan.

    Parameters
    ----------
    files
        SOP Instance UID and content, by kind: "seg", "sr", "capture".
    reason
        Why one is missing; "" where none is.
    """

    files: dict[str, tuple[str, bytes]] = field(default_factory=dict, repr=False)
    reason: str = ""


@dataclass(frozen=True, repr=False)
class ObjectMaker:
    """Makes the objects of scans. It holds the secret key of the codes: send it nowhere the scans must not go.

    Parameters
    ----------
    codes
        Of the subjects.
    keep_identifiers
        Whether the objects name the patient and the study they came from.
    allow_burned_in_text
        Whether pictures that may hold text are shown too.
    """

    codes: SubjectCodes
    keep_identifiers: bool = False
    allow_burned_in_text: bool = False

    def key(self, settings_key: str, scan_id: str, who: Identity) -> str:
        """Stands for all that the objects of a scan depend on beside its content."""
        subject = self.codes.code(who.patient_id, scan_id, who.issuer)
        said = json.dumps([settings_key, self.keep_identifiers, subject])
        return hashlib.sha256(said.encode()).hexdigest()

    def __call__(self, report: Report, source: Source | None) -> Made:
        """The objects of a report that has its scan; a scan of which none can be made is no error, but has a reason.

        Parameters
        ----------
        source
            The file the scan was read from; None where it could not be.
        """
        scan = report.scan
        if scan is None or source is None or report.status not in (Status.SCORED, Status.UNREADABLE):
            return Made(reason=report.reason)
        try:
            data = read_bytes(source)
            return Made(reason=NOT_DICOM) if is_picture(data) else self._made(report, scan, data)
        except ScanError as error:
            return Made(reason=error.reason)

    def _made(self, report: Report, scan: Scan, data: bytes) -> Made:
        with quiet():
            header = parse(data)
            if header.text("SOPClassUID") not in IMAGE_CLASSES:
                return Made(reason=OTHER_KIND)
            return self._objects(report, scan, header)

    def _objects(self, report: Report, scan: Scan, header: Header) -> Made:
        from oiscan.archive.making import Making
        from oiscan.archive.objects import objects

        who = scan.identity
        pseudonym = Pseudonym(self.codes, self.codes.code(who.patient_id, report.scan_id, who.issuer))
        image = source_image(header, scan, pseudonym, self.keep_identifiers)
        making = Making(report, image, scan.stored, pseudonym, self.keep_identifiers)
        shown = self.allow_burned_in_text or not scan.may_hold_text
        files = {kind: (making.uid(kind), content) for kind, content in objects(scan, making, shown).items()}
        missing = [words for kind, words in (("seg", NO_SEGMENT), ("capture", NO_PICTURE)) if kind not in files]
        return Made(files, "; ".join(missing))
