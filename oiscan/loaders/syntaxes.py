"""Which of DICOM's ways to store pixels can be read on this machine."""

from __future__ import annotations

from dataclasses import dataclass

STILL_PICTURES = (
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.202",
    "1.2.840.10008.1.2.4.203",
    "1.2.840.10008.1.2.5",
)
"""Transfer syntaxes of single pictures that are not retired (DICOM PS3.6, table A-1); films are not scans."""


@dataclass(frozen=True)
class Syntax:
    """One transfer syntax and the libraries here that decode it; none where it cannot be read."""

    uid: str
    name: str
    decoders: tuple[str, ...]

    @property
    def readable(self) -> bool:
        """Whether pictures stored so can be read here."""
        return bool(self.decoders)


def syntaxes() -> tuple[Syntax, ...]:
    """Every transfer syntax a scan may come in, readable here or not."""
    from pydicom.pixels.decoders.base import get_decoder
    from pydicom.uid import UID

    found = []
    for uid in map(UID, STILL_PICTURES):
        # Uncompressed pixels need no library beyond pydicom and numpy.
        decoders = get_decoder(uid).available_plugins if uid.is_compressed and not uid.is_deflated else ("pydicom",)
        found.append(Syntax(str(uid), uid.name, tuple(decoders)))
    return tuple(found)
