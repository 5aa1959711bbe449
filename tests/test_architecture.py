"""The picture of the house in CONTRIBUTING, held to the code: imports point down."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PACKAGE = Path(__file__).parents[1] / "oiscan"

RUNGS = (
    {"version", "errors", "anatomy"},
    {"scan"},  # the value types of results are written in its array types
    {"spine", "report", "labels", "subjects", "contrast"},
    {"loaders", "grading", "densitometry"},
    {"phantom", "segmentation"},
    {"evaluation", "reports"},
    {"training", "pipeline", "visit"},
    {"store", "batch"},
    {"archive", "review", "followup"},
    {"cli", "__init__"},
)
RANK = {room: rank for rank, rooms in enumerate(RUNGS) for room in rooms}

UPWARD = {("report", "to_frame"), ("report", "plot"), ("report", "_repr_html_")}
"""The only functions that call up: a report shows itself, for which it asks `oiscan.reports`."""

CONFINED = {
    "pydicom": ("loaders/", "phantom/export.py", "archive/"),
    "highdicom": ("archive/",),
    "pynetdicom": ("archive/",),
    "flask": ("review/",),
    "waitress": ("review/",),
    "torch": ("training/",),
    "safetensors": ("training/",),
}


class Import(NamedTuple):
    file: str
    function: str
    module: str

    @property
    def room(self) -> str:
        return self.file.split("/")[0].removesuffix(".py")


def imports(package: Path) -> Iterator[Import]:
    """Every import of every file, inside functions and under TYPE_CHECKING too."""
    for path in sorted(package.rglob("*.py")):
        file = path.relative_to(package).as_posix()
        yield from _imports_in(ast.parse(path.read_text(encoding="utf-8")), file, "")


def _imports_in(node: ast.AST, file: str, function: str) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(file, function, alias.name) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"{file}: write imports in full"
            yield from (Import(file, function, f"{child.module}.{alias.name}") for alias in child.names)
        inner = child.name if isinstance(child, ast.FunctionDef) else function
        yield from _imports_in(child, file, inner)


def wrong_way(package: Path) -> list[str]:
    """Imports that do not point down the ladder, in words."""
    wrong = []
    for found in imports(package):
        words = found.module.split(".")
        if words[0] != "oiscan" or words[1] == found.room or (found.room, found.function) in UPWARD:
            continue
        target = words[1] if words[1] in RANK else "__init__"
        if RANK[found.room] <= RANK[target]:
            wrong.append(f"{found.file} imports {found.module}")
    return wrong


def test_imports_point_down():
    assert wrong_way(PACKAGE) == []


def test_the_ladder_notices_what_points_up_or_sideways(tmp_path):
    (tmp_path / "grading").mkdir()
    (tmp_path / "grading" / "fine.py").write_text("from oiscan import errors\nfrom oiscan.grading.other import x\n")
    (tmp_path / "grading" / "sideways.py").write_text("from oiscan.loaders import read\n")
    (tmp_path / "grading" / "up.py").write_text("def f():\n    from oiscan import pipeline\n")
    (tmp_path / "grading" / "front.py").write_text("from oiscan import score\n")
    assert wrong_way(tmp_path) == [
        "grading/front.py imports oiscan.score",
        "grading/sideways.py imports oiscan.loaders.read",
        "grading/up.py imports oiscan.pipeline",
    ]


def test_every_room_has_its_place_on_the_ladder():
    assert {found.room for found in imports(PACKAGE)} <= set(RANK)


def test_each_upward_call_is_still_made():
    assert {(found.room, found.function) for found in imports(PACKAGE)} >= UPWARD


def test_heavy_libraries_stay_in_their_rooms():
    strays = [
        f"{found.file} imports {found.module}"
        for found in imports(PACKAGE)
        for library, homes in CONFINED.items()
        if found.module.split(".")[0] == library and not found.file.startswith(homes)
    ]
    assert strays == []
