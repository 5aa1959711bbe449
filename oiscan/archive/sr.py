"""The findings as a DICOM measurement report (template TID 1500): one measurement group a vertebra.

A vertebra with a segment refers to it (TID 1410), any other to the image (TID 1501). What could not be measured has no
number but its reason, as a comment: both templates may be extended, and readers pass over what they do not know.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from highdicom.sr import (
    AlgorithmIdentification,
    ComprehensiveSR,
    DeviceObserverIdentifyingAttributes,
    FindingSite,
    Measurement,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    QualitativeEvaluation,
    ReferencedSegmentationFrame,
    RelationshipTypeValues,
    SourceImageForMeasurementGroup,
    SourceImageForSegmentation,
    TextContentItem,
    TrackingIdentifier,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes as standard
from pydicom.uid import ExplicitVRLittleEndian

from oiscan.anatomy import Level
from oiscan.archive import codes
from oiscan.archive.making import DISCLAIMER, PROGRAM, Making
from oiscan.report import Finding, Report

Group = PlanarROIMeasurementsAndQualitativeEvaluations | MeasurementsAndQualitativeEvaluations
UNCHECKED = "Made by a program; no reader has checked it"


def measurement_report(
    image: Dataset, segmentation: Dataset | None, segments: Sequence[Level], making: Making
) -> ComprehensiveSR:
    """The DICOM object.

    Parameters
    ----------
    image
        The source image, as highdicom wants it (see `oiscan.archive.making.bare`).
    segmentation, segments
        The segmentation of that image, None where there is none, and the levels of its segments from number 1 on.
    making
        The report, and UIDs, dates and equipment.
    """
    references = {}
    if segmentation is not None:
        references = {level: _segment(segmentation, number, image) for number, level in enumerate(segments, start=1)}
    content = MeasurementReport(
        observation_context=ObservationContext(observer_device_context=_observer(making.report)),
        procedure_reported=codes.PROCEDURE,
        imaging_measurements=_groups(image, references, making),
        title=codes.TITLE,
    )
    content[0].ContentSequence.extend(_comment(text) for text in _remarks(making.report))
    return ComprehensiveSR(
        evidence=[image] if segmentation is None else [image, segmentation],
        content=content[0],
        is_complete=True,
        is_final=False,
        is_verified=False,
        transfer_syntax_uid=ExplicitVRLittleEndian,
        **making.arguments("sr"),
    )


def _device_uid(report: Report) -> str:
    """A UID for this version of the program with this model: the same wherever it runs."""
    digest = hashlib.sha256(f"{PROGRAM} {report.program_version} {report.model_sha256}".encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def _observer(report: Report) -> ObserverContext:
    return ObserverContext(
        observer_type=standard.DCM.Device,
        observer_identifying_attributes=DeviceObserverIdentifyingAttributes(
            uid=_device_uid(report),
            name=f"{PROGRAM} {report.program_version}",
            manufacturer_name=PROGRAM,
            model_name=report.model_name,
            serial_number=report.model_sha256,
        ),
    )


def _algorithm(report: Report) -> AlgorithmIdentification:
    parameters = (f"model {report.model_name}", f"model SHA-256 {report.model_sha256}", f"grading scale {report.scale}")
    return AlgorithmIdentification(PROGRAM, report.program_version, parameters)


def _segment(segmentation: Dataset, number: int, image: Dataset) -> ReferencedSegmentationFrame:
    """By the number of the segment alone: highdicom adds that of the frame, and the standard allows one of the two."""
    reference = ReferencedSegmentationFrame(
        segmentation.SOPClassUID,
        segmentation.SOPInstanceUID,
        frame_number=number,
        segment_number=number,
        source_image=SourceImageForSegmentation(image.SOPClassUID, image.SOPInstanceUID),
    )
    del reference[0].ReferencedSOPSequence[0].ReferencedFrameNumber
    return reference


def _groups(image: Dataset, references: Mapping[Level, ReferencedSegmentationFrame], making: Making) -> list[Group]:
    source = SourceImageForMeasurementGroup(image.SOPClassUID, image.SOPInstanceUID)
    findings = making.report.findings
    groups = [_vertebra(finding, references.get(finding.level), source, making) for finding in findings]
    return groups or [_nothing_found(source, making)]


def _vertebra(
    finding: Finding,
    segment: ReferencedSegmentationFrame | None,
    source: SourceImageForMeasurementGroup,
    making: Making,
) -> Group:
    told: dict[str, Any] = {
        "tracking_identifier": TrackingIdentifier(
            making.tracking_uid(finding.level), making.tracking_id(finding.level)
        ),
        "finding_type": codes.VERTEBRA,
        "finding_sites": [FindingSite(codes.level_code(finding.level))],
        "algorithm_id": _algorithm(making.report),
        "measurements": list(_measurements(finding)),
        "qualitative_evaluations": list(_evaluations(finding)),
    }
    group: Group
    if segment is None:
        group = MeasurementsAndQualitativeEvaluations(source_images=[source], **told)
    else:
        group = PlanarROIMeasurementsAndQualitativeEvaluations(referenced_segment=segment, **told)
    comments = [finding.reason, *finding.remarks, finding.reader_note]
    group[0].ContentSequence.extend(_comment(text) for text in comments if text)
    return group


def _nothing_found(source: SourceImageForMeasurementGroup, making: Making) -> Group:
    """A group that says why there is none of a vertebra: the template wants at least one."""
    group = MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(making.uid("spine"), making.report.scan_id),
        finding_type=codes.SPINE,
        algorithm_id=_algorithm(making.report),
        source_images=[source],
    )
    group[0].ContentSequence.append(_comment(making.report.reason))
    return group


def _measurements(finding: Finding) -> Iterator[Measurement]:
    for measure in codes.MEASURES:
        value = getattr(finding, measure.field)
        if value is not None:
            part = measure.part
            site = None if part is None else FindingSite(codes.level_code(finding.level), topographical_modifier=part)
            sites = None if site is None else [site]
            yield Measurement(measure.name, float(value), measure.unit, finding_sites=sites)
    for grade, probability in enumerate(finding.grade_probabilities):
        yield Measurement(codes.grade_probability(grade), float(probability), codes.NO_UNITS)


def _evaluations(finding: Finding) -> Iterator[QualitativeEvaluation]:
    yield QualitativeEvaluation(codes.STATUS, codes.STATUSES[finding.status])
    if finding.grade is not None:
        yield QualitativeEvaluation(codes.GRADE, codes.GRADES[finding.grade])
    if finding.deformity:
        yield QualitativeEvaluation(codes.DEFORMITY, codes.DEFORMITIES[finding.deformity])
    if finding.borderline:
        yield QualitativeEvaluation(codes.BORDERLINE, codes.between(finding.borderline))


def _remarks(report: Report) -> list[str]:
    """What concerns the whole scan."""
    named = []
    if report.numbering_probability is not None:
        named = [f"Level names by {report.numbering_anchor}, probability {report.numbering_probability:.2f}"]
    bone = [f"Bone density: {report.abmd_method}"] if report.abmd_method else []
    return [f"{DISCLAIMER}. {UNCHECKED}", *named, *bone, *report.notes]


def _comment(text: str) -> TextContentItem:
    return TextContentItem(codes.COMMENT, text, RelationshipTypeValues.CONTAINS)
