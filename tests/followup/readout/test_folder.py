"""The read-out's folder: complete, traceable, escaped, and the same every time."""

import csv
import json
import re
from pathlib import Path

import pytest

from oiscan.followup.readout.folder import write_readout
from oiscan.followup.readout.page import Title, report_page
from oiscan.followup.readout.parts import csv_of
from tests.followup.readout import cases


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def page(readout) -> str:
    return (readout / "index.html").read_text(encoding="utf-8")


def test_written_twice_it_has_the_same_bytes(readout, tables):
    before = contents(readout)
    (readout / "tables" / "of_an_earlier_run.csv").write_text("old")
    (readout / "notes.txt").write_text("the user's own")
    write_readout(cases.answers(tables), readout)
    after = contents(readout)
    assert after.pop("notes.txt") == b"the user's own"
    assert after == before


def test_every_figure_has_its_numbers_beside_it(readout):
    drawn = {path.stem for path in (readout / "figures").glob("*.svg")}
    assert {"flow", "forest", "grade_sum", "course_LSBMD", "laboratory_CAADJ"} <= drawn
    assert drawn == {path.stem for path in (readout / "figures").glob("*.csv")}


def test_every_link_of_the_page_leads_somewhere(readout, page):
    links = set(re.findall(r'href="([^"#][^"]*)"', page)) - set(re.findall(r'xlink:href="([^"]*)"', page))
    assert links
    assert all((readout / link).is_file() for link in links)
    anchors = set(re.findall(r' href="#([^"]+)"', page))
    assert anchors >= {"comparison", "safety", "children", "child-8"}
    assert all(f'id="{anchor}"' in page for anchor in anchors)


def test_the_page_needs_nothing_else(page):
    assert "<script" not in page
    assert not re.findall(r"(?:src|url)\s*[=(]\s*[\"']?(?:https?:)?//", page)
    assert "default-src 'none'" in page


def test_text_of_files_is_text(page):
    assert "TINY-&lt;b&gt;1&lt;/b&gt;" in page
    assert "&lt;i&gt;femur&lt;/i&gt;" in page
    assert "no number in &lt;script&gt;" in page


def test_a_simulated_study_says_so_on_the_screen_and_on_every_printed_page(page):
    assert "No child stands behind any number" in page
    assert 'content: "Simulated study. Research software, not a medical device"' in page


def test_a_real_study_does_not():
    page = report_page(Title("REAL", False), (), ())
    assert "No child stands behind" not in page
    assert "Simulated study" not in page
    assert "Research software, not a medical device" in page


def test_every_comparison_says_how_many_children(page, readout):
    with (readout / "tables" / "comparisons.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["n_reference"], row["n_arm"]) for row in rows] == [*[("4", "3")] * 4, ("4", "4")]
    assert "4 + 3" in page


def test_changes_within_arms_carry_their_caution(readout):
    with (readout / "tables" / "within_arms.csv").open(newline="") as file:
        assert all("says nothing about the other arm" in row["caution"] for row in csv.DictReader(file))
    with (readout / "tables" / "comparisons.csv").open(newline="") as file:
        assert "mean_change" not in next(csv.reader(file))


def test_every_measured_value_names_its_scan_and_model(readout):
    with (readout / "tables" / "long.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["AVAL"] and row["SRC"] != "derived"]
    assert all(row["SRCID"] for row in rows)
    assert {row["MODEL"] for row in rows if row["SRC"] == "scan"} == {cases.MODEL}


def test_run_json_holds_versions_model_and_hashes_and_no_time(readout):
    told = json.loads((readout / "run.json").read_text())
    assert told["models_sha256"] == [cases.MODEL]
    assert set(told["files_sha256"]) == {"children.csv"}
    assert not re.search(r"\d\d:\d\d|seconds|started", json.dumps(told))


def test_each_child_has_a_sheet_with_its_vertebrae(page):
    sheets = page.split('<article class="sheet"')[1:]
    assert len(sheets) == len(cases.CHILDREN)
    third = sheets[2]
    assert "S-3" in third
    assert re.search(r'grade g1">1</span> new', third)
    assert re.search(r'grade g0">0</span> improving', third)
    assert "DOSE.csv:0" in third
    assert "no number in" in third  # the problem of this child


def test_high_calcium_is_to_be_looked_at(page):
    assert "high calcium in the rebound window: 2.75 mmol/L" in page


def rows_of(page: str, caption: str) -> list[list[str]]:
    """Cells of the rows below a caption."""
    table = page.split(f"<caption>{caption}")[1].split("</table>")[0].split("<tbody>")[1]
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", one) for one in table.split("<tr>")[1:]]


def test_who_could_not_do_a_test_is_counted(page):
    told = rows_of(page, "Who could do a motor test")
    assert ["One-minute walk", "Zoledronic acid", "Baseline", "0", "1", "0"] in told


def test_counts_of_vertebrae_are_those_of_the_table(page):
    told = {tuple(one[:2]): one[2:] for one in rows_of(page, "What became of each vertebra since baseline")}
    # new, stable, improving: L1 improves in every child, T12 of S-3 is new, all else is as it was
    assert told["Zoledronic acid", "Month 24"] == ["1 (1)", "7 (4)", "4 (4)"]
    assert told["Denosumab", "Month 24"] == ["0", "6 (3)", "3 (3)"]


def test_reaching_the_least_significant_change_is_no_answer_to_treatment(page):
    told = rows_of(page, "Children whose change reaches the least significant one (0.100 g/cm2, as given)")
    gains = [float(one["CHG"]) for one in cases.long().to_dict("records")
             if (one["PARAMCD"], one["ARM"], one["AVISITN"]) == ("LSBMD", "Denosumab", 24)]  # fmt: skip
    (cells,) = (one for one in told if one[1:3] == ["Denosumab", "Month 24"])
    assert cells[3].startswith(f"{sum(gain >= 0.1 for gain in gains)}/3")
    assert "no answer to treatment" in page


def test_numbers_are_written_without_noise_and_without_formulas():
    table = cases.long().head(1)[["USUBJID", "AVAL"]].assign(USUBJID="=1+1", AVAL=0.1 + 0.2)
    assert csv_of(table) == "USUBJID,AVAL\n'=1+1,0.3\n"
