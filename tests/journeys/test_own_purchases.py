"""The main story: somebody opens Regulars for the first time, brings their own purchases, and sees who is slipping away."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Enter
from tests.journeys.houses import House
from tests.journeys.visitor import Visitor

PASSWORD = "flour-water-and-salt"
COMPUTING = 60_000


def till_export(path: Path, today: date) -> Path:
    """A year of a small shop as its till exports it: semicolons, decimal commas, Latin letters. K-0007 stopped 50 days ago."""
    dice = Random(7)
    rows = []
    for number in range(1, 61):
        gap = 6 if number == 7 else dice.choice([4, 7, 10, 14, 21])
        last = today - timedelta(days=50 if number == 7 else dice.randrange(1, gap))
        day = today - timedelta(days=dice.randrange(250, 360))
        while day <= last:
            rows.append((day, f"K-{number:04d}", dice.randrange(250, 1900)))
            day += timedelta(days=max(1, round(dice.gauss(gap, gap / 5))))
    lines = ["Bon;Kunde;Datum;Summe;Artikel"]
    for receipt, (day, customer, amount) in enumerate(sorted(rows), start=1):
        lines.append(f"{receipt};{customer};{day:%d.%m.%Y};{amount // 100},{amount % 100:02d};Pogácsa")
    lines.append(f"{len(rows) + 1};K-0001;someday;4,00;Pogácsa")
    path.write_text("\n".join(lines), encoding="cp1250")
    return path


def settle(page: Page, done: re.Pattern[str]) -> None:
    """Wait until the worker has answered, as a person does: the page tells it, or they look again."""
    for _ in range(30):
        if done.search(page.locator("main").inner_text()) and not page.locator("main progress").count():
            return
        page.wait_for_timeout(1000)
        page.reload()
    raise AssertionError(f"{page.url} never said {done.pattern!r}: {page.locator('main').inner_text()[:2000]}")


@pytest.fixture
def ines(enter: Enter, empty_house: House) -> Visitor:
    """Ines before a house in which nothing has happened yet; she was told the address on the console."""
    visitor = enter(house=empty_house)
    found = re.search(rf"{re.escape(empty_house.address)}(/welcome/\?code=\S+)", empty_house.words)
    assert found, empty_house.words
    visitor.go(found[1])
    return visitor


def test_from_an_empty_house_to_the_list_of_people_to_act_on(ines: Visitor, tmp_path: Path) -> None:
    page = ines.page
    assert ines.barriers() == []
    page.get_by_label("Name of your business").fill("Pogácsa és társa")
    page.get_by_label("Currency").select_option("EUR")
    page.get_by_label("Your name").fill("Ines")
    page.get_by_label("Your e-mail").fill("ines@pogacsa.example")
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(lambda url: "/welcome" not in url)
    if "/sign-in" in page.url:
        ines.sign_in("ines@pogacsa.example", PASSWORD)
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    expect(page.get_by_role("heading", name="No purchases yet")).to_be_visible()
    assert ines.barriers() == []

    _bring(ines, till_export(tmp_path / "kassza.csv", datetime.now(UTC).date()))
    page.get_by_role("button", name="See who is slipping away").click()
    settle(page, re.compile(r"slipping away", re.IGNORECASE))
    _act(ines)


def _bring(ines: Visitor, export: Path) -> None:
    """Upload the file, agree to the columns, look at what would happen, take it over."""
    page = ines.page
    ines.open_rail("Imports")
    assert ines.barriers() == []
    page.get_by_label("Purchases").check()
    page.locator("main input[type=file]").set_input_files(export)
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("kassza.csv")
    for field, column in {"customer": "Kunde", "at": "Datum", "amount": "Summe"}.items():
        select = page.locator(f'select[name="column:{field}"]')
        select.select_option(label=str(select.locator("option", has_text=column).first.inner_text()))
    assert ines.barriers() == []
    page.get_by_role("button", name="Check the file").click()
    settle(page, re.compile("What would happen"))
    assert ines.barriers() == []
    expect(page.get_by_text("Rows that are not taken")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Take over")).click()
    settle(page, re.compile("What happened"))


def _act(ines: Visitor) -> None:
    """Find the one who stopped, read why, open their page."""
    page = ines.page
    ines.go("/insight/slipping-away/")
    row = page.locator("tbody tr", has_text="K-0007")
    expect(row).to_contain_text(re.compile(r"every \d+ days"))
    assert ines.barriers() == []
    row.get_by_role("link", name="K-0007").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("K-0007")
    expect(page.locator("main")).to_contain_text(re.compile(r"every \d+ days"))
    assert ines.barriers() == []
    ines.go("/")
    expect(page.locator("main")).to_contain_text("K-0007")
