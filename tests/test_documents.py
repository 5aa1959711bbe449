"""What README and guide promise, held to each other and to the files they name."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LIMITS = (ROOT / "docs/guide/limits.md").read_text(encoding="utf-8")
PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs/guide").glob("*.md"))]


def numbers(page: str) -> str:
    """The table of measured numbers."""
    (found,) = re.findall(r"^\| pictures \|.*\n(?:\|.*\n)+", page, re.MULTILINE)
    return found


def test_readme_and_guide_state_the_same_numbers():
    assert numbers(README) == numbers(LIMITS)


def test_ci_runs_the_readme_test_command():
    (command,) = re.findall(r"^(.*) && pytest$", README, re.MULTILINE)
    run = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    assert run.index(command) + 1 == run.index("pytest")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
