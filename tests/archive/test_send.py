"""`oiscan send`: to a node started in the test, each object confirmed, none twice, also after a break."""

import json
import shutil
import socket
import subprocess
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import ComprehensiveSRStorage, ImplicitVRLittleEndian, SegmentationStorage
from pynetdicom import AE, evt

from oiscan.archive.send import CLASSES, SYNTAXES, Answer, Node, Record, send
from oiscan.cli import main
from oiscan.errors import ConfigError, NodeError
from tests.archive.object_cases import add, scored
from tests.dicom_cases import lunar
from tests.fakes import fake_segment, picture
from tests.sentinels import found_in, plant

TITLE = "ARCHIVE"
DCMTK = shutil.which("dsrdump")
"""A tool of dcmtk beside which its storescp lies; pynetdicom brings one of the same name."""


@dataclass
class Archive:
    """A DICOM node and what it was given.

    `status` by number of the object, counted from 1 over all runs; `breaks_at` are those at which it hangs up.
    """

    port: int
    received: list[Dataset] = field(default_factory=list)
    status: dict[int, int] = field(default_factory=dict)
    breaks_at: set[int] = field(default_factory=set)
    asked: int = 0

    @property
    def node(self) -> Node:
        return Node(TITLE, "127.0.0.1", self.port)

    @property
    def text(self) -> str:
        return str(self.node)

    def store(self, event) -> int:
        self.asked += 1
        if self.asked in self.breaks_at:
            event.assoc.abort()
            return 0xC000
        status = self.status.get(self.asked, 0x0000)
        if status < 0xC000 and status >> 12 != 0xA:
            self.received.append(event.dataset)
        return status

    def uids(self) -> list[str]:
        return [str(one.SOPInstanceUID) for one in self.received]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(archive: Archive, classes=CLASSES, syntaxes=SYNTAXES):
    """The node, listening as long as the block lasts."""
    entity = AE(TITLE)
    entity.require_called_aet = True
    for sop_class in classes:
        entity.add_supported_context(sop_class, syntaxes)
    entity.start_server(("127.0.0.1", archive.port), block=False, evt_handlers=[(evt.EVT_C_STORE, archive.store)])
    try:
        yield archive
    finally:
        entity.shutdown()  # hangs up on whoever is connected


@pytest.fixture
def archive() -> Archive:
    return Archive(free_port())


@pytest.fixture(scope="module")
def pattern(tmp_path_factory) -> Path:
    """A results folder with the nine objects of three scans."""
    out = tmp_path_factory.mktemp("pattern") / "out"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("oiscan.pipeline.segment", fake_segment)
        for seed in range(3):
            add(out, *scored(out.parent, lunar(picture(seed=seed))))
    return out


@pytest.fixture
def results(pattern, tmp_path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(pattern, tmp_path / "out"))


def stored_uids(out: Path) -> set[str]:
    return {str(dcmread(path).SOPInstanceUID) for path in (out / "dicom").glob("*.dcm")}


def record(out: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (out / "private" / "sent.jsonl").read_text("utf-8").splitlines()]


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["send", *(str(argument) for argument in arguments)])
    return int(ended.value.code or 0)


def test_every_object_arrives_as_it_is_and_only_once(results, archive, capsys):
    with running(archive):
        assert run(results, archive.text) == 0
        assert capsys.readouterr().out == "9 stored and confirmed, 0 confirmed before, 0 not stored.\n"
        assert run(results, archive.text) == 0
        assert capsys.readouterr().out == "0 stored and confirmed, 9 confirmed before, 0 not stored.\n"
    assert sorted(archive.uids()) == sorted(stored_uids(results))
    for one in archive.received:
        (path,) = [
            path for path in (results / "dicom").glob("*.dcm") if dcmread(path).SOPInstanceUID == one.SOPInstanceUID
        ]
        sent = dcmread(path)
        assert {element.tag: element.value for element in one} == {element.tag: element.value for element in sent}


def test_confirmed_objects_are_sent_again_when_asked(results, archive):
    with running(archive):
        list(send(results, archive.node))
        list(send(results, archive.node, again=True))
    assert set(Counter(archive.uids()).values()) == {2}


@pytest.mark.parametrize("breaks_at", [1, 4, 9])
def test_after_a_break_nothing_is_lost_and_nothing_sent_twice(breaks_at, results, archive, capsys):
    archive.breaks_at = {breaks_at}
    with running(archive):
        assert run(results, archive.text) == 2
        assert "the same command again" in capsys.readouterr().err
        assert len(archive.received) == breaks_at - 1
        assert run(results, archive.text) == 0
    assert Counter(archive.uids()) == Counter(stored_uids(results))
    assert {line["sop_instance_uid"] for line in record(results)} == stored_uids(results)


def test_a_node_that_is_stopped_half_way_is_told_of_and_gone_on_with(results, archive):
    with running(archive):
        answers = send(results, archive.node)
        assert [next(answers).stored for _ in range(4)] == [True] * 4
    with pytest.raises(NodeError):
        list(answers)
    with running(archive):
        ended = list(send(results, archive.node))
    assert Counter(archive.uids()) == Counter(stored_uids(results))
    assert sum(answer.sent for answer in ended) == 5


def test_every_confirmation_is_on_disk_before_the_next_object_leaves(results, archive):
    with running(archive):
        for number, _ in enumerate(send(results, archive.node), start=1):
            assert len(record(results)) == number


def test_a_line_cut_short_confirms_nothing_and_spoils_no_other(results, archive):
    with running(archive):
        list(send(results, archive.node))
        path = results / "private" / "sent.jsonl"
        path.write_bytes(path.read_bytes()[:-20])
        ended = list(send(results, archive.node))
    assert sum(answer.sent for answer in ended) == 1
    assert Record(path, archive.node).confirmed() == stored_uids(results)


def test_another_node_has_a_record_of_its_own(results, archive):
    other = Archive(free_port())
    with running(archive), running(other):
        list(send(results, archive.node))
        list(send(results, other.node))
    assert Counter(other.uids()) == Counter(stored_uids(results))


def test_refused_objects_are_told_and_tried_again(results, archive, capsys):
    archive.status = {2: 0xA700}
    with running(archive):
        assert run(results, archive.text) == 1
        said = capsys.readouterr()
        assert "8 stored and confirmed, 0 confirmed before, 1 not stored." in said.out
        assert "the node refused it (status 0xA700)" in said.err
        assert run(results, archive.text) == 0
    assert Counter(archive.uids()) == Counter(stored_uids(results))
    assert {line["status"] for line in record(results)} == {"0x0000"}


def test_a_warning_is_told_and_counts_as_stored(results, archive, capsys):
    archive.status = {3: 0xB000}
    with running(archive):
        assert run(results, archive.text) == 0
        assert "the node warned that it changed some of its attributes (0xB000)" in capsys.readouterr().err
        assert run(results, archive.text) == 0
    assert archive.asked == 9
    assert Counter(line["status"] for line in record(results)) == {"0x0000": 8, "0xB000": 1}


def test_a_node_that_takes_no_segmentations_gets_the_rest(results, archive, capsys):
    with running(archive, classes=[one for one in CLASSES if one != SegmentationStorage]):
        assert run(results, archive.text) == 1
    assert "6 stored and confirmed, 0 confirmed before, 3 not stored" in capsys.readouterr().out
    assert SegmentationStorage not in {one.SOPClassUID for one in archive.received}


def test_a_node_that_speaks_the_oldest_encoding_only_gets_the_same(results, archive):
    with running(archive, syntaxes=[ImplicitVRLittleEndian]):
        ended = list(send(results, archive.node))
    assert all(answer.stored for answer in ended)
    report = next(one for one in archive.received if one.SOPClassUID == ComprehensiveSRStorage)
    assert report.ContentSequence[0].ConceptNameCodeSequence[0].CodeMeaning


def test_a_damaged_object_stops_no_other(results, archive):
    damaged = sorted((results / "dicom").glob("*.dcm"))[0]
    damaged.write_bytes(b"\x00" * 10)
    with running(archive):
        ended = list(send(results, archive.node))
    assert ended[0] == Answer(damaged.name, False, False, "damaged: score again with --dicom")
    assert all(answer.stored for answer in ended[1:])


def test_a_node_that_cannot_be_reached_or_refuses(results, archive, capsys):
    with pytest.raises(NodeError, match="cannot be reached"):
        list(send(results, archive.node))
    with running(archive), pytest.raises(NodeError, match="refuses to talk"):
        list(send(results, Node("OTHER", "127.0.0.1", archive.port)))
    assert run(results, f"{TITLE}@nowhere.invalid:104") == 2
    assert "the node cannot be reached" in capsys.readouterr().err
    assert not (results / "private" / "sent.jsonl").exists()


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("PACS@10.0.0.5:104", Node("PACS", "10.0.0.5", 104)),
        ("MY PACS@archive.example:11112", Node("MY PACS", "archive.example", 11112)),
        ("PACS@[::1]:104", Node("PACS", "::1", 104)),
    ],
)
def test_a_node_is_read_from_its_text(text, node):
    assert Node.of(text) == node


@pytest.mark.parametrize(
    "text", ["", "PACS", "PACS@host", "@host:104", "PACS@host:0", "PACS@host:70000", "A" * 17 + "@h:1"]
)
def test_what_is_no_node_is_refused(text):
    with pytest.raises(ConfigError, match="AE@HOST:PORT"):
        Node.of(text)


def test_nothing_to_send_and_nothing_to_send_with(tmp_path, results, archive, monkeypatch, capsys):
    assert run(tmp_path, archive.text) == 2
    assert "score with --dicom first" in capsys.readouterr().err
    monkeypatch.setattr("oiscan.archive.send.importlib.util.find_spec", lambda name: None)
    assert run(results, archive.text) == 2
    assert 'pip install "oiscan[archive]"' in capsys.readouterr().err


def test_nothing_that_identifies_is_said(tmp_path, archive, fake_model, capfd, caplog):
    out = tmp_path / "out"
    report, file = scored(tmp_path, plant(lunar(picture())))
    add(out, report, file, keep_identifiers=True)
    archive.status = {1: 0xC000, 2: 0xB007}
    caplog.clear()
    with running(archive):
        run(out, archive.text)
    said = capfd.readouterr()
    assert found_in((said.out + said.err + caplog.text).encode()) == []


@pytest.mark.skipif(DCMTK is None, reason="needs storescp (Debian: dcmtk)")
def test_dcmtk_takes_them_also_when_it_is_killed_half_way(results, archive, tmp_path):
    store = tmp_path / "store"
    store.mkdir()
    command = [Path(DCMTK).with_name("storescp"), "--aetitle", TITLE, "--output-directory", store, str(archive.port)]
    with storescp(command, archive.port) as process:
        answers = send(results, archive.node)
        confirmed = [next(answers) for _ in range(4)]
        process.kill()
        process.wait()
        with pytest.raises(NodeError):
            list(answers)
    with storescp(command, archive.port):
        ended = list(send(results, archive.node))
    assert all(answer.stored for answer in confirmed)
    assert sum(answer.sent for answer in ended) == 5
    assert {str(dcmread(path).SOPInstanceUID) for path in store.iterdir()} == stored_uids(results)


@contextmanager
def storescp(command, port: int):
    """dcmtk's node, listening as long as the block lasts."""
    with subprocess.Popen(command) as process:
        try:
            for _ in range(100):
                with socket.socket() as one:
                    if one.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield process
        finally:
            process.kill()
