"""Ines builds a loyalty program in minutes: a template made her own, refused with nothing lost, in force, changed, and looked at."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.serving import opened, pressed, told, unfolded
from tests.journeys.visitor import Visitor

SIZES = pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])


@SIZES
def test_a_program_is_built_from_a_template_in_minutes(enter: Enter, phone: bool) -> None:
    ines, size = enter("ines", phone=phone), "phone" if phone else "desk"
    begun = time.monotonic()
    opened(ines, "/")
    ines.open_rail("Loyalty")
    opened(ines, heading="Loyalty")
    unfolded(ines, "Begin another one from a template").get_by_role("link", name="Coffee punch card").click()
    opened(ines, heading="New program")
    made_her_own(ines, size)
    put_in_force(ines, size)
    assert time.monotonic() - begun < 180
    changed(ines, size)
    looked_at(ines, size)


def made_her_own(ines: Visitor, size: str) -> None:
    """Eight stamps instead of ten; what can't be meant is refused beside its field, and everything else stays typed."""
    page = ines.page
    page.locator("[name='name']").fill(f"Journey card {size}")
    page.locator("[name='code']").fill(f"journey-card-{size}")
    page.locator("[name='description']").fill("The ninth one is on us.")
    page.locator("[name='cards.0.target']").fill("0")
    page.locator("[name='rewards.0.cost']").fill("seventy pence")
    pressed(page.locator(".heading"), "Check")
    expect(page.locator("[name='cards.0.target']")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name='rewards.0.cost']")).to_have_value("seventy pence")
    expect(page.locator("[name='name']")).to_have_value(f"Journey card {size}")
    expect(page.locator("[name='description']")).to_have_value("The ninth one is on us.")
    opened(ines, heading="New program")
    page.locator("[name='cards.0.target']").fill("8")
    page.locator("[name='rewards.0.cost']").fill("0.70")
    pressed(page.locator(".heading"), "Check")
    told(ines, "Nothing is wrong with it.")
    opened(ines)


def put_in_force(ines: Visitor, size: str) -> None:
    pressed(ines.page.locator("#builder"), "Put it in force")
    ines.page.wait_for_url(re.compile(f"/loyalty/journey-card-{size}/$"))
    opened(ines, heading=f"Journey card {size}")
    told(ines, "8 stamps give “A coffee on us”")


def changed(ines: Visitor, size: str) -> None:
    """The next version, written as JSON: a key that nobody knows is refused, and the text stays."""
    page = ines.page
    page.get_by_role("link", name="Change it").click()
    opened(ines, heading=f"Change Journey card {size}")
    pressed(page.locator(".heading"), "Write it as JSON")
    text = page.locator("#text").input_value()
    page.locator("#text").fill(text.replace('"target": 8', '"target": 9, "colour": "brown"'))
    pressed(page.locator(".heading"), "Check")
    told(ines, "The program can't be taken as it is.")
    assert '"colour": "brown"' in page.locator("#text").input_value()
    opened(ines)
    page.locator("#text").fill(text.replace('"target": 8', '"target": 9'))
    pressed(page.locator("#builder"), "Put it in force")
    opened(ines, heading=f"Journey card {size}")
    told(ines, "9 instead of 8")


def looked_at(ines: Visitor, size: str) -> None:
    """Its rewards and its statement, before anything has happened."""
    page = ines.page
    page.get_by_role("link", name="Rewards", exact=True).click()
    opened(ines, heading="Rewards and vouchers")
    told(ines, "Nothing happened on these days")
    told(ines, "A coffee on us")
    page.get_by_role("link", name="Daily statement").click()
    opened(ines, heading="Daily statement")
    assert ines.go(f"/loyalty/journey-card-{size}/rewards/?from=2026-12-31&to=2026-01-01").status == 422
    opened(ines)
    told(ines, "The last day lies before the first.")


@SIZES
def test_the_owner_sees_what_rewards_were_given_and_used(enter: Enter, phone: bool) -> None:
    ines = enter("ines", phone=phone)
    opened(ines, "/loyalty/crumbs/")
    ines.page.get_by_role("link", name="Rewards", exact=True).click()
    opened(ines, heading="Rewards and vouchers")
    told(ines, "members of “Fennel & Rye Crumbs” used")
    expect(ines.page.locator("figure.chart svg:visible").first).to_be_visible()
    ines.page.get_by_label("By").select_option("week")
    pressed(ines.page.locator("form.filters"), "Show")
    opened(ines)
    told(ines, "By week")


def test_a_program_is_built_without_script(enter: Enter) -> None:
    plain = enter("ines", script=False)
    plain.go("/loyalty/new/?template=week")  # for those who ask: it changes nobody's prices in other journeys
    plain.page.locator("[name='code']").fill("journey-plain")
    plain.page.get_by_role("button", name="Put it in force").click()
    expect(plain.page.get_by_role("heading", level=1)).to_have_text("Members' week")
