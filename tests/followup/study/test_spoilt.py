"""Ways to spoil a study table: each is named with row and column, and none is silently used."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from oiscan.followup.study.problems import Problem, Severity
from tests.followup.study.studies import TOML, Rows, at, one, read_study, row, sound_tables, write_study

Tables = dict[str, Rows]


def found(problems: tuple[Problem, ...], file: str, number: int, column: str) -> Problem:
    """The one problem at a place."""
    here = [one for one in problems if (one.file, one.row, one.column) == (file, number, column)]
    assert len(here) == 1, [str(one) for one in problems]
    return here[0]


def test_a_sound_study_has_no_errors(tmp_path):
    table, problems = read_study(write_study(tmp_path))
    assert [str(one) for one in problems if one.severity is Severity.ERROR] == []
    assert set(table.loc[table["REASON"] != "", "PARAMCD"]) == set()


@dataclass(frozen=True)
class Spoilt:
    """One cell made wrong: where, and which value of the long table must no longer count."""

    file: str
    row: int
    column: str
    cell: str
    param: str
    words: str

    def __str__(self) -> str:
        return f"{self.file}-{self.column}-{self.cell}"


# K01 has rows 2, 3, 4 of dxa.csv, labs.csv and motor.csv.
CELLS = [
    Spoilt("labs.csv", 3, "calcium", "9.4", "CA", "is it in mg/dL?"),  # 2.34 mmol/L
    Spoilt("dxa.csv", 3, "bmd", "370", "LSBMD", "not between"),  # mg/cm2
    Spoilt("dxa.csv", 3, "bmd", "0.37 g", "LSBMD", "text where a number is expected"),
    Spoilt("dxa.csv", 3, "bmd", "0,37", "LSBMD", "text where a number is expected"),
    Spoilt("dxa.csv", 3, "bmd", "nan", "LSBMD", "text where a number is expected"),
    Spoilt("motor.csv", 3, "bamf", "six", "BAMF", "text where a number is expected"),
    Spoilt("motor.csv", 3, "bamf", "11", "BAMF", "not between 0 and 10"),
    Spoilt("motor.csv", 3, "bamf", "6.5", "BAMF", "no whole number"),
]


@pytest.mark.parametrize("spoilt", CELLS, ids=str)
def test_a_wrong_cell_is_named_and_gives_no_number(tmp_path, spoilt):
    tables = sound_tables()
    tables[spoilt.file][spoilt.row - 2][spoilt.column] = spoilt.cell
    table, problems = read_study(write_study(tmp_path, tables))
    problem = found(problems, spoilt.file, spoilt.row, spoilt.column)
    assert spoilt.words in str(problem)
    assert problem.severity is Severity.ERROR
    value = one(table[(table["SRCID"] == f"{spoilt.file}:{spoilt.row}") & (table["PARAMCD"] == spoilt.param)])
    assert value["AVAL"] != value["AVAL"]
    assert value["REASON"] == problem.text
    assert (value["ANL01FL"], value["ABLFL"]) == ("", "")


def test_another_unit_beside_the_value_is_named_with_the_factor(tmp_path):
    tables = sound_tables()
    tables["labs.csv"][1]["unit"] = "mg/dl"
    table, problems = read_study(write_study(tmp_path, tables))
    problem = found(problems, "labs.csv", 3, "calcium")
    assert "1 mg/dl is 0.24951 mmol/L" in problem.remedy
    assert table[(table["SRCID"] == "labs.csv:3") & (table["PARAMCD"] == "CA")]["AVAL"].isna().all()


def test_a_whole_column_in_the_other_unit_is_not_used(tmp_path):
    """Phosphate of 4.2 to 4.8 mg/dL is declared as mmol/L, of which up to 4 is possible; all but one are not."""
    tables = sound_tables()
    toml = TOML.replace('calcium = { param = "CA", unit = "mmol/L", unit_column = "unit", low = 2.1, high = "upper" }',
                        'calcium = { param = "PHOS", unit = "mmol/L" }')  # fmt: skip
    for place, told in enumerate(tables["labs.csv"]):
        told["calcium"] = f"{3.5 + place / 100:.2f}"
    table, problems = read_study(write_study(tmp_path, tables, toml))
    assert "the whole column seems to be in mg/dL" in found(problems, "labs.csv", 2, "calcium").text
    assert table[table["PARAMCD"] == "PHOS"]["AVAL"].isna().all()


def test_the_same_visit_twice_with_two_values(tmp_path):
    tables = sound_tables()
    tables["dxa.csv"].append({**tables["dxa.csv"][1], "bmd": "0.5"})
    table, problems = read_study(write_study(tmp_path, tables))
    for number in (3, 14):
        assert "neither counts" in found(problems, "dxa.csv", number, "bmd").text
    there = table[(table["USUBJID"] == "K01") & (table["PARAMCD"] == "LSBMD") & (table["AVISIT"] == "Month 12")]
    assert list(there["AVAL"]) == [0.37, 0.5]
    assert list(there["ANL01FL"]) == ["", ""]
    assert there["CHG"].isna().all()


def test_the_same_row_twice_counts_once(tmp_path):
    tables = sound_tables()
    tables["dxa.csv"].append(dict(tables["dxa.csv"][1]))
    table, problems = read_study(write_study(tmp_path, tables))
    problem = found(problems, "dxa.csv", 14, "bmd")
    assert (problem.severity, "row 3" in problem.text) == (Severity.WARNING, True)
    assert row(table, "K01", "LSBMD", "Month 12")["SRCID"] == "dxa.csv:3"


def test_a_visit_named_twice_without_dates_counts_for_neither(tmp_path):
    tables = sound_tables()
    tables["motor.csv"].append({**tables["motor.csv"][1], "bamf": "9"})
    table, problems = read_study(write_study(tmp_path, tables))
    assert found(problems, "motor.csv", 3, "bamf").severity is Severity.ERROR
    bamf = table[(table["USUBJID"] == "K01") & (table["PARAMCD"] == "BAMF")]
    assert list(bamf[bamf["ANL01FL"] == "Y"]["AVISIT"]) == ["Baseline", "Month 24"]


def test_two_days_in_one_window_the_closest_counts(tmp_path):
    tables = sound_tables()
    tables["dxa.csv"].append({**tables["dxa.csv"][1], "day": str(at("K01", 12, -9)), "bmd": "0.36"})
    table, problems = read_study(write_study(tmp_path, tables))
    assert "the closest to the target counts" in found(problems, "dxa.csv", 14, "bmd").text
    assert row(table, "K01", "LSBMD", "Month 12")["AVAL"] == 0.37


def test_a_baseline_scan_after_the_first_dose(tmp_path):
    tables = sound_tables()
    tables["dxa.csv"][0]["day"] = str(at("K01", 0, 12))
    table, problems = read_study(write_study(tmp_path, tables))
    problem = found(problems, "dxa.csv", 2, "bmd")
    assert "has no baseline" in problem.text
    assert "study day 13" in problem.text
    of_child = table[(table["USUBJID"] == "K01") & (table["PARAMCD"] == "LSBMD")]
    assert of_child["BASE"].isna().all()
    assert of_child["CHG"].isna().all()
    assert "Y" not in set(of_child["ABLFL"])


def test_a_dose_before_the_first_dose(tmp_path):
    tables = sound_tables()
    tables["doses.csv"][0]["day"] = str(at("K01", 0, -30))
    _, problems = read_study(write_study(tmp_path, tables))
    assert "before the first dose" in found(problems, "doses.csv", 2, "mg").text


def test_without_its_own_column_the_first_dose_is_that_of_the_dose_table(tmp_path):
    tables = sound_tables()
    tables["doses.csv"].append({"code": "K01", "day": str(at("K01", 0, -30)), "mg": "0"})  # planned, not given
    table, _ = read_study(write_study(tmp_path, tables, TOML.replace('first_dose_date = "first_dose"\n', "")))
    assert row(table, "K01", "LSBMD", "Baseline")["ADY"] == -7


def test_another_region_of_the_spine_stays_and_does_not_count(tmp_path):
    tables = sound_tables()
    tables["dxa.csv"][1]["region"] = "L2 - L4"
    table, problems = read_study(write_study(tmp_path, tables))
    assert "region L2-L4, the study's is L1-L4" in found(problems, "dxa.csv", 3, "bmd").text
    value = one(table[(table["SRCID"] == "dxa.csv:3") & (table["PARAMCD"] == "LSBMD")])
    assert (value["AVAL"], value["LEVEL"], value["ANL01FL"]) == (0.37, "L2-L4", "")
    assert value["CHG"] != value["CHG"]


def test_a_region_nobody_knows(tmp_path):
    tables = sound_tables()
    tables["dxa.csv"][1]["region"] = "hip"
    table, problems = read_study(write_study(tmp_path, tables))
    assert "no vertebra or region" in found(problems, "dxa.csv", 3, "region").text
    assert "Y" not in set(table[table["SRCID"] == "dxa.csv:3"]["ANL01FL"])


def test_another_scanner_stays_and_does_not_count(tmp_path):
    tables = sound_tables()
    tables["dxa.csv"][2]["scanner"] = "GE Lunar iDXA"
    table, problems = read_study(write_study(tmp_path, tables))
    told = [one for one in problems if (one.file, one.row, one.column) == ("dxa.csv", 4, "bmd")]
    assert {one.text.split(":")[0] for one in told} == {"another maker than at first", "another model than at first"}
    value = one(table[(table["SRCID"] == "dxa.csv:4") & (table["PARAMCD"] == "LSBMD")])
    assert (value["AVAL"], value["ANL01FL"]) == (0.43, "")
    assert value["CHG"] != value["CHG"]


def test_another_scanner_counts_where_the_study_says_so(tmp_path):
    tables = sound_tables()
    tables["dxa.csv"][2]["scanner"] = "GE Lunar iDXA"
    table, problems = read_study(write_study(tmp_path, tables, TOML + "\n[scans]\naccept_other_scanner = true\n"))
    assert {one.severity for one in problems if one.row == 4} == {Severity.WARNING}
    assert row(table, "K01", "LSBMD", "Month 24")["CHG"] == pytest.approx(0.12)


def test_the_arm_in_the_name_of_a_visit_is_taken_off_and_named(tmp_path):
    tables = sound_tables()
    for told in tables["motor.csv"]:
        told["visit"] = told["visit"].replace(" ", "_").lower() + "_arm_1"
    blinded = TOML.replace("[study]", "[study]\nblinded = true")
    table, problems = read_study(write_study(tmp_path, tables, blinded))
    problem = found(problems, "motor.csv", 2, "visit")
    assert "tells the arm, here and in 11 more rows" in problem.text
    assert row(table, "K01", "BAMF", "Month 12")["AVAL"] == 6
    assert set(table["ARM"]) == {""}
    assert "DOSE" not in set(table["PARAMCD"])  # milligrams a kilogram tell the drug
    assert not table.astype(str).apply(lambda column: column.str.contains("arm_|Denosumab|Zoledronic")).any(axis=None)


def test_an_event_that_tells_another_arm_than_the_table_of_children(tmp_path):
    tables = sound_tables()
    tables["motor.csv"][1]["visit"] = "Month 12 Zoledronic acid"
    _, problems = read_study(write_study(tmp_path, tables))
    texts = {one.text for one in problems if (one.row, one.column) == (3, "visit")}
    assert "the name of the visit tells another arm than the table of children" in texts


def test_a_missing_baseline(tmp_path):
    tables = sound_tables()
    del tables["dxa.csv"][0]
    table, problems = read_study(write_study(tmp_path, tables))
    problem = found(problems, "dxa.csv", 2, "bmd")
    assert (problem.usubjid, "has no baseline" in problem.text) == ("K01", True)
    assert table[(table["USUBJID"] == "K01") & (table["PARAMCD"] == "LSBMD")]["CHG"].isna().all()


def test_an_old_baseline_is_warned_of(tmp_path):
    tables = sound_tables()
    tables["dxa.csv"][0]["day"] = str(at("K01", 0, -200))
    table, problems = read_study(write_study(tmp_path, tables))
    told = [one for one in problems if (one.file, one.row, one.column) == ("dxa.csv", 2, "bmd")]
    assert [one.severity for one in told] == [Severity.WARNING]
    assert "200 days before the first dose" in told[0].text
    assert row(table, "K01", "LSBMD", "Month 12")["CHG"] == pytest.approx(0.06)
    assert row(table, "K01", "LSBMD", "Baseline")["ADY"] == -200


@pytest.mark.parametrize("sex", ["1", "W", "", "boy"])
def test_a_sex_that_is_no_code(tmp_path, sex):
    tables = sound_tables()
    tables["children.csv"][0]["sex"] = sex
    table, problems = read_study(write_study(tmp_path, tables))
    assert "no code of a sex" in found(problems, "children.csv", 2, "sex").text
    assert set(table[table["USUBJID"] == "K01"]["SEX"]) == {""}


def test_codes_of_a_sex_of_the_study_replace_the_usual_ones(tmp_path):
    """1 is male in one programme and female in another: letters are not guessed at either."""
    tables = sound_tables()
    for told in tables["children.csv"][1:]:
        told["sex"] = {"F": "2", "M": "1"}[told["sex"]]
    table, problems = read_study(write_study(tmp_path, tables, TOML + '\n[sex]\n1 = "M"\n2 = "F"\n'))
    assert set(table[table["USUBJID"] == "K02"]["SEX"]) == {"M"}
    assert "no code of a sex" in found(problems, "children.csv", 2, "sex").text


DATES: list[tuple[str, Callable[[Tables], None], str, int, str, str]] = [
    ("future", lambda t: t["dxa.csv"][1].update(day="2062-01-10"), "dxa.csv", 3, "day", "after the data cut"),
    ("no such day", lambda t: t["dxa.csv"][1].update(day="2024-02-30"), "dxa.csv", 3, "day", "no date"),
    ("other layout", lambda t: t["dxa.csv"][1].update(day="10/01/2024"), "dxa.csv", 3, "day", "no date"),
    ("before birth", lambda t: t["dxa.csv"][1].update(day="1924-01-10"), "dxa.csv", 3, "day", "before the child"),
    ("missing", lambda t: t["dxa.csv"][1].update(day=""), "dxa.csv", 3, "day", "no date and no visit"),
    ("born in future", lambda t: t["children.csv"][0].update(born="2062-01-10"), "children.csv", 2, "born", "data cut"),
    ("too old", lambda t: t["children.csv"][0].update(born="1958-01-10"), "children.csv", 2, "born", "0 and 25 years"),
]


@pytest.mark.parametrize(("spoil", "file", "number", "column", "words"), [case[1:] for case in DATES])
def test_an_impossible_date(tmp_path, spoil, file, number, column, words):
    tables = sound_tables()
    spoil(tables)
    table, problems = read_study(write_study(tmp_path, tables))
    assert words in found(problems, file, number, column).text
    if file == "dxa.csv":
        spoilt = table[table["SRCID"] == "dxa.csv:3"]
        assert len(spoilt) == 2
        assert spoilt.AVAL.isna().all()
    else:
        assert table[table["USUBJID"] == "K01"]["AGE"].isna().all()


def test_a_value_outside_the_windows_is_kept_and_named(tmp_path):
    tables = sound_tables()
    tables["dxa.csv"][1]["day"] = str(at("K01", 12, 90))
    table, problems = read_study(write_study(tmp_path, tables))
    problem = found(problems, "dxa.csv", 3, "day")
    assert (problem.severity, "no visit window" in problem.text) == (Severity.WARNING, True)
    value = one(table[(table["SRCID"] == "dxa.csv:3") & (table["PARAMCD"] == "LSBMD")])
    assert (value["AVAL"], value["AVISIT"], value["ANL01FL"]) == (0.37, "", "")
    assert value["CHG"] == pytest.approx(0.06)


def test_a_child_nobody_knows(tmp_path):
    tables = sound_tables()
    tables["dxa.csv"][1]["code"] = "K1"
    table, problems = read_study(write_study(tmp_path, tables))
    problem = found(problems, "dxa.csv", 3, "code")
    assert ("no such child" in problem.text, problem.usubjid) == (True, "")
    assert set(table["USUBJID"]) == {"K01", "K02", "K03", "K04"}


def test_a_child_that_stands_twice_with_two_arms(tmp_path):
    tables = sound_tables()
    tables["children.csv"].append({**tables["children.csv"][0], "arm": "Z"})
    table, problems = read_study(write_study(tmp_path, tables))
    found(problems, "children.csv", 6, "code")
    texts = {one.text for one in problems if one.column == "arm"}
    assert "the rows of this child say different things: none is used" in texts
    assert set(table[table["USUBJID"] == "K01"]["ARM"]) == {""}


def test_an_arm_of_no_study(tmp_path):
    tables = sound_tables()
    tables["children.csv"][0]["arm"] = "P"
    table, problems = read_study(write_study(tmp_path, tables))
    assert "no arm of this study" in found(problems, "children.csv", 2, "arm").text
    assert set(table[table["USUBJID"] == "K01"]["ARM"]) == {""}


def test_a_normal_limit_in_another_unit_is_not_used(tmp_path):
    tables = sound_tables()
    tables["labs.csv"][1]["upper"] = "10.4"
    table, problems = read_study(write_study(tmp_path, tables))
    found(problems, "labs.csv", 3, "upper")
    value = one(table[(table["SRCID"] == "labs.csv:3") & (table["PARAMCD"] == "CA")])
    assert (value["AVAL"], value["ANRLO"]) == (2.34, 2.1)
    assert value["ANRHI"] != value["ANRHI"]


def test_normal_limits_the_wrong_way_round_are_not_used(tmp_path):
    tables = sound_tables()
    tables["labs.csv"][1]["upper"] = "1.9"
    table, problems = read_study(write_study(tmp_path, tables))
    assert found(problems, "labs.csv", 3, "calcium").severity is Severity.WARNING
    value = one(table[(table["SRCID"] == "labs.csv:3") & (table["PARAMCD"] == "CA")])
    assert value[["ANRLO", "ANRHI"]].isna().all()


def test_a_row_with_a_cell_too_many_is_not_used(tmp_path):
    folder = write_study(tmp_path)
    file = folder / "dxa.csv"
    lines = file.read_text("utf-8").splitlines()
    lines[2] += ",x"
    file.write_text("\n".join(lines), encoding="utf-8")
    table, problems = read_study(folder)
    assert "7 cells under 6 columns" in found(problems, "dxa.csv", 3, "").text
    assert "dxa.csv:3" not in set(table["SRCID"])


def test_an_event_of_no_date_is_named_and_no_event_is_none(tmp_path):
    tables = sound_tables()
    for told in tables["events.csv"]:
        told["day"] = "soon"
    table, problems = read_study(write_study(tmp_path, tables))
    found(problems, "events.csv", 2, "day")
    event = one(table[table["PARAMCD"] == "FX"])
    assert (event["SRCID"], event["REASON"]) == ("events.csv:2", "no date of the layout %Y-%m-%d")
    assert event[["AVAL"]].isna().all()


def test_messages_quote_no_cell(tmp_path):
    tables = sound_tables()
    tables["motor.csv"][1]["bamf"] = "Mia Mustermann"
    tables["children.csv"][1]["sex"] = "Mia Mustermann"
    tables["dxa.csv"][1]["day"] = "Mia Mustermann"
    table, problems = read_study(write_study(tmp_path, tables))
    assert "Mustermann" not in " ".join(map(str, problems)) + table.to_csv()
