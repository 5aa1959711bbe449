"""Objects of a results folder, stored to a DICOM node: each one confirmed, each one once.

What a node has confirmed is written down, and is on disk before the next object leaves. So a run that breaks off goes
on where it ended. One case no sender can tell apart: an object that was stored, but whose confirmation was lost on the
way. It is sent again, under the same UID, and an archive takes it for the object it has.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import (
    ComprehensiveSRStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    SecondaryCaptureImageStorage,
    SegmentationStorage,
)

from oiscan.archive.folder import FOLDER
from oiscan.archive.journal import append, entries
from oiscan.archive.silence import silent
from oiscan.errors import ConfigError, NodeError, UnreadableFileError
from oiscan.loaders.dicom import parse
from oiscan.loaders.quiet import quiet

if TYPE_CHECKING:
    from pynetdicom.association import Association

CLASSES = (SegmentationStorage, ComprehensiveSRStorage, SecondaryCaptureImageStorage)
SYNTAXES = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]
RECORD = "sent.jsonl"
SUCCESS = 0x0000
WARNINGS = {
    0xB000: "it changed some of its attributes",
    0xB006: "it left some of its attributes out",
    0xB007: "it found that it does not match its kind",
}
"""Status codes of objects that are stored all the same (DICOM PS3.4, table B.2-1)."""

UNREACHED = "the node {}; check titles, host and port with whoever runs it"
CONNECT_SECONDS, ANSWER_SECONDS = 15, 120
LONGEST_TITLE = 16


@dataclass(frozen=True)
class Node:
    """A DICOM node: its application entity title and where it listens."""

    title: str
    host: str
    port: int

    @classmethod
    def of(cls, text: str) -> Node:
        """The node in ``AE@HOST:PORT``.

        Raises
        ------
        ConfigError
            The text is no such thing.
        """
        parsed = re.fullmatch(r"([^@\\]+)@(\[[^]]+\]|[^:@\s]+):(\d{1,5})", text)
        if parsed is None or len(parsed[1]) > LONGEST_TITLE or not 0 < int(parsed[3]) < 2**16:
            raise ConfigError("give the node as AE@HOST:PORT, such as ARCHIVE@10.0.0.5:104; AE has up to 16 characters")
        return cls(parsed[1], parsed[2].strip("[]"), int(parsed[3]))

    def __str__(self) -> str:
        return f"{self.title}@{self.host}:{self.port}"


@dataclass(frozen=True)
class Answer:
    """What became of one object.

    Parameters
    ----------
    file
        Its name in the folder.
    stored
        Whether the node has confirmed it, now or in an earlier run.
    sent
        Whether it was sent in this run.
    remark
        What to tell of it; "" where all is well.
    """

    file: str
    stored: bool
    sent: bool
    remark: str = ""


def send(out: Path, node: Node, again: bool = False, calling_title: str = "OISCAN") -> Iterator[Answer]:
    """Store all objects of a results folder that the node has not confirmed yet, one answer each.

    Parameters
    ----------
    out
        The results folder, scored with ``--dicom``.
    node
        Where to.
    again
        Whether to send those too that it has confirmed.
    calling_title
        How this program calls itself to the node.

    Raises
    ------
    ConfigError
        There is nothing to send, or pynetdicom is not installed.
    NodeError
        The node cannot be reached, refuses to talk, or stops answering.
    """
    if importlib.util.find_spec("pynetdicom") is None:
        raise ConfigError('sending needs pynetdicom: pip install "oiscan[archive]"')
    files = sorted((out / FOLDER).glob("*.dcm"))
    if not files:
        raise ConfigError("the folder holds no DICOM objects: score with --dicom first")
    record = Record(out / "private" / RECORD, node)
    confirmed = set() if again else record.confirmed()
    waiting = []
    for file in files:
        if _uid(file) in confirmed:
            yield Answer(file.name, stored=True, sent=False)
        else:
            waiting.append(file)
    if waiting:
        with quiet(), silent("pynetdicom"), _association(node, calling_title) as association:
            for file in waiting:
                yield _store(file, association, record)


class Record:
    """Which objects a node has confirmed.

    Parameters
    ----------
    path
        Of the journal; it may be absent.
    node
        The only one whose lines count.
    """

    def __init__(self, path: Path, node: Node) -> None:
        self.path = path
        self.node = str(node)

    def confirmed(self) -> set[str]:
        """SOP Instance UIDs of the objects the node has."""
        return {entry["sop_instance_uid"] for entry in entries(self.path) if entry.get("node") == self.node}

    def add(self, file: str, uid: str, status: int) -> None:
        """Write down that the node has an object."""
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        told = {"node": self.node, "sop_instance_uid": uid, "file": file, "status": f"0x{status:04X}", "at": now}
        append(self.path, told)


def _uid(file: Path) -> str:
    """SOP Instance UID of an object; "" for a file that cannot be read, which `_store` tells of."""
    try:
        return str(dcmread(file, specific_tags=["SOPInstanceUID"], stop_before_pixels=True).get("SOPInstanceUID", ""))
    except InvalidDicomError:
        return ""


@contextmanager
def _association(node: Node, calling_title: str) -> Iterator[Association]:
    from pynetdicom import AE

    entity = AE(calling_title)
    entity.connection_timeout = entity.acse_timeout = CONNECT_SECONDS
    entity.dimse_timeout = entity.network_timeout = ANSWER_SECONDS
    for sop_class in CLASSES:
        entity.add_requested_context(sop_class, SYNTAXES)
    try:
        association = entity.associate(node.host, node.port, ae_title=node.title)
    except (OSError, UnicodeError) as error:  # a host name nobody knows
        raise NodeError(UNREACHED.format("cannot be reached")) from error
    if not association.is_established:
        said = "refuses to talk (does it know our title?)" if association.is_rejected else "cannot be reached"
        raise NodeError(UNREACHED.format(said))
    try:
        yield association
    finally:
        if association.is_established:
            association.release()


def _store(file: Path, association: Association, record: Record) -> Answer:
    try:
        made = parse(file.read_bytes()).dataset
    except UnreadableFileError:
        return Answer(file.name, False, False, "damaged: score again with --dicom")
    if made.SOPClassUID not in {context.abstract_syntax for context in association.accepted_contexts}:
        return Answer(file.name, False, False, "the node does not take this kind of object")
    status = _status(made, association)
    if status != SUCCESS and status not in WARNINGS:
        return Answer(file.name, False, True, f"the node refused it (status 0x{status:04X})")
    record.add(file.name, made.SOPInstanceUID, status)
    remark = f"stored, but the node warned that {WARNINGS[status]} (0x{status:04X})" if status in WARNINGS else ""
    return Answer(file.name, True, True, remark)


def _status(made: Dataset, association: Association) -> int:
    """What the node answers to an object."""
    answer = association.send_c_store(made) if association.is_established else Dataset()
    if "Status" not in answer:
        raise NodeError("the node stopped answering; give the same command again: it goes on where this ended")
    return int(answer.Status)
