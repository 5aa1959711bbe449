"""study.toml: what it may say."""

import pytest

from oiscan.errors import ConfigError
from oiscan.followup.study.study import load_study
from tests.followup.study.studies import TOML, write_study


def test_a_study_from_its_file_or_folder(tmp_path):
    folder = write_study(tmp_path)
    for path in (folder, folder / "study.toml"):
        study = load_study(path)
        assert study.settings.study.id == "TINY"
        assert study.arms == ("Denosumab", "Zoledronic acid")
        assert study.visit_names == ("Baseline", "Month 12", "Month 24")
        assert study.path("dxa.csv") == folder / "dxa.csv"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "TINY"', 'id = "TINY"\nblind = true', "study.blind: Extra inputs are not permitted"),
        ('file = "labs.csv"', 'fil = "labs.csv"', "tables.1.file: Field required"),
        ('param = "BAMF"', 'param = "BAMFF"', r"tables.2 \(motor.csv\) columns.bamf: param BAMFF is not known"),
        ('unit = "mmol/L", u', 'unit = "mmol", u', r"unit 'mmol' is not known for CA; known are: mmol/L, mg/dL"),
        ("low = 2.1", "low = 8.4", "low cannot be a normal limit in mmol/L: possible are 1 to 4.5"),
        ("month = 24", "month = 12\ntarget_day = 700", "two have the same name or month"),
        ('name = "Baseline"\nmonth = 0', 'name = "Baseline"\nmonth = 0.5\ntarget_day = 1', "none has month 0"),
        (
            "from_day = -60\nto_day = 1",
            "from_day = -60\ntarget_day = 9\nto_day = 20",
            "must not lie after the first dose",
        ),
        ('arm = "arm"\n', "", "children.arm is missing"),
        ("to_day = 1", "to_day = 0", "to_day must follow each other"),
        ("from_day = 320", "from_day = 400", "must follow each other"),
        ('date = "day"\nmachine', 'date = "day"\nday = "x"\nmachine', "give date or day, not both"),
        ('visit = "visit"', "", "name the column of the date, the study day or the visit"),
        ("[arms]", "[params.BMD1]\nlabel = 'x'\nkind = 'sum'\n[arms]", "params.BMD1.kind"),
        ("[arms]", "[params.bmd]\nlabel = 'x'\n[arms]", "params.bmd: PARAMCD must be 1 to 8 capitals"),
        ("[arms]", "[params.CA]\nlabel = 'x'\n[arms]", "params.CA is oiscan's own"),
        ("[arms]", "[analysis]\nprimary = 'XX'\n[arms]", "analysis: param XX is not known"),
        ("[arms]", "[analysis]\nreference_arm = 'Placebo'\n[arms]", "'Placebo' is no arm"),
        ("[arms]", "[analysis]\nvisit = 'Month 6'\n[arms]", "'Month 6' is no visit"),
        ("[arms]", "[arms", "cannot be read as TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, old, new, words):
    assert old in TOML
    folder = write_study(tmp_path, toml=TOML.replace(old, new, 1))
    with pytest.raises(ConfigError, match=words):
        load_study(folder)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match=r"^study.toml cannot be read as TOML: FileNotFoundError$"):
        load_study(tmp_path)


def test_a_parameter_of_the_study(tmp_path):
    toml = TOML.replace("[arms]", '[params.PAIN]\nlabel = "Pain"\nkind = "ordinal"\nmost = 10\n[arms]')
    param = load_study(write_study(tmp_path, toml=toml)).params["PAIN"]
    assert (param.label, param.kind, param.most) == ("Pain", "ordinal", 10)
