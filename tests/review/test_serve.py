"""Where the server listens, what browsers may call it, and how `oiscan review` starts it."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from oiscan.cli import main
from oiscan.errors import ConfigError
from oiscan.review.guard import Guard
from oiscan.review.serve import listening, origins
from tests.review.study import kept, made


def test_by_default_only_this_machine_is_a_name() -> None:
    with listening("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
        assert origins(sock, None) == [f"http://127.0.0.1:{port}", f"http://localhost:{port}"]


def test_on_all_addresses_the_machines_own_name_is_one() -> None:
    with listening("0.0.0.0", 0) as sock:
        port = sock.getsockname()[1]
        assert origins(sock, None)[0] == f"http://{socket.gethostname().lower()}:{port}"


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_an_address_of_the_new_kind_stands_in_brackets() -> None:
    try:
        sock = listening("::1", 0)
    except ConfigError:
        pytest.skip("no IPv6 here")
    with sock:
        assert origins(sock, None) == [f"http://[::1]:{sock.getsockname()[1]}"]


def test_behind_a_proxy_its_name_is_the_only_one() -> None:
    with listening("127.0.0.1", 0) as sock:
        assert origins(sock, "https://Read.Hospital.example/") == ["https://read.hospital.example"]
        for wrong in ("read.hospital.example", "https://", "https://x.example/reading", "ftp://x.example"):
            with pytest.raises(ConfigError, match="--origin"):
                origins(sock, wrong)


def test_a_port_in_use_is_said_so() -> None:
    with listening("127.0.0.1", 0) as sock:
        sock.listen()
        with pytest.raises(ConfigError, match="cannot be used"):
            listening("127.0.0.1", sock.getsockname()[1])


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Flask]:
    """The applications that would be served."""
    applications: list[Flask] = []

    def serve(application: Callable[[Guard], Flask], *_: object) -> None:
        applications.append(application(Guard(frozenset({"http://127.0.0.1"}))))

    monkeypatch.setattr("oiscan.review.serve.serve", serve)
    return applications


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["review", *map(str, arguments)])
    return int(ended.value.code or 0)


def test_another_address_than_this_machines_own_brings_a_warning(
    tmp_path: Path, started: list[Flask], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = made(tmp_path, 1, 1)
    assert run(folder) == 0
    assert "Warning" not in capsys.readouterr().err
    assert run(folder, "--host", "0.0.0.0") == 0
    assert "others on the network can reach this page" in capsys.readouterr().err
    assert len(started) == 2


def test_a_blinded_reading_is_noted_and_a_wrong_folder_refused(
    tmp_path: Path, started: list[Flask], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = made(tmp_path, 1, 1)
    assert run(folder, "--reader", " A ", "--blinded", "--start-from", "empty") == 0
    assert [step[1:] for step in kept(folder).steps()] == [("A", "began blinded reading", "from none")]
    assert run(tmp_path) == 2
    assert "no results folder" in capsys.readouterr().err
    assert run(folder, "--scale", "nobody's") == 2
