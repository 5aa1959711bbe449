"""Which view of what, by the header's words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydicom.dataset import Dataset

from oiscan.anatomy import View
from oiscan.errors import ConfigError, UnsupportedScanError
from oiscan.loaders import read
from oiscan.loaders.view import site_in_words, view_in_words
from tests.dicom_cases import dicom, lunar, spine, write


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("LVA", View.LATERAL),
        ("Lateral Spine", View.LATERAL),
        ("XR_SPINE_LAT", View.LATERAL),
        ("Lumbar spine (lat.)", View.LATERAL),
        ("IVA", View.LATERAL),
        ("VFA", View.LATERAL),
        ("vertebral fracture assessment", View.LATERAL),
        ("AP Spine", View.AP),
        ("PA lumbar spine", View.AP),
        ("antero-posterior", View.AP),
        ("APVA", View.AP),
        ("IVA AP", View.AP),
        ("AP + lateral spine", None),
        ("bilateral", None),
        ("Lumbar spine", None),
        ("DXA Images", None),
        ("", None),
    ],
)
def test_view_words(text: str, view: View | None) -> None:
    assert view_in_words(text) is view


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("Left Femur", "the hip"),
        ("DualFemur", "the hip"),
        ("Right Hip", "the hip"),
        ("Left Ortho Knee", "the knee"),
        ("Total Body", "the whole body"),
        ("WholeBody", "the whole body"),
        ("Left Forearm", "the forearm"),
        ("HAND", "the hand"),
        ("CHEST PA", "the chest"),
        ("Cervical spine lat", "the neck"),
        ("CSPINE", "the neck"),
        ("AP Spine", "the spine"),
        ("LSPINE", "the spine"),
        ("T-Spine", "the spine"),
        ("AP spine and hip", None),
        ("DXA Exam", None),
        ("Philip's protocol", None),
    ],
)
def test_site_words(text: str, site: str | None) -> None:
    assert site_in_words(text) == site


@pytest.mark.parametrize(("protocol", "view"), [("LVA", View.LATERAL), ("AP Spine", View.AP), ("Spine", None)])
def test_lunar_protocols_of_the_spine(tmp_path: Path, protocol: str, view: View | None) -> None:
    tags = {"ProtocolName": protocol, "PerformedProcedureStepDescription": protocol}
    assert read(write(tmp_path, lunar(spine(), **tags))).view is view


@pytest.mark.parametrize("protocol", ["Left Femur", "Right Ortho Knee", "Total Body", "Left Forearm", "Hand"])
def test_lunar_scans_of_other_parts_are_refused_in_plain_words(tmp_path: Path, protocol: str) -> None:
    tags = {"ProtocolName": protocol, "PerformedProcedureStepDescription": protocol}
    path = write(tmp_path, lunar(spine(), **tags))
    for stated in (None, View.AP):  # nor does a view stated for a whole folder turn a hip into a spine
        with pytest.raises(UnsupportedScanError, match=r"scan of the \w+.*not of the spine"):
            read(path, view=stated)


def test_protocol_lost_the_step_description_tells(tmp_path: Path) -> None:
    assert read(write(tmp_path, lunar(spine(), ProtocolName=""))).view is View.LATERAL


@pytest.mark.parametrize(
    ("tags", "view"),
    [
        ({"ViewPosition": "LL"}, View.LATERAL),
        ({"ViewPosition": "rl"}, View.LATERAL),
        ({"ViewPosition": "PA"}, View.AP),
        ({"ViewPosition": "LLO"}, None),
        ({"ViewPosition": "", "SeriesDescription": "L-spine lateral"}, View.LATERAL),
        ({"SeriesDescription": "AP", "StudyDescription": "Spine lateral"}, View.AP),
        ({"StudyDescription": "Spine lateral"}, View.LATERAL),
        ({"BodyPartExamined": "LSPINE"}, None),
        ({}, None),
    ],
)
def test_views_of_radiographs(tmp_path: Path, tags: dict[str, Any], view: View | None) -> None:
    assert read(write(tmp_path, dicom(spine(), **tags))).view is view


def test_a_view_code_tells(tmp_path: Path) -> None:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "399067008", "SCT", "lateral projection"
    assert read(write(tmp_path, dicom(spine(), ViewCodeSequence=[code]))).view is View.LATERAL


@pytest.mark.parametrize("part", ["HIP", "KNEE", "CHEST", "HAND", "WHOLEBODY", "SKULL", "CSPINE"])
def test_another_body_part_is_refused_unless_the_user_knows_better(tmp_path: Path, part: str) -> None:
    path = write(tmp_path, dicom(spine(), BodyPartExamined=part, ViewPosition="LL"))
    with pytest.raises(UnsupportedScanError, match="not of the spine"):
        read(path)
    assert read(path, view=View.LATERAL).view is View.LATERAL


def test_the_scans_own_words_beat_a_wrong_body_part_and_study(tmp_path: Path) -> None:
    tags = {"SeriesDescription": "Thoracic spine LAT", "BodyPartExamined": "CHEST", "StudyDescription": "Hip and knee"}
    assert read(write(tmp_path, dicom(spine(), **tags))).view is View.LATERAL


def test_the_user_overrides_the_view(tmp_path: Path) -> None:
    path = write(tmp_path, dicom(spine(), ViewPosition="AP"))
    assert read(path, view=View.LATERAL).view is View.LATERAL
    assert read(path, view="lateral").view is View.LATERAL
    with pytest.raises(ConfigError, match="one of lateral, ap"):
        read(path, view="sideways")
