"""What stands in place of a person in de-identified files: a code, shifted dates and new UIDs, all from one key.

The same key gives the same answers in every run, so that files de-identified a year apart still belong together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from oiscan.subjects import SubjectCodes

LONGEST_SHIFT_DAYS = 3652
"""Dates move back by 1 day to about ten years: no season and no year can be told from them."""


@dataclass(frozen=True)
class Pseudonym:
    """One person's.

    Parameters
    ----------
    codes
        They hold the key.
    subject
        The person's code.
    """

    codes: SubjectCodes
    subject: str

    @property
    def shift_days(self) -> int:
        """How many days earlier all dates of this person are made."""
        drawn = int.from_bytes(self.codes.digest("shift", self.subject)[:8], "big")
        return 1 + drawn % LONGEST_SHIFT_DAYS

    def shifted(self, day: date) -> date:
        """A date of this person, moved; intervals between two dates stay what they were."""
        return max(day, date.min + timedelta(LONGEST_SHIFT_DAYS)) - timedelta(self.shift_days)

    def uid(self, uid: str) -> str:
        """The UID that stands for `uid` everywhere: a random-looking one under the root 2.25 (DICOM PS3.5, B.2)."""
        return f"2.25.{int.from_bytes(self.codes.digest('uid', uid)[:16], 'big')}"

    def file_code(self, sha256: str) -> str:
        """Name of the file made from the file with this SHA-256."""
        return self.codes.digest("file", sha256)[:8].hex()
