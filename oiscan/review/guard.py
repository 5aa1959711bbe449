"""Who may talk to the server: one browser session, let in by an address that works once.

The rules are those a reviewer expects (OWASP cheat sheets on sessions, CSRF and content security policy): a cookie no
script can read and no other site sends, the page's own word in a header of every change, host and origin checked
against names the server was given, and a policy that lets the page load nothing but its own files.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from urllib.parse import urlsplit

CSRF_HEADER = "X-Oiscan-CSRF"
MAX_BODY_BYTES = 2**20

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer, refusals included."""


@dataclass(repr=False)
class Guard:
    """The secrets of one run of the server.

    Parameters
    ----------
    origins
        Addresses browsers may use, such as ``http://127.0.0.1:8080``, without a path.
    """

    origins: frozenset[str]
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    session: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    cookie: str = field(default_factory=lambda: f"oiscan_{secrets.token_hex(4)}")
    """Its name differs from run to run: browsers send the cookies of one port to all ports of a machine."""
    _lock: Lock = field(default_factory=Lock)

    @property
    def secure(self) -> bool:
        """Whether all browsers come by https, so that the cookie may travel by nothing else."""
        return all(origin.startswith("https://") for origin in self.origins)

    def admit(self, token: str) -> bool:
        """Whether this is the token, the first time it is shown; it is burnt then."""
        with self._lock:
            known = bool(self.token) and _same(token, self.token)
            self.token = "" if known else self.token
        return known

    def knows(self, cookies: Mapping[str, str]) -> bool:
        """Whether a request comes from the browser that was let in."""
        return _same(cookies.get(self.cookie, ""), self.session)

    def known_host(self, host: str) -> bool:
        """Whether a request was sent to a name of this server: a foreign name that resolves here is refused."""
        return host.lower() in {urlsplit(origin).netloc for origin in self.origins}

    def may_change(self, headers: Mapping[str, str]) -> bool:
        """Whether a request that changes something comes from the page itself."""
        sent = {name.lower(): value for name, value in headers.items()}  # servers spell the names as they like
        origin = sent.get("origin")
        return (origin is None or origin in self.origins) and _same(sent.get(CSRF_HEADER.lower(), ""), self.csrf)


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), secret.encode())
