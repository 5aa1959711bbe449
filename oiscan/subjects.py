"""Codes that stand for people: the same person always the same code, and no way back without the key."""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from oiscan.errors import ConfigError


@dataclass(frozen=True, repr=False)
class SubjectCodes:
    """Codes for patient ids.

    Parameters
    ----------
    key
        Secret bytes; without them a code cannot be traced back by trying patient ids.
    given
        The user's own codes by patient id; they go before the keyed ones.
    """

    key: bytes
    given: Mapping[str, str] = field(default_factory=dict)

    def code(self, patient_id: str, scan_id: str) -> str:
        """Code of the person; a scan without patient id is a person of its own."""
        patient = patient_id.strip()
        if not patient:
            return self.keyed("scan", scan_id)
        return self.given.get(patient) or self.keyed("patient", patient)

    def keyed(self, kind: str, text: str) -> str:
        """``S-XXXXXXXX``: 40 bits of HMAC-SHA256 in base 32, so that 10,000 people have 10,000 codes."""
        digest = hmac.new(self.key, f"{kind}:{text}".encode(), hashlib.sha256).digest()
        return "S-" + base64.b32encode(digest[:5]).decode()


def read_codes(path: Path) -> dict[str, str]:
    """The user's own codes, from a CSV file with the columns ``patient_id`` and ``subject``.

    Raises
    ------
    ConfigError
        The file is absent, is no such table, or names a patient twice. The message quotes no patient id.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the subjects file cannot be read as UTF-8 text: {type(error).__name__}") from error
    rows = csv.DictReader(text.splitlines())
    if not {"patient_id", "subject"} <= set(rows.fieldnames or ()):
        raise ConfigError("the subjects file needs a first line with the columns patient_id,subject")
    codes: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        patient, subject = (row["patient_id"] or "").strip(), (row["subject"] or "").strip()
        if not patient or not subject or patient in codes:
            raise ConfigError(f"line {number} of the subjects file lacks a value or repeats a patient")
        codes[patient] = subject
    return codes


def study_days(dated: Iterable[tuple[str, date | None]]) -> list[int | None]:
    """Days since the first scan of the same subject, for (subject, scan date) pairs; None where the date is unknown."""
    pairs = list(dated)
    first: dict[str, date] = {}
    for subject, day in pairs:
        if day is not None:
            first[subject] = min(day, first.get(subject, day))
    return [None if day is None else (day - first[subject]).days for subject, day in pairs]
