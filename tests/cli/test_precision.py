"""`oiscan precision`: a file of repeated scans in, `precision.json` out."""

import json
from pathlib import Path

import pytest

from oiscan.cli import main


def run(tmp_path: Path, text: str) -> int:
    (tmp_path / "repeats.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["precision", str(tmp_path / "repeats.csv"), "--out", str(tmp_path / "out")])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def studies(tmp_path: Path) -> list[dict[str, object]]:
    found = json.loads((tmp_path / "out" / "precision.json").read_text("utf-8"))["studies"]
    assert isinstance(found, list)
    return found


def test_three_pairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "subject,value\nMRN-A,0.50\nMRN-A,0.52\nMRN-B,0.60\nMRN-B,0.61\nMRN-C,0.80\nMRN-C,0.76\n"
    assert run(tmp_path, text) == 0
    (study,) = studies(tmp_path)
    assert (study["people"], study["degrees_of_freedom"], study["large_enough"]) == (3, 3, False)
    assert study["rms_sd"] == pytest.approx(0.018708, abs=1e-6)
    assert study["lsc"] == pytest.approx(0.051822, abs=1e-6)
    widened = {one["name"]: one["lsc"] for one in study["lsc_for_fewer_vertebrae"]}  # type: ignore[attr-defined]
    assert widened["iscd_task_force"]["3"] == pytest.approx(1.1 * 0.051822, abs=1e-5)
    assert widened["manitoba_other_day"].keys() == {"3", "2", "1"}
    shown = capsys.readouterr().out
    assert "0.0187" in shown and "too small: 3 people" in shown
    assert "MRN" not in shown + (tmp_path / "out" / "precision.json").read_text("utf-8")


def test_regions_nobody_repeated_are_counted_and_stop_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "subject,region,bmd_g_cm2\na,TBLH,0.7\nb,L2-L4,0.5\nb,L2-L4,0.52\n"
    assert run(tmp_path, text) == 0
    (study,) = studies(tmp_path)
    assert (study["region"], study["lsc_for_fewer_vertebrae"]) == ("L2-L4", [])
    assert "1 more, in which nobody has a second value" in capsys.readouterr().out


@pytest.mark.parametrize(("text", "says"), [
    ("subject,value\na,0.5\nb,0.6\n", "nobody has a second value"),
    ("subject,value\nSECRET,x\n", "line 2"),
])  # fmt: skip
def test_a_file_that_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, says: str
) -> None:
    assert run(tmp_path, text) == 2
    told = capsys.readouterr().err
    assert says in told and "SECRET" not in told
    assert not (tmp_path / "out").exists()
