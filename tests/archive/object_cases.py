"""Scored scans for the tests of DICOM objects: findings made up by hand, and files for them."""

from pathlib import Path

from pydicom.dataset import FileDataset

from oiscan.anatomy import Level
from oiscan.archive.folder import DicomFolder
from oiscan.archive.maker import ObjectMaker
from oiscan.loaders import read
from oiscan.pipeline import score_scan
from oiscan.report import Finding, Report, Verdict
from oiscan.scan import Identity
from oiscan.store import KEY_FILE
from oiscan.subjects import SubjectCodes, subject_key
from tests.dicom_cases import write
from tests.fakes import FakeModel

TRIANGLE = ((1.5, 1.5), (1.5, 5.2), (5.2, 1.5))
"""Encloses the centres of six pixels: (2, 2), (2, 3), (2, 4), (3, 2), (3, 3) and (4, 2)."""

GRADED = Finding(
    level=Level.T12,
    status=Verdict.SCORED,
    outline_px=TRIANGLE,
    anterior_height_mm=12.25,
    middle_height_mm=13.0 + 1 / 3,
    posterior_height_mm=17.5,
    depth_mm=25.0,
    ratio_anterior_posterior=0.7,
    ratio_middle_posterior=0.7619047619047619,
    ratio_posterior_reference=0.98765432109876543,
    ratio_posterior_trend=1.0125,
    ratio_middle_anterior=1.0884353741496597,
    ratio_anterior_depth=0.49,
    ratio_middle_depth=0.5333333333333333,
    ratio_posterior_depth=0.7,
    height_loss_percent=30.000000000000004,
    grade_probabilities=(0.03, 0.17, 0.41, 0.39),
    borderline=(2, 3),
    grade=2,
    deformity="wedge",
    area_cm2=3.71875,
    remarks=("look at its neighbour",),
)
"""A vertebra of which all is known."""

UNREADABLE = Finding(Level.L1, Verdict.UNREADABLE, "cut by the edge of the picture", landmarks_px=TRIANGLE)


def folder(out: Path, **options) -> DicomFolder:
    """The folder for DICOM objects of results in `out`."""
    return DicomFolder(out, maker(out, **options))


def maker(out: Path, **options) -> ObjectMaker:
    """What makes the DICOM objects of results in `out`."""
    (out / "private").mkdir(parents=True, exist_ok=True)
    codes = SubjectCodes(subject_key(out / "private" / KEY_FILE), options.pop("own_codes", {}))
    return ObjectMaker(codes, **options)


def add(out: Path, report: Report, file: Path, **options) -> DicomFolder:
    """Make and keep the objects of one scan, as a process of its own does."""
    one, who = folder(out, **options), Identity() if report.scan is None else report.scan.identity
    one.add(report.scan_id, who, maker(out, **options)(report, file))
    return one


def codes_of(out: Path) -> SubjectCodes:
    """The codes of results in `out`."""
    return SubjectCodes(subject_key(out / "private" / KEY_FILE))


def scored(tmp_path: Path, dataset: FileDataset, **changes) -> tuple[Report, Path]:
    """Report on a file, by the stand-in for the model, with its fields changed; and the file."""
    (tmp_path / "in").mkdir(exist_ok=True)
    file = write(tmp_path / "in", dataset)
    report = score_scan(read(file), FakeModel())
    return Report(**{**report.__dict__, **changes}), file


def made(out: Path, report: Report, file: Path, **options) -> dict[str, Path]:
    """The objects of one scan, by kind."""
    add(out, report, file, **options).finish([report.scan_id])
    return {path.name.split(".")[1]: path for path in (out / "dicom").glob("*.dcm")}
