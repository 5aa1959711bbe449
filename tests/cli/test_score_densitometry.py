"""`oiscan score`: Hologic-style pages to TBLH, L1-L4, exclusion and Z by a synthetic table, all worked by hand."""

import csv
import json
from pathlib import Path

import pytest

from oiscan.cli import main
from tests.dicom_cases import dicom, write
from tests.fakes import picture
from tests.hologic_cases import SPINE_ROWS, page, page_script

BODY_ROWS = (
    ("Sub Tot", "690.00", "350.00", "0.507", " ", "-1.4"),
    ("Head", "210.50", "300.10", "1.426", " ", " "),
    ("Total", "900.50", "650.10", "0.722", " ", "-0.5"),
)
CURVES = """# source: invented for tests
# licence: none needed
table_id,site,quantity,unit,scanner,software,population,sex,age_years,L,M,S
synthetic-spine,L1-L4,aBMD,g/cm2,Hologic,,invented,female,4,1,1.0,0.1
synthetic-spine,L1-L4,aBMD,g/cm2,Hologic,,invented,female,7,1,1.0,0.1
synthetic-body,TBLH,aBMD,g/cm2,Hologic,,invented,female,4,0,0.5,0.1
synthetic-body,TBLH,aBMD,g/cm2,Hologic,,invented,female,7,0,0.5,0.1
"""
Rows = list[dict[str, str]]


def scored(tmp_path: Path, *more: str) -> tuple[Rows, Rows]:
    """`densitometry.csv` and `scans.csv` of one visit: a lateral scan with L2 fractured, a spine page, a body page."""
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder, dicom(picture(seed=1), ViewPosition="LL", BodyPartExamined="LSPINE"), "lateral.dcm")
    write(folder, page(page_script(SPINE_ROWS)), "spine.dcm")
    write(folder, page(page_script(BODY_ROWS)), "body.dcm")
    write(folder, dicom(picture(), ViewPosition="AP", BodyPartExamined="LSPINE"), "ap.dcm")
    with pytest.raises(SystemExit) as ended:
        main(["score", str(folder), "--out", str(tmp_path / "out"), *more])
    assert ended.value.code == 0
    return rows(tmp_path, "densitometry.csv"), rows(tmp_path, "scans.csv")


def rows(tmp_path: Path, name: str) -> Rows:
    with (tmp_path / "out" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def one(table: Rows, region: str, vertebrae: str) -> dict[str, str]:
    (found,) = [row for row in table if (row["region"], row["vertebrae"]) == (region, vertebrae)]
    return found


def test_printed_pages_become_totals_and_z_scores(tmp_path: Path, fake_model: object) -> None:
    (tmp_path / "curves.csv").write_text(CURVES, encoding="utf-8")
    table, scans = scored(tmp_path, "--reference", str(tmp_path / "curves.csv"))
    measures = ("levels_used", "bmc_g", "area_cm2", "abmd_g_cm2", "bmad_g_cm3", "z_score")

    # 11.58 + 12.66 + 13.40 + 14.21 over 13.26 + 13.71 + 14.02 + 14.78; Z = (0.92971 / 1 - 1) / 0.1.
    whole = one(table, "L1-L4", "all")
    assert [whole[name] for name in measures] == ["L1 L2 L3 L4", "51.850", "55.770", "0.9297", "0.1245", "-0.70"]
    assert whole["z_source"] == "reference table: synthetic-spine: invented"
    assert "counts L2 (fracture grade 3 on the lateral scan" in whole["flags"] and "disagrees" not in whole["flags"]

    # Without L2: 39.19 g over 42.06 cm2; the curve is of L1-L4 and of no other set.
    without = one(table, "L1-L4", "without excluded")
    assert [without[name] for name in measures] == ["L1 L3 L4", "39.190", "42.060", "0.9318", "0.1437", ""]
    assert without["z_reason"].startswith("no reference table covers L1 L3 L4 aBMD")
    assert without["excluded"].startswith("L2: fracture grade 3 on the lateral scan")

    # 12.66 + 13.40 + 14.21 over 13.71 + 14.02 + 14.78.
    assert [one(table, "L2-L4", "all")[name] for name in measures[:4]] == ["L2 L3 L4", "40.270", "42.510", "0.9473"]

    # 650.10 - 300.10 over 900.50 - 210.50; Z = ln(0.507246 / 0.5) / 0.1.
    body = one(table, "TBLH", "")
    assert [body[name] for name in measures] == ["", "350.000", "690.000", "0.5072", "", "0.14"]
    assert (body["basis"], body["day"]) == ("body less head", "0")

    by_view = {(row["status"], row["view"]): row["l1_l4_abmd_g_cm2"] for row in scans}
    assert by_view["scored", "ap"] == "0.9297" and by_view["scored", "lateral"] == ""
    told = json.loads((tmp_path / "out" / "run.json").read_text("utf-8"))["settings"]
    assert told["reference"]["source"] == "invented for tests" and len(told["reference"]["sha256"]) == 64


def test_without_a_table_the_printed_z_stands(tmp_path: Path, fake_model: object) -> None:
    table, _ = scored(tmp_path)
    assert {(row["region"], row["vertebrae"]): row["z_score"] for row in table} == {
        ("L1-L4", "all"): "-1.00",
        ("L1-L4", "without excluded"): "",
        ("L2-L4", "all"): "",
        ("L2-L4", "without excluded"): "",
        ("TBLH", ""): "-1.40",
    }
    assert one(table, "TBLH", "")["z_source"] == "printed by the scanner"
    assert "does not name its reference" in one(table, "L1-L4", "all")["flags"]


def test_the_users_exclusions_and_strict(
    tmp_path: Path, fake_model: object, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "codes.csv").write_text("patient_id,subject\nID-SENTINEL-77,A\n", encoding="utf-8")
    (tmp_path / "out.csv").write_text("subject,level,reason\nA,L4,hardware\nB,L1,other\n", encoding="utf-8")
    options = ["--subjects", str(tmp_path / "codes.csv"), "--exclusions", str(tmp_path / "out.csv")]
    table, _ = scored(tmp_path, *options, "--strict-all-four")
    left = one(table, "L1-L4", "without excluded")
    assert (left["levels_used"], left["abmd_g_cm2"]) == ("L1 L3", "")
    assert left["excluded"].endswith("; L4: hardware (stated by the user)")
    assert left["reason"] == "strict: all of its vertebrae must count"
    assert "Lines of the exclusions file that meet no printed values: 3" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--reference", "--exclusions"])
def test_a_file_that_cannot_be_used_stops_the_run_before_it_begins(
    tmp_path: Path, fake_model: object, option: str
) -> None:
    path = write(tmp_path, dicom(picture(), ViewPosition="LL", BodyPartExamined="LSPINE"))
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["score", str(path), "--out", str(tmp_path / "out"), option, str(tmp_path / "bad.csv")])
    assert ended.value.code == 2 and not (tmp_path / "out").exists()


def test_nothing_that_identifies_and_the_same_bytes_again(tmp_path: Path, fake_model: object) -> None:
    scored(tmp_path)
    before = (tmp_path / "out" / "densitometry.csv").read_bytes()
    assert not [word for word in (b"sentinel", b"20240501", b"mar", b"2019") if word in before.lower()]
    with pytest.raises(SystemExit):
        main(["score", str(tmp_path / "in"), "--out", str(tmp_path / "out")])
    assert (tmp_path / "out" / "densitometry.csv").read_bytes() == before
