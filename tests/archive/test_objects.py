"""DICOM objects made of a scan: they read back to the same numbers and masks, and say what they are and whose."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import highdicom
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.sr.codedict import codes as dictionary
from pydicom.uid import (
    ComprehensiveSRStorage,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    SecondaryCaptureImageStorage,
    SegmentationStorage,
)

from oiscan.anatomy import Level
from oiscan.archive import codes
from oiscan.archive.seg import masks
from oiscan.errors import ScanError
from oiscan.loaders import read
from oiscan.report import Finding, Report, Status, Verdict
from oiscan.reports.picture import overlay
from oiscan.version import __version__
from tests.archive.object_cases import GRADED, TRIANGLE, UNREADABLE, made, scored
from tests.dicom_cases import CR, SC, dicom, lunar, spine
from tests.fakes import picture
from tests.sentinels import reread

BY_HAND = np.array(
    [
        [0, 0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 0, 1, 1, 1, 0],
        [0, 0, 1, 1, 0, 0],
        [0, 0, 1, 0, 0, 0],
        [0, 0, 0, 0, 0, 0],
    ],
    bool,
)
SPINE_TAGS = {"ProtocolName": "LVA", "BodyPartExamined": "TSPINE", "ViewPosition": "LL", "PixelSpacing": [0.25, 0.25]}


@pytest.fixture(autouse=True)
def _model(fake_model):
    """No test here needs the real one."""


def report_of(*findings: Finding, **changes) -> Report:
    given = {"rows": 6, "columns": 6, "findings": findings, "anterior": "right", **changes}
    return Report("0" * 16, "0" * 64, Status.SCORED, **given)


def groups(path) -> list:
    content = highdicom.sr.srread(path).content
    return [*content.get_planar_roi_measurement_groups(), *content.get_image_measurement_groups()]


def comments(items) -> list[str]:
    return [item.TextValue for item in items if item.ValueType == "TEXT" and item.name == codes.COMMENT]


def test_a_mask_holds_the_pixels_whose_centre_the_outline_encloses():
    drawn = masks(report_of(GRADED, UNREADABLE))
    assert list(drawn) == [Level.T12]
    np.testing.assert_array_equal(drawn[Level.T12], BY_HAND)


def test_a_mask_is_drawn_from_the_landmarks_where_there_is_no_outline_and_never_empty():
    bare = Finding(Level.L2, Verdict.SCORED, landmarks_px=TRIANGLE)
    between = Finding(Level.L3, Verdict.SCORED, outline_px=((1.1, 1.1), (1.1, 1.9), (1.9, 1.1)))
    drawn = masks(report_of(bare, between))
    assert list(drawn) == [Level.L2]
    np.testing.assert_array_equal(drawn[Level.L2], BY_HAND)


@pytest.mark.parametrize(
    ("sop", "modality"),
    [
        (CR, "CR"),
        (SC, "OT"),
        (DigitalXRayImageStorageForPresentation, "DX"),
        (DigitalXRayImageStorageForProcessing, "DX"),
    ],
)
def test_a_segmentation_reads_back_to_the_same_masks(sop, modality, tmp_path):
    source = dicom(picture(), sop=sop, Modality=modality, BurnedInAnnotation="NO", **SPINE_TAGS)
    report, file = scored(tmp_path, source)
    files = made(tmp_path / "out", report, file, keep_identifiers=True)
    assert set(files) == {"seg", "sr", "capture"}
    seg = highdicom.seg.segread(files["seg"])
    drawn = masks(report)
    read_back = seg.get_pixels_by_source_instance([source.SOPInstanceUID])[0].astype(bool)
    assert read_back.shape == (*picture().shape, 2)
    for number, (level, mask) in enumerate(drawn.items()):
        assert mask.sum() > 200
        np.testing.assert_array_equal(read_back[..., number], mask)
        np.testing.assert_array_equal(reread(files["seg"]).pixel_array[number], mask)  # by another library
        segment = seg.get_segment_description(number + 1)
        assert segment.segment_label == level
        assert segment.segmented_property_type == codes.level_code(level)
        (algorithm,) = segment.SegmentationAlgorithmIdentificationSequence
        assert (algorithm.AlgorithmName, algorithm.AlgorithmVersion) == ("oiscan", __version__)
    (series,) = seg.ReferencedSeriesSequence
    assert series.SeriesInstanceUID == source.SeriesInstanceUID
    assert series.ReferencedInstanceSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID
    assert series.ReferencedInstanceSequence[0].ReferencedSOPClassUID == sop


def test_a_report_reads_back_to_the_same_numbers(tmp_path):
    report, file = scored(tmp_path, lunar(spine()), findings=(GRADED, UNREADABLE))
    files = made(tmp_path / "out", report, file)
    graded, _ = groups(files["sr"])
    told = {(str(m.name.meaning), part(m)): (m.value, m.unit.value) for m in graded.get_measurements()}
    assert told[("Height", "Anterior")] == (12.25, "mm")
    assert told[("Height", "Middle")] == (13.0 + 1 / 3, "mm")
    assert told[("Height", "Posterior")] == (17.5, "mm")
    assert told[("Area", "")] == (3.71875, "cm2")
    assert told[("Anterior over posterior height", "")] == (0.7, "{ratio}")
    assert told[("Loss of height", "")] == (30.000000000000004, "%")
    assert told[("Probability of Genant grade 3", "")] == (0.39, "1")
    known = [m for m in codes.MEASURES if getattr(GRADED, m.field) is not None]
    assert len(told) == len(known) + 4
    for measure in known:
        where = "" if measure.part is None else measure.part.meaning
        assert told[(measure.name.meaning, where)] == (getattr(GRADED, measure.field), measure.unit.value)


def test_measured_bone_stands_in_the_report_with_its_method(tmp_path):
    body = replace(GRADED, bmc_g=3.25, abmd_g_cm2=0.8125)
    report, file = scored(tmp_path, lunar(spine()), findings=(body,))
    report = replace(report, abmd_method="research: two energies")
    files = made(tmp_path / "out", report, file)
    (group,) = groups(files["sr"])
    told = {str(m.name.value): (m.value, m.unit.value) for m in group.get_measurements()}
    assert (told["BMC"], told["ABMD"]) == ((3.25, "g"), (0.8125, "g/cm2"))
    assert b"Bone density: research: two energies" in files["sr"].read_bytes()


def part(measurement) -> str:
    """Which part of the vertebra a height belongs to."""
    sites = measurement.finding_sites
    return str(sites[0].topographical_modifier.meaning) if sites else ""


def test_a_report_says_level_grade_and_doubt_in_codes(tmp_path):
    report, file = scored(tmp_path, lunar(spine()), findings=(GRADED,))
    files = made(tmp_path / "out", report, file)
    (group,) = groups(files["sr"])
    said = {str(e.name.value): str(e.value.value) for e in group.get_qualitative_evaluations()}
    assert {name: said[name] for name in ("STATUS", "GENANT", "DEFORMITY", "BORDERLINE")} == {
        "STATUS": "SCORED",
        "GENANT": "GENANT_2",
        "DEFORMITY": "20446002",
        "BORDERLINE": "BETWEEN_2_3",
    }
    (site,) = group.finding_sites
    assert (site.value.value, site.value.scheme_designator) == ("23215003", "SCT")
    assert comments(group[0].ContentSequence) == ["look at its neighbour"]
    seg = dcmread(files["seg"])
    (segment,) = seg.SegmentSequence
    assert group.tracking_uid == segment.TrackingUID
    reference = group.referenced_segmentation_frame[0].ReferencedSOPSequence[0]
    assert reference.ReferencedSOPInstanceUID == seg.SOPInstanceUID
    assert reference.ReferencedSegmentNumber == 1


def test_an_unreadable_vertebra_has_a_reason_and_no_number(tmp_path):
    report, file = scored(tmp_path, lunar(spine()), findings=(UNREADABLE,))
    files = made(tmp_path / "out", report, file)
    assert "seg" not in files
    (group,) = groups(files["sr"])
    assert group.get_measurements() == []
    assert [str(e.value.value) for e in group.get_qualitative_evaluations()] == ["UNREADABLE"]
    assert comments(group[0].ContentSequence) == ["cut by the edge of the picture"]
    assert group.source_images[0].referenced_sop_class_uid == CR


def test_a_scan_without_any_vertebra_says_so(tmp_path):
    report, file = scored(tmp_path, lunar(spine(70)))
    assert report.findings == ()
    files = made(tmp_path / "out", report, file)
    assert set(files) == {"sr", "capture"}
    (group,) = groups(files["sr"])
    assert group.get_measurements() == []
    assert comments(group[0].ContentSequence) == ["no vertebra found"]


def test_the_report_names_program_model_and_source_and_is_no_device(tmp_path):
    source = lunar(spine())
    report, file = scored(tmp_path, source, notes=("a note",))
    files = made(tmp_path / "out", report, file, keep_identifiers=True)
    sr = highdicom.sr.srread(files["sr"])
    observer = sr.content.get_observer_contexts()[0].observer_identifying_attributes
    assert (observer.name, observer.model_name, observer.serial_number) == (f"oiscan {__version__}", "fake", "f" * 64)
    assert (sr.SoftwareVersions, sr.DeviceSerialNumber) == (__version__, "f" * 64)
    disclaimer, named, note = comments(sr.content[0].ContentSequence)
    assert "not a medical device" in disclaimer
    assert named == "Level names by sacrum, probability 0.90"
    assert note == "a note"
    assert (sr.CompletionFlag, sr.VerificationFlag, sr.PreliminaryFlag) == ("COMPLETE", "UNVERIFIED", "PRELIMINARY")
    evidence = {uid for _, _, uid, _ in sr.get_evidence()}
    assert evidence == {source.SOPInstanceUID, dcmread(files["seg"]).SOPInstanceUID}
    for path in files.values():
        assert "not a medical device" in dcmread(path).SeriesDescription


def test_the_capture_is_the_overlay(tmp_path):
    report, file = scored(tmp_path, lunar(spine()))
    files = made(tmp_path / "out", report, file)
    capture = reread(files["capture"])
    np.testing.assert_array_equal(capture.pixel_array, overlay(report.scan, report))
    assert capture.PatientOrientation == ["A", "F"]
    assert "BurnedInAnnotation" not in capture  # nobody knows, so nobody says


def test_a_picture_that_may_hold_text_is_shown_only_when_allowed(tmp_path):
    report, file = scored(tmp_path, lunar(spine(), BurnedInAnnotation="YES"))
    assert set(made(tmp_path / "out", report, file)) == {"seg", "sr"}
    assert "text may be burnt" in (tmp_path / "out" / "dicom" / "objects.csv").read_text()
    files = made(tmp_path / "out", report, file, allow_burned_in_text=True)
    assert dcmread(files["capture"]).BurnedInAnnotation == "YES"


def test_masks_lie_in_the_stored_picture_also_where_that_is_upside_down(tmp_path):
    tags = {**SPINE_TAGS, "PatientOrientation": ["A", "H"], "Manufacturer": ""}
    report, file = scored(tmp_path, dicom(picture(), **tags), findings=(GRADED,))
    assert report.scan.stored.upside_down
    files = made(tmp_path / "out", report, file)
    seg = reread(files["seg"])
    np.testing.assert_array_equal(seg.pixel_array[:6, :6].astype(bool), BY_HAND)
    assert seg.pixel_array.sum() == BY_HAND.sum()
    assert seg.PatientOrientation == ["A", "H"]
    assert reread(files["capture"]).PatientOrientation == ["A", "F"]  # the overlay is turned


def test_front_views_have_widths_and_no_grade(tmp_path):
    tags = {**SPINE_TAGS, "ProtocolName": "AP Spine", "BodyPartExamined": "LSPINE", "ViewPosition": "AP"}
    report, file = scored(tmp_path, dicom(picture(), **tags))
    files = made(tmp_path / "out", report, file)
    first, _ = groups(files["sr"])
    told = {str(m.name.meaning): m.value for m in first.get_measurements()}
    finding = report.findings[0]
    assert told == {"Width": finding.width_mm, "Height": finding.height_mm, "Area": finding.area_cm2}
    assert None not in told.values()
    assert not reread(files["seg"]).PatientOrientation  # which side is the patient's left is not known


def test_levels_without_a_standard_code_have_a_private_one():
    assert codes.level_code(Level.L6) == codes.private("L6", "L6 vertebra")
    assert codes.level_code(Level.T13).scheme_designator == "99OISCAN"


def test_standard_codes_are_those_of_the_dictionary():
    for level in set(Level) - {Level.T13, Level.L6}:
        assert codes.level_code(level) == getattr(dictionary.SCT, f"{level}Vertebra")
    every = [getattr(codes, name) for name in ("STATUS", "GRADE", "DEFORMITY", "BORDERLINE")]
    every += [*codes.GRADES, *codes.DEFORMITIES.values(), *codes.STATUSES.values(), codes.between((2, 3))]
    every += [codes.grade_probability(3), *(measure.name for measure in codes.MEASURES)]
    assert all(len(code.value) <= 16 and len(code.meaning) <= 64 for code in every)


def test_the_guide_lists_every_private_code():
    guide = (Path(__file__).parents[2] / "docs/guide/archive.md").read_text("utf-8")
    used = [codes.STATUS, codes.GRADE, codes.DEFORMITY, codes.BORDERLINE, *codes.GRADES, *codes.DEFORMITIES.values()]
    used += [*codes.STATUSES.values(), codes.grade_probability(0), *(measure.name for measure in codes.MEASURES)]
    used += [codes.level_code(Level.T13), codes.level_code(Level.L6)]
    assert [c.value for c in used if c.scheme_designator == codes.SCHEME and f"`{c.value}`" not in guide] == []
    assert [c.value for c in used if c.scheme_designator != codes.SCHEME and c.value not in guide] == []


def test_oiscan_does_not_score_its_own_objects(tmp_path):
    report, file = scored(tmp_path, lunar(spine()), findings=(GRADED,))
    for path in made(tmp_path / "out", report, file).values():
        with pytest.raises(ScanError):
            read(path)


IMAGE_PIXEL = (
    "SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation"
)
REQUIRED = {
    "seg": (SegmentationStorage, f"SegmentationType SegmentSequence ContentLabel {IMAGE_PIXEL} NumberOfFrames"),
    "sr": (ComprehensiveSRStorage, "CompletionFlag VerificationFlag ValueType ContentSequence ContentTemplateSequence"),
    "capture": (SecondaryCaptureImageStorage, f"ConversionType {IMAGE_PIXEL}"),
}
"""Class of each kind of object, and some attributes that must be there and filled (DICOM PS3.3, type 1)."""

EVERYWHERE = "SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID Modality SpecificCharacterSet Manufacturer"
PRESENT = "PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime StudyID AccessionNumber SeriesNumber"


@pytest.mark.parametrize("kind", REQUIRED)
def test_required_attributes_are_there(kind, tmp_path):
    report, file = scored(tmp_path, lunar(spine()))
    one = reread(made(tmp_path / "out", report, file)[kind])
    sop_class, required = REQUIRED[kind]
    assert one.SOPClassUID == one.file_meta.MediaStorageSOPClassUID == sop_class
    assert one.SOPInstanceUID == one.file_meta.MediaStorageSOPInstanceUID
    for keyword in (*EVERYWHERE.split(), *required.split()):
        assert not one[keyword].is_empty, keyword
    for keyword in PRESENT.split():
        assert keyword in one


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="needs dciodvfy (Debian: dicom3tools)")
@pytest.mark.parametrize("findings", [None, (GRADED, UNREADABLE), (UNREADABLE,), ()])
@pytest.mark.parametrize("keep_identifiers", [True, False])
def test_dciodvfy_finds_no_error(findings, keep_identifiers, tmp_path):
    changes = {} if findings is None else {"findings": findings, "reason": "no vertebra found"}
    report, file = scored(tmp_path, lunar(spine()), **changes)
    for path in made(tmp_path / "out", report, file, keep_identifiers=keep_identifiers).values():
        said = subprocess.run(["dciodvfy", "-new", path], capture_output=True, text=True).stderr
        assert [line for line in said.splitlines() if line.startswith("Error")] == []


@pytest.mark.skipif(shutil.which("dsrdump") is None, reason="needs dsrdump (Debian: dcmtk)")
def test_dsrdump_opens_the_report(tmp_path):
    report, file = scored(tmp_path, lunar(spine()), findings=(GRADED, UNREADABLE))
    path = made(tmp_path / "out", report, file)["sr"]
    said = subprocess.run(["dsrdump", path], capture_output=True, text=True, check=True).stdout
    assert 'NUM:(,,"Height")="12.25" (mm' in said
    assert "Genant grade 2 (moderate)" in said
