"""Tom at the till with ten seconds: a card is scanned, points are earned, points pay, and what was sold comes back."""

from __future__ import annotations

import json
import re
import time

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.houses import House
from tests.journeys.serving import new_customer, opened, pressed, told
from tests.journeys.visitor import Visitor

SIZES = pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
PROGRAM = {
    "code": "journey",
    "name": "Journey club",
    "currency": "GBP",
    "zone": "Europe/London",
    "units": [{"code": "miles", "name": "Miles", "worth": "0.10"}],
    "earning": [{"code": "base", "name": "Two miles a pound", "unit": "miles", "points": 2, "per_amount": 1}],
    "cards": [
        {"code": "tea", "name": "Tea card", "goods": {"categories": ["tea"]}, "target": 2, "reward": {"code": "pot"}},
    ],
    "rewards": [
        {"code": "pot", "name": "A pot of tea", "kind": "gift"},
        {"code": "scone", "name": "A scone", "kind": "gift", "price": {"unit": "miles", "units": 20}, "stock": 500},
        {"code": "urn", "name": "An urn", "kind": "gift", "price": {"unit": "miles", "units": 5000}},
    ],
}


@pytest.fixture(scope="module")
def club(bakery: House) -> House:
    """The bakery with a program of ours, whatever else runs there."""
    bakery.order("loyalty", "program", "apply", str(bakery.keep("journey.json", json.dumps(PROGRAM))))
    return bakery


@SIZES
def test_a_sale_earns_points_pay_the_next_one_and_a_part_comes_back(enter: Enter, club: House, phone: bool) -> None:
    size = "phone" if phone else "desk"
    new_customer(enter("ines"), "Marlow", f"Till-{size}")
    tom = enter("tom", phone=phone)
    page = tom.page
    opened(tom, "/")
    tom.open_rail("At the till")
    opened(tom, heading="At the till")
    begun = time.monotonic()
    found(tom, f"marlow till-{size}")
    page.keyboard.type("50")
    page.keyboard.press("Enter")
    told(tom, "100 Miles")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/counter/sales/"))
    assert time.monotonic() - begun < 10
    told(tom, "100 Miles")
    opened(tom, heading="To pay: £50.00")
    paid_with_points(tom, size)
    taken_back(tom)


def found(tom: Visitor, words: str) -> None:
    """The field has the focus already; Enter finds, Enter opens the first who fits, and the amount has the focus next."""
    page = tom.page
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.locator("main .list__title").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#id_amount")).to_be_focused()


def paid_with_points(tom: Visitor, size: str) -> None:
    page = tom.page
    page.get_by_role("link", name="Next customer").click()
    page.wait_for_load_state("load")
    found(tom, f"marlow till-{size}")
    opened(tom)
    pressed(page.locator("#sale"), "Write the lines instead")
    for name, value in (("product", "Earl Grey"), ("category", "tea"), ("quantity", "2"), ("price", "8,00")):
        page.locator(f"#id_{name}_1").fill(value)
    if page.locator("#id_purse:visible").count():
        page.locator("#id_purse").select_option(label="Miles")
    page.locator("#id_units").fill("500")
    page.keyboard.press("Enter")
    expect(page.locator("#id_units_error")).to_contain_text("more than the amount")
    opened(tom)
    pressed(page.locator("#sale"), "All that fit")
    expect(page.locator("#id_units")).to_have_value(re.compile("^[0-9]+$"))
    page.locator("#id_units").fill("30")
    pressed(page.locator("#sale .form__acts"), "Look")
    told(tom, "This is what would happen")
    opened(tom)
    pressed(page.locator("#sale .form__acts"), "Sell")
    page.wait_for_url(re.compile("/counter/sales/"))
    told(tom, "It gives 1 × A pot of tea.")
    opened(tom, heading="To pay: £5.00")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("To pay: £5.00")


def taken_back(tom: Visitor) -> None:
    page = tom.page
    page.get_by_role("link", name="Refund").click()
    opened(tom, heading="Refund")
    page.get_by_label("How many of: Earl Grey").fill("3")
    page.keyboard.press("Enter")
    expect(page.locator("#id_line_1_error")).to_contain_text("Less is left")
    opened(tom)
    page.get_by_label("How many of: Earl Grey").fill("1")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/counter/refunds/"))
    told(tom, "15 Miles given back")
    opened(tom, heading="Pay back: £2.50")


@SIZES
def test_a_reward_is_given_for_points_a_voucher_is_used_and_both_come_back(enter: Enter, club: House, phone: bool) -> None:
    size = "phone" if phone else "desk"
    new_customer(enter("ines"), "Bergamot", f"Till-{size}")
    tom = enter("tom", phone=phone)
    page = tom.page
    opened(tom, "/counter/")
    found(tom, f"bergamot till-{size}")
    page.keyboard.type("50")
    pressed(page.locator("#sale .form__acts"), "Sell")
    page.wait_for_url(re.compile("/counter/sales/"))
    page.get_by_role("link", name="Bergamot").first.click()
    opened(tom)
    told(tom, "4,900 Miles are missing")
    given_for_points(tom)
    kept_and_used(tom)
    refused(tom)


def given_for_points(tom: Visitor) -> None:
    """A scone for twenty miles, said in large letters, and taken back."""
    page = tom.page
    page.locator("#rewards li", has_text="A scone").get_by_role("link", name="Give").click()
    opened(tom, heading="A scone")
    told(tom, "20 Miles")
    pressed(page.locator("main form"), "Give it now")
    opened(tom, heading="Give: A scone")
    told(tom, "Paid with 20 Miles.")
    pressed(page.locator("main form"), "Take it back")
    opened(tom, heading="Taken back: A scone")
    told(tom, "The points that it cost are back.")
    page.get_by_role("link", name="Bergamot").first.click()


def kept_and_used(tom: Visitor) -> None:
    """The next one is kept for later; then its voucher is used with one click."""
    page = tom.page
    page.locator("#rewards li", has_text="A scone").get_by_role("link", name="Give").click()
    pressed(page.locator("main form"), "Keep it as a voucher")
    told(tom, "is kept as a voucher.")
    opened(tom)
    page.locator("#vouchers li", has_text="A scone").get_by_role("button", name="Use").click()
    opened(tom, heading="Give: A scone")
    told(tom, "The voucher is used up.")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Give: A scone")
    page.get_by_role("link", name="Bergamot").first.click()
    told(tom, "This customer has none at the moment.")


def refused(tom: Visitor) -> None:
    """A code that is none stays typed, beside the one answer for all of them."""
    page = tom.page
    page.get_by_label("Another code").fill("AAAA-BBBB-CCCC-D")
    page.keyboard.press("Enter")
    expect(page.locator("#id_code_error")).to_contain_text("can't be used here")
    expect(page.locator("#id_code")).to_have_value("AAAA-BBBB-CCCC-D")
    opened(tom, heading="Use a code")


def test_the_till_works_without_script_and_fits_small_screens(enter: Enter, club: House) -> None:
    plain = enter("ines", script=False)
    plain.go("/counter/?q=cleo+marsh")
    plain.page.get_by_role("link", name="Cleo Marsh").click()
    plain.page.locator("#id_amount").fill("7")
    plain.page.get_by_role("button", name="Look", exact=True).last.click()
    told(plain, "This is what would happen")
    plain.page.get_by_role("button", name="Sell").click()
    expect(plain.page.get_by_role("heading", level=1)).to_have_text("To pay: £7.00")
    plain.page.get_by_role("link", name="Cleo Marsh").click()
    plain.page.get_by_role("link", name="Customer page").click()
    plain.page.get_by_role("link", name="All entries").click()
    told(plain, "Two miles a pound")
    narrow = enter("tom", width=320)
    narrow.go("/counter/?q=cleo+marsh")
    narrow.page.get_by_role("link", name="Cleo Marsh").click()
    assert narrow.overflow() <= 0
    for target in narrow.page.locator("#sale button:not([aria-hidden]):visible, #sale input:visible, #sale select:visible").all():
        area = target.bounding_box()
        assert area is not None
        assert area["height"] >= 44
