"""Tom in the field with a phone: whom did you meet, four taps, done. And may we contact them?"""

from __future__ import annotations

import re
import time

from playwright.sync_api import expect

from tests.journeys.conftest import Enter


def test_a_contact_is_logged_on_the_phone_in_four_taps_within_ten_seconds(enter: Enter) -> None:
    tom = enter("tom", phone=True)
    page = tom.page
    tom.go("/log/")
    assert tom.barriers() == []
    assert tom.overflow() <= 0
    begun = time.monotonic()
    page.locator("#find").fill("marsh cle")
    page.locator("#find").press("Enter")
    page.get_by_role("link", name="Cleo Marsh").click()
    for words in ("At the till", "Praise", "Pleased"):
        page.locator("label", has_text=re.compile(f"^\\s*{words}\\s*$")).first.tap()
    page.get_by_role("button", name="Save", exact=True).tap()
    expect(page.get_by_text("Logged: Cleo Marsh")).to_be_visible()
    assert time.monotonic() - begun < 10
    tom.go("/customers/?q=cleo+marsh")
    page.get_by_role("link", name="Cleo Marsh").click()
    expect(page.locator(".timeline__entry").first).to_contain_text("Praise")


def test_the_form_holds_no_barrier_fits_and_works_without_script(enter: Enter) -> None:
    for visitor in (enter("tom", phone=True), enter("ines"), enter("ines", width=320)):
        visitor.go("/log/?q=ada+okafor")
        visitor.page.get_by_role("link", name="Ada Okafor").click()
        expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Ada Okafor")
        assert visitor.barriers() == []
        assert visitor.overflow() <= 0
    plain = enter("ines", script=False)
    plain.go("/log/?q=ada+okafor")
    plain.page.get_by_role("link", name="Ada Okafor").click()
    for words in ("They called", "Question", "Answered"):
        plain.page.get_by_label(words, exact=True).check()
    plain.page.get_by_text("Promise to come back").click()
    plain.page.locator("#id_promise").fill("Send the recipe")
    plain.page.locator("#id_due_on").fill("2030-01-01")
    plain.page.get_by_role("button", name="Save with promise").click()
    expect(plain.page.locator("[data-errors]")).to_contain_text("within three years")
    expect(plain.page.locator("#id_promise")).to_have_value("Send the recipe")


def test_the_gate_explains_itself_on_desk_and_phone(enter: Enter) -> None:
    for visitor in (enter("ines"), enter("ines", phone=True)):
        visitor.go("/customers/?q=cleo+marsh")
        visitor.page.get_by_role("link", name="Cleo Marsh").click()
        visitor.page.get_by_role("link", name="Ask, and see why").click()
        visitor.page.get_by_label("Purpose").select_option("service")
        visitor.page.get_by_label("What it is").select_option("promotional")
        visitor.page.get_by_role("button", name="Ask", exact=True).click()
        expect(visitor.page.locator("main")).to_contain_text("A complaint is open (Twice the wrong order")
        assert visitor.barriers() == []
        assert visitor.overflow() <= 0
        visitor.page.get_by_role("link", name="Cleo Marsh").click()
        visitor.page.get_by_role("link", name="What they like").click()
        assert visitor.barriers() == []
        assert visitor.overflow() <= 0
