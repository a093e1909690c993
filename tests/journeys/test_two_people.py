"""Petra gives more than she may alone, Ines decides; then Ines makes the program poorer and hears from when on it may be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.houses import House
from tests.journeys.serving import new_customer, opened, pressed, told
from tests.journeys.visitor import Visitor

SIZES = pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
PROGRAM = {
    "code": "careful",
    "name": "Careful club",
    "currency": "GBP",
    "zone": "Europe/London",
    "adjustment_units_max": 100,
    "offline_overspend": "debt",
    "units": [{"code": "stars", "name": "Stars", "worth": "0.10"}],
    "earning": [{"code": "base", "name": "A star a pound", "unit": "stars", "points": 1, "per_amount": 1}],
}


@pytest.fixture(scope="module")
def club(bakery: House) -> House:
    bakery.order("loyalty", "program", "apply", str(bakery.keep("careful.json", json.dumps(PROGRAM))))
    return bakery


def handed_in_offline(club: House, number: str, key: str) -> None:
    """A till that was offline let thirty stars go, which nobody had."""
    paid = {"program": "careful", "unit": "stars", "units": 30}
    sale = {"customer": number, "amount": "3.00", "currency": "GBP", "receipt": f"OFF-{number[-8:]}", "source": "till-2", "redeem": paid}
    asked = urllib.request.Request(
        f"{club.address}/api/v1/sales/batch",
        json.dumps({"sales": [sale]}).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {key}", "Idempotency-Key": number},
    )
    with urllib.request.urlopen(asked) as answer:
        (item,) = json.load(answer)["items"]
    assert item["status"] == 201, item


def key_of(club: House) -> str:
    words = ["staff", "key", "--name", "Till 2", "--scope", "loyalty:write"]
    done = subprocess.run([sys.executable, "-m", "regulars", *words], env=club._variables, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def kept(visitor: Visitor, name: str, phone: bool) -> None:
    """A picture of the page, for whoever wants to look: PICTURES names the folder."""
    folder = os.environ.get("PICTURES")
    if folder:
        visitor.page.emulate_media(color_scheme="dark" if phone else "light")
        visitor.page.screenshot(path=Path(folder) / f"{name}-{'phone' if phone else 'desk'}.png", full_page=True)
        visitor.page.emulate_media(color_scheme="light")


@SIZES
def test_a_large_adjustment_takes_two_and_a_poorer_program_takes_notice(enter: Enter, club: House, phone: bool) -> None:
    petra, ines = enter("petra", phone=phone), enter("ines", phone=phone)
    customer = new_customer(petra, "Marlow", f"Careful-{'phone' if phone else 'desk'}")
    opened(petra, f"{customer}loyalty/adjust/", heading="Give or take points")
    page = petra.page
    page.get_by_label("How many").fill("500")
    page.get_by_label("Of what").select_option("careful:stars")
    page.get_by_label("Reason").fill("The oven burned her birthday cake")
    pressed(page.locator("main form"), "Book")
    opened(petra, heading="Adjustments")
    told(petra, "somebody else approves it")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    kept(petra, "asked", phone)

    opened(ines, "/loyalty/careful/", heading="Careful club")
    kept(ines, "program", phone)
    ines.page.get_by_role("link", name="1 adjustment waits").click()
    opened(ines, heading="Adjustments")
    pressed(ines.page.locator("main form").first, "Refuse")
    opened(ines, heading="Adjustments")
    told(ines, "Say why")
    kept(ines, "unexplained", phone)
    pressed(ines.page.locator("main form").first, "Approve")
    opened(ines, heading="Adjustments")
    told(ines, "approved")
    kept(ines, "approved", phone)
    opened(ines, f"{customer}loyalty/")
    told(ines, "500")

    opened(ines, "/loyalty/careful/edit/", heading="Change Careful club")
    ines.page.get_by_label("How much").first.fill("0.5")
    pressed(ines.page.locator("body"), "Check")
    opened(ines, heading="Change Careful club")
    told(ines, "Something gets worse")
    kept(ines, "worse", phone)
    pressed(ines.page.locator("main form"), "Put it in force")
    opened(ines, heading="Change Careful club")
    told(ines, "Members hear 30 days before of what is worse for them")
    kept(ines, "refused", phone)


@SIZES
def test_a_dispute_with_an_offline_till_is_looked_at(enter: Enter, club: House, phone: bool) -> None:
    ines = enter("ines", phone=phone)
    customer = new_customer(ines, "Marlow", f"Offline-{'phone' if phone else 'desk'}")
    handed_in_offline(club, customer.rstrip("/").rpartition("/")[2], key_of(club))
    opened(ines, "/loyalty/careful/", heading="Careful club")
    ines.page.get_by_role("link", name="1 dispute with an offline till").click()
    opened(ines, heading="Adjustments")
    told(ines, "30 Stars too many")
    kept(ines, "dispute", phone)
    place = ines.page.locator("form", has=ines.page.get_by_label("What you found"))
    place.get_by_label("What you found").fill("The line was down all morning")
    pressed(place, "Forgive it")
    opened(ines, heading="Adjustments")
    told(ines, "The line was down all morning")
    kept(ines, "settled", phone)
