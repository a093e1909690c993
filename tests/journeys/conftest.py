"""A real browser before the real program: on a desk (1280) and on a phone (390), with the demo business and without."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from regulars.desk.rules import demo

from tests.journeys.houses import House
from tests.journeys.visitor import Visitor

NAMES = ("chromium", "chromium-browser", "google-chrome")
# A browser for tests: no sandbox (containers), no talk with anybody else.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
]
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
Enter = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium. Without it the journeys fail and say what is missing."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not path:
        pytest.fail("The journeys need Chromium: install Debian's package `chromium`, or set CHROMIUM to its path.", pytrace=False)
    with sync_playwright() as playwright:
        try:
            found = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as fault:
            pytest.fail(f"Chromium ({path}) does not start: {fault}", pytrace=False)
        yield found
        found.close()


@pytest.fixture(scope="package")
def bakery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The program with the demo business in it."""
    house = House(tmp_path_factory.mktemp("bakery"))
    yield house
    house.close()


@pytest.fixture(scope="package")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The program as somebody finds it who wants to begin with their own business."""
    house = House(tmp_path_factory.mktemp("empty"), "--no-demo")
    yield house
    house.close()


@pytest.fixture(scope="package")
def keys(browser: Browser, bakery: House, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Sign each employee in once and keep the cookies for all journeys."""
    known: dict[str, Path] = {}

    def key_of(who: str) -> Path:
        if who not in known:
            context = browser.new_context()
            email = next(one.email for one in demo.STAFF if one.email.startswith(who))
            Visitor(context, bakery.address).sign_in(email, demo.PASSWORD)
            known[who] = tmp_path_factory.mktemp("keys") / f"{who}.json"
            context.storage_state(path=known[who])
            context.close()
        return known[who]

    return key_of


@pytest.fixture
def enter(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Enter]:
    """Let somebody enter the bakery: `enter("ines")`, `enter("tom", phone=True)`, `enter("ines", script=False)`.

    After the journey nothing may have gone wrong in the background.
    """
    visitors: list[Visitor] = []

    def let_in(who: str = "", *, phone: bool = False, script: bool = True, width: int = 0, house: House | None = None) -> Visitor:
        size = PHONE if phone else DESK
        context = browser.new_context(
            viewport=size | ({"width": width} if width else {}),  # type: ignore[arg-type]
            is_mobile=phone,
            has_touch=phone,
            java_script_enabled=script,
            reduced_motion="reduce",
            storage_state=request.getfixturevalue("keys")(who) if who else None,
        )
        place: House = house or request.getfixturevalue("bakery")
        visitors.append(Visitor(context, place.address))
        return visitors[-1]

    yield let_in
    faults = [fault for visitor in visitors for fault in visitor.faults]
    for visitor in visitors:
        visitor.context.close()
    assert not faults, "\n".join(faults)
