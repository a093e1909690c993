"""Every page that the navigation reaches: it answers, it holds no barrier, it fits, it is quiet."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest

from regulars.groundwork.design import guide

from tests.journeys.conftest import Enter
from tests.journeys.visitor import Visitor

IDENTITY = re.compile(r"(?<=/matter/)[a-z2-7]{52}|[0-9a-f]{8}-[0-9a-f-]{27}|\d+|(?<=/settings/words/)[a-z]+/[a-z0-9-]+")
DOWNLOAD = re.compile(
    r"(export|download|errors|source|attachments/[0-9]+|files/[0-9]+|\.csv|\.xlsx|\.json)(/|$|\?)|^/api/|^/metrics|^/design/"
)


def kind_of(address: str) -> str:
    """Two customers' pages are of one kind; so are two pages of one list."""
    parts = urlsplit(address)
    names = sorted(part.partition("=")[0] for part in parts.query.split("&") if part)
    return IDENTITY.sub("…", parts.path) + "?" + "&".join(names)


def walk(visitor: Visitor, *, barriers: bool, of_a_kind: int = 2) -> tuple[list[str], Counter[str]]:
    """Follow every link from the first page on, a few of each kind; return what is wrong and what was seen."""
    wrong: list[str] = []
    seen: Counter[str] = Counter()
    waiting, known, examined = ["/"], {"/"}, set[str]()
    while waiting:
        address = waiting.pop(0)
        if seen[kind_of(address)] >= of_a_kind:
            continue
        seen[kind_of(address)] += 1
        response = visitor.go(address)
        if response.status != 200:
            wrong.append(f"{address}: {response.status}")
            continue
        if visitor.headings() != 1:
            wrong.append(f"{address}: {visitor.headings()} main headings")
        if (over := visitor.overflow()) > 0:
            wrong.append(f"{address}: {over} pixels too wide")
        if barriers and (place := kind_of(address).partition("?")[0]) not in examined:
            examined.add(place)  # A list sorted otherwise or a page further holds the same parts.
            wrong += visitor.barriers()
        for link in visitor.local_links():
            if link not in known and not DOWNLOAD.search(link):
                known.add(link)
                waiting.append(link)
    return wrong, seen


def test_every_page_of_the_owner_is_whole_on_a_desk(enter: Enter) -> None:
    wrong, seen = walk(enter("ines"), barriers=True)
    assert not wrong, "\n".join(wrong)
    for path in ("/", "/customers/", "/customers/…/", "/purchases/", "/purchases/…/", "/settings/", "/settings/staff/"):
        assert seen[f"{path}?"], f"{path} was not reached: {sorted(seen)}"
    assert len(seen) >= 20, sorted(seen)


def test_every_page_of_the_owner_fits_a_phone(enter: Enter) -> None:
    wrong, seen = walk(enter("ines", phone=True), barriers=False)
    assert not wrong, "\n".join(wrong)
    assert len(seen) >= 20


@pytest.mark.parametrize("who", ["petra", "zoltan", "linh", "rui", "tom", "dace"])
def test_nobody_is_shown_a_way_that_is_closed_to_them(enter: Enter, who: str) -> None:
    wrong, seen = walk(enter(who), barriers=False, of_a_kind=1)
    assert not wrong, "\n".join(wrong)
    assert seen["/customers/?"]


@pytest.mark.parametrize("path", ["/", "/customers/", "/purchases/", "/settings/staff/"])
def test_pages_hold_no_barrier_on_a_phone(enter: Enter, path: str) -> None:
    visitor = enter("ines", phone=True)
    visitor.go(path)
    assert visitor.barriers() == []


@pytest.mark.parametrize("path", ["/", "/customers/", "/purchases/", "/settings/business/"])
def test_pages_fit_the_narrowest_phone_and_large_type(enter: Enter, path: str) -> None:
    visitor = enter("ines", width=320)
    visitor.go(path)
    assert visitor.overflow() <= 0


def test_the_first_page_and_the_refusals_hold_no_barrier(enter: Enter) -> None:
    stranger = enter()
    assert stranger.go("/sign-in/").status == 200
    assert stranger.barriers() == []
    ines = enter("ines")
    assert ines.go("/customers/nobody/").status == 404
    assert ines.headings() == 1
    assert ines.barriers() == []


def test_every_component_of_the_style_guide_holds_no_barrier_and_fits(enter: Enter) -> None:
    visitor = enter()
    wrong: list[str] = []
    for name in guide.PAGES:
        visitor.page.set_viewport_size({"width": 1280, "height": 900})
        assert visitor.go(f"/design/{name}").status == 200
        wrong += visitor.barriers()
        visitor.page.set_viewport_size({"width": 320, "height": 700})
        if visitor.overflow() > 0:
            wrong.append(f"{name}: {visitor.overflow()} pixels too wide at 320")
    assert not wrong, "\n".join(wrong)


def test_paper_shows_the_page_without_its_furniture(enter: Enter) -> None:
    visitor = enter("ines")
    visitor.go("/customers/")
    visitor.page.emulate_media(media="print")
    assert not visitor.page.locator("nav.rail").is_visible()
    assert not visitor.page.locator(".desk__bar").is_visible()
    assert visitor.page.get_by_role("heading", level=1).is_visible()
    assert visitor.page.locator("tbody tr").first.is_visible()
