"""Scans for other people: nothing that identifies is in them, and all that scoring and following needs still is."""

import csv
import os
import stat
import sys
from datetime import date, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from dicomanonymizer.dicomfields_selector import dicom_anonymization_database_selector
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.tag import Tag
from pydicom.uid import JPEGBaseline8Bit, RLELossless

from oiscan.anatomy import View
from oiscan.archive import Box, Choices, deidentify
from oiscan.archive.profile import EMPTY, NUMBERS, RETAINED, TABLE_EDITION, TEXTS, UIDS
from oiscan.archive.pseudonyms import LONGEST_SHIFT_DAYS, Pseudonym
from oiscan.cli import main
from oiscan.errors import ConfigError
from oiscan.loaders import find_files, read
from oiscan.pipeline import score_scan
from oiscan.subjects import SubjectCodes
from tests.dicom_cases import SC, dicom, lunar, spine, write
from tests.sentinels import BIRTH, NAME, PATIENT, SENTINELS, STAFF, found_below, found_in, plant, reread, saved

SAMPLES = Path(__file__).parents[2] / "sample_data"
FILE = "Qponmlk_Zyxwvuts_scan"


def run(folder: Path, files: Path, *, own=None, private: str = "private", out: str = "out", **choices):
    """Outcomes of a run into `folder`/out with the key in `folder`/private."""
    return list(deidentify(find_files([files]), folder / out, folder / private, own or {}, Choices(**choices)))


def only(folder: Path, dataset, **choices):
    """The one outcome for a dataset."""
    (folder / "in").mkdir()
    (outcome,) = run(folder, write(folder / "in", dataset), **choices)
    return outcome


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def released(folder: Path, outcome) -> Path:
    assert outcome.reason == ""
    return folder / "out" / outcome.file


@pytest.fixture
def mixed(tmp_path) -> Path:
    """Files with a sentinel in every attribute: scans that leave, and all sorts that must not."""
    folder = tmp_path / "in" / FILE
    lateral = lunar(spine(), ProtocolName="LVA QZ7PROTOCOL", BodyPartExamined="QZ7BODY", StudyDate="20230911")
    saved(plant(lateral), folder / f"{FILE}.dcm")
    later = lunar(spine(100), ProtocolName="LVA", StudyDate="20240911", PatientID=PATIENT)
    saved(plant(later), folder / f"{FILE}_2")
    front = dicom(spine(90), PixelSpacing=["0.25", "0.25"], BodyPartExamined="LSPINE", ProtocolName="AP Spine")
    saved(plant(front), folder / "ap.dcm")
    saved(plant(lunar(spine(80), BurnedInAnnotation="YES")), folder / "text.dcm")
    saved(plant(dicom(spine(85), sop=SC, ProtocolName="AP spine")), folder / "screen.dcm")
    saved(plant(dicom(spine(70), ProtocolName="Left Hip")), folder / "hip.dcm")
    colours = np.random.default_rng(1).integers(0, 255, (60, 50, 3), dtype=np.uint8)
    saved(plant(dicom(colours, sop=SC)), folder / "page.dcm")
    report = dicom(None, sop="1.2.840.10008.5.1.4.1.1.88.22")
    report.PatientName, report.TextValue = NAME, NAME
    saved(report, folder / "sr.dcm")
    (folder / f"{FILE}_text").write_text(f"{NAME} {PATIENT}")
    (folder / "empty.dcm").write_bytes(b"")
    whole = (folder / "ap.dcm").read_bytes()
    (folder / "cut.dcm").write_bytes(whole[: len(whole) - 3000])
    return tmp_path


def test_no_sentinel_is_anywhere_in_what_is_shared(mixed, capfd, caplog):
    caplog.clear()
    planted = [path for path in (mixed / "in").rglob("*") if path.is_file() and found_in(path.read_bytes())]
    assert len(planted) >= 9
    with pytest.raises(SystemExit) as ended:
        main(["deidentify", str(mixed / "in"), "--out", str(mixed / "out")])
    assert ended.value.code == 1  # three files cannot be read
    said = capfd.readouterr()
    assert "3 scans written, 8 held back" in said.out
    assert found_in((said.out + said.err + caplog.text).encode()) == []
    assert len(list((mixed / "out").rglob("*.dcm"))) == 3
    assert found_below(mixed / "out") == {}
    for original in ("20230911", "2023-09-11", "20240911", "20240501"):
        assert found_below(mixed / "out", [original]) == {}


def test_every_file_has_its_line_and_private_leads_back(mixed):
    outcomes = run(mixed, mixed / "in")
    assert len(rows(mixed / "out" / "released.csv")) == 3
    held = rows(mixed / "out" / "held_back.csv")
    reasons = " | ".join(row["reason"] for row in held)
    assert len(held) == len(outcomes) - 3 == 8
    for said in ("text is burnt", "captured screen", "the hip", "colour", "without a picture", "is empty", "no DICOM"):
        assert said in reasons
    private = rows(mixed / "private" / "deidentified.csv")
    assert len(private) == 11
    assert {row["patient_id"] for row in private if row["file"]} == {PATIENT}
    assert {row["birth_date"] for row in private if row["file"]} == {"2011-02-03"}
    assert all(FILE in row["source"] for row in private)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps permissions another way")
def test_private_is_for_its_owner_alone(mixed):
    run(mixed, mixed / "in")
    assert stat.S_IMODE((mixed / "private").stat().st_mode) == 0o700
    for file in (mixed / "private").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_scoring_needs_is_still_there(tmp_path):
    original = lunar(spine(), PatientSize="1.07", PatientWeight="17.5", KVP="100", ViewPosition="")
    outcome = only(tmp_path, original)
    before, after = read(tmp_path / "in" / "scan.dcm"), read(released(tmp_path, outcome))
    np.testing.assert_array_equal(after.pixels, before.pixels)
    assert after.stored == before.stored
    assert (after.view, after.spacing) == (View.LATERAL, before.spacing)
    assert after.spacing.source == "ExposedArea"
    assert after.acquisition == before.acquisition
    assert after.acquisition.protocol == "LVA"
    assert (after.subject.sex, after.subject.height_cm, after.subject.weight_kg) == ("F", 107, 17.5)
    assert after.subject.age_years == pytest.approx(before.subject.age_years, abs=0.01)
    assert after.notes == before.notes


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.dcm"))[:2])
def test_a_deidentified_scan_scores_the_same(tmp_path, model, name):
    (outcome,) = run(tmp_path, SAMPLES / name)
    before, after = (score_scan(read(path), model) for path in (SAMPLES / name, released(tmp_path, outcome)))
    assert before.findings
    assert after.findings == before.findings
    assert (after.spacing_mm, after.protocol, after.maker) == (before.spacing_mm, before.protocol, before.maker)


def test_the_file_says_what_was_done(tmp_path):
    outcome = only(tmp_path, lunar(spine()))
    made = reread(released(tmp_path, outcome))
    assert (made.PatientIdentityRemoved, made.LongitudinalTemporalInformationModified) == ("YES", "MODIFIED")
    codes = [code.CodeValue for code in made.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113105", "113107", "113108"]
    assert made.PatientID == made.PatientName == outcome.subject
    assert made.PatientBirthDate == made.StudyTime == made.AccessionNumber == ""
    assert "BurnedInAnnotation" not in made
    assert made.file_meta.MediaStorageSOPInstanceUID == made.SOPInstanceUID
    assert not any(element.tag.is_private for element in made.iterall())
    assert rows(tmp_path / "out" / "released.csv")[0]["burned_in_text"].startswith("unknown")


def test_nothing_taken_over_is_in_the_standards_table_but_what_is_declared():
    table = dicom_anonymization_database_selector(TABLE_EDITION)["ALL_TAGS"]
    listed = {(group << 16) + element for group, element, *_ in table}
    assert len(listed) > 600
    assert [keyword for keyword in (*TEXTS, *NUMBERS) if Tag(keyword) in listed] == []
    assert [
        keyword for keyword in ("Manufacturer", "ManufacturerModelName", "SoftwareVersions") if Tag(keyword) in listed
    ] == []
    assert all(Tag(keyword) in listed for keyword in (*RETAINED, *UIDS, "PatientBirthDate", "StudyTime"))
    assert "PatientBirthDate" in EMPTY


def test_intervals_between_visits_are_unchanged(tmp_path):
    (tmp_path / "in").mkdir()
    visits = {"A": ["20230115", "20230914", "20240229"], "B": ["20230115", "20230301"]}
    for patient, days in visits.items():
        for number, day in enumerate(days):
            scan = lunar(spine(80 + 12 * number), PatientID=patient, StudyDate=day, PatientName="Same^Name")
            write(tmp_path / "in", scan, f"{patient}{number}.dcm")
    moved: dict[str, list[tuple[date, date]]] = {}
    for outcome in run(tmp_path, tmp_path / "in"):
        after = read(released(tmp_path, outcome)).identity
        assert after.birth_date is None
        moved.setdefault(outcome.subject, []).append((outcome.identity.scan_date, after.scan_date))
    assert sorted(map(len, moved.values())) == [2, 3]
    shifts = [{before - after for before, after in pairs} for pairs in moved.values()]
    assert all(len(shift) == 1 for shift in shifts)
    assert shifts[0] != shifts[1]
    assert all(timedelta(1) <= shift.pop() <= timedelta(LONGEST_SHIFT_DAYS) for shift in shifts)


@pytest.mark.parametrize(
    ("birth", "stated", "written"),
    [
        ("20240301", "", "061D"),  # 1 March to 1 May 2024
        ("20190412", "005Y", "264W"),  # 1846 days
        ("20000501", "", "288M"),  # 24 years: weeks no longer fit
        ("19300501", "", "094Y"),
        ("", "041M", "041M"),
        ("", "", ""),
    ],
)
def test_the_age_is_kept_as_exactly_as_it_can_be_written(tmp_path, birth, stated, written):
    outcome = only(tmp_path, lunar(spine(), PatientBirthDate=birth, PatientAge=stated))
    assert reread(released(tmp_path, outcome)).get("PatientAge", "") == written


def test_one_key_gives_one_answer_and_another_key_another(mixed):
    def tree(out: str) -> dict[str, bytes]:
        folder = mixed / out
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    run(mixed, mixed / "in", out="one")
    run(mixed, mixed / "in", out="two")
    run(mixed, mixed / "in", out="three", private="other")
    assert tree("one") == tree("two")
    dicoms = {name for name in tree("one") if name.endswith(".dcm")}
    assert len(dicoms) == 3
    assert dicoms.isdisjoint(tree("three"))
    # the private table keeps both runs of the first key
    assert len(rows(mixed / "private" / "deidentified.csv")) == 22


def test_uids_that_belong_together_still_do(tmp_path):
    (tmp_path / "in").mkdir()
    for number in (1, 2):
        scan = lunar(spine(70 + 20 * number), StudyInstanceUID="1.2.3.4", SeriesInstanceUID=f"1.2.3.4.{number}")
        write(tmp_path / "in", scan, f"{number}.dcm")
    first, second = (reread(released(tmp_path, outcome)) for outcome in run(tmp_path, tmp_path / "in"))
    assert first.StudyInstanceUID == second.StudyInstanceUID != "1.2.3.4"
    assert first.StudyInstanceUID.is_valid and len(first.StudyInstanceUID) <= 64
    assert len({first.SeriesInstanceUID, second.SeriesInstanceUID, first.SOPInstanceUID, second.SOPInstanceUID}) == 4


def test_codes_are_those_of_the_scored_results_with_their_key(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "subject_key").write_text("ab" * 32)
    (tmp_path / "in").mkdir()
    (outcome,) = run(tmp_path, write(tmp_path / "in", lunar(spine(), PatientID="MRN-1")), private="results")
    assert outcome.subject == SubjectCodes(bytes.fromhex("ab" * 32)).code("MRN-1", "")


def test_own_codes_are_used_and_never_as_a_path(tmp_path):
    (tmp_path / "in").mkdir()
    file = write(tmp_path / "in", lunar(spine(), PatientID="MRN-1"))
    (outcome,) = run(tmp_path, file, own={"mrn-1": "../OI/7"})
    assert reread(released(tmp_path, outcome)).PatientID == "../OI/7"
    assert ".." not in outcome.file and (tmp_path / "out" / outcome.file).is_relative_to(tmp_path / "out")


def test_compressed_pixels_are_written_anew(tmp_path):
    scan = lunar(spine())
    scan.compress(RLELossless)
    outcome = only(tmp_path, scan)
    made = reread(released(tmp_path, outcome))
    assert not made.file_meta.TransferSyntaxUID.is_compressed
    np.testing.assert_array_equal(made.pixel_array, spine())


def test_a_comment_inside_a_jpeg_stays_behind(tmp_path):
    _, encoded = cv2.imencode(".jpg", spine(112, 64))
    comment = f"{NAME} {PATIENT}".encode()
    jpeg = encoded.tobytes()[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + encoded.tobytes()[2:]
    scan = lunar(spine(112, 64), LossyImageCompression="01")
    scan.PixelData = encapsulate([jpeg])
    scan["PixelData"].is_undefined_length = True
    scan.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    outcome = only(tmp_path, scan)
    assert found_in((tmp_path / "in" / "scan.dcm").read_bytes())
    assert found_below(tmp_path / "out") == {}
    assert reread(released(tmp_path, outcome)).LossyImageCompression == "01"


def test_text_in_the_picture_is_held_back_until_its_boxes_are_given(tmp_path):
    pixels = spine()
    pixels[0:8, 0:20] = 255
    dataset = lunar(pixels, BurnedInAnnotation="YES")
    assert "burnt" in only(tmp_path, dataset).reason
    (blanked,) = run(tmp_path, tmp_path / "in", out="two", blank=(Box(0, 0, 8, 20),))
    made = reread(tmp_path / "two" / blanked.file)
    assert made.BurnedInAnnotation == "YES"  # nobody has said yet that this was all
    assert not made.pixel_array[0:8, 0:20].any()
    np.testing.assert_array_equal(made.pixel_array[8:], pixels[8:])
    assert "113101" in [code.CodeValue for code in made.DeidentificationMethodCodeSequence]
    (looked_at,) = run(tmp_path, tmp_path / "in", out="three", blank=(Box(0, 0, 8, 20),), reviewed=True)
    assert dcmread(tmp_path / "three" / looked_at.file).BurnedInAnnotation == "NO"


def test_a_box_beside_the_picture_blanks_nothing(tmp_path):
    dataset = lunar(spine(110, 50), BurnedInAnnotation="YES")
    assert "burnt" in only(tmp_path, dataset, blank=(Box(110, 0, 120, 50), Box(0, 50, 10, 60))).reason


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are Unicode")
def test_a_file_name_in_no_known_coding_does_no_harm(tmp_path):
    (tmp_path / "in").mkdir()
    write(tmp_path / "in", lunar(spine()), os.fsdecode(b"M\xfcller.dcm"))
    for out in ("one", "two"):
        run(tmp_path, tmp_path / "in", out=out)
    assert (tmp_path / "private" / "deidentified.csv").read_bytes().count(b"M\xfcller") == 2
    assert found_below(tmp_path / "one", ["ller.dcm"]) == {}


def test_damaged_files_leave_without_identity_or_not_at_all(tmp_path):
    whole = write(tmp_path, plant(lunar(spine(40, 36)), tags=[])).read_bytes()
    (tmp_path / "in").mkdir()
    rng = np.random.default_rng(7)
    for number in range(120):
        damaged = np.frombuffer(whole, np.uint8).copy()
        places = rng.integers(128, 1500, rng.integers(1, 6))
        damaged[places] = rng.integers(0, 256, len(places))
        (tmp_path / "in" / f"{number}.dcm").write_bytes(damaged[: rng.choice([len(whole), 900])].tobytes())
    outcomes = run(tmp_path, tmp_path / "in")
    assert len(outcomes) > 100
    assert all(bool(outcome.file) != bool(outcome.reason) for outcome in outcomes)
    assert sum(bool(outcome.file) for outcome in outcomes) > 10
    assert found_below(tmp_path / "out", set(SENTINELS) - {"QZ7"}) == {}


def test_print_nobody_told_of_is_held_back(tmp_path):
    pixels = spine(300, 250)
    cv2.putText(pixels, "ZYXWVUTS 2011", (5, 280), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1)
    assert "seems to show text" in only(tmp_path, lunar(pixels)).reason
    assert "seems to show text" in run(tmp_path, tmp_path / "in", out="2", blank=(Box(0, 0, 9, 9),))[0].reason
    (blanked,) = run(tmp_path, tmp_path / "in", out="3", blank=(Box(255, 0, 300, 250),))
    assert "BurnedInAnnotation" not in reread(tmp_path / "3" / blanked.file)
    (looked_at,) = run(tmp_path, tmp_path / "in", out="4", reviewed=True)
    assert looked_at.file


def test_looking_alone_does_not_free_a_picture_that_says_it_shows_text(tmp_path):
    assert "burnt" in only(tmp_path, lunar(spine(), BurnedInAnnotation="YES"), reviewed=True).reason


def test_a_captured_screen_waits_for_a_human(tmp_path):
    dataset = dicom(spine(), sop=SC, ProtocolName="Lateral spine", PixelSpacing=["0.5", "0.5"])
    assert "captured screen" in only(tmp_path, dataset).reason
    (looked_at,) = run(tmp_path, tmp_path / "in", out="two", reviewed=True)
    assert dcmread(tmp_path / "two" / looked_at.file).BurnedInAnnotation == "NO"


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"ProtocolName": "", "PerformedProcedureStepDescription": "", "StudyDescription": ""}, "scan of the spine"),
        ({"ProtocolName": "Total Body", "PerformedProcedureStepDescription": ""}, "the whole body"),
    ],
)
def test_what_is_not_known_to_be_a_spine_scan_is_held_back(tmp_path, tags, said):
    assert said in only(tmp_path, lunar(spine(), **tags)).reason


def test_a_plain_picture_is_held_back(tmp_path):
    cv2.imwrite(str(tmp_path / "scan.png"), spine())
    (outcome,) = run(tmp_path, tmp_path / "scan.png")
    assert outcome.reason and outcome.file == ""


def test_maker_and_view_are_still_known_where_only_uids_and_free_text_told(tmp_path):
    dataset = lunar(
        spine(),
        Manufacturer="",
        ManufacturerModelName="",
        ProtocolName="",
        PerformedProcedureStepDescription="",
        SeriesDescription="LVA for Dr Doctorwhoami",
        SeriesInstanceUID="1.2.840.113619.2.110.123456.1",
    )
    outcome = only(tmp_path, dataset)
    after = read(released(tmp_path, outcome))
    assert (after.view, after.spacing.source) == (View.LATERAL, "ExposedArea")
    assert found_below(tmp_path / "out", [STAFF, "123456"]) == {}


def test_twelve_bits_big_endian_and_dark_bone_survive(tmp_path):
    pixels = (spine().astype(np.uint16) * 16)[:, :36]
    dataset = dicom(
        pixels,
        ProtocolName="AP spine",
        PixelSpacing=["0.25", "0.3"],
        BitsStored=12,
        HighBit=11,
        PhotometricInterpretation="MONOCHROME1",
    )
    outcome = only(tmp_path, dataset)
    before, after = read(tmp_path / "in" / "scan.dcm"), read(released(tmp_path, outcome))
    np.testing.assert_array_equal(after.pixels, before.pixels)
    assert (after.spacing, after.stored) == (before.spacing, before.stored)
    assert reread(released(tmp_path, outcome)).BitsStored == 12


@pytest.mark.parametrize(("out", "private"), [("out", "out/private"), ("in", "private")])
def test_a_folder_that_would_mix_the_two_is_refused(tmp_path, out, private):
    (tmp_path / "in").mkdir()
    file = write(tmp_path / "in", lunar(spine()))
    with pytest.raises(ConfigError):
        run(tmp_path, file, out=out, private=private)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in", "scan.dcm"]


@pytest.mark.parametrize("text", ["1,2,3", "a,b,c,d", "5,5,5,9", "-1,0,3,3"])
def test_an_impossible_box_is_a_wrong_setting(tmp_path, capfd, text):
    file = write(tmp_path, lunar(spine()))
    with pytest.raises(SystemExit) as ended:
        main(["deidentify", str(file), "--out", str(tmp_path / "out"), f"--blank={text}"])
    assert ended.value.code == 2
    assert "--blank" in capfd.readouterr().err


def test_shifts_are_the_persons_own():
    codes = SubjectCodes(b"key")
    shifts = {Pseudonym(codes, f"S-{number}").shift_days for number in range(200)}
    assert len(shifts) > 150 and min(shifts) >= 1 and max(shifts) <= LONGEST_SHIFT_DAYS
    assert Pseudonym(codes, "S-1").shifted(date(2024, 3, 1)) - Pseudonym(codes, "S-1").shifted(date(2023, 3, 1)) == (
        timedelta(366)
    )
    assert Pseudonym(SubjectCodes(b"other"), "S-1").shift_days != Pseudonym(codes, "S-1").shift_days


def test_the_sentinels_are_where_they_should_be(mixed):
    data = (mixed / "in" / FILE / f"{FILE}.dcm").read_bytes()
    assert set(found_in(data)) == set(SENTINELS) - {"2011-02-03"}
    assert BIRTH.encode() in data
    assert data.count(b"QZ7") > 1500
