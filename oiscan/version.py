"""The program's version, stated here and nowhere else, and those of the libraries its numbers depend on."""

from __future__ import annotations

import platform
from importlib import metadata

__version__ = "0.1.0"

LIBRARIES = (
    "numpy",
    "scipy",
    "pandas",
    "opencv-python-headless",
    "pillow",
    "onnxruntime",
    "pydicom",
    "pylibjpeg-openjpeg",
    "pylibjpeg-rle",
    "pyjpegls",
    "python-gdcm",
)


def versions() -> dict[str, str | None]:
    """Version of oiscan, of Python and of each library, by name; None for a library that is not installed."""
    return {"oiscan": __version__, "python": platform.python_version()} | {name: _installed(name) for name in LIBRARIES}


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
