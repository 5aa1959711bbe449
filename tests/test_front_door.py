"""What `import oiscan` shows, and how little it loads."""

import subprocess
import sys
from types import ModuleType

import pytest

import oiscan

HEAVY = {"cv2", "fastapi", "flask", "highdicom", "jinja2", "matplotlib", "onnxruntime", "pandas", "PIL", "pydantic"}
HEAVY |= {"pydicom", "pyarrow", "scipy", "skimage", "starlette", "torch"}


def test_all_is_sorted_and_is_what_is_visible():
    visible = [
        name for name, thing in vars(oiscan).items() if not name.startswith("_") and not isinstance(thing, ModuleType)
    ]
    assert oiscan.__all__ == sorted(oiscan.__all__)
    assert sorted(visible) == oiscan.__all__


@pytest.mark.parametrize("module", ["oiscan", "oiscan.cli"])
def test_import_is_light(module):
    command = f"import {module}, sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True).stdout.split()
    assert "oiscan" in loaded
    assert HEAVY & set(loaded) == set()


def test_what_is_exported_is_documented():
    undocumented = [name for name in oiscan.__all__ if not (getattr(oiscan, name).__doc__ or "").strip()]
    assert undocumented == []
