"""What a wheel holds, and that weights are found from a wheel, an editable install and a plain checkout."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from sysconfig import get_path

import pytest

ROOT = Path(__file__).parents[1]
PLANTED = "planted"
STALE = "build/lib/oiscan_models/stale/weights.onnx"
ASK = "import oiscan; from oiscan.segmentation import available_models; print(oiscan.__file__, *available_models())"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """A copy of the sources, with one more model and what an earlier build left behind."""
    copy = tmp_path_factory.mktemp("packaging") / "checkout"
    copy.mkdir()
    for name in ("oiscan", "models"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy / name)
    for path in (f"models/{PLANTED}/card.json", STALE, "build/lib/oiscan/removed_long_ago.py"):
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_text("{}")
    return copy


@pytest.fixture(scope="module")
def wheel(checkout, tmp_path_factory) -> Path:
    """The unpacked wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ["wheel", "--quiet", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", *build, str(checkout)], check=True, capture_output=True)
    (archive,) = folder.glob("oiscan-*.whl")
    zipfile.ZipFile(archive).extractall(folder / "site")
    return folder / "site"


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def models_seen(*command: str, folder: Path, python_path: str = "") -> tuple[str, list[str]]:
    """Where oiscan was imported from and the models it knows, as another Python says."""
    environment = {**os.environ, "PYTHONPATH": python_path}
    python = [sys.executable, *command]
    said = subprocess.run(python, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout
    place, *models = said.split()
    return place, models


def test_the_wheel_holds_all_code_and_all_data(wheel):
    source = {f"oiscan/{name}" for name in files(ROOT / "oiscan") if "__pycache__" not in name}
    weights = {f"oiscan_models/{name}" for name in files(ROOT / "models") if "__pycache__" not in name}
    packed = files(wheel)
    assert source | weights | {f"oiscan_models/{PLANTED}/card.json"} <= packed
    assert {"oiscan/py.typed", "oiscan/reports/templates/index.html.j2"} <= packed


def test_nothing_of_an_earlier_build_gets_into_the_wheel(checkout, wheel):
    packed = files(wheel)
    assert not [name for name in packed if "stale" in name or "removed_long_ago" in name]
    assert {name.split("/")[0].split("-")[0] for name in packed} == {"oiscan", "oiscan_models"}


def test_the_wheel_says_who_it_is(wheel):
    (info,) = wheel.glob("oiscan-*.dist-info")
    metadata = (info / "METADATA").read_text("utf-8")
    required = [line for line in metadata.splitlines() if line.startswith("Requires-Dist") and "extra ==" not in line]
    assert f"Version: {info.name.split('-')[1].removesuffix('.dist')}" in metadata
    assert "License-Expression: Apache-2.0" in metadata or "License: Apache-2.0" in metadata
    assert any("onnxruntime" in line for line in required)
    assert not any("torch" in line for line in required)  # scoring needs no torch
    assert "oiscan = oiscan.cli:main" in (info / "entry_points.txt").read_text("utf-8")


def test_models_are_found_from_a_wheel(wheel, tmp_path):
    place, models = models_seen("-c", ASK, folder=tmp_path, python_path=str(wheel))
    assert Path(place).is_relative_to(wheel)
    assert PLANTED in models


def test_models_are_found_from_an_editable_install(checkout, tmp_path):
    build = "import sys; from setuptools import build_meta; build_meta.build_editable(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=checkout, check=True, capture_output=True)
    (archive,) = tmp_path.glob("*.whl")
    zipfile.ZipFile(archive).extractall(tmp_path / "site")
    # -S and a bare path: an editable install of oiscan that this environment may hold must not answer instead.
    start = f"import site, sys; site.addsitedir({str(tmp_path / 'site')!r}); sys.path.append({get_path('purelib')!r})"
    place, models = models_seen("-S", "-c", f"{start}\n{ASK}", folder=tmp_path)
    assert PLANTED in models
    assert Path(place).is_relative_to(checkout)


def test_models_are_found_from_a_plain_checkout(checkout):
    place, models = models_seen("-c", ASK, folder=checkout)
    assert Path(place).is_relative_to(checkout)
    assert PLANTED in models
