"""Outgoing HTTP can't be led into our own network (D18; cases F5, F7)."""

from __future__ import annotations

import http.server
import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from regulars.groundwork.kernel import outgoing
from regulars.groundwork.kernel.outgoing import OutgoingRefused, ask_outside, is_public


class Listener(http.server.BaseHTTPRequestHandler):
    """Answers by path; notes who came."""

    def do_GET(self) -> None:
        self.server.seen.append(self.path)  # type: ignore[attr-defined]
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        if self.path == "/drip":
            for _ in range(200):
                self.wfile.write(b".")
                time.sleep(0.05)
        elif self.path == "/flood":
            self.wfile.write(b"x" * 1_000_000)
        else:
            self.wfile.write(b"well met")

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


@pytest.fixture
def listener() -> Iterator[Any]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    server.seen = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def allowed(listener: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """The listener, named by the operator."""
    port = listener.server_address[1]
    monkeypatch.setattr(settings.REGULARS, "outgoing_local", [f"127.0.0.1:{port}"])
    return f"http://127.0.0.1:{port}"


@pytest.mark.pure
@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::", "2001:0:7f00:1::",
    ],
)  # fmt: skip
def test_places_that_only_we_can_reach_are_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.pure
@pytest.mark.parametrize("text", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "64:ff9b::808:808"])
def test_the_open_internet_is_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]
)
def test_every_way_to_write_this_machine_is_refused_without_a_connection(listener: Any, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outgoing, "PORTS", frozenset({listener.server_address[1]}))
    with pytest.raises(OutgoingRefused):
        ask_outside(url=f"http://{host}:{listener.server_address[1]}/")
    assert listener.seen == []


def test_one_private_address_among_public_ones_refuses_all(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(2, 1, 6, "", ("93.184.215.14", 80)), (2, 1, 6, "", ("10.0.0.5", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: answers)
    with pytest.raises(OutgoingRefused):
        ask_outside(url="http://mixed.example/")


def test_the_connection_goes_to_the_checked_address_whatever_the_name_means_later(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    answers = iter([[(2, 1, 6, "", ("93.184.215.14", 80))], [(2, 1, 6, "", ("127.0.0.1", 80))]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: next(answers))

    def connect(place: Any, *_rest: Any, **_named: Any) -> Any:
        asked.append(place)
        raise OSError("no route in this test")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(OutgoingRefused):
        ask_outside(url="http://rebinding.example/")
    assert asked == [("93.184.215.14", 80)]


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://x.example/", "http://", "http://user:word@x.example/", "http://x.example:22/", "http://x.example:99999/",
            "http://x.example/\r\nX: y", "//x.example", ""]
)  # fmt: skip
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(OutgoingRefused):
        ask_outside(url=url)


def test_a_place_that_the_operator_named_is_reached(allowed: str) -> None:
    answer = ask_outside(url=f"{allowed}/")
    assert (answer.status, answer.body) == (200, b"well met")


def test_a_redirect_is_handed_back_and_not_followed(allowed: str, listener: Any) -> None:
    assert ask_outside(url=f"{allowed}/away").status == 302
    assert listener.seen == ["/away"]


def test_an_answer_that_drips_is_cut(allowed: str) -> None:
    begun = time.monotonic()
    with pytest.raises(OutgoingRefused, match="too long"):
        ask_outside(url=f"{allowed}/drip", seconds_max=0.5)
    assert time.monotonic() - begun < 3


def test_a_flood_is_cut(allowed: str) -> None:
    with pytest.raises(OutgoingRefused, match="more than we take"):
        ask_outside(url=f"{allowed}/flood")
