"""Finished scans: known by content, model and settings; one result each, and its own picture."""

import pickle
from datetime import date

import pytest

from oiscan.anatomy import View
from oiscan.errors import StoreError
from oiscan.loaders.printed import PrintedFile, PrintedValue
from oiscan.pipeline import score_scan
from oiscan.report import Report, Status
from oiscan.scan import Acquisition, Identity, Scan, Subject
from oiscan.store import FinishedScans
from tests.fakes import FakeModel, picture

ONE, OTHER = "1" * 16, "2" * 16
FILE = PrintedFile(
    (PrintedValue("a" * 16, "L1-L4", "bmd_g_cm2", 0.93, "5", "Hologic page", "AP Spine", 3),),
    Identity("MRN 1", "Doe^Zoë", date(2019, 4, 12), date(2024, 5, 1), "1.2", "1.3", "1.4", "East"),
    Subject(5.05, "day", "F", 104.5, None),
    Acquisition("HOLOGIC", "Horizon A", "13.6", "LVA", "OT", 76.0),
)


@pytest.fixture
def place(tmp_path):
    for name in ("entries", "overlays"):
        (tmp_path / name).mkdir()
    return tmp_path


def at(place, key: str = ONE) -> FinishedScans:
    return FinishedScans(place / "entries", place / "overlays", key)


def report_of(seed: int = 0) -> Report:
    from dataclasses import replace

    scan = Scan.from_array(picture(seed=seed), view=View.LATERAL, spacing_mm=0.5)
    return replace(score_scan(scan, FakeModel()), scan=None)


@pytest.fixture(autouse=True)
def _model(fake_model):
    """No test here needs the real one."""


def test_what_is_kept_comes_back_as_it_was(place):
    report = report_of()
    at(place).add(report, FILE, b"png")
    again = at(place)
    entry = again.entry(report.scan_id)
    assert entry.file == FILE
    assert (entry.scan_id, entry.status, entry.view, entry.has_picture) == (
        report.scan_id, Status.SCORED, View.LATERAL, True,
    )  # fmt: skip
    assert again.report(report.scan_id) == report
    assert again.scan_ids() == {report.scan_id}
    assert (place / "overlays" / f"{report.scan_id}.png").read_bytes() == b"png"


def test_no_pickle_is_on_the_disk(place):
    at(place).add(report_of(), FILE, b"png")
    (file,) = (place / "entries").iterdir()
    with pytest.raises(pickle.UnpicklingError):
        pickle.loads(file.read_bytes())


def test_under_another_key_it_is_not_finished_and_then_replaced(place):
    report = report_of()
    at(place).add(report, FILE, b"one")
    other = at(place, OTHER)
    assert other.scan_ids() == set() and other.entry(report.scan_id) is None
    other.add(report, FILE, b"other")
    assert [file.name for file in (place / "entries").iterdir()] == [f"{report.scan_id}.{OTHER}.json"]
    assert at(place).scan_ids() == set()


def test_no_old_result_stands_beside_a_new_picture(place, monkeypatch):
    report = report_of()
    at(place).add(report, FILE, b"one")

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("oiscan.store.finished.write_private", killed)
    with pytest.raises(KeyboardInterrupt):
        at(place, OTHER).add(report, FILE, b"other")
    assert at(place).scan_ids() == at(place, OTHER).scan_ids() == set()


def test_a_picture_that_is_not_shown_any_more_goes(place):
    report = report_of()
    at(place).add(report, FILE, b"png")
    at(place, OTHER).add(report, FILE, None)
    assert list((place / "overlays").iterdir()) == []
    assert not at(place, OTHER).entry(report.scan_id).has_picture


@pytest.mark.parametrize("damage", [b"", b"{}", b"[1]", b'{"scan_id": "x"', b"\xff\xfe"])
def test_a_damaged_entry_is_no_entry(place, damage):
    report = report_of()
    at(place).add(report, FILE, None)
    (file,) = (place / "entries").iterdir()
    file.write_bytes(damage)
    assert at(place).entry(report.scan_id) is None
    with pytest.raises(StoreError, match="damaged"):
        at(place).report(report.scan_id)
    assert at(place).scan_ids() == set()


def test_others_are_forgotten_and_foreign_files_stay(place):
    kept, gone = report_of(1), report_of(2)
    at(place, OTHER).add(report_of(3), FILE, None)
    at(place).add(kept, FILE, None)
    at(place).add(gone, FILE, None)
    (place / "entries" / "notes.json").write_text("mine")
    at(place).forget_others({kept.scan_id})
    assert {file.name for file in (place / "entries").iterdir()} == {f"{kept.scan_id}.{ONE}.json", "notes.json"}
