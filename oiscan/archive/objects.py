"""All DICOM objects of one scan."""

from __future__ import annotations

from io import BytesIO

from pydicom.dataset import Dataset

from oiscan.archive.capture import capture
from oiscan.archive.making import Making, bare
from oiscan.archive.seg import masks, segmentation
from oiscan.archive.silence import silent
from oiscan.archive.sr import measurement_report
from oiscan.loaders.quiet import quiet
from oiscan.scan import Scan


def objects(scan: Scan, making: Making, shown: bool) -> dict[str, bytes]:
    """The files, by kind: "seg" where a vertebra was scored, "sr", and "capture" where the picture may be shown.

    Parameters
    ----------
    scan
        Its pixels, for the capture.
    making
        What was found, and whom it is about.
    shown
        Whether the picture itself may leave.
    """
    with quiet(), silent("highdicom"):
        image = bare(making)
        drawn = masks(making.report)
        seg = segmentation(image, drawn, making) if drawn else None
        made: dict[str, Dataset | None] = {
            "seg": seg,
            "sr": measurement_report(image, seg, tuple(drawn), making),
            "capture": capture(image, scan, making) if shown else None,
        }
        return {kind: _file(making.finished(one)) for kind, one in made.items() if one is not None}


def _file(made: Dataset) -> bytes:
    buffer = BytesIO()
    made.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
