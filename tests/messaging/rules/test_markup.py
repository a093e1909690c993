"""Foreign HTML is inert before it reaches the frame."""

from __future__ import annotations

import time

import pytest

from regulars.messaging.rules.markup import shown_markup

pytestmark = pytest.mark.pure
HOSTILE = """<script>alert(1)</script><p onclick="x()">Hi</p><a href="javascript:alert(1)">a</a><a href="https://ok.example/">b</a>
<img src="https://track.example/x.gif"><img src="//track.example/y.gif"><img src="cid:one"><form action="https://x"><input></form>
<svg onload="x()"></svg><style>@import url(https://x)</style><meta http-equiv="refresh" content="0;url=https://x"><base href="https://x">
<iframe src="https://x"></iframe><math><mi xlink:href="javascript:x"></mi></math><div style="background:url(https://x)" id="a" class="b">c</div>"""


def shown(with_remote: bool = False) -> str:
    return shown_markup(HOSTILE, pictures={"one": ("image/png", b"\x89PNG")}, with_remote_pictures=with_remote).markup


@pytest.mark.parametrize(
    "word",
    [
        "script",
        "onclick",
        "javascript:",
        "track.example",
        "<form",
        "<input",
        "svg",
        "@import",
        "meta",
        "<base",
        "iframe",
        "style=",
        "id=",
        "class=",
    ],
)
def test_m19_h7_nothing_active_and_nothing_remote_is_left(word: str) -> None:
    assert word not in shown()


def test_words_links_and_pictures_that_came_along_stay() -> None:
    assert ">Hi</p>" in shown()
    assert 'href="https://ok.example/"' in shown()
    assert 'src="data:image/png;base64,iVBORw=="' in shown()


def test_remote_pictures_are_counted_and_come_when_asked_for() -> None:
    assert shown_markup(HOSTILE, pictures={}, with_remote_pictures=False).blocked_pictures == 2
    assert 'src="https://track.example/x.gif"' in shown(with_remote=True)


def test_m19_three_hundred_levels_become_plain_text() -> None:
    started = time.monotonic()
    found = shown_markup("<div>" * 300 + "deep" + "</div>" * 300, pictures={}, with_remote_pictures=False)
    assert "deep" in found.markup
    assert "<div>" not in found.markup
    assert time.monotonic() - started < 2
