"""Speaking HTTP to addresses that people or other servers gave us, without being led to places that only we can reach (decision D18).

Every address that a name resolves to is checked, and the connection goes to the checked one, so that a second answer of the name server
changes nothing. No redirects; few ports; an answer has a size and a time. What must reach this machine or its network (a sign-in service
in the same house) is named by the operator as host:port in REGULARS_OUTGOING_LOCAL.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from regulars.groundwork.kernel.refusals import Refusal

PORTS = frozenset({80, 443, 8080, 8443})
SECONDS_MAX = 10.0
BYTES_MAX = 64 * 1024
NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class OutgoingRefused(Refusal):
    code = "outgoing_refused"

    def __init__(self, why: str) -> None:
        super().__init__(why)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def ask_outside(
    *,
    url: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    seconds_max: float = SECONDS_MAX,
    bytes_max: int = BYTES_MAX,
) -> Answer:
    """Send one request. Redirects come back as they are. Raises OutgoingRefused with a sentence for everything that goes wrong."""
    host, port, target, secure = _taken_apart(url)
    place = _checked_place(host, port)
    link = _Pinned(host, port, place, secure, seconds_max)
    shown = f"[{host}]" if ":" in host else host
    try:
        with link.deadline():
            link.request(method, target, body=body, headers={"Host": shown if port in (80, 443) else f"{shown}:{port}", **(headers or {})})
            response = link.getresponse()
            content = response.read(bytes_max + 1)
    except (OSError, http.client.HTTPException) as fault:
        if link.late:
            raise OutgoingRefused(_("%(host)s took too long to answer.") % {"host": host}) from None
        raise OutgoingRefused(_("%(host)s can't be reached: %(fault)s") % {"host": host, "fault": str(fault)[:200]}) from None
    finally:
        link.close()
    if link.late:
        raise OutgoingRefused(_("%(host)s took too long to answer.") % {"host": host})
    if len(content) > bytes_max:
        raise OutgoingRefused(_("%(host)s answered with more than we take.") % {"host": host})
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)


def is_public(address: Address) -> bool:
    """Whether an address belongs to the open internet; those that carry another address inside are judged by that one too."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner) and not address.ipv4_mapped
    return address.is_global and not address.is_multicast


def _taken_apart(url: str) -> tuple[str, int, str, bool]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise OutgoingRefused(_("This is not an address.")) from None
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in ("http", "https") or not host or parts.username is not None or any(ord(sign) <= 32 for sign in url):
        raise OutgoingRefused(_("This is not an address that we may open: it must begin with http:// or https://."))
    try:
        host = host if ":" in host else host.encode("idna").decode()
    except UnicodeError:
        raise OutgoingRefused(_("This is not a host name.")) from None
    secure = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return host, port or (443 if secure else 80), target, secure


def _checked_place(host: str, port: int) -> str:
    """The address to connect to. Raises OutgoingRefused when any address of the name is not a public one."""
    local = f"{host}:{port}" in settings.REGULARS.outgoing_local
    if port not in PORTS and not local:
        raise OutgoingRefused(_("We don't open port %(port)d.") % {"port": port})
    try:
        found = [entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise OutgoingRefused(_("There is no host called %(host)s.") % {"host": host}) from None
    places = [ipaddress.ip_address(str(text).partition("%")[0]) for text in found]
    if not places or (not local and not all(is_public(place) for place in places)):
        raise OutgoingRefused(_("%(host)s is not a place on the open internet.") % {"host": host})
    return str(places[0])


class _Pinned(http.client.HTTPConnection):
    """A connection to one checked address that speaks in the name of its host."""

    def __init__(self, host: str, port: int, place: str, secure: bool, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self.place, self.secure, self.seconds, self.late = place, secure, seconds, False
        self.line: socket.socket | None = None  # `sock` is handed over to the answer while it is read; this one stays.

    def connect(self) -> None:
        """Connect to the checked address, not to what the name means by now."""
        self.sock = socket.create_connection((self.place, self.port), self.seconds)
        if self.secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)
        self.line = self.sock

    @contextlib.contextmanager
    def deadline(self) -> Iterator[None]:
        """Cut the line when the time is over, however little by little it drips."""
        begun = time.monotonic()

        def cut() -> None:
            self.late = True
            if self.line is not None:
                with contextlib.suppress(OSError):
                    self.line.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(self.seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self.late = self.late or time.monotonic() - begun > self.seconds
