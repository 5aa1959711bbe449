"""Scored scans joined to the study by child and day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from oiscan.anatomy import Level, View
from oiscan.followup.study.problems import Severity
from oiscan.followup.study.results import scan_machines, scan_reports
from oiscan.followup.study.study import load_study
from oiscan.followup.study.table import long_table
from oiscan.loaders.printed import PrintedValue
from oiscan.report import Status
from oiscan.scan import Subject
from tests.followup.study.studies import (
    TOML,
    at,
    lateral,
    one,
    printed,
    results_folder,
    row,
    scan_id,
    sound_tables,
    write_study,
)

SCANS_ONLY = TOML.split("[[tables]]")[0]
LUMBAR = {"L1-L4": 0.3, "L2-L4": 0.35}


def study_with(folder, scans, toml=SCANS_ONLY, tables=None, keep_private=True):
    """The long table of the tiny study with these scans only."""
    results_folder(folder / "scored", scans)
    if not keep_private:
        (folder / "scored" / "private" / "files.csv").unlink()
    write_study(folder, {"children.csv": sound_tables()["children.csv"]} if tables is None else tables, toml)
    return long_table(load_study(folder), [folder / "scored"])


def two_visits(later_grades=None):
    """K01 before treatment with T12 unreadable, and after a year."""
    first = lateral("a", {Level.T11: 2, Level.T12: None, Level.L1: 0})
    later = lateral("b", {Level.T11: 1, Level.T12: 1, Level.L1: 0} if later_grades is None else later_grades)
    return [(first, "K01", at("K01", 0, -7), None), (later, "K01", at("K01", 12), None)]


def errors(problems):
    return [(one.file, one.row, one.column, one.text) for one in problems if one.severity is Severity.ERROR]


def test_grades_and_shape_by_level_and_visit(tmp_path):
    table, problems = study_with(tmp_path, two_visits())
    assert errors(problems) == []
    then = row(table, "K01", "VFGRADE", "Baseline", "T11")
    now = row(table, "K01", "VFGRADE", "Month 12", "T11")
    assert (then["AVAL"], then["ADY"], then["ABLFL"], then["SRC"], then["SRCID"]) == (2, -7, "Y", "scan", scan_id("a"))
    assert (now["AVAL"], now["BASE"], now["CHG"], now["MODEL"]) == (1, 2, -1, "m" * 64)
    assert now["PCHG"] != now["PCHG"]
    assert row(table, "K01", "VFRAP", "Month 12", "T11")["PCHG"] == pytest.approx(100 * (0.88 - 0.76) / 0.76)
    assert row(table, "K01", "VFPA", "Baseline", "L1")["AVAL"] == 250
    assert row(table, "K01", "VFHL", "Month 12", "T11")["CHG"] == pytest.approx(-12)


def test_an_unreadable_vertebra_is_a_row_with_its_reason(tmp_path):
    table, _ = study_with(tmp_path, two_visits())
    then = row(table, "K01", "VFGRADE", "Baseline", "T12")
    now = row(table, "K01", "VFGRADE", "Month 12", "T12")
    assert (then["AVAL"] == then["AVAL"], then["REASON"], then["ABLFL"]) == (False, "too faint or overlapped", "")
    assert (now["AVAL"], now["BASE"] == now["BASE"], now["CHG"] == now["CHG"]) == (1, False, False)


def test_any_fracture_of_a_scan(tmp_path):
    table, _ = study_with(tmp_path, two_visits({Level.T11: 0, Level.T12: None, Level.L1: 0}))
    assert row(table, "K01", "VFANYN", "Baseline")["AVAL"] == 1
    now = row(table, "K01", "VFANYN", "Month 12")
    assert (now["AVAL"], now["AVALC"]) == (0, "of 2 vertebrae")
    assert table[table["PARAMCD"] == "SDI"]["REASON"].unique().tolist() == ["not all of T4 to L4 were graded"]


def test_of_two_scans_of_a_day_all_vertebrae_come_from_the_one_with_most(tmp_path):
    again = lateral("c", {Level.T11: None, Level.T12: None, Level.L1: 3})
    table, _ = study_with(tmp_path, [*two_visits(), (again, "K01", at("K01", 12), None)])
    counted = table[(table["AVISIT"] == "Month 12") & (table["ANL01FL"] == "Y")]
    assert set(counted["SRCID"]) == {scan_id("b")}
    assert scan_id("c") in set(table["SRCID"])


def test_two_scans_in_one_window_are_named(tmp_path):
    again = lateral("c", {Level.T11: 0, Level.T12: 0, Level.L1: 0, Level.L2: 0})
    table, problems = study_with(tmp_path, [*two_visits(), (again, "K01", at("K01", 12, 30), None)])
    (problem,) = problems
    assert (problem.file, problem.row, problem.column, problem.severity) == ("scans.csv", 4, "scan_id", "warning")
    assert "Month 12 stands in scans.csv row 3 already" in problem.text
    assert set(table.loc[(table["AVISIT"] == "Month 12") & (table["ANL01FL"] == "Y"), "SRCID"]) == {scan_id("b")}


def test_names_follow_the_ap_scan_of_the_visit(tmp_path):
    scans = two_visits()
    results_folder(tmp_path / "scored", scans)
    (tmp_path / "scored" / "visits.csv").write_text(
        f"lateral_scan_id,lateral_shift,numbering_probability\n{scan_id('b')},1,0.9\n", encoding="utf-8"
    )
    write_study(tmp_path, {"children.csv": sound_tables()["children.csv"]}, SCANS_ONLY)
    table, _ = long_table(load_study(tmp_path), [tmp_path / "scored"])
    assert set(table[(table["SRCID"] == scan_id("b")) & (table["PARAMCD"] == "VFGRADE")]["LEVEL"]) == {
        "T12",
        "L1",
        "L2",
    }
    assert [f.level for f in scan_reports([tmp_path / "scored"])[scan_id("b")].findings] == ["T12", "L1", "L2"]


def test_days_alone_do_where_dates_were_left_behind(tmp_path):
    tables = {"children.csv": [{**one, "first_scan": "-7"} for one in sound_tables()["children.csv"]]}
    toml = SCANS_ONLY.replace('birth_date = "born"', 'birth_date = "born"\nfirst_scan_day = "first_scan"')
    table, problems = study_with(tmp_path, two_visits(), toml, tables, keep_private=False)
    assert errors(problems) == []
    # Day -7, and 372 days later: 1 is the day of the first dose, there is no day 0.
    assert sorted(table[table["PARAMCD"] == "VFANYN"]["ADY"]) == [-7, 366]


def test_without_dates_and_days_a_scan_has_no_place_in_time(tmp_path):
    table, problems = study_with(tmp_path, two_visits(), keep_private=False)
    assert [error[:3] for error in errors(problems)] == [("scans.csv", 2, "day"), ("scans.csv", 3, "day")]
    assert table["AVAL"].isna().all()
    assert set(table["REASON"]) == {"the study day of the scan is not known"}


@pytest.mark.parametrize(
    ("on", "words"), [(date(2062, 1, 1), "after the data cut"), (date(1999, 1, 1), "before the child was born")]
)
def test_a_scan_of_an_impossible_date(tmp_path, on, words):
    first, (report, code, _, told) = two_visits()
    table, problems = study_with(tmp_path, [first, (report, code, on, told)])
    # Rows of a child follow each other by date.
    assert [error[0] + error[2] for error in errors(problems)] == ["scans.csvday"]
    assert words in errors(problems)[0][3]
    assert table[table["SRCID"] == scan_id("b")]["AVAL"].isna().all()


def test_a_scan_after_the_first_dose_is_no_baseline(tmp_path):
    (first, code, _, told), later = two_visits()
    table, problems = study_with(tmp_path, [(first, code, at("K01", 0, 3), told), later])
    ((file, number, column, text),) = errors(problems)
    assert (file, number, column) == ("scans.csv", 2, "scan_id")
    assert "has no baseline" in text
    assert set(table["ABLFL"]) == {""}
    assert table["CHG"].isna().all()


def test_a_scan_of_a_child_nobody_knows(tmp_path):
    report, _, on, told = two_visits()[0]
    table, problems = study_with(tmp_path, [(report, "STRANGER", on, told)])
    ((_, number, column, text),) = errors(problems)
    assert (number, column, "no such child" in text) == (2, "subject", True)
    assert table.empty


def test_a_scan_of_another_sex_and_age_is_warned_of(tmp_path):
    report, _, on, told = two_visits()[0]
    _, problems = study_with(
        tmp_path, [(replace(report, sex="M", age_years=8.0, age_precision="day"), "K01", on, told)]
    )
    assert {(one.file, one.row, one.column, one.severity) for one in problems} == {
        ("scans.csv", 2, "sex", Severity.WARNING),
        ("scans.csv", 2, "age_years", Severity.WARNING),
    }


def test_an_age_in_whole_years_is_no_contradiction(tmp_path):
    report, _, on, told = two_visits()[0]
    whole = replace(report, age_years=4.0, age_precision="year")  # 4.98 by the study's table
    assert study_with(tmp_path, [(whole, "K01", on, told)])[1] == ()


def test_names_that_are_not_sure_are_warned_of(tmp_path):
    report, _, on, told = two_visits()[0]
    _, problems = study_with(tmp_path, [(replace(report, numbering_probability=0.5), "K01", on, told)])
    assert [(one.column, one.severity) for one in problems] == [("numbering_probability", Severity.WARNING)]


def test_a_scan_that_gives_nothing_is_named(tmp_path):
    report, _, on, told = two_visits()[0]
    dark = replace(report, status=Status.UNREADABLE, reason="no vertebra found", findings=())
    table, problems = study_with(tmp_path, [(dark, "K01", on, told)])
    assert errors(problems) == [("scans.csv", 2, "status", "the scan gives no value: no vertebra found")]
    assert table.empty


def ap(name, code, on, regions, model="Horizon A"):
    """A file with printed values and no picture to score."""
    report = replace(lateral(name, {}), view=None, status=Status.UNSUPPORTED, reason="a report", model_sha256="")
    return report, code, on, printed(name, regions, code, on, model)


def test_printed_bone_density_joins_the_same_table(tmp_path):
    scans = [
        ap("p", "K01", at("K01", 0, -7), LUMBAR),
        ap("q", "K01", at("K01", 12), {"L1-L4": 0.36, "L2-L4": 0.4}),
    ]
    table, problems = study_with(tmp_path, scans)
    assert errors(problems) == []
    now = row(table, "K01", "LSBMD", "Month 12")
    assert (now["AVAL"], now["BASE"], now["LEVEL"], now["SRC"], now["SRCID"]) == (
        0.36,
        0.3,
        "L1-L4",
        "printed",
        scan_id("q"),
    )
    assert now["PCHG"] == pytest.approx(20)
    assert row(table, "K01", "LSBMDZ", "Month 12")["CHG"] == 0
    other = table[(table["LEVEL"] == "L2-L4") & (table["PARAMCD"] == "LSBMD")]
    assert list(other["AVAL"]) == [0.35, 0.4]
    assert set(other["ANL01FL"]) == {""}


def of_vertebrae(name, code, on, bmc):
    """Printed values of L1 to L4 one by one, each of 8 cm2."""
    values = tuple(
        PrintedValue(scan_id(name), f"L{place}", quantity, number, site="AP Spine", source="user CSV", decimals=3)
        for place, mass in enumerate(bmc, start=1)
        for quantity, number in (("bmc_g", mass), ("area_cm2", 8.0), ("bmd_g_cm2", round(mass / 8, 3)))
    )
    report, _, _, told = ap(name, code, on, {})
    return report, code, on, replace(told, values=values)


def test_the_vertebrae_that_count_at_every_visit(tmp_path):
    """L2 is fractured at the second visit: what is common to both is L1, L3 and L4."""
    on, later = at("K01", 0, -7), at("K01", 12)
    sound, broken = ({Level.L1: 0, Level.L2: grade, Level.L3: 0, Level.L4: 0} for grade in (0, 2))
    scans = [
        of_vertebrae("p", "K01", on, (2.4, 2.8, 2.8, 3.2)),
        of_vertebrae("q", "K01", later, (3.2, 4.8, 3.6, 4.0)),
        (lateral("a", sound), "K01", on, None),
        (lateral("b", broken), "K01", later, None),
    ]
    table, problems = study_with(tmp_path, scans, SCANS_ONLY + '\n[scans]\nvertebrae = "common to visits"\n')
    assert errors(problems) == []
    now = row(table, "K01", "LSBMD", "Month 12")
    assert (now["BASE"], now["AVAL"]) == (pytest.approx(8.4 / 24), pytest.approx(10.8 / 24, abs=1e-4))


def test_whole_body_and_height(tmp_path):
    regions = {"Total": 0.6, "TBLH": 0.45}
    scans = [ap("p", "K01", at("K01", 0, -7), {}), ap("q", "K01", at("K01", 12), {})]
    scans = [
        (report, code, on, replace(printed(name, regions, code, on), subject=Subject(5.0, "day", "F", height_cm=100.0)))
        for name, (report, code, on, _) in zip("pq", scans, strict=True)
    ]
    table, _ = study_with(tmp_path, [(*scan[:3], _of_body(scan[3])) for scan in scans])
    body = row(table, "K01", "TBLHBMD", "Month 12")
    assert (body["AVAL"], body["LEVEL"], row(table, "K01", "TBLHZ", "Baseline")["AVAL"]) == (0.45, "TBLH", -2)
    height = row(table, "K01", "HAZ", "Baseline")
    assert (height["LEVEL"], -4 < height["AVAL"] < 0) == ("", True)


def _of_body(told):
    return replace(told, values=tuple(replace(value, site="Total Body") for value in told.values))


def test_bone_density_from_the_picture_is_a_parameter_of_its_own(tmp_path):
    measured = replace(lateral("p", {}), view=View.AP, measured_l1_l4_abmd_g_cm2=0.41)
    table, _ = study_with(tmp_path, [(measured, "K01", at("K01", 0, -7), None)])
    value = row(table, "K01", "LSBMDM", "Baseline")
    assert (value["AVAL"], value["SRC"], value["MODEL"]) == (0.41, "scan", "m" * 64)
    assert "LSBMD" not in set(table["PARAMCD"])


def test_a_z_score_missing_for_another_region_is_no_second_value_of_the_visit(tmp_path):
    report, code, on, told = ap("p", "K01", at("K01", 0, -7), LUMBAR)
    values = tuple(one for one in told.values if (one.region, one.quantity) != ("L2-L4", "z_score"))
    table, _ = study_with(tmp_path, [(report, code, on, replace(told, values=values))])
    assert row(table, "K01", "LSBMDZ", "Baseline")["LEVEL"] == "L1-L4"


def test_a_visit_with_another_region_only_is_named(tmp_path):
    scans = [ap("p", "K01", at("K01", 0, -7), {"L1-L4": 0.3}), ap("q", "K01", at("K01", 12), {"L2-L4": 0.4})]
    table, problems = study_with(tmp_path, scans)
    ((file, number, column, text),) = errors(problems)
    assert (file, number, column) == ("densitometry.csv", 3, "region")
    assert "region L2-L4, the study's is L1-L4" in text
    assert table[(table["AVISIT"] == "Month 12")]["CHG"].isna().all()


def test_another_scanner_of_scans_is_named_and_does_not_count(tmp_path):
    scans = [
        ap("p", "K01", at("K01", 0, -7), LUMBAR),
        ap("q", "K01", at("K01", 12), {"L1-L4": 0.36}, model="Discovery W"),
    ]
    # A scored file tells its scanner in its report; these reports are hand-made.
    scans = [(replace(report, maker="Hologic", model=told.acquisition.model), code, on, told) for report, code, on, told in scans]  # fmt: skip # noqa: E501
    table, problems = study_with(tmp_path, scans)
    assert {(error[0], error[1]) for error in errors(problems)} == {("densitometry.csv", 4)}
    value = one(table[(table["SRCID"] == scan_id("q")) & (table["PARAMCD"] == "LSBMD")])
    assert (value["AVAL"], value["ANL01FL"], "another model than at first" in value["REASON"]) == (0.36, "", True)
    assert scan_machines([tmp_path / "scored"])[scan_id("q")].model == "Discovery W"


def test_dates_stay_blank_unless_asked_for(tmp_path):
    table, _ = study_with(tmp_path, two_visits())
    assert set(table["ADT"]) == {""}
    table, _ = study_with(tmp_path, two_visits(), SCANS_ONLY.replace("[study]", "[study]\ndates = true"))
    assert set(table["ADT"]) == {str(at("K01", 0, -7)), str(at("K01", 12))}


def test_two_results_folders_need_dates(tmp_path):
    """Each counts days from its own first scan: both of these say 0."""
    first, later = two_visits()
    folders = [results_folder(tmp_path / "one", [first]), results_folder(tmp_path / "two", [later])]
    tables = {"children.csv": [{**one, "first_scan": "-7"} for one in sound_tables()["children.csv"]]}
    toml = SCANS_ONLY.replace('birth_date = "born"', 'birth_date = "born"\nfirst_scan_day = "first_scan"')
    study = load_study(write_study(tmp_path, tables, toml))
    assert sorted(long_table(study, folders)[0]["ADY"].unique()) == [-7, 366]
    for folder in folders:
        (folder / "private" / "files.csv").unlink()
    table, problems = long_table(study, folders)
    assert len(errors(problems)) == 2
    assert table["ADY"].isna().all()


def test_every_visit_is_placed_by_its_own_childs_first_dose(tmp_path):
    on = at("K01", 0, -7)
    scans = [(lateral("a", {Level.L1: 0}), "K01", on, None), (lateral("b", {Level.L1: 0}), "K02", on, None)]
    table, _ = study_with(tmp_path, scans)
    fractures = table[table["PARAMCD"] == "VFANYN"]
    days = dict(zip(fractures["USUBJID"], fractures["ADY"], strict=True))
    assert days == {"K01": -7, "K02": -29}
    assert at("K02", 0) - on == timedelta(days=29)


def test_scans_nobody_has_scored_are_named(tmp_path):
    study = load_study(write_study(tmp_path, toml=TOML + '\n[scans]\nfolder = "scans"\n'))
    _, problems = long_table(study)
    assert [one[2] for one in errors(problems)] == ["scans.folder"]
    assert errors(long_table(study, [results_folder(tmp_path / "scored", two_visits())])[1]) == []
