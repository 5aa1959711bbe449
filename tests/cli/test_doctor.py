"""`oiscan doctor` and `oiscan --version`."""

import pytest

import oiscan
from oiscan.cli import main
from oiscan.errors import ModelError
from oiscan.loaders.syntaxes import Syntax


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def test_all_is_well(fake_model, capsys):
    assert run("doctor") == 0
    said = capsys.readouterr().out
    assert f"oiscan                  {oiscan.__version__}" in said
    assert f"fake for lateral and ap scans, files as its card says, hash {'f' * 64}" in said
    assert "yes JPEG 2000 Image Compression (Lossless Only)" in said
    assert said.endswith("Nothing is missing.\n")


def test_what_is_missing_is_named_with_the_remedy(monkeypatch, capsys):
    def no_model(name="default"):
        raise ModelError("there is no model 'default'")

    monkeypatch.setattr("oiscan.segmentation.Model.load", no_model)
    monkeypatch.setattr("oiscan.version.LIBRARIES", ("numpy", "no-such-library"))
    unreadable = (Syntax("1.2", "Squeezed", ()), Syntax("1.3", "Plain", ("pydicom",)))
    monkeypatch.setattr("oiscan.loaders.syntaxes.syntaxes", lambda: unreadable)
    assert run("doctor") == 1
    missing = capsys.readouterr().out.split("Missing:\n")[1].splitlines()
    assert missing == [
        "  library no-such-library: pip install no-such-library",
        "  model: there is no model 'default'",
        "  a decoder for Squeezed: install oiscan again",
    ]


def test_version(capsys):
    assert run("--version") == 0
    assert capsys.readouterr().out == f"oiscan {oiscan.__version__}\n"


def test_help_needs_no_command(capsys):
    assert run() == 2
    said = capsys.readouterr()
    assert "score" in said.out + said.err
    assert "doctor" in said.out + said.err
