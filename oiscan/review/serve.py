"""The server on this machine: an address is printed, and requests are answered until it is stopped."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask
from waitress.server import create_server

from oiscan.errors import ConfigError
from oiscan.review.guard import MAX_BODY_BYTES, Guard

LOOPBACK = "127.0.0.1"
THREADS = 4
CONNECTIONS = 200
"""More wait until one is free: 10,000 at once are served slowly, not refused memory."""
WAITING = 4096
"""Connections the operating system keeps for us until then, where it is set up to keep so many."""

IDLE_S = 30
MAX_HEADER_BYTES = 16 * 2**10


def listening(host: str, port: int) -> socket.socket:
    """A socket that nobody else listens on; port 0 takes any that is free."""
    taken = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    if os.name == "posix":  # the port of a server just stopped can be taken again; on Windows it would be shared
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
    except (OSError, OverflowError) as error:
        taken.close()
        raise ConfigError(f"port {port} of {host} cannot be used: choose another, or --port 0 for any") from error
    return taken


def origins(sock: socket.socket, public: str | None) -> list[str]:
    """Addresses browsers may use, the one to print first: this machine's, or that of the proxy in front alone.

    Raises
    ------
    ConfigError
        The proxy's address is none.
    """
    if public is not None:
        parts = urlsplit(public)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
            raise ConfigError("--origin is what browsers show before the first single slash: https://read.example.org")
        return [f"{parts.scheme}://{parts.netloc.lower()}"]
    host, port = sock.getsockname()[:2]
    return [f"http://{name}:{port}" for name in _names(host)]


def serve(
    application: Callable[[Guard], Flask], sock: socket.socket, public: str | None, say: Callable[[str], None]
) -> None:
    """Serve until interrupted; `say` is given the address to open."""
    addresses = origins(sock, public)
    guard = Guard(frozenset(addresses))
    waiting = create_server(
        application(guard),
        sockets=[sock],
        threads=THREADS,
        connection_limit=CONNECTIONS,
        backlog=WAITING,
        channel_timeout=IDLE_S,
        cleanup_interval=5,
        max_request_body_size=MAX_BODY_BYTES,
        max_request_header_size=MAX_HEADER_BYTES,
        ident=None,
        expose_tracebacks=False,
    )
    say(f"{addresses[0]}/start?token={guard.token}")
    waiting.run()


def _names(host: str) -> list[str]:
    if host == LOOPBACK:
        return [LOOPBACK, "localhost"]
    if host in ("0.0.0.0", "::"):  # all of the machine's addresses
        return [socket.gethostname().lower(), LOOPBACK, "localhost"]
    return [f"[{host}]" if ":" in host else host]
