"""Back to DICOM: scans without the person on them.

This room writes what other programs and other people are given.
"""

from oiscan.archive.deidentify import Choices, Outcome, deidentify
from oiscan.archive.pixels import Box

__all__ = ["Box", "Choices", "Outcome", "deidentify"]
