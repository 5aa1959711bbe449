"""What all objects made from one scan have in common: UIDs, dates, equipment, and whom they are about."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from highdicom.coding_schemes import CodingSchemeIdentificationItem
from pydicom.dataset import Dataset

from oiscan.anatomy import Level
from oiscan.archive.codes import SCHEME, SCHEME_NAME
from oiscan.archive.pseudonyms import Pseudonym
from oiscan.archive.source_image import PATIENT_AND_STUDY, UIDS
from oiscan.report import Report
from oiscan.scan import StoredFrame

PROGRAM = "oiscan"
DISCLAIMER = "Research software, not a medical device"
SERIES = {
    "seg": (9901, f"oiscan vertebrae. {DISCLAIMER}"),
    "sr": (9902, f"oiscan findings. {DISCLAIMER}"),
    "capture": (9903, f"oiscan overlay. {DISCLAIMER}"),
}
"""Series number and description by kind of object. The numbers are high, so as to stand after the scanner's own."""

UNDATED = "19000101"
TIMES = (
    "InstanceCreationDate",
    "InstanceCreationTime",
    "DateOfSecondaryCapture",
    "TimeOfSecondaryCapture",
    "ContributionDateTime",
)
"""When highdicom made an object, in its words."""


@dataclass(frozen=True)
class Making:
    """How the objects of one scan are made.

    Parameters
    ----------
    report
        What the objects say.
    image, stored
        Whom and which picture they are about (see `oiscan.archive.source_image`), and how that picture lies.
    pseudonym
        Of the person; its key makes the UIDs.
    keep_identifiers
        Whether the objects go back to the person they came from.
    """

    report: Report
    image: Dataset
    stored: StoredFrame
    pseudonym: Pseudonym
    keep_identifiers: bool

    @cached_property
    def content(self) -> str:
        """Hash of all the objects say: with the same content they keep their UIDs, with another they get new ones."""
        about = {keyword: str(self.image.get(keyword)) for keyword in (*PATIENT_AND_STUDY, *UIDS)}
        said = json.dumps([self.keep_identifiers, about, asdict(self.stored), self.report.to_dict()], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    def uid(self, what: str) -> str:
        """A UID for something made here."""
        return self.pseudonym.uid(f"{PROGRAM} {what} {self.content}")

    def tracking_uid(self, level: Level) -> str:
        """By which segmentation and report name the same vertebra of this scan."""
        return self.uid(f"vertebra {level}")

    def tracking_id(self, level: Level) -> str:
        """The same for people."""
        return f"{self.report.scan_id} {level}"

    def arguments(self, kind: str) -> dict[str, Any]:
        """What highdicom is told of an object of some kind: its series, its equipment and its time."""
        number, description = SERIES[kind]
        day, time = self._made_at()
        return {
            "series_instance_uid": self.uid(f"series {kind}"),
            "series_number": number,
            "series_description": description,
            "sop_instance_uid": self.uid(kind),
            "instance_number": 1,
            "manufacturer": PROGRAM,
            "manufacturer_model_name": PROGRAM,
            "software_versions": self.report.program_version,
            "device_serial_number": self.report.model_sha256,
            "content_date": day,
            "content_time": time,
            "coding_schemes": [CodingSchemeIdentificationItem(designator=SCHEME, name=SCHEME_NAME)],
        }

    def _made_at(self) -> tuple[str, str]:
        """Now; without identifiers the scan's moved date: beside it the day of the run would give the shift away."""
        if self.keep_identifiers:
            now = datetime.now()
            return f"{now:%Y%m%d}", f"{now:%H%M%S}"
        return self.image.StudyDate or UNDATED, "000000"

    def finished(self, made: Dataset) -> Dataset:
        """The object with the person and the study it belongs to, which highdicom was not shown."""
        for keyword in PATIENT_AND_STUDY:
            if keyword in self.image:
                made.add(self.image[keyword])
        made.SpecificCharacterSet = "ISO_IR 192"
        if not self.keep_identifiers:
            for dataset in (made, *made.get("ContributingEquipmentSequence", ())):
                for keyword in TIMES:
                    dataset.pop(keyword, None)
        return made


def bare(making: Making) -> Dataset:
    """The source image as highdicom wants it: its UIDs and size, of nobody.

    highdicom refuses, or quotes in warnings, names and numbers it finds odd; whatever a hospital writes must pass.
    """
    bare = Dataset()
    for keyword in ("SOPClassUID", *UIDS):
        setattr(bare, keyword, making.image[keyword].value)
    for keyword in ("PatientID", "PatientName", "PatientBirthDate", "PatientSex"):
        setattr(bare, keyword, "")
    for keyword in ("AccessionNumber", "StudyID", "StudyDate", "StudyTime", "ReferringPhysicianName"):
        setattr(bare, keyword, None)
    bare.Rows, bare.Columns = making.stored.rows, making.stored.columns
    return bare


def orientation(report: Report, foot: str) -> list[str]:
    """PatientOrientation of a picture with the stored columns: where its right side and its lower side point.

    Empty where that is not known: on an AP scan nobody says which side is the patient's left.
    """
    right = {"right": "A", "left": "P"}.get(report.anterior)
    return [] if right is None else [right, foot]
